"""Accuracy at a larger size from the masses of the choices, beside what it has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scalelaw.choices.ladders import Ladder, ladder_of
from scalelaw.choices.mass_laws import LAWS, MassFit, MassLaw, choice_scores, fit_masses
from scalelaw.choices.other_ways import NAMES, baselines
from scalelaw.errors import ForecastError, TableError
from scalelaw.items import ItemTable
from scalelaw.score.mass import Normalise
from scalelaw.size import Size, target_size

if TYPE_CHECKING:
    import pandas as pd

Floats = np.ndarray[Any, np.dtype[np.float64]]
LEAST_RUNS = 3
_ITEMS_IN_DRAWS = 1500
_PRIOR_DOF = 2
_LEAST_FORECASTS = 3
"""Hidden runs that must have been forecast before a law is preferred to the default for it."""

SCORES = ("accuracy", "p_choices", "brier")


@dataclass(frozen=True)
class MassBacktest:
    """Forecasts of runs that were hidden, from the smaller ones.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row a method, origin and hidden run: ``method``, ``visible`` (runs that were used),
        ``run``, ``compute``, ``distance`` (compute over the largest visible one), ``measured``,
        ``estimate``, ``low``, ``high`` (NaN for baselines), ``error``, ``covered``.
    """

    frame: pd.DataFrame

    @property
    def summary(self) -> pd.DataFrame:
        """One row a method: mean absolute error in points, bias, coverage, and how many."""
        import pandas as pd

        grouped = self.frame.groupby("method", sort=False)
        return (
            pd.DataFrame(
                {
                    "points": 100.0 * grouped["error"].apply(lambda one: one.abs().mean()),
                    "bias": 100.0 * grouped["error"].mean(),
                    "coverage": grouped["covered"].mean(),
                    "n": grouped.size(),
                }
            )
            .sort_values("points", kind="stable")
            .reset_index()
        )


@dataclass(frozen=True)
class MassForecast:
    """Accuracy, p_choices and Brier score of a planned run, from its choices' masses.

    Attributes
    ----------
    task : str
        Name of the task.
    target : Size
        The planned run.
    law : MassLaw
        The candidate that was best in the back-test; the first of `scalelaw.choices.LAWS` where
        fewer than three forecasts of hidden runs tell them apart.
    prediction : pandas.DataFrame
        One row a score: ``score``, ``estimate``, ``low``, ``high``.
    baselines : pandas.DataFrame
        ``method`` and ``estimate`` of the accuracy by every other way.
    backtest : MassBacktest or None
        Rolling over the visible runs; None with fewer than four.
    level : float
        Of the intervals.
    left_out : int
        Items that some run did not answer.
    """

    task: str
    target: Size
    law: MassLaw
    prediction: pd.DataFrame
    baselines: pd.DataFrame
    backtest: MassBacktest | None
    level: float
    left_out: int

    @property
    def beaten_by(self) -> list[str]:
        """Baselines that were closer than the masses in the back-test."""
        if self.backtest is None:
            return []
        points = self.backtest.summary.set_index("method")["points"]
        return [name for name in NAMES if points[name] < points[self.law.name]]


def accuracy_from_masses(
    items: ItemTable,
    task: str,
    *,
    params: float | str | None = None,
    tokens: float | str | None = None,
    compute: float | str | None = None,
    normalise: Normalise = "none",
    level: float = 0.9,
    n: int = 200,
    seed: int,
) -> MassForecast:
    """Forecast the accuracy of a planned run from laws of its choices' log-likelihoods.

    Every choice of every item gets a line in log compute, shrunken across items; the candidate
    laws (`scalelaw.choices.LAWS`) are compared by a rolling back-test over the runs that are there.

    Parameters
    ----------
    items : ItemTable
        Answers, with the sizes of the runs.
    task : str
        A multiple-choice task.
    params, tokens, compute : float or str, optional
        Two of the three sizes of the planned run.
    normalise : str
        Of the log-likelihoods: what the accuracy is of.
    level : float
        Of the intervals.
    n : int
        Draws for the intervals.
    seed : int
        Seed of the draws.

    Returns
    -------
    MassForecast

    Raises
    ------
    TableError
        If there are fewer than three runs with a compute, or items without incorrect choices.
    ForecastError
        If the planned run is not larger than all runs.
    """
    import pandas as pd

    target = target_size(params=params, tokens=tokens, compute=compute)
    ladder = mass_ladder(items, task, normalise=normalise)
    if target.compute <= ladder.compute[-1]:
        raise ForecastError(
            f"{task}: the planned run has {target.compute:.3g} FLOP and the largest run "
            f"{ladder.compute[-1]:.3g}; accuracy from masses is for larger runs only"
        )
    backtest = None
    laws = laws_for(ladder)
    best = laws[0]
    if len(ladder.compute) > LEAST_RUNS:
        backtest = rolling_backtest(ladder, level=level, n=n, seed=seed)
        summary = backtest.summary.set_index("method")
        if summary["n"].max() >= _LEAST_FORECASTS:
            best = min(laws, key=lambda law: float(summary["points"][law.name]))
    x = float(np.log10(target.compute))
    fitted = fit_masses(ladder, best)
    past = past_errors(ladder, best)
    estimate, low, high = forecast_at(fitted, x, level=level, n=n, seed=seed, past=past)
    frame = pd.DataFrame({"score": SCORES, "estimate": estimate, "low": low, "high": high})
    others = _other_ways(ladder, np.array([x]))
    rows = [(name, float(value[0])) for name, value in zip(NAMES, others, strict=True)]
    rows += [(law.name, float(fit_masses(ladder, law).scores(x)[0])) for law in laws]
    table = pd.DataFrame(rows, columns=["method", "estimate"])
    return MassForecast(task, target, best, frame, table, backtest, level, ladder.left_out)


def backtest_masses(
    items: ItemTable,
    task: str,
    *,
    normalise: Normalise = "none",
    visible: int | None = None,
    level: float = 0.9,
    n: int = 200,
    seed: int,
) -> MassBacktest:
    """Hide the larger runs, forecast their accuracy by every method, and compare.

    Parameters
    ----------
    items : ItemTable
        Answers, with the sizes of the runs.
    task : str
        A multiple-choice task.
    normalise : str
        Of the log-likelihoods.
    visible : int, optional
        Use exactly so many of the smallest runs; all possible numbers, from three, by default.
    level : float
        Of the intervals.
    n : int
        Draws for the intervals.
    seed : int
        Seed of the draws.

    Returns
    -------
    MassBacktest

    Raises
    ------
    TableError
        If there are too few runs to hide one.
    """
    ladder = mass_ladder(items, task, normalise=normalise)
    return rolling_backtest(ladder, visible=visible, level=level, n=n, seed=seed)


def mass_ladder(items: ItemTable, task: str, *, normalise: Normalise = "none") -> Ladder:
    """Return the ladder of a task whose items have incorrect choices.

    Raises
    ------
    TableError
        If there are fewer than three runs with a compute, or the task has no incorrect choices.
    """
    ladder = ladder_of(items, task, normalise=normalise, least=LEAST_RUNS)
    if ladder.answers.kind != "multiple_choice":
        raise TableError(
            f"{task}: items of kind {ladder.answers.kind} have no incorrect choices to compete"
        )
    return ladder


def laws_for(ladder: Ladder) -> list[MassLaw]:
    """Return the candidates that can be fitted: a power law needs negative log-likelihoods."""
    negative = bool(np.all(ladder.answers.loglik < 0))
    return [law for law in LAWS if negative or law.scale == "linear"]


def rolling_backtest(
    ladder: Ladder, *, visible: int | None = None, level: float = 0.9, n: int = 200, seed: int
) -> MassBacktest:
    """Forecast every run from the smaller ones by every method; see `backtest_masses`."""
    import pandas as pd

    count = len(ladder.compute)
    origins = range(LEAST_RUNS, count) if visible is None else [visible]
    if not origins or not all(LEAST_RUNS <= origin < count for origin in origins):
        raise TableError(
            f"{ladder.answers.task}: {count} runs; a back-test shows at least {LEAST_RUNS} and "
            "hides at least one"
        )
    truth = _accuracies(ladder)
    rows: list[dict[str, Any]] = []
    for origin in origins:
        shown = ladder.first(origin)
        hidden = range(origin, count)
        others = _other_ways(shown, ladder.x[origin:])
        fits = {law.name: fit_masses(shown, law) for law in laws_for(ladder)}
        past = {law.name: past_errors(shown, law) for law in laws_for(ladder)}
        for at in hidden:
            forecasts = {
                name: (float(one[at - origin]), np.nan, np.nan)
                for name, one in zip(NAMES, others, strict=True)
            }
            for name, fitted in fits.items():
                x = float(ladder.x[at])
                found = forecast_at(fitted, x, level=level, n=n, seed=seed, past=past[name])
                forecasts[name] = (float(found[0][0]), float(found[1][0]), float(found[2][0]))
            for name, (estimate, low, high) in forecasts.items():
                rows.append(
                    {
                        "method": name,
                        "visible": origin,
                        "run": ladder.answers.runs[at],
                        "compute": ladder.compute[at],
                        "distance": ladder.compute[at] / ladder.compute[origin - 1],
                        "measured": truth[at],
                        "estimate": estimate,
                        "low": low,
                        "high": high,
                        "error": estimate - truth[at],
                        "covered": np.nan if np.isnan(low) else float(low <= truth[at] <= high),
                    }
                )
    return MassBacktest(pd.DataFrame(rows))


def forecast_at(
    fitted: MassFit, x: float, *, level: float, n: int, seed: int, past: Floats | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return estimate, low and high of `SCORES` at a log10 compute.

    A draw moves all correct and all incorrect choices of the run together, by as much as the
    runs scatter around their lines, widened for the distance. Its tails are those of Student's t
    with two degrees of freedom more than the lines leave: with one or two alone, they would reach
    accuracies that no run ever had. The interval is at least as wide as the errors of the same law
    in a rolling back-test over these runs. Of many items, a part stands for all in the draws.
    """
    estimate = fitted.scores(x)
    rng = np.random.default_rng(seed)
    part = fitted.thinned(_ITEMS_IN_DRAWS, rng)
    dof = len(fitted.x) - 2 + _PRIOR_DOF
    scale = fitted.spread(x) * np.sqrt(dof / rng.chisquare(dof, n))
    shared = rng.multivariate_normal(np.zeros(2), fitted.shared, n, method="eigh")
    drawn = np.array([part.scores(x, shift) for shift in shared * scale[:, None]])
    tail = np.array([0.5 - level / 2.0, 0.5 + level / 2.0])
    low, high = np.quantile(drawn, tail, axis=0) - part.scores(x) + estimate
    if past is not None and len(past):
        from scipy.special import stdtrit

        reach = float(stdtrit(len(past) + _PRIOR_DOF, tail[1])) * np.sqrt((past**2).mean(axis=0))
        low, high = np.minimum(low, estimate - reach), np.maximum(high, estimate + reach)
    low, high = np.minimum(low, estimate), np.maximum(high, estimate)
    top = np.array([1.0, 1.0, 2.0])
    return estimate, np.clip(low, 0.0, top), np.clip(high, 0.0, top)


def past_errors(ladder: Ladder, law: MassLaw) -> Floats:
    """Return the errors of a law in a rolling back-test over the ladder, (forecasts, 3)."""
    count = len(ladder.compute)
    truth = [choice_scores(row[None, :], ladder.answers) for row in ladder.answers.loglik]
    found = [
        fit_masses(ladder.first(origin), law).scores(float(ladder.x[at])) - truth[at]
        for origin in range(LEAST_RUNS, count)
        for at in range(origin, count)
    ]
    return np.array(found).reshape(-1, 3)


def _accuracies(ladder: Ladder) -> Floats:
    rows = ladder.answers.loglik
    return np.array([choice_scores(row[None, :], ladder.answers)[0] for row in rows])


def _other_ways(ladder: Ladder, at: Floats) -> Floats:
    nll = -ladder.masses.correct.mean(axis=1)
    return baselines(ladder.x, _accuracies(ladder), nll, ladder.answers.chance, at)

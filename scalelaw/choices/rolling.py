r"""Forecasts of runs from the smaller ones by every way, their average, and their intervals.

The ways are averaged with weights that fall with their squared errors so far (Bates and Granger
1969), :math:`w_k \propto (n_0 + n) / (n_0 \bar e^2 + \sum_i e_{ki}^2)`, where :math:`\bar e^2` is
the mean over all ways: as if each had :math:`n_0 = 3` forecasts with the errors of all behind it,
so that few errors move the weights little. Of the estimates in their order, the quarter of all
weight at either end is left out, so that a way that goes astray moves the average little. Repeating
the last run is no part of it: that denies that runs differ with size, and is there to be beaten.

An interval takes the variance :math:`v` that the draws of the laws give, for the average with the
disagreement of the ways, and measures it against the errors :math:`e_i` of the same way so far:
:math:`\pm\, t_{n_0 + n}\, c \sqrt v` with :math:`c^2 = (n_0 + \sum_i e_i^2 / v_i) / (n_0 + n)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scalelaw.choices.ladders import Ladder
from scalelaw.choices.mass_laws import LAWS, MassFit, MassLaw, choice_scores, fit_masses
from scalelaw.choices.other_ways import NAMES, baselines
from scalelaw.score.mass import Normalise

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]

AVERAGE = "weighted average"
LEAST_RUNS = 3
MOST_ORIGINS = 24
"""Numbers of visible runs that a back-test goes through; of more, so many spread evenly."""

SCORES = ("accuracy", "p_choices", "brier")
_TOP = np.array([1.0, 1.0, 2.0])
_PRIOR = 3.0
"""Forecasts that the expectation before all errors is worth."""

_CUT = 0.25
"""Weight that is left out of the average at either end of the estimates."""

_PRIOR_DOF = 2
_LEAST_DRAWS = 40
_MOST_IN_DRAWS = 1_000_000
_TINY = 1e-12


@dataclass(frozen=True)
class Settings:
    """How forecasts from masses are made.

    Attributes
    ----------
    seed : int
        Seed of the draws.
    normalise : str
        Of the log-likelihoods: what the accuracy is of.
    level : float
        Of the intervals.
    n : int
        Draws for the intervals; fewer where the questions are very many.
    """

    seed: int
    normalise: Normalise = "none"
    level: float = 0.9
    n: int = 200


@dataclass(frozen=True)
class Forecasts:
    """F forecasts by K ways of the three `SCORES`; the last way is the average.

    Attributes
    ----------
    ways : tuple of str
        Names of the ways.
    visible, run : arrays of int, shape (F,)
        Number of runs that were used, and number of the run that was forecast.
    estimate, variance : arrays, shape (F, K, 3)
        NaN where a way has none.
    error : array, shape (F, K, 3)
        Estimate minus measured; NaN where nothing is measured.
    """

    ways: tuple[str, ...]
    visible: Integers
    run: Integers
    estimate: Floats
    variance: Floats
    error: Floats

    def among(self, runs: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which forecasts are of runs among so many of the smallest."""
        return self.run < runs

    def intervals(self, level: float) -> tuple[Floats, Floats]:
        """Return low and high of every forecast, from the errors of the forecasts before it."""
        from scipy.special import stdtrit

        reach = np.full_like(self.estimate, np.nan)
        tail = 0.5 + level / 2.0
        with np.errstate(invalid="ignore"):
            surprise = self.error**2 / self.variance
        for number, visible in enumerate(self.visible):
            past = surprise[self.among(int(visible))]
            dof = _PRIOR + len(past)
            scale = (_PRIOR + past.sum(axis=0)) / dof
            reach[number] = stdtrit(dof, tail) * np.sqrt(scale * self.variance[number])
        low, high = self.estimate - reach, self.estimate + reach
        return np.clip(low, 0.0, _TOP), np.clip(high, 0.0, _TOP)


def origins_of(ladder: Ladder, most: int = MOST_ORIGINS) -> list[int]:
    """Return the numbers of visible runs of a back-test, from three.

    Runs of one compute are never told apart: all of them are visible, or none. If there are more
    numbers than ``most``, so many are taken, spread evenly, the first and the last among them.
    """
    compute = ladder.compute
    possible = [
        count
        for count in range(LEAST_RUNS, len(compute))
        if compute[0] < compute[count - 1] < compute[count]
    ]
    if len(possible) <= most:
        return possible
    places = np.round(np.linspace(0, len(possible) - 1, most)).astype(int)
    return [possible[place] for place in places]


def laws_for(ladder: Ladder) -> list[MassLaw]:
    """Return the candidates that can be fitted: a power law needs negative log-likelihoods."""
    negative = bool(np.all(ladder.answers.loglik < 0))
    return [law for law in LAWS if negative or law.scale == "linear"]


def rolled(
    ladder: Ladder,
    settings: Settings,
    *,
    origins: Sequence[int] | None = None,
    planned: float | None = None,
) -> Forecasts:
    """Forecast hidden runs from the smaller ones by every way.

    Parameters
    ----------
    ladder : Ladder
        Runs from small to large.
    settings : Settings
        How.
    origins : sequence of int, optional
        Numbers of visible runs; those of `origins_of` by default.
    planned : float, optional
        Log10 compute of a planned run, which is forecast last, from all runs.

    Returns
    -------
    Forecasts
    """
    count = len(ladder.compute)
    laws = laws_for(ladder)
    truth = choice_scores(ladder.answers.loglik, ladder.answers)
    nll = -ladder.masses.correct.mean(axis=1)
    jobs = [
        (origin, np.arange(origin, count))
        for origin in (origins_of(ladder) if origins is None else origins)
    ]
    x = ladder.x
    if planned is not None:
        jobs.append((count, np.array([count])))
        x = np.append(x, planned)
        truth = np.vstack([truth, np.full(3, np.nan)])
    parts = []
    for origin, hidden in jobs:
        others = baselines(
            x[:origin], truth[:origin, 0], nll[:origin], ladder.answers.chance, x[hidden]
        )
        fits = [fit_masses(ladder.first(origin), law) for law in laws]
        parts.append(_by_all(others, fits, x[hidden], settings))
    estimate = np.concatenate([one for one, _ in parts])
    run = np.concatenate([hidden for _, hidden in jobs])
    alone = Forecasts(
        ways=(*NAMES, *(law.name for law in laws)),
        visible=np.repeat([origin for origin, _ in jobs], [len(hidden) for _, hidden in jobs]),
        run=run,
        estimate=estimate,
        variance=np.concatenate([one for _, one in parts]),
        error=estimate - truth[run][:, None, :],
    )
    return _with_average(alone, truth)


def weights(error: Floats, known: np.ndarray[Any, np.dtype[np.bool_]]) -> Floats:
    """Return the share of each way in the average.

    Parameters
    ----------
    error : array, shape (n, K)
        Errors so far; there may be none.
    known : array of bool, shape (K,)
        Ways to be averaged.

    Returns
    -------
    array, shape (K,)
        They add up to 1.
    """
    squares = error[:, known] ** 2
    expected = _PRIOR * squares.mean() if len(squares) else 1.0
    share = np.zeros(len(known))
    share[known] = 1.0 / np.maximum(expected + squares.sum(axis=0), _TINY)
    return share / share.sum()


def middle(estimate: Floats, share: Floats) -> Floats:
    """Return the shares of estimates without the quarter of all weight at either end.

    Parameters
    ----------
    estimate, share : arrays, shape (K,)
        Estimates, and shares that add up to 1.

    Returns
    -------
    array, shape (K,)
        They add up to 1.
    """
    order = np.argsort(estimate, kind="stable")
    upper = np.cumsum(share[order])
    kept = np.minimum(upper, 1.0 - _CUT) - np.maximum(upper - share[order], _CUT)
    found = np.zeros_like(share)
    found[order] = np.maximum(kept, 0.0)
    return found / found.sum()


def _by_all(
    others: Floats, fits: Sequence[MassFit], x: Floats, settings: Settings
) -> tuple[Floats, Floats]:
    """Return estimates and variances, each (forecasts, ways, 3)."""
    estimate = np.full((len(x), len(NAMES) + len(fits), 3), np.nan)
    variance = np.full_like(estimate, np.nan)
    estimate[:, : len(NAMES), 0] = others.T
    for place, fitted in enumerate(fits, len(NAMES)):
        for number, at in enumerate(x):
            estimate[number, place] = fitted.scores(float(at))
            variance[number, place] = _variance(fitted, float(at), settings)
    return estimate, variance


def _variance(fitted: MassFit, x: float, settings: Settings) -> Floats:
    """Return the variance of each score over draws of the run at a log10 compute.

    A draw has the residuals of one run, and moves all correct and all incorrect choices together
    by as much as the runs scatter around their lines, widened for the distance.
    """
    rng = np.random.default_rng(settings.seed)
    count = min(settings.n, max(_LEAST_DRAWS, _MOST_IN_DRAWS // len(fitted.level)))
    dof = len(fitted.x) - 2 + _PRIOR_DOF
    scale = fitted.spread(x) * np.sqrt(dof / rng.chisquare(dof, count))
    shared = rng.multivariate_normal(np.zeros(2), fitted.shared, count, method="eigh")
    rows = rng.integers(0, len(fitted.x), count)
    drawn = fitted.drawn(x, shared * scale[:, None], rows)
    low, high = np.quantile(drawn, [0.16, 0.84], axis=0)
    return np.maximum((high - low) / 2.0, _TINY) ** 2


def _with_average(alone: Forecasts, truth: Floats) -> Forecasts:
    """Append the average of the ways, each forecast weighed by the errors before it."""
    averaged = np.array([name != NAMES[0] for name in alone.ways])
    estimate = np.full((len(alone.run), 1, 3), np.nan)
    variance = np.full_like(estimate, np.nan)
    for number, visible in enumerate(alone.visible):
        past = alone.error[alone.among(int(visible))]
        for score in range(3):
            given = alone.estimate[number, :, score]
            known = averaged & np.isfinite(given)
            share = weights(past[:, :, score], known)[known]
            mean = middle(given[known], share) @ given[known]
            within = np.nanmean(alone.variance[number, :, score])
            estimate[number, 0, score] = mean
            variance[number, 0, score] = within + share @ (given[known] - mean) ** 2
    return Forecasts(
        ways=(*alone.ways, AVERAGE),
        visible=alone.visible,
        run=alone.run,
        estimate=np.concatenate([alone.estimate, estimate], axis=1),
        variance=np.concatenate([alone.variance, variance], axis=1),
        error=np.concatenate([alone.error, estimate - truth[alone.run][:, None, :]], axis=1),
    )

"""Candidates: laws from loss to a task, one of them chosen by forecasting larger runs.

No one law holds for every benchmark: some rise along the whole ladder, some have not begun, some
never move. So each candidate is fitted to the smaller runs and forecasts the larger ones, several
times over, and the simplest whose error is within one standard error of the least is taken
(Breiman et al. 1984, Classification and Regression Trees, section 3.4.3).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scalelaw.errors import ForecastError, ScalelawError, ScalelawWarning
from scalelaw.fitting import Fit, fit
from scalelaw.fitting.penalties import Penalty
from scalelaw.laws import get

Floats = npt.NDArray[np.float64]
Span = tuple[float, float]
Bounds = Callable[[Span], dict[str, Span]]

ONE_SIDED = 1.645
"""Quantile of the normal law for a one-sided test at five percent."""

ORIGINS = (0.2, 0.35, 0.5)
"""Shares of the runs, the largest by compute, that are hidden to compare candidates."""


def _no_bounds(floor: Span) -> dict[str, Span]:  # noqa: ARG001
    return {}


@dataclass(frozen=True)
class Candidate:
    """A law with bounds that may depend on the task's chance level.

    Attributes
    ----------
    law : str
        Name of the law.
    note : str
        What the bounds mean, for the report.
    bounds : callable
        From where the accuracy of a run that knows nothing may lie, see `floor_of`, to bounds
        of coefficients.
    """

    law: str
    note: str = ""
    bounds: Bounds = _no_bounds

    @property
    def output(self) -> str:
        """``"error"`` or ``"accuracy"``."""
        return get(self.law).output

    def fitted(self, frame: pd.DataFrame, penalty: Penalty) -> Fit:
        """Fit to a frame with ``loss``, ``error``, ``accuracy`` and ``accuracy_chance``.

        Raises
        ------
        FitError
            If there are too few runs.
        """
        bounds = self.bounds(floor_of(frame))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScalelawWarning)
            return fit(self.law, frame, penalty=penalty, bounds=bounds)

    def free(self, frame: pd.DataFrame) -> int:
        """Return the number of coefficients that are not fixed."""
        fixed = [low == high for low, high in self.bounds(floor_of(frame)).values()]
        return len(get(self.law).coefs) - sum(fixed)


def _floor(floor: Span) -> dict[str, Span]:
    return {"floor": floor}


def _floor_and_ceiling_at_one(floor: Span) -> dict[str, Span]:
    return {"floor": floor, "ceiling": (1.0, 1.0)}


BOUNDED: tuple[Candidate, ...] = (
    Candidate("no_trend"),
    Candidate("chance_sigmoid", "from chance to 1", _floor_and_ceiling_at_one),
    Candidate("chance_sigmoid", "from chance to a free ceiling", _floor),
)
"""The default candidates, the simplest first; none of them can leave the range of an accuracy.

The exponential of `loss_to_error` is not among them: on single tasks it left that range by far
where few runs were above chance, in fits and in their back-tests alike.
"""


def choose(
    frame: pd.DataFrame, candidates: Sequence[Candidate], penalty: Penalty
) -> tuple[Candidate, Fit]:
    """Return the candidate that forecasts larger runs best, fitted to all runs of the frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Runs with ``compute``, ``loss``, ``error``, ``accuracy`` and ``accuracy_chance``.
    candidates : sequence of Candidate
        The simplest first.
    penalty : Penalty

    Returns
    -------
    candidate : Candidate
    fit : Fit

    Raises
    ------
    ForecastError
        If no candidate can be fitted to so few runs.
    """
    frame = frame.sort_values("compute", ignore_index=True)
    if len(candidates) == 1:
        return candidates[0], candidates[0].fitted(frame, penalty)
    if not rises(frame):
        candidates = [one for one in candidates if one.law == "no_trend"] or candidates
    errors = {place: _errors(one, frame, penalty) for place, one in enumerate(candidates)}
    tried = {place: found for place, found in errors.items() if found}
    if not tried:
        return _richest_that_fits(frame, candidates, penalty)
    common = set.intersection(*(set(found) for found in tried.values()))
    pooled = {place: np.concatenate([found[o] for o in common]) for place, found in tried.items()}
    best = min(pooled, key=lambda place: float(pooled[place].mean()))
    margin = pooled[best].mean() + pooled[best].std(ddof=0) / np.sqrt(pooled[best].size)
    chosen = next(place for place, found in pooled.items() if found.mean() <= margin)
    return candidates[chosen], candidates[chosen].fitted(frame, penalty)


def rises(frame: pd.DataFrame) -> bool:
    """Return whether the accuracy of the runs rises as their loss falls, by more than chance.

    Kendall's test of rank correlation by its normal approximation, one-sided at five percent
    (Kendall 1938, Biometrika 30). Without it, a law of growth can be fitted to noise about the
    level of guessing, and then forecasts anything.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``loss`` and ``accuracy``.

    Returns
    -------
    bool
    """
    loss, accuracy = frame["loss"].to_numpy(), frame["accuracy"].to_numpy()
    n = len(frame)
    lower, upper = np.tril_indices(n, -1)
    concordant = np.sign(accuracy[lower] - accuracy[upper]) * np.sign(loss[upper] - loss[lower])
    spread = np.sqrt(n * (n - 1) * (2 * n + 5) / 18.0)
    return bool(concordant.sum() > ONE_SIDED * spread) if n > 1 else False


def _errors(one: Candidate, frame: pd.DataFrame, penalty: Penalty) -> dict[float, Floats]:
    """Return the absolute errors of a candidate's forecasts by origin."""
    found = {}
    for share in ORIGINS:
        hidden = max(1, round(share * len(frame)))
        seen, later = frame.iloc[:-hidden], frame.iloc[-hidden:]
        if len(seen) < one.free(frame) + 1:
            continue
        try:
            predicted = one.fitted(seen, penalty).predict(later)["estimate"].to_numpy()
        except ScalelawError:
            continue
        found[share] = np.abs(np.clip(predicted, 0.0, 1.0) - later[one.output].to_numpy())
    return found


def _richest_that_fits(
    frame: pd.DataFrame, candidates: Sequence[Candidate], penalty: Penalty
) -> tuple[Candidate, Fit]:
    """Return the candidate with most coefficients that leaves a degree of freedom."""
    able = [one for one in candidates if one.free(frame) < len(frame)]
    if not able:
        raise ForecastError(
            f"{len(frame)} runs are too few for any law from loss to a task; add runs"
        )
    return able[-1], able[-1].fitted(frame, penalty)


def floor_of(frame: pd.DataFrame) -> Span:
    """Return between what bounds the accuracy of a run that knows nothing lies.

    Mostly it is the chance level. Where runs are clearly below that (small runs on ARC-Challenge
    are led astray by the lengths of the answers), the floor is somewhere between 0 and chance: a
    curve from chance upwards would have to jump to meet the larger runs.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``accuracy``; ``accuracy_chance`` and ``accuracy_stderr`` where known.

    Returns
    -------
    tuple of float
    """
    known = "accuracy_chance" in frame and frame["accuracy_chance"].notna().any()
    if not known:
        return (0.0, 1.0)
    chance = float(frame["accuracy_chance"].dropna().iloc[0])
    noise = frame["accuracy_stderr"].fillna(0.0) if "accuracy_stderr" in frame else 0.0
    below = frame["accuracy"] < chance - np.maximum(2.5 * noise, 0.02)
    return (0.0, chance) if below.any() else (chance, chance)

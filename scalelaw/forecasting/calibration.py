"""Widen the interval of a forecast by what its back-tests showed.

A law may bend beyond its runs, so that nominal levels do not survive extrapolation. The factor is
the order statistic of split conformal prediction (Lei et al. 2018, arXiv:1604.04173) applied to
the misses of back-tests from several origins, in units of their own half-widths. One task has few
hidden runs and its factor much chance, so that it is kept to what the tasks of one forecast have in
common. Where the target lies further than any back-test reached, the factor grows with the
logarithm of the distance, as the error of a wrong exponent does. The hidden runs of a back-test
share one fit, so that this is a correction, not a guarantee.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from scalelaw.forecasting.backtests import Backtest

SHORTEST = 1.3
"""The reach of back-tests counts as this at least, so that no factor grows without bounds."""

MOST = 1.5
"""A widened half-width is at most so many times the largest miss of a back-test, grown alike."""


def widening(tests: Sequence[Backtest]) -> float:
    """Return the factor by which the intervals of back-tests were too narrow, at least 1.

    Parameters
    ----------
    tests : sequence of Backtest
        The back-test that is shown first, then those from earlier origins.

    Returns
    -------
    float
        With m hidden runs, the k-th smallest miss in half-widths, k = ceil((m + 1) level), at
        most m: widened by it, the intervals hold as often as they promise, or always where
        there are too few runs to tell. That of the first back-test, or the median over the
        origins if it is larger.
    """
    factors = [_factor(test) for test in tests]
    return max(1.0, factors[0], float(np.median(factors)))


def in_common(factors: Sequence[float]) -> list[float]:
    """Return the factors of the tasks of one forecast, none outside their upper middle.

    Parameters
    ----------
    factors : sequence of float
        One a task; a single one stays as it is.

    Returns
    -------
    list of float
        Kept between the median and the upper quartile of all.
    """
    if not factors:
        return []
    low, high = np.quantile(factors, [0.5, 0.75])
    return [float(factor) for factor in np.clip(factors, low, high)]


def at_distance(
    factor: float, tests: Sequence[Backtest], predicted: pd.DataFrame, distance: float
) -> float:
    """Return the factor for a target at some distance.

    Parameters
    ----------
    factor : float
        Within the reach of the back-tests.
    tests : sequence of Backtest
    predicted : pandas.DataFrame
        The target's ``low`` and ``high`` as the draws make them, one row.
    distance : float
        Compute of the target over the largest compute of a run.

    Returns
    -------
    float
        Times ln distance over ln of the furthest hidden run's, if that is above 1; and at most so
        much that the interval reaches `MOST` times the largest miss of the back-tests, grown
        alike. At least 1.
    """
    reach = max(SHORTEST, *(test.distance for test in tests))
    growth = max(1.0, math.log(max(distance, 1.0)) / math.log(reach))
    misses = [test.frame["measured"] - test.frame["estimate"] for test in tests]
    largest = max(float(miss.abs().max()) for miss in misses)
    half = 0.5 * float(predicted["high"].iloc[0] - predicted["low"].iloc[0])
    most = MOST * largest * growth / max(half, 1e-12)
    return max(1.0, min(factor * growth, most))


def _factor(test: Backtest) -> float:
    """Return the miss, in half-widths of its interval, that a share of the hidden runs keep to."""
    frame = test.frame
    miss = (frame["measured"] - frame["estimate"]).to_numpy()
    half = np.where(miss < 0, frame["estimate"] - frame["low"], frame["high"] - frame["estimate"])
    ratios = np.sort(np.abs(miss) / np.maximum(half, 1e-12))
    order = min(len(ratios), math.ceil((len(ratios) + 1) * test.level))
    return float(ratios[order - 1])


def widened(predicted: pd.DataFrame, factor: float) -> pd.DataFrame:
    """Return a prediction with its interval wider by a factor about the estimate.

    Parameters
    ----------
    predicted : pandas.DataFrame
        With ``estimate``, ``low``, ``high``.
    factor : float

    Returns
    -------
    pandas.DataFrame
    """
    estimate = predicted["estimate"]
    return predicted.assign(
        low=estimate - factor * (estimate - predicted["low"]),
        high=estimate + factor * (predicted["high"] - estimate),
    )

"""Widen the interval of a forecast by what its back-tests showed.

A law may bend beyond its runs, so that nominal levels do not survive extrapolation. The factor is
the order statistic of split conformal prediction (Lei et al. 2018, arXiv:1604.04173) applied to
the misses of back-tests from several origins, in units of their own half-widths. Where the target
lies further than any of them reached, the factor grows with the logarithm of the distance, as the
error of a wrong exponent does. The hidden runs of a back-test share one fit, so that this is a
correction, not a guarantee.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from scalelaw.forecasting.backtests import Backtest

SHORTEST = 1.3
"""The reach of back-tests counts as this at least, so that no factor grows without bounds."""


def widening(tests: Sequence[Backtest], distance: float | None = None) -> float:
    """Return the factor by which the intervals of back-tests were too narrow, at least 1.

    Parameters
    ----------
    tests : sequence of Backtest
        The back-test that is shown first, then those from earlier origins.
    distance : float, optional
        Compute of the target over the largest compute of a run; None for no target.

    Returns
    -------
    float
        With m hidden runs, the k-th smallest miss in half-widths, k = ceil((m + 1) level), at
        most m: widened by it, the intervals hold as often as they promise, or always where
        there are too few runs to tell. That of the first back-test, or the median over the
        origins if it is larger; times ln distance over ln of the furthest hidden run's, if that
        is above 1.
    """
    factors = [_factor(test) for test in tests]
    factor = max(1.0, factors[0], float(np.median(factors)))
    reach = max(SHORTEST, *(test.distance for test in tests))
    if distance is None or distance <= reach:
        return factor
    return factor * math.log(distance) / math.log(reach)


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

"""Widen the interval of a forecast by what its back-test showed.

A law may bend beyond its runs, so that nominal levels do not survive extrapolation. The factor is
the order statistic of split conformal prediction (Lei et al. 2018, arXiv:1604.04173) applied to
the misses of the back-test in units of their own half-widths. The hidden runs of a back-test share
one fit and lie nearer than the target, so that this is a correction, not a guarantee.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from scalelaw.forecasting.backtests import Backtest


def widening(test: Backtest) -> float:
    """Return the factor by which the intervals of a back-test were too narrow, at least 1.

    Parameters
    ----------
    test : Backtest

    Returns
    -------
    float
        With m hidden runs, the k-th smallest miss in half-widths, k = ceil((m + 1) level), at
        most m: widened by it, the intervals hold as often as they promise, or always where
        there are too few runs to tell.
    """
    frame = test.frame
    miss = (frame["measured"] - frame["estimate"]).to_numpy()
    half = np.where(miss < 0, frame["estimate"] - frame["low"], frame["high"] - frame["estimate"])
    ratios = np.sort(np.abs(miss) / np.maximum(half, 1e-12))
    order = min(len(ratios), math.ceil((len(ratios) + 1) * test.level))
    return max(1.0, float(ratios[order - 1]))


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

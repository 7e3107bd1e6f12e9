"""The baselines that a forecast must beat: each is a line of thought that costs nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from scalelaw.errors import ScalelawError, ScalelawWarning
from scalelaw.fitting import LeastSquares, fit
from scalelaw.metrics import metric_kind

Floats = npt.NDArray[np.float64]


def largest(seen: pd.DataFrame, at: pd.DataFrame, column: str) -> Floats:
    """Repeat the value of the run with the most compute.

    Parameters
    ----------
    seen : pandas.DataFrame
        Visible runs, with ``compute`` (FLOP) and the column.
    at : pandas.DataFrame
        Runs to forecast, with ``compute``.
    column : str
        The measured quantity.

    Returns
    -------
    ndarray of float, shape (len(at),)
    """
    place = seen["compute"].to_numpy().argmax()
    return np.full(len(at), seen[column].to_numpy()[place])


def line(seen: pd.DataFrame, at: pd.DataFrame, column: str) -> Floats:
    """Draw a straight line in log compute through the visible runs (least squares)."""
    if seen["compute"].nunique() < 2:
        return largest(seen, at, column)
    slope, intercept = np.polyfit(np.log(seen["compute"]), seen[column], 1)
    return intercept + slope * np.log(at["compute"].to_numpy())


def direct(seen: pd.DataFrame, at: pd.DataFrame, column: str) -> Floats:
    """Fit the one-step power law E + A C^-a to the quantity itself; NaN where it cannot be.

    The law only falls, so that of an accuracy it is the error that is fitted.
    """
    rises = metric_kind(column) == "accuracy"
    falling = 1.0 - seen[column] if rises else seen[column]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ScalelawWarning)
            fitted = fit(
                "power", seen.assign(**{column: falling}), y=column, penalty=LeastSquares()
            )
    except ScalelawError:
        return np.full(len(at), np.nan)
    estimate = fitted.predict(at)["estimate"].to_numpy()
    return 1.0 - estimate if rises else estimate


BASELINES: dict[str, Callable[[pd.DataFrame, pd.DataFrame, str], Floats]] = {
    "largest": largest,
    "line": line,
    "direct": direct,
}

MEANINGS = {
    "largest": "largest small run repeated",
    "line": "straight line in log C",
    "direct": "one-step power law in C",
}

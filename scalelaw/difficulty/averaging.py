r"""The default forecast: methods weighed by their back-tests, and by what the items say.

A method's weight is what it has before any data, over its back-tested mean square error, times
:math:`\exp(-(f - f_0)^2 / 2 (s/2)^2)`: how well its forecast f agrees with that by strata,
:math:`f_0`, of standard error s. A curve through the means of the ladder may hold for every run
and yet miss items that are about to grow; the items show them, no back-test can. So a simple law
sharpens the forecast where the items allow it, and has no say where they do not.

The interval is that of the strata, widened by the disagreement of the methods, and by the factor
by which errors on the ladder were larger than they had been promised to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scalelaw.difficulty.curves import RUN_NOISE
from scalelaw.difficulty.methods import METHODS, STRATA
from scalelaw.difficulty.origins import Rolling

CLOSE = 0.5
ONE_RUN = 0.005
TRUST = 2.0


@dataclass(frozen=True)
class Average:
    """A weighted forecast and its standard error.

    Attributes
    ----------
    weights : dict
        Method to weight; they sum to one.
    estimate : float
    deviation : float
        Standard error by the strata's own account and the disagreement of the methods.
    factor : float
        By which it was too small on the ladder; below one where it was too large.
    dof : float
        Degrees of freedom of that factor.
    """

    weights: dict[str, float]
    estimate: float
    deviation: float
    factor: float
    dof: float

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval of a run's mean rate: Student's t about the estimate, in [0, 1]."""
        from scipy.stats import t

        half = float(t.ppf((1.0 + level) / 2.0, self.dof)) * self.factor * self.deviation
        return max(0.0, self.estimate - half), min(1.0, self.estimate + half)


def average(backtest: Rolling, estimates: Mapping[str, float], deviation: float) -> Average:
    """Weigh forecasts.

    Parameters
    ----------
    backtest : Rolling
        May be empty; then only beliefs and the items weigh.
    estimates : mapping
        Forecast of each method that may have weight, `STRATA` among them.
    deviation : float
        Standard error of the forecast by strata.

    Returns
    -------
    Average
    """
    weights = weights_of(backtest, estimates, deviation)
    names = list(weights)
    share, values = np.array(list(weights.values())), np.array([estimates[name] for name in names])
    estimate = float(share @ values)
    spread = np.sqrt(deviation**2 + share @ (values - estimate) ** 2 + ONE_RUN**2)
    square, count = _promised(backtest, weights)
    factor = np.sqrt((TRUST + square) / (TRUST + count))
    return Average(weights, estimate, float(spread), float(factor), TRUST + count)


def weights_of(
    backtest: Rolling, estimates: Mapping[str, float], deviation: float
) -> dict[str, float]:
    """Return the weights; arguments as of `average`."""
    names = list(estimates)
    prior = np.array([METHODS[name].prior for name in names])
    values = np.array([estimates[name] for name in names])
    scores = np.full(len(names), RUN_NOISE)
    if not backtest.frame.empty:
        found = backtest.scores(names)
        worst = np.nanmax(found) if np.isfinite(found).any() else RUN_NOISE
        scores = np.hypot(np.where(np.isnan(found), worst, found), RUN_NOISE)
    own = names.index(STRATA)
    doubt = CLOSE * np.hypot(deviation, scores[own])
    raw = prior / scores**2 * np.exp(-0.5 * ((values - values[own]) / doubt) ** 2)
    return dict(zip(names, (raw / raw.sum()).tolist(), strict=True))


def errors_of(backtest: Rolling, weights: Mapping[str, float]) -> pd.DataFrame:
    """Return what the average would have forecast on the ladder, with today's weights.

    Parameters
    ----------
    backtest : Rolling
    weights : mapping

    Returns
    -------
    pandas.DataFrame
        One row a hidden run: ``visible``, ``error``, and the ``spread`` of the methods' errors.
    """
    names = list(weights)
    if backtest.frame.empty:
        return pd.DataFrame(columns=["visible", "error", "spread"], dtype=float)
    table = backtest.frame.pivot_table(
        index=["visible", "run"], columns="method", values="error", sort=False
    )
    values = table.reindex(columns=names).to_numpy(float)
    share = np.array(list(weights.values()))
    error = values @ share
    spread = np.sqrt((values - error[:, None]) ** 2 @ share)
    visible = table.index.get_level_values("visible")
    made = pd.DataFrame({"visible": visible, "error": error, "spread": spread}, index=table.index)
    return made.dropna()


def _promised(backtest: Rolling, weights: Mapping[str, float]) -> tuple[float, float]:
    """Return squared errors on the ladder over promised ones, and how many origins tell of them."""
    errors = errors_of(backtest, weights)
    if errors.empty:
        return 0.0, 0.0
    own = backtest.frame[backtest.frame["method"] == STRATA]
    deviation = own.set_index(["visible", "run"])["deviation"]
    deviation = deviation[~deviation.index.duplicated()].reindex(errors.index).to_numpy(float)
    promised = deviation**2 + errors["spread"] ** 2 + ONE_RUN**2
    each = (errors["error"] ** 2 / promised).groupby(errors["visible"]).mean()
    weight = backtest.recency.reindex(each.index)
    return float(weight @ each), float(weight.sum())

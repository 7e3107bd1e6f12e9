r"""What a forecast of accuracy from masses has to beat: one number a run, no items.

With A the accuracy, c the accuracy of guessing and x the log compute: the last run's accuracy
again; a line :math:`A = a + b x`; a direct law :math:`A = c + (1 - c)\,\sigma(a + b x)`; and two
steps, a power law of the mean negative log-likelihood of the correct choice in compute, and
:math:`A = c + (1 - c)\,\sigma(a - b\,NLL)`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float64]]
NAMES = ("last run", "line in log compute", "direct law", "two steps")


def baselines(x: Floats, accuracy: Floats, nll: Floats, chance: float, at: Floats) -> Floats:
    """Return the forecasts of accuracy by each of `NAMES`.

    Parameters
    ----------
    x : array, shape (M,)
        Log10 compute.
    accuracy, nll : arrays, shape (M,)
        Accuracy, and mean negative log-likelihood of the correct choice.
    chance : float
        Accuracy of guessing.
    at : array, shape (n,)
        Log10 compute of the forecasts.

    Returns
    -------
    array, shape (4, n)
    """
    slope, level = np.polyfit(x, accuracy, 1)
    line = np.clip(level + slope * at, 0.0, 1.0)
    direct = _through_logistic(x, accuracy, chance, at)
    two_steps = direct
    if np.all(nll > 0):
        power, height = np.polyfit(x, np.log(nll), 1)
        two_steps = _through_logistic(-nll, accuracy, chance, -np.exp(height + power * at))
    return np.stack([np.full(len(at), accuracy[-1]), line, direct, two_steps])


def _through_logistic(u: Floats, accuracy: Floats, chance: float, at: Floats) -> Floats:
    """Fit a rising logistic curve from chance to 1 by least squares, and read it off."""
    from scipy.optimize import least_squares
    from scipy.special import expit, logit

    middle, scale = float(u.mean()), float(np.ptp(u)) or 1.0
    v = (u - middle) / scale
    share = np.clip((accuracy - chance) / (1.0 - chance), 0.02, 0.98)
    start = np.polyfit(v, logit(share), 1)[::-1]

    def miss(theta: Floats) -> Floats:
        return chance + (1.0 - chance) * expit(theta[0] + theta[1] * v) - accuracy

    bounds = ([-20.0, -20.0], [20.0, 20.0])
    found = least_squares(miss, np.clip(start, -19.0, 19.0), bounds=bounds).x
    return chance + (1.0 - chance) * expit(found[0] + found[1] * (at - middle) / scale)

"""Choosing between laws, and lmfit as an oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl
from scalelaw.errors import FitError
from scalelaw.fitting import LeastSquares, compare, profile


def ladder(n: int = 40, noise: float = 0.003) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"params": np.exp(rng.uniform(16, 22, n)), "tokens": np.exp(rng.uniform(20, 26, n))}
    )
    curve = sl.LAWS["chinchilla_tied"](frame, [1.8, 480.0, 1200.0, 0.35])
    return frame.assign(loss=curve * np.exp(noise * rng.standard_normal(n)))


def test_a_law_without_a_floor_loses_where_there_is_one():
    found = compare(["chinchilla_tied", "kaplan"], ladder())
    assert list(found.frame["law"]) == ["chinchilla_tied", "kaplan"]
    assert "chinchilla_tied forecasts larger runs best" in found.text


def test_laws_that_forecast_alike_are_said_to_be_indistinguishable():
    found = compare(["chinchilla_tied", "overtraining"], ladder())
    assert "cannot tell" in found.text


def test_laws_of_different_outputs_are_refused():
    with pytest.raises(FitError, match="different outputs"):
        compare(["chinchilla", "sigmoid"], ladder())


def test_lmfit_agrees_with_the_optimum_and_the_profile_interval():
    fitted = sl.fit("chinchilla_tied", ladder(), penalty=LeastSquares(log=True))
    result = fitted.to_lmfit()
    assert result.params["alpha"].value == pytest.approx(fitted.coef["alpha"], rel=1e-4)
    low, _, high = (
        value for _, value in result.conf_interval(p_names=["alpha"], sigmas=[0.95])["alpha"]
    )
    ours = profile(fitted, "alpha", level=0.95)
    assert ours.low == pytest.approx(low, abs=0.05 * (high - low))
    assert ours.high == pytest.approx(high, abs=0.05 * (high - low))


def test_lmfit_is_refused_for_what_it_cannot_minimise():
    with pytest.raises(FitError, match="lmfit minimises squares"):
        sl.fit("chinchilla_tied", ladder()).to_lmfit()

"""Candidates: growth is only forecast where the runs show growth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl
from scalelaw.forecasting.candidates import BOUNDED, choose, floor_of, rises


def runs(accuracy, *, chance=0.25) -> pd.DataFrame:
    count = len(accuracy)
    return pd.DataFrame(
        {
            "run": [f"r{place}" for place in range(count)],
            "compute": np.geomspace(1e15, 1e20, count),
            "loss": np.linspace(4.5, 2.5, count),
            "accuracy": accuracy,
            "error": 1 - np.asarray(accuracy),
            "accuracy_chance": chance,
            "accuracy_stderr": 0.01,
        }
    )


def grown(count: int = 14) -> np.ndarray:
    loss = np.linspace(4.5, 2.5, count)
    return 0.25 + 0.75 / (1 + np.exp(3 * (loss - 2.8)))


@pytest.mark.parametrize("seed", range(8))
def test_noise_about_chance_is_forecast_to_stay_there(seed):
    noise = 0.25 + 0.01 * np.random.default_rng(seed).standard_normal(14)
    chosen, fitted = choose(runs(noise), BOUNDED, sl.LeastSquares())
    far = float(fitted.law({"loss": np.array([1.8])}, fitted.theta)[0])
    accuracy = 1 - far if chosen.output == "error" else far
    assert accuracy == pytest.approx(0.25, abs=0.1)


def test_growth_is_forecast_to_go_on():
    chosen, fitted = choose(runs(grown()), BOUNDED, sl.LeastSquares())
    assert chosen.law == "chance_sigmoid"
    far = float(fitted.law({"loss": np.array([2.0])}, fitted.theta)[0])
    assert far == pytest.approx(0.25 + 0.75 / (1 + np.exp(3 * (2.0 - 2.8))), abs=0.03)


def test_a_score_that_falls_with_size_does_not_rise():
    assert rises(runs(grown()))
    assert not rises(runs(grown()[::-1]))
    assert not rises(runs(np.full(6, 0.25)))


def test_the_floor_is_chance_unless_runs_are_clearly_below_it():
    assert floor_of(runs(grown())) == (0.25, 0.25)
    assert floor_of(runs(grown() - 0.1)) == (0.0, 0.25)
    assert floor_of(runs(grown(), chance=np.nan)) == (0.0, 1.0)

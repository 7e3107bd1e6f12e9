"""Profile intervals: they hold the truth as often as they say, whatever is minimised."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import chdtri

import scalelaw as sl
from scalelaw.errors import FitError
from scalelaw.fitting import HuberLikelihood, LeastSquares, profile
from scalelaw.fitting.profiles import deviance, threshold

TRUTH = {"E": 1.8, "A": 40.0, "alpha": 0.1}
ALPHA = np.array([0.0, 0.0, 1.0])


def ladder(rng: np.random.Generator, n: int, uneven: float = 0.0) -> pd.DataFrame:
    """Make runs of a power law with scatter of one percent, growing with compute if uneven."""
    compute = np.geomspace(1e16, 1e21, n)
    scatter = 0.01 * (compute / 10**18.5) ** uneven
    curve = sl.LAWS["power"]({"compute": compute}, TRUTH)
    loss = curve * np.exp(scatter * rng.standard_normal(n))
    return pd.DataFrame({"compute": compute, "loss": loss})


def losses_of_the_truth(frame: pd.DataFrame, penalty: sl.fitting.Penalty) -> tuple[float, float]:
    """Return the deviance of the true alpha over the limit at 0.9: ours, and as a likelihood."""
    best = sl.fit("power", frame, penalty=penalty)
    held = sl.fit("power", frame, penalty=best.penalty, bounds={"alpha": (0.1, 0.1)})
    ours = deviance(best, np.array([held.cost]), best.cost, ALPHA)[0] / threshold(best, 0.9)
    return float(ours), 2 * len(frame) * np.log(held.cost / best.cost) / chdtri(1, 0.1)


@pytest.mark.parametrize("uneven", [0.0, 0.15, -0.15])
@pytest.mark.parametrize("delta", [0.001, 0.01])
@pytest.mark.parametrize("n", [15, 100])
def test_intervals_under_huber_hold_the_truth_as_often_as_they_say(n, delta, uneven):
    """As a likelihood of its own, the penalty would hold it in less than 0.85 at 0.9."""
    rng = np.random.default_rng(3)
    lost = np.array(
        [losses_of_the_truth(ladder(rng, n, uneven), sl.Huber(delta=delta)) for _ in range(200)]
    )
    ours, naive = (lost <= 1.0).mean(axis=0)
    assert 0.85 <= ours <= 0.985
    assert naive < 0.85


def test_intervals_under_least_squares_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(4)
    lost = [losses_of_the_truth(ladder(rng, 15), LeastSquares(log=True))[0] for _ in range(300)]
    assert 0.86 <= (np.array(lost) <= 1.0).mean() <= 0.94


def test_a_wide_corner_gives_the_interval_of_least_squares_or_a_wider_one():
    frame = ladder(np.random.default_rng(0), 40)
    squares = profile(sl.fit("power", frame, penalty=LeastSquares(log=True)), "alpha")
    wide = profile(sl.fit("power", frame, penalty=sl.Huber(delta=10.0)), "alpha")
    assert wide.estimate == pytest.approx(squares.estimate, rel=1e-6)
    assert wide.low <= squares.low + 1e-6
    assert wide.high >= squares.high - 1e-6
    assert wide.high - wide.low < 1.4 * (squares.high - squares.low)


@pytest.mark.parametrize("penalty", [sl.Huber(), HuberLikelihood(), sl.Asymmetric(over=2.0)])
def test_profile_and_bootstrap_agree_on_a_prediction(penalty):
    frame = ladder(np.random.default_rng(0), 100)
    fitted = sl.fit("power", frame, penalty=penalty)
    shape = profile(fitted, at={"compute": 1e22}, level=0.9)
    row = sl.bootstrap(fitted, 500, seed=0).predict(compute=1e22, of="curve").iloc[0]
    assert shape.high - shape.low == pytest.approx(row["high"] - row["low"], rel=0.4)


def test_scaling_all_weights_leaves_the_interval():
    frame = ladder(np.random.default_rng(0), 40)
    one, ten = (
        profile(sl.fit("power", frame, weights=np.full(40, factor)), "alpha")
        for factor in (1.0, 10.0)
    )
    assert (one.low, one.high) == pytest.approx((ten.low, ten.high), rel=1e-4)


def test_costs_along_a_free_scale_likelihood_fall_on_one_curve():
    """At its tiny corner a refit stays where it starts unless the corner shrinks to it."""
    frame = ladder(np.random.default_rng(1), 60)
    fitted = sl.fit("power", frame, penalty=HuberLikelihood())
    shape = profile(fitted, "alpha", span=(0.05, 0.2), steps=12)
    for _, row in shape.frame.iterrows():
        held = {"alpha": (row["value"], row["value"])}
        fresh = sl.fit("power", frame, penalty=HuberLikelihood(), bounds=held)
        absolute = [np.abs(np.log(frame["loss"]) - np.log(at)).sum() for at in _curves(row, fresh)]
        assert absolute[0] == pytest.approx(absolute[1], rel=1e-5)


def _curves(row: pd.Series, fresh: sl.Fit) -> tuple[np.ndarray, np.ndarray]:
    return fresh.law(fresh.runs, {name: row[name] for name in TRUTH}), fresh.fitted


def test_a_noiseless_fit_has_an_interval_of_no_width():
    compute = np.geomspace(1e16, 1e21, 12)
    frame = pd.DataFrame(
        {"compute": compute, "loss": sl.LAWS["power"]({"compute": compute}, TRUTH)}
    )
    shape = profile(sl.fit("power", frame), "alpha")
    assert shape.low == pytest.approx(0.1, abs=1e-3)
    assert shape.high == pytest.approx(0.1, abs=1e-3)


def test_a_profile_asks_for_one_thing_that_exists():
    fitted = sl.fit("power", ladder(np.random.default_rng(0), 12))
    with pytest.raises(FitError, match="profile one thing"):
        profile(fitted)
    with pytest.raises(FitError, match=r"no coefficient 'beta'; it has \['E', 'A', 'alpha'\]"):
        profile(fitted, "beta")
    with pytest.raises(FitError, match=r"level must lie between 0 and 1, such as 0\.9; got 95"):
        profile(fitted, "alpha", level=95)

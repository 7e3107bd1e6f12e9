"""Draws are refits of the same procedure as the point fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl
from scalelaw.fitting.draws import refits
from scalelaw.fitting.penalties import HuberLikelihood, likeliest_scale


def runs(n: int = 25) -> pd.DataFrame:
    """Make a ladder of compute with log-normal scatter of one percent."""
    compute = np.geomspace(1e17, 1e21, n)
    noise = 0.01 * np.random.default_rng(0).standard_normal(n)
    return pd.DataFrame({"compute": compute, "loss": (1.8 + 40 * compute**-0.1) * np.exp(noise)})


def log_likelihood(penalty: HuberLikelihood, resid: np.ndarray, weights: np.ndarray) -> float:
    """Return the log-likelihood of residuals at their likeliest scale, but for a constant."""
    delta, scale = penalty.delta, float(likeliest_scale(penalty.delta, resid, weights))
    size = np.abs(resid) / scale
    huber = np.where(size < delta, size**2 / 2, delta * (size - delta / 2))
    return float(-weights.sum() * np.log(scale) - (weights * huber).sum())


@pytest.mark.parametrize("delta", [0.001, 0.5, 1.345])
def test_a_refit_of_a_free_scale_likelihood_is_the_fit_of_its_resample(delta):
    frame, penalty = runs(), HuberLikelihood(delta=delta)
    counts = np.random.default_rng(1).multinomial(25, np.full(25, 1 / 25), 20).astype(float)
    drawn = refits(sl.fit("power", frame, penalty=penalty), counts=counts, how="", kind="case")
    for theta, weights in zip(drawn.theta, counts, strict=True):
        fresh = sl.fit("power", frame, penalty=penalty, weights=weights)
        resid = np.log(frame["loss"].to_numpy()) - np.log(fresh.law(frame, theta))
        ours = log_likelihood(penalty, resid, weights)
        assert ours >= log_likelihood(penalty, fresh.residuals, weights) - 0.01


def test_a_wide_corner_of_the_likelihood_gives_the_intervals_of_least_squares():
    frame = runs()
    wide = sl.fit("power", frame, penalty=HuberLikelihood(delta=50.0))
    squares = sl.fit("power", frame, penalty=sl.LeastSquares(log=True))
    one, other = (sl.bootstrap(it, 400, seed=3).theta for it in (wide, squares))
    np.testing.assert_allclose(one.std(axis=0), other.std(axis=0), rtol=0.02)


@pytest.mark.parametrize("how", ["case", "parametric", "wild"])
def test_intervals_of_the_free_scale_likelihood_are_no_narrower_than_those_of_its_limit(how):
    """At a tiny corner it is least absolute residuals, as Huber's penalty at a tiny corner is."""
    frame = runs()
    free = sl.fit("power", frame, penalty=HuberLikelihood())
    limit = sl.fit("power", frame, penalty=sl.Huber(delta=1e-4))
    widths = [
        float((row["high"] - row["low"]).iloc[0])
        for row in (
            sl.bootstrap(it, 300, seed=0, how=how).predict(compute=1e22, of="curve")
            for it in (free, limit)
        )
    ]
    assert widths[0] == pytest.approx(widths[1], rel=0.2)


def test_leaving_runs_out_moves_a_free_scale_likelihood_too():
    drawn = sl.leave_out(sl.fit("power", runs(), penalty=HuberLikelihood()))
    assert (drawn.theta.std(axis=0) > 0).all()


def test_the_likeliest_scale_of_wide_corners_is_the_root_mean_square():
    resid = np.random.default_rng(0).standard_normal((3, 50))
    found = likeliest_scale(1e3, resid, np.ones((3, 50)))
    np.testing.assert_allclose(found, np.sqrt((resid**2).mean(axis=1)), rtol=1e-12)


def test_the_likeliest_scale_of_tiny_corners_is_delta_times_the_mean_size():
    resid = np.random.default_rng(0).standard_normal(50)
    found = likeliest_scale(1e-6, resid, np.ones(50))
    assert found == pytest.approx(1e-6 * np.abs(resid).mean(), rel=1e-6)


def test_the_scale_that_a_penalty_reports_is_the_likeliest():
    fitted = sl.fit("power", runs(), penalty=HuberLikelihood(delta=0.5))
    again = replace(HuberLikelihood(delta=0.5), scale=None).with_scale_of(
        fitted.residuals, np.ones(25)
    )
    scale = getattr(fitted.penalty, "scale", None)
    assert scale == pytest.approx(again.scale, rel=1e-4)

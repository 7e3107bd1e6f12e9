"""Every fit knows what its runs cover, and every prediction how far it lies beyond them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl

TRUTH = [1.8, 480.0, 2000.0, 0.35, 0.37]


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    """A grid of 5 params by 5 multipliers with an error that follows the loss."""
    params, multiplier = np.meshgrid(np.geomspace(1e7, 1e9, 5), np.geomspace(10, 160, 5))
    frame = pd.DataFrame({"params": params.ravel(), "tokens": (params * multiplier).ravel()})
    noise = 0.004 * np.random.default_rng(0).standard_normal(len(frame))
    frame["loss"] = sl.LAWS["chinchilla"](frame, TRUTH) * np.exp(noise)
    return frame.assign(error=0.8 - 1.3 * np.exp(-0.9 * frame["loss"]) + noise)


def test_the_diagnosis_holds_the_range_of_each_input_and_of_compute(runs):
    found = sl.fit("chinchilla", runs).diagnosis
    assert found.domain["params"] == pytest.approx((1e7, 1e9))
    assert found.domain["multiplier"] == pytest.approx((10, 160))
    assert found.domain["compute"] == pytest.approx((6e15, 6 * 160e18))
    assert found.to_dict()["domain"] == found.domain


def test_the_summary_says_what_the_runs_cover(runs):
    assert "covers params 10M to 1B, tokens 100M to 160B" in sl.fit("chinchilla", runs).summary()


def test_a_prediction_says_how_far_each_input_lies_beyond_the_runs(runs):
    fitted = sl.fit("chinchilla", runs)
    rows = fitted.predict(params=[1e8, 1e10, 1e6], tokens=[1e9, 5e10, 1e8])
    assert rows["distance"].tolist() == pytest.approx([6e17 / 9.6e20, 3e21 / 9.6e20, 6e14 / 9.6e20])
    inside, large, small = rows["outside"]
    assert inside == ""
    assert large == "params 10 times the largest, multiplier 1/2 of the smallest"
    assert small == "params 1/10 of the smallest"


def test_draws_say_the_same_as_the_fit(runs):
    drawn = sl.bootstrap(sl.fit("chinchilla", runs), 20, seed=0)
    at = pd.DataFrame({"params": [1e10], "tokens": [5e10]}, index=["large"])
    told = drawn.predict(at)
    pd.testing.assert_frame_equal(
        told[["distance", "outside"]], drawn.fit.predict(at)[["distance", "outside"]]
    )
    assert told.index.tolist() == ["large"]


def test_a_law_of_compute_says_how_far_compute_reaches(runs):
    frame = runs.assign(compute=6 * runs["params"] * runs["tokens"])
    row = sl.fit("power", frame).predict(compute=9.6e22).iloc[0]
    assert row["distance"] == pytest.approx(100)
    assert row["outside"] == "compute 100 times the largest"


def test_a_law_of_loss_counts_in_widths_of_the_range_of_loss(runs):
    frame = runs[["loss", "error"]]
    low, high = frame["loss"].min(), frame["loss"].max()
    rows = sl.fit("loss_to_error", frame).predict(loss=[low - 0.5 * (high - low), low])
    assert "distance" not in rows
    assert rows["outside"].tolist() == ["loss below by 0.5 of its range", ""]


def test_an_input_under_another_name_is_told_by_the_name_of_the_law(runs):
    frame = runs.rename(columns={"params": "N"})
    fitted = sl.fit("chinchilla", frame, x={"params": "N"})
    assert fitted.diagnosis.domain["compute"] == pytest.approx((6e15, 9.6e20))
    assert fitted.predict(params=1e10, tokens=1e12)["outside"][0].startswith("params 10 times")


def test_runs_of_one_size_have_one_value_and_not_a_range(runs):
    same = runs.assign(params=1e8)
    assert "params 100M, " in sl.fit("chinchilla_tied", same).summary()


def test_a_chain_also_says_how_far_below_the_runs_the_loss_is(runs):
    both = sl.chain(sl.fit("chinchilla", runs), sl.fit("loss_to_error", runs), n=20, seed=0)
    row = both.predict(params=1e11, tokens=1e13).iloc[0]
    assert row["distance"] == pytest.approx(6e24 / 9.6e20)
    assert "params 100 times the largest" in row["outside"]
    assert "loss below by" in row["outside"]

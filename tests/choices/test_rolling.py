"""Forecasts from the smaller runs, their average, and their intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scalelaw.choices import AVERAGE, accuracy_from_masses, backtest_masses
from scalelaw.choices.mass_laws import choice_scores
from scalelaw.choices.prospects import mass_ladder
from scalelaw.choices.rolling import Forecasts, Settings, middle, origins_of, rolled, weights
from scalelaw.errors import TableError
from tests.items.logs import ladder

FAST = Settings(seed=0, n=40)


def of_sizes(compute):
    """Return a ladder of runs of these computes."""
    made = mass_ladder(ladder(runs=len(compute), items=20), "quiz")
    return replace(made, compute=np.array(compute, dtype=float))


def test_weights_are_equal_without_errors_and_fall_with_them():
    known = np.array([False, True, True, True])
    np.testing.assert_allclose(weights(np.empty((0, 4)), known), [0.0, 1 / 3, 1 / 3, 1 / 3])
    one = weights(np.array([[0.0, 0.1, 0.2, 0.3]]), known)
    many = weights(np.tile([0.0, 0.1, 0.2, 0.3], (50, 1)), known)
    assert one[0] == 0.0
    assert one[1] > one[2] > one[3] > 0.15
    np.testing.assert_allclose(many[1] / many[2], 4.0, rtol=0.2)
    assert many.sum() == pytest.approx(1.0)


def test_weights_of_ways_without_any_error_are_equal():
    np.testing.assert_allclose(weights(np.zeros((3, 2)), np.ones(2, dtype=bool)), [0.5, 0.5])


def test_the_middle_leaves_out_a_quarter_of_the_weight_at_either_end():
    found = middle(np.array([0.9, 0.2, 0.1, 0.3]), np.array([0.25, 0.25, 0.25, 0.25]))
    np.testing.assert_allclose(found, [0.0, 0.5, 0.0, 0.5])
    heavy = middle(np.array([0.9, 0.2, 0.1]), np.array([0.8, 0.1, 0.1]))
    np.testing.assert_allclose(heavy, [1.0, 0.0, 0.0])
    some = middle(np.array([0.1, 0.2]), np.array([0.4, 0.6]))
    np.testing.assert_allclose(some, [0.3, 0.7])


def test_runs_of_one_compute_are_all_visible_or_none():
    assert origins_of(of_sizes([1e9, 2e9, 3e9, 3e9, 3e9, 4e9, 5e9])) == [5, 6]
    assert origins_of(of_sizes([1e9, 1e9, 1e9, 2e9, 3e9])) == [4]
    assert origins_of(of_sizes([1e9, 2e9, 3e9, 3e9])) == []


def test_of_very_many_numbers_of_runs_some_are_taken_evenly():
    made = of_sizes(1e9 * np.arange(1, 41))
    assert origins_of(made, most=99) == list(range(3, 40))
    some = origins_of(made, most=5)
    assert some == [3, 12, 21, 30, 39]


def test_the_caption_says_when_not_all_numbers_of_runs_were_used(monkeypatch):
    from scalelaw.choices import prospects

    table = ladder(runs=8)
    assert backtest_masses(table, "quiz", n=40, seed=0).caption == "from the 3 to 7 smallest runs"
    assert backtest_masses(table, "quiz", visible=4, n=40, seed=0).caption == (
        "from the 4 smallest runs"
    )
    limited = rolled(mass_ladder(table, "quiz"), FAST, origins=[3, 7])
    test = prospects._backtest(mass_ladder(table, "quiz"), limited, FAST)
    assert test.caption == "from the 3 to 7 smallest runs, 2 of 5 numbers of them, spread evenly"


def test_a_back_test_from_some_runs_is_that_part_of_the_whole():
    table = ladder(noise=0.5)
    whole = backtest_masses(table, "quiz", n=40, seed=0).frame
    part = backtest_masses(table, "quiz", visible=4, n=40, seed=0).frame
    same = whole[whole["visible"] == 4].reset_index(drop=True)
    assert part.equals(same)


def test_a_number_of_runs_that_splits_equal_sizes_is_refused():
    table = ladder(runs=6)
    sizes = table.runs[["run"]].assign(params=1e6, tokens=[1e9, 2e9, 3e9, 3e9, 4e9, 5e9])
    with pytest.raises(TableError, match=r"3 smallest runs cannot be told .* visible=4 to 5"):
        backtest_masses(table.with_sizes(sizes), "quiz", visible=3, seed=0)


def test_no_forecast_sees_a_run_that_is_hidden_from_it():
    made = mass_ladder(ladder(noise=0.5), "quiz")
    whole = rolled(made, FAST)
    few = rolled(made.first(5), FAST)
    of_few = whole.among(5)
    np.testing.assert_allclose(whole.estimate[of_few], few.estimate)
    low, high = whole.intervals(0.9)
    np.testing.assert_array_equal(np.stack([low, high])[:, of_few], few.intervals(0.9))


def forecasts(errors, variance=1e-4):
    """Return forecasts by one way of the runs 3, 4, ..., each from all before it."""
    count = len(errors)
    shape = (count, 1, 3)
    return Forecasts(
        ways=("made",),
        visible=np.arange(3, 3 + count),
        run=np.arange(3, 3 + count),
        estimate=np.full(shape, 0.5),
        variance=np.full(shape, variance),
        error=np.broadcast_to(np.array(errors)[:, None, None], shape),
    )


def width(errors):
    low, high = forecasts(errors).intervals(0.9)
    return float((high - low)[-1, 0, 0])


def test_intervals_widen_after_large_errors_and_narrow_after_small_ones():
    expected = width([0.01] * 20)
    assert width([0.03] * 20) > 2.0 * expected
    assert width([0.001] * 20) < 0.6 * expected
    assert width([0.01]) > expected


def test_intervals_of_the_average_hold_about_as_often_as_they_say():
    inside = []
    for seed in range(8):
        table = ladder(runs=9, items=300, noise=0.6, seed=seed)
        test = backtest_masses(table, "quiz", n=60, seed=0).frame
        inside += list(test[test["method"] == AVERAGE]["covered"])
    assert 0.8 < np.mean(inside) <= 1.0


def test_the_average_comes_near_the_best_way_without_knowing_it():
    table = ladder(runs=9, items=300, noise=0.6)
    points = backtest_masses(table, "quiz", n=40, seed=0).summary.set_index("method")["points"]
    assert points[AVERAGE] < points["last run"]
    assert points[AVERAGE] <= points.drop("last run").median()


def test_the_frame_of_a_forecast_says_what_each_way_says():
    found = accuracy_from_masses(ladder(noise=0.5), "quiz", params=3e9, tokens=6e10, seed=0, n=40)
    assert found.ways["method"].iloc[0] == "last run"
    assert found.ways["weight"].iloc[0] == 0.0
    masses = found.ways["method"].str.startswith("masses")
    assert found.ways.loc[masses, "low"].notna().all()
    assert found.ways.loc[~masses, "low"].isna().all()


def test_scores_of_items_with_equal_and_with_different_numbers_of_choices_agree():
    equal = ladder(items=30)["quiz"]
    parts = [equal.of_items(np.arange(0, 15)), equal.of_items(np.arange(15, 30))]
    whole = choice_scores(equal.loglik, equal)
    np.testing.assert_allclose(np.mean([choice_scores(p.loglik, p) for p in parts], axis=0), whole)
    kept = np.r_[0:3, 4 : len(equal.gold)]
    if equal.gold[3]:
        kept = np.r_[1 : len(equal.gold)]
    sizes = equal.choices.copy()
    sizes[0] -= 1
    ragged = replace(
        equal.of_items(np.arange(len(equal))),
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        loglik=equal.loglik[:, kept],
        gold=equal.gold[kept],
        chars=equal.chars[kept],
        bytes=equal.bytes[kept],
        tokens=equal.tokens[kept],
        greedy=None,
        unconditional=None,
    )
    rest = equal.of_items(np.arange(1, 30))
    first = choice_scores(ragged.loglik[:, :3], ragged.of_items(np.array([0])))
    found = choice_scores(ragged.loglik, ragged)
    np.testing.assert_allclose(found, (29 * choice_scores(rest.loglik, rest) + first) / 30)

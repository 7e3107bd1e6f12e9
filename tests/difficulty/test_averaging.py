from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scalelaw.difficulty import METHODS
from scalelaw.difficulty.averaging import TRUST, average, errors_of, weights_of
from scalelaw.difficulty.origins import Rolling


def ladder_of(errors, *, deviation=0.01, visible=(7, 6)):
    """Return back-tests with one hidden run an origin and the same errors at each."""
    rows = [
        {
            "method": name,
            "visible": seen,
            "run": f"after {seen}",
            "error": error,
            "deviation": deviation if name == "strata" else np.nan,
        }
        for seen in visible
        for name, error in errors.items()
    ]
    return Rolling(pd.DataFrame(rows))


ALIKE = {"strata": 0.60, "power": 0.60}


def test_a_method_that_failed_on_the_ladder_gets_little_weight():
    good = weights_of(ladder_of({"strata": 0.01, "power": 0.01}), ALIKE, 0.02)
    bad = weights_of(ladder_of({"strata": 0.01, "power": 0.10}), ALIKE, 0.02)
    assert sum(good.values()) == pytest.approx(1.0)
    assert bad["power"] < 0.1 * good["power"]


def test_a_law_that_back_tests_well_has_no_say_where_the_items_tell_of_more_growth():
    tested = ladder_of({"strata": 0.01, "power": 0.01})
    apart = weights_of(tested, {"strata": 0.60, "power": 0.45}, 0.02)
    assert apart["power"] < 1e-3
    unsure = weights_of(tested, {"strata": 0.60, "power": 0.45}, 0.50)
    assert unsure["power"] > 0.2


def test_without_back_tests_beliefs_and_the_items_weigh():
    empty = Rolling(pd.DataFrame(columns=["method", "visible", "run", "error", "deviation"]))
    weights = weights_of(empty, ALIKE, 0.02)
    assert weights["strata"] / weights["power"] == pytest.approx(
        METHODS["strata"].prior / METHODS["power"].prior
    )
    made = average(empty, ALIKE, 0.02)
    assert (made.factor, made.dof) == (1.0, TRUST)


def test_the_latest_origin_counts_twice_as_much_as_the_one_before():
    frame = ladder_of({"power": 0.0}).frame
    frame.loc[frame["visible"] == 7, "error"] = 0.3
    assert Rolling(frame).scores(["power"])[0] == pytest.approx(np.sqrt(0.09 * 2 / 3))


def test_a_method_that_made_no_forecast_is_thought_no_better_than_the_worst():
    tested = ladder_of({"strata": 0.01, "power": np.nan, "line": 0.2})
    weights = weights_of(tested, {**ALIKE, "line": 0.6}, 0.02)
    assert weights["power"] / weights["line"] == pytest.approx(
        METHODS["power"].prior / METHODS["line"].prior
    )


def test_the_interval_widens_where_the_ladder_was_missed_by_more_than_promised():
    sure, wrong = (
        average(ladder_of({"strata": error, "power": error}, deviation=0.01), ALIKE, 0.02)
        for error in (0.005, 0.08)
    )
    assert sure.factor < 1.0 < wrong.factor
    (low, high), (lower, higher) = sure.interval(0.9), wrong.interval(0.9)
    assert lower < low < 0.60 < high < higher


@pytest.mark.parametrize("level", [0.5, 0.9, 0.999])
def test_intervals_stay_between_nothing_and_everything(level):
    made = average(ladder_of({"strata": 0.3, "power": 0.3}), {"strata": 0.97, "power": 0.97}, 0.2)
    low, high = made.interval(level)
    assert 0.0 <= low < 0.97 < high <= 1.0


def test_the_average_is_back_tested_with_the_weights_of_today():
    tested = ladder_of({"strata": 0.02, "power": -0.04})
    errors = errors_of(tested, {"strata": 0.5, "power": 0.5})
    assert errors["error"].tolist() == pytest.approx([-0.01, -0.01])
    assert errors["spread"].tolist() == pytest.approx([0.03, 0.03])

"""Back-tests: what is hidden stays hidden, and the baselines are there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl
from scalelaw.errors import ForecastError
from scalelaw.forecasting.calibration import at_distance, in_common, widened, widening
from tests.ladders import ladder


@pytest.fixture(scope="module")
def wide():
    return ladder(noise=1e-3, seed=2).wide(loss=("val", "loss"), error=("quiz", "error"))


@pytest.fixture(scope="module")
def chain(wide):
    loss = sl.fit("overtraining", wide, penalty=sl.LeastSquares(log=True))
    error = sl.fit("loss_to_error", wide, penalty=sl.LeastSquares())
    return sl.chain(loss, error, n=200, seed=0)


def test_the_largest_runs_by_compute_are_hidden(chain, wide):
    test = sl.backtest(chain, n=4, seed=0)
    assert set(test.frame["run"]) == set(wide.nlargest(4, "compute")["run"])
    assert not set(test.frame["run"]) & set(test.seen["run"])
    assert (test.frame["distance"] > 1).all()


def test_a_factor_hides_the_runs_within_it_of_the_largest(chain, wide):
    test = sl.backtest(chain, factor=20, seed=0)
    cut = wide["compute"].max() / 20
    assert test.frame["compute"].min() > cut >= test.seen["compute"].max()


def test_hidden_values_do_not_touch_the_forecast(chain, wide):
    """Change the hidden measurements: the estimates of the back-test stay the same."""
    test = sl.backtest(chain, n=4, seed=0)
    spoilt = wide.copy()
    hidden = spoilt["run"].isin(test.frame["run"])
    spoilt.loc[hidden, "error"] = 0.99
    spoilt.loc[hidden, "loss"] = 9.0
    loss = sl.fit("overtraining", spoilt, penalty=sl.LeastSquares(log=True))
    error = sl.fit("loss_to_error", spoilt, penalty=sl.LeastSquares())
    again = sl.backtest(sl.chain(loss, error, n=200, seed=0), n=4, seed=0)
    np.testing.assert_allclose(again.frame["estimate"], test.frame["estimate"])


def test_a_law_that_holds_beats_the_baselines(chain):
    test = sl.backtest(chain, factor=20, seed=0)
    table = test.summary.set_index("method")
    assert test.beaten_by == []
    assert table.loc["forecast", "mean_abs_error"] < 0.3 * table.loc["largest", "mean_abs_error"]
    assert table.loc["forecast", "mean_abs_error"] == pytest.approx(test.mean_abs_error)


def test_runs_that_the_fit_left_out_and_that_are_larger_are_the_hidden_ones(wide):
    small = wide[wide["params"] < 3e8]
    loss = sl.fit("overtraining", small, penalty=sl.LeastSquares(log=True))
    draws = sl.bootstrap(loss, 200, seed=0)
    test = sl.backtest(draws, wide, seed=0)
    assert set(test.seen["run"]) == set(small["run"])
    assert test.frame["compute"].min() > small["compute"].max()
    assert "had not seen them" in test.how


def test_the_caption_states_computed_numbers(chain):
    test = sl.backtest(chain, n=4, seed=0)
    assert test.caption.startswith("4 hidden runs, up to ")
    assert f"{int(test.frame['covered'].sum())} of 4 inside the 90% interval" in test.caption


def test_accuracy_is_the_mirror_of_error(chain):
    test = sl.backtest(chain, n=4, seed=0)
    mirrored = test.complement("accuracy")
    np.testing.assert_allclose(mirrored.frame["measured"], 1 - test.frame["measured"])
    assert (mirrored.frame["low"] < mirrored.frame["high"]).all()
    assert mirrored.mean_abs_error == pytest.approx(test.mean_abs_error)
    assert mirrored.coverage == test.coverage


def test_too_few_visible_runs_are_refused(wide):
    few = wide.iloc[::4].reset_index(drop=True)
    draws = sl.bootstrap(sl.fit("overtraining", few), 50, seed=0)
    with pytest.raises(ForecastError, match="would leave 3 runs for the 4 coefficients"):
        sl.backtest(draws, n=2, seed=0)


def test_all_runs_cannot_be_hidden(chain):
    with pytest.raises(ForecastError, match="cannot hide 20 of 20 runs"):
        sl.backtest(chain, n=20, seed=0)


def test_intervals_are_widened_until_the_back_test_is_covered(chain):
    test = sl.backtest(chain, n=4, seed=0)
    narrow = replace(test, frame=widened(test.frame, 0.2))
    factor = widening([narrow])
    wide_again = widened(narrow.frame, factor)
    inside = wide_again["measured"].between(wide_again["low"] - 1e-9, wide_again["high"] + 1e-9)
    assert inside.all()
    assert factor > 1.0


def test_intervals_that_held_are_left_as_they_are(chain):
    test = sl.backtest(chain, n=4, seed=0)
    assert widening([replace(test, frame=widened(test.frame, 10.0))]) == 1.0


def test_back_tests_from_earlier_origins_widen_by_their_median(chain):
    near, middle, early = (sl.backtest(chain, n=n, seed=0) for n in (4, 8, 11))
    broad, narrow = 50.0, 0.05
    held = [replace(test, frame=widened(test.frame, broad)) for test in (near, middle, early)]
    failed = [replace(test, frame=widened(test.frame, narrow)) for test in (near, middle, early)]
    assert widening(held) == 1.0
    assert widening([held[0], held[1], failed[2]]) == 1.0
    assert widening([held[0], failed[1], failed[2]]) > 1.0
    assert widening([failed[0], held[1], held[2]]) == widening([failed[0]]) > 1.0


def row(low: float, high: float) -> pd.DataFrame:
    return pd.DataFrame({"low": [low], "high": [high]})


def test_beyond_the_reach_of_back_tests_intervals_grow_with_the_log_of_the_distance(chain):
    test = sl.backtest(chain, n=4, seed=0)
    narrow = row(0.5, 0.5 + 1e-6)
    assert at_distance(2.0, [test], narrow, test.distance) == 2.0
    assert at_distance(2.0, [test], narrow, test.distance**2) == pytest.approx(4.0)
    assert at_distance(2.0, [test], narrow, test.distance**3) == pytest.approx(6.0)


def test_no_interval_is_widened_far_beyond_the_largest_miss(chain):
    test = sl.backtest(chain, n=4, seed=0)
    miss = (test.frame["measured"] - test.frame["estimate"]).abs().max()
    half = miss / 10
    factor = at_distance(1e9, [test], row(0.5 - half, 0.5 + half), test.distance)
    assert factor == pytest.approx(15.0)
    assert at_distance(1e9, [test], row(0.5 - 2 * miss, 0.5 + 2 * miss), test.distance) == 1.0


def test_factors_of_tasks_are_kept_to_what_they_have_in_common():
    factors = [1.0, 1.5, 2.0, 3.0, 1e6]
    assert in_common(factors) == [2.0, 2.0, 2.0, 3.0, 3.0]
    assert in_common([7.0]) == [7.0]
    assert in_common([]) == []

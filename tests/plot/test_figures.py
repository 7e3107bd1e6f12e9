"""Figures show the numbers of their frames; captions state them."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from scalelaw import LeastSquares, bootstrap, chain, fit, forecast, plot
from scalelaw.errors import ReportError
from scalelaw.plot._axes import compute_label, log_ticks
from tests.ladders import ladder


def kinds(panel):
    return panel.frame["kind"].value_counts()


def line_of(axes, label):
    return next(line for line in axes.lines if line.get_label() == label)


def test_the_loss_curve_holds_runs_curve_and_the_target_with_its_interval(outlook):
    part = outlook.loss
    panel = plot.loss_curve(part.model, target=outlook.target, widening=part.widening)
    target = panel.frame[panel.frame["kind"] == "target"].iloc[0]
    assert kinds(panel)["run"] == len(part.fits[0].runs)
    assert target["compute"] == outlook.target.compute
    for name in ("estimate", "low", "high"):
        assert target[name] == pytest.approx(part.prediction[name].iloc[0])
    assert f"{target['estimate']:.2f}" in panel.caption


def test_the_loss_curve_is_on_log_axes_and_shades_what_lies_beyond_the_runs(outlook):
    panel = plot.loss_curve(outlook.loss.model, target=outlook.target)
    axes = panel.figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlabel() == "training compute (FLOP)"
    assert axes.get_ylabel() == "loss (nats/token)"
    shaded = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    runs = panel.frame[panel.frame["kind"] == "run"]
    assert shaded.x0 == pytest.approx(runs["compute"].max(), rel=1e-6)


def test_the_side_beyond_the_runs_is_named_where_there_is_room(outlook):
    near = plot.loss_curve(outlook.loss.model, target=outlook.target)
    far = plot.loss_curve(outlook.loss.model, target={"params": 7e10, "tokens": 1.4e12})
    assert not near.figure.axes[0].texts
    assert [text.get_text() for text in far.figure.axes[0].texts] == ["beyond the runs"]


def test_runs_of_few_multipliers_get_the_law_at_each_of_them(outlook):
    panel = plot.loss_curve(outlook.loss.model, target=outlook.target)
    lines = panel.frame[panel.frame["kind"] == "line"]
    assert sorted(lines["multiplier"].unique().round()) == [10, 20, 80, 320]


def test_a_band_is_smooth_and_meets_the_interval_of_the_target(outlook):
    part = outlook.tasks["quiz"]
    panel = plot.loss_curve(
        part.model, target=outlook.target, metric="accuracy", widening=part.widening
    )
    curve = panel.frame[panel.frame["kind"] == "curve"]
    target = panel.frame[panel.frame["kind"] == "target"].iloc[0]
    assert curve["high"].iloc[-1] == pytest.approx(target["high"], abs=1e-6)
    bends = np.abs(np.diff(curve["low"], 2))
    assert bends.max() < 0.01


def test_a_law_of_more_than_sizes_has_no_curve_in_compute():
    runs = ladder().wide(loss=("val", "loss"), error=("quiz", "error"))
    draws = bootstrap(fit("loss_to_error", runs), 50, seed=0)
    with pytest.raises(ReportError, match=r"also reads loss.*plot\.residuals"):
        plot.loss_curve(draws)


def test_loss_to_error_shows_the_accuracy_where_asked(outlook):
    part = outlook.tasks["quiz"]
    panel = plot.loss_to_error(
        part.model,
        target=outlook.target,
        metric="accuracy",
        widening=part.widening,
        measured=0.5,
        task="quiz",
    )
    target = panel.frame[panel.frame["kind"] == "target"].iloc[0]
    assert target["estimate"] == pytest.approx(part.prediction["estimate"].iloc[0])
    assert target["low"] == pytest.approx(part.prediction["low"].iloc[0])
    assert target["measured"] == 0.5
    assert panel.figure.axes[0].get_ylabel() == "accuracy (%)"
    assert line_of(panel.figure.axes[0], "target as measured").get_ydata()[0] == 0.5


def test_loss_to_error_without_a_target_shows_the_runs_alone():
    runs = ladder(noise=0.003).wide(loss=("val", "loss"), error=("quiz", "error"))
    both = chain(
        fit("overtraining", runs),
        fit("loss_to_error", runs, penalty=LeastSquares()),
        n=60,
        seed=0,
    )
    panel = plot.loss_to_error(both)
    assert "target" not in kinds(panel)
    assert kinds(panel)["run"] == len(runs)


def test_the_back_test_states_its_errors_and_draws_every_method(outlook):
    test = outlook.tasks["quiz"].backtest
    panel = plot.backtest(test)
    assert len(panel.frame) == len(test.frame)
    bars = panel.figure.axes[1].patches
    assert len(bars) == len(test.summary)
    assert bars[0].get_width() == pytest.approx(test.mean_abs_error)
    inside = int(test.frame["covered"].sum())
    assert f"{inside} of {len(test.frame)}" in panel.caption


def test_back_tests_of_many_tasks_are_drawn_together(outlook):
    tests = {name: part.backtest for name, part in outlook.tasks.items()}
    panel = plot.backtest(tests)
    assert set(panel.frame["task"]) == set(tests)
    assert f"of {len(tests)} tasks" in panel.caption


def test_back_tests_of_different_units_cannot_share_axes(outlook):
    with pytest.raises(ReportError, match="different units"):
        plot.backtest({"a": outlook.loss.backtest, "b": outlook.tasks["quiz"].backtest})
    with pytest.raises(ReportError, match="no back-test to draw"):
        plot.backtest({})


def test_residuals_are_relative_to_the_fitted_value(outlook):
    one = outlook.loss.fits[0]
    panel = plot.residuals(one)
    expected = one.runs["loss"] / one.fitted - 1.0
    assert panel.frame["relative"].tolist() == pytest.approx(expected.tolist())
    assert panel.figure.axes[0].get_ylabel() == "measured over fitted, less 1 (%)"


def test_the_overview_puts_the_best_task_first_and_the_chance_level_beside_it(outlook):
    panel = plot.forecast_overview(outlook)
    assert panel.frame["estimate"].is_monotonic_decreasing
    axes = panel.figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == list(panel.frame["task"])
    assert line_of(axes, "guessing").get_xdata()[0] == 0.25


def test_an_overview_of_too_many_tasks_or_none_is_refused(outlook):
    with pytest.raises(ReportError, match="at most 48 at a time"):
        plot.forecast_overview(outlook, tasks=["quiz"] * 49)
    bare = forecast(ladder(noise=0.003), n=50, seed=0)
    with pytest.raises(ReportError, match="give it a target"):
        plot.forecast_overview(bare)


def test_small_multiples_give_each_task_its_own_axes(outlook):
    panel = plot.small_multiples(outlook)
    titles = [axes.get_title(loc="left") for axes in panel.figure.axes if axes.get_visible()]
    assert titles == list(outlook.tasks)
    assert set(panel.frame["task"]) == set(outlook.tasks)
    with pytest.raises(ReportError, match="at most 24 at a time"):
        plot.small_multiples(outlook, tasks=["quiz"] * 25)


def test_figures_leave_the_settings_of_matplotlib_alone(outlook):
    before = dict(mpl.rcParams)
    plot.forecast_overview(outlook).svg()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("low", "high"), [(1e16, 6e21), (3e18, 9e18), (2.1, 2.6), (1e3, 1e30), (5.0, 640.0)]
)
def test_log_axes_have_a_few_round_ticks_inside(low, high):
    ticks = log_ticks(low, high)
    assert 2 <= len(ticks) <= 8
    assert all(low * 0.99 <= tick <= high * 1.01 for tick in ticks)


def test_compute_is_labelled_as_powers_of_ten():
    assert compute_label(1e18) == "$10^{18}$"
    assert compute_label(3e18) == r"$3{\times}10^{18}$"

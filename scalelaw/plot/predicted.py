"""Predicted against measured: how a back-test went, beside the plain baselines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from scalelaw.errors import ReportError
from scalelaw.forecasting import Backtest
from scalelaw.forecasting.baselines import MEANINGS
from scalelaw.plot import _style as style
from scalelaw.plot._axes import limits, measure_axis
from scalelaw.plot._panel import Panel
from scalelaw.plot.words import Measure, measure_of, plural, times

METHODS = {"forecast": "this forecast", **MEANINGS}
"""Names of the methods of a back-test, for people."""


def backtest(tested: Backtest | Mapping[str, Backtest], *, measure: Measure | None = None) -> Panel:
    """Draw forecasts of hidden runs against what they measured, and the mean errors.

    Parameters
    ----------
    tested : Backtest, or mapping of task to Backtest
        Several are drawn together; they must be of metrics with one unit.
    measure : Measure, optional
        How the metric is named and in what unit; by default from the back-test.

    Returns
    -------
    Panel
        The frame has a row a hidden run of a task, with the columns of `Backtest.frame`.

    Raises
    ------
    ReportError
        If there is no back-test, or the units differ.
    """
    tests = {"": tested} if isinstance(tested, Backtest) else dict(tested)
    if not tests:
        raise ReportError("there is no back-test to draw; a forecast without one says why")
    units = {measure_of(test.metric).unit for test in tests.values()}
    if len(units) > 1:
        raise ReportError(
            f"back-tests in different units ({', '.join(sorted(units))}) cannot share axes; "
            "draw them apart"
        )
    first = next(iter(tests.values()))
    measure = measure or measure_of(first.metric)
    parts = [test.frame.assign(task=task) for task, test in tests.items()]
    frame = pd.concat(parts, ignore_index=True)
    with style.canvas(2.9) as figure:
        left, right = figure.subplots(1, 2, width_ratios=[1.0, 1.05])
        _draw_scatter(left, frame, measure, first.level, many=len(frame) > 60)
        _draw_bars(right, errors_of(frame), measure)
        figure.set_layout_engine("constrained", wspace=0.06)
        return Panel("Back-test", _caption(frame, measure, first.level), frame, figure)


def errors_of(frame: pd.DataFrame) -> pd.Series[float]:
    """Return the mean absolute error of each method over the rows that all methods have."""
    columns = {"forecast": "estimate", **{name: name for name in MEANINGS}}
    there = {method: name for method, name in columns.items() if frame[name].notna().any()}
    whole = frame[frame[list(there.values())].notna().all(axis=1)]
    return pd.Series(
        {
            method: float((whole[name] - whole["measured"]).abs().mean())
            for method, name in there.items()
        }
    )


def _draw_scatter(
    axes: Axes, frame: pd.DataFrame, measure: Measure, level: float, *, many: bool
) -> None:
    low, high = limits(frame["measured"], frame["estimate"])
    axes.plot([low, high], [low, high], color=style.MUTED, linewidth=0.8, zorder=1)
    for name, mark in style.BASELINE_MARKS.items():
        axes.plot(
            frame["measured"],
            frame[name],
            mark,
            color=style.BASELINES[name],
            markersize=2.0 if many else 3.0,
            alpha=0.45 if many else 0.8,
            zorder=2,
        )
    below = (frame["estimate"] - frame["low"]).clip(lower=0.0)
    above = (frame["high"] - frame["estimate"]).clip(lower=0.0)
    axes.errorbar(
        frame["measured"],
        frame["estimate"],
        yerr=[below, above],
        fmt="o",
        color=style.FORECAST,
        ecolor=style.FORECAST,
        elinewidth=0.5 if many else 0.9,
        alpha=0.7 if many else 1.0,
        markersize=2.6 if many else 4.0,
        zorder=3,
    )
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    measure_axis(axes.xaxis, measure, 5)
    measure_axis(axes.yaxis, measure, 5)
    axes.set_xlabel(f"measured {measure.label}")
    axes.set_ylabel(f"predicted {measure.label}")
    axes.set_title(f"hidden runs, {level:.0%} intervals")
    axes.grid()


def _draw_bars(axes: Axes, errors: pd.Series[float], measure: Measure) -> None:
    places = np.arange(len(errors))[::-1]
    colours = [style.BASELINES.get(str(name), style.FORECAST) for name in errors.index]
    axes.barh(places, errors, height=0.55, color=colours)
    digits = measure.digits(float(errors.min()))
    for place, value in zip(places, errors, strict=True):
        axes.annotate(
            measure.text(value, digits),
            (value, place),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_yticks(places, [METHODS[str(name)] for name in errors.index])
    axes.tick_params(axis="y", length=0)
    measure_axis(axes.xaxis, measure, 4)
    axes.set_xlim(0.0, float(errors.max()) * 1.2 or 1.0)
    axes.set_xlabel(f"mean absolute error ({measure.gap or measure.metric})")
    axes.set_title("mean error by method")


def _caption(frame: pd.DataFrame, measure: Measure, level: float) -> str:
    tasks = frame["task"].nunique()
    errors = errors_of(frame)
    inside = int(frame["covered"].sum())
    own = errors["forecast"]
    others = errors.drop("forecast")
    gap = f" {measure.gap}" if measure.gap else ""
    text = (
        f"{plural(len(frame), 'hidden result')}"
        f"{f' of {tasks} tasks' if tasks > 1 else ''}, on runs of up to "
        f"{times(frame['distance'].max())} times the largest visible compute. Mean absolute error "
        f"{measure.text(own, measure.digits(own))}{gap}; {inside} of {len(frame)} "
        f"({inside / len(frame):.0%}) inside the {level:.0%} interval."
    )
    if len(others):
        best = str(others.idxmin())
        text += (
            f" The best baseline, the {METHODS[best]}, is off by "
            f"{measure.text(others[best], measure.digits(others[best]))}{gap}."
        )
    return text

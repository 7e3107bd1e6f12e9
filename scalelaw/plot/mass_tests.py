"""Accuracy from masses against what was measured, beside every other way."""

from __future__ import annotations

from scalelaw.choices import AVERAGE, MassBacktest
from scalelaw.plot import _style as style
from scalelaw.plot._axes import limits
from scalelaw.plot._panel import Panel


def mass_backtest(found: MassBacktest, *, task: str) -> Panel:
    """Draw forecasts of hidden runs against their measured accuracy.

    Parameters
    ----------
    found : MassBacktest
        From `scalelaw.choices.backtest_masses`, or of a forecast.
    task : str
        Name of the task.

    Returns
    -------
    Panel
        The frame is that of the back-test; the weighted average is drawn with its intervals.
    """
    summary = found.summary
    (best,) = summary[summary["method"] == AVERAGE].to_dict("records")
    (last,) = summary[summary["method"] == "last run"].to_dict("records")
    frame = found.frame
    with style.canvas(3.4) as figure:
        axes = figure.subplots()
        own = frame[frame["method"] == best["method"]]
        spans = [own["estimate"] - own["low"], own["high"] - own["estimate"]]
        axes.errorbar(
            own["measured"], own["estimate"], yerr=spans, fmt="o", color=style.FORECAST,
            ecolor=style.BAND, label=str(best["method"]), markersize=4.0,
        )  # fmt: skip
        others = frame[frame["low"].isna()]
        marks = zip("s^Dv", ("#e69f00", "#009e73", "#cc79a7", "#8c564b"), strict=True)
        for (mark, colour), (name, rows) in zip(
            marks, others.groupby("method", sort=False), strict=False
        ):
            axes.plot(
                rows["measured"], rows["estimate"], mark, color=colour, markersize=3.0,
                alpha=0.7, label=str(name),
            )  # fmt: skip
        axes.axline((0.5, 0.5), slope=1.0, color=style.MUTED, linewidth=0.6)
        axes.set_xlim(*limits(own["measured"]))
        shown = [own[name] for name in ("measured", "estimate", "low", "high")]
        axes.set_ylim(*limits(*shown, others["estimate"], room=0.03))
        axes.set_xlabel("measured accuracy")
        axes.set_ylabel("forecast accuracy")
        style.legend_above(figure, axes)
    caption = (
        f"{int(best['n'])} forecasts of hidden larger runs of {task}, {found.caption}: the "
        f"{best['method']} is off by {best['points']:.2f} points on average, repeating the last "
        f"run by {last['points']:.2f}; {best['coverage']:.0%} of its intervals hold the measured "
        "value."
    )
    return Panel(f"Back-test of accuracy from masses on {task}", caption, frame, figure)

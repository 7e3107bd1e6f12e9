"""All methods for one benchmark side by side: forecast, weight, back-tested error."""

from __future__ import annotations

import numpy as np

from scalelaw.difficulty import DifficultyForecast
from scalelaw.plot import _style as style
from scalelaw.plot._panel import Panel


def method_comparison(outlook: DifficultyForecast) -> Panel:
    """Draw the forecast of each method, and how far off it was on the ladder.

    Parameters
    ----------
    outlook : DifficultyForecast

    Returns
    -------
    Panel
        The frame is the forecast's table without methods that made none.
    """
    frame = outlook.table.dropna(subset=["estimate"]).reset_index(drop=True)
    place = np.arange(len(frame))[::-1]
    with style.canvas(0.9 + 0.2 * len(frame)) as figure:
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.3, 1.0])
        left.hlines(place, frame["low"], frame["high"], color=style.BAND, linewidth=4.0)
        main = frame["weight"].to_numpy() > 0
        left.plot(frame["estimate"][~main], place[~main], "o", color=style.MUTED, markersize=3.0)
        left.plot(frame["estimate"][main], place[main], "o", color=style.FORECAST, markersize=4.0)
        left.set_yticks(place, labels=list(frame["method"]))
        left.set_xlabel("forecast mean rate")
        right.barh(place, frame["backtest_error"].fillna(0.0), color=style.FORECAST, height=0.6)
        right.set_xlabel("mean absolute error on the ladder")
        used = frame[(frame["weight"] >= 0.005) & (frame["method"] != outlook.method)]
        told = ", ".join(f"{row['method']} {row['weight']:.0%}" for _, row in used.iterrows())
        caption = outlook.caption + (f" Weights: {told}." if told else "")
        return Panel("Methods compared", caption, frame, figure)

"""Coverage of the intervals of forecasts, on a made ladder that bends beyond its small runs."""

from __future__ import annotations

import pandas as pd

import scalelaw as sl
from analyses.coverage.analysis import compared
from tests.ladders import ladder


def bent() -> sl.RunTable:
    """Return a ladder whose accuracy is lower than its law says, the more so the larger the run."""
    frame = ladder(noise=2e-3, seed=1).frame
    more = (frame["compute"] / frame["compute"].min()).pow(0.1) - 1.0
    score = frame["metric"] == "accuracy"
    lower = frame["value"].where(~score, frame["value"] - 0.01 * more)
    return sl.RunTable.build(frame.assign(value=lower).drop(columns="multiplier"))


def test_intervals_of_forecasts_hold_more_often_than_those_of_draws():
    found = compared(bent(), "accuracy", "val", 0.65)
    assert len(found) == 7
    shares = found[["draws", "one_back_test", "forecast"]].mean()
    assert shares["draws"] <= shares["one_back_test"] <= shares["forecast"]
    assert shares["draws"] < shares["forecast"]
    far = pd.Series(found["factor"].to_numpy(), index=found["distance"]).sort_index()
    assert far.is_monotonic_increasing

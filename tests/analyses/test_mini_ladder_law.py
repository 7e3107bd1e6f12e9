"""What the page of the ladder says of the laws of loss."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analyses.mini_ladder.law import laws

DATA = Path(__file__).resolve().parents[2] / "data" / "mini_ladder"


def test_the_errors_that_the_page_states_are_those_of_the_runs():
    table = laws(pd.read_csv(DATA / "losses.csv")).set_index(["law", "above_flop"])
    large = ["n603k-m5-s0", "n429k-m20-s0", "n234k-m80-s0", "n603k-m20-s0"]
    stated = {("overtraining", 0.0): (0.0, 3.3, 3.2, 5.8), ("kaplan", 5e10): (1.5, 0.6, 1.4, 2.8)}
    for row, errors in stated.items():
        found = (100 * table.loc[row, large]).abs().tolist()
        assert found == pytest.approx(errors, abs=0.06)
    assert table["runs"].tolist() == [24] * 3 + [19] * 3

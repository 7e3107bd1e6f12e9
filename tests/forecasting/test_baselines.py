"""Baselines: what a forecast must beat."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scalelaw.forecasting.baselines import BASELINES


def ladder() -> pd.DataFrame:
    """Return six runs whose error follows a power law in compute."""
    compute = np.geomspace(1e18, 1e21, 6)
    error = 0.2 + 900.0 * compute**-0.18
    return pd.DataFrame({"compute": compute, "error": error, "accuracy": 1.0 - error})


def test_the_direct_law_of_an_accuracy_is_that_of_its_error():
    runs = ladder()
    seen, at = runs.iloc[:5], runs.iloc[5:]
    of_error = BASELINES["direct"](seen, at, "error")
    assert of_error == pytest.approx(at["error"].to_numpy(), abs=1e-4)
    assert BASELINES["direct"](seen, at, "accuracy") == pytest.approx(1.0 - of_error)


def test_the_largest_run_is_the_one_with_most_compute_wherever_it_stands():
    runs = ladder()
    found = BASELINES["largest"](runs.iloc[[4, 0, 1]], runs.iloc[5:], "error")
    assert found.tolist() == [runs["error"][4]]


def test_the_line_is_straight_in_log_compute():
    runs = ladder().assign(error=lambda frame: 2.0 - 0.03 * np.log(frame["compute"]))
    found = BASELINES["line"](runs.iloc[:3], runs.iloc[3:], "error")
    assert found == pytest.approx(runs["error"][3:].to_numpy())


def test_the_direct_law_is_unknown_where_there_are_too_few_runs():
    runs = ladder()
    assert np.isnan(BASELINES["direct"](runs.iloc[:2], runs.iloc[5:], "error")).all()

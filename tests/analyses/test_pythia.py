"""The forecast of Pythia 6.9B, on the files of the harness where these are at hand."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analyses.pythia.__main__ import last_line, main
from analyses.pythia.analysis import (
    LADDER,
    ROUTES,
    TASKS,
    choose,
    compared,
    smaller_than,
    well_trained,
    zero_shot,
)
from scalelaw.load.datasets import DATA_DIR


@pytest.fixture
def pythia(shared_data, monkeypatch):
    """Return the folder of all data sets, set for `load.dataset`, if Pythia is in it."""
    folder = shared_data("pythia").parent
    monkeypatch.setenv(DATA_DIR, str(folder))
    return folder


@pytest.mark.slow
def test_the_command_prints_the_table_and_ends_with_its_figure(pythia, tmp_path, capsys):
    assert main(["--data", str(pythia), "--out", str(tmp_path)]) == 0
    *_, last = capsys.readouterr().out.splitlines()
    found = re.fullmatch(
        r"mean absolute error ([\d.]+) points \(baselines: largest small run repeated 2\.26, "
        r"straight line in log C 4\.75, one-step power law in C [\d.]+; (\d) of 7 covered\)",
        last,
    )
    assert found, last
    assert float(found[1]) < 2.26
    assert int(found[2]) >= 5
    table = pd.read_csv(tmp_path / "forecast.csv")
    assert table["task"].tolist() == list(TASKS)
    assert table["measured"].between(0, 1).all()
    assert table["estimate"].between(table["low"], table["high"]).all()
    routes = pd.read_csv(tmp_path / "routes.csv")
    assert routes["taken"].sum() == 1
    assert set(pd.read_csv(tmp_path / "losses.csv")["of"]) == {"pythia-2.8b", "pythia-6.9b"}


def test_a_forecast_has_not_seen_the_size_or_any_larger_one(pythia):
    runs = zero_shot()
    for route in ROUTES[0], ROUTES[3]:
        result = route.forecast(runs, "pythia-2.8b", n=20)
        seen = {name for part in result.parts for fit in part.fits for name in fit.runs["family"]}
        assert seen == set(smaller_than("pythia-2.8b"))


def test_measured_scores_are_those_of_the_files(pythia):
    table = compared(zero_shot(), ROUTES[0], "pythia-6.9b", n=20).set_index("task")
    assert table.loc["piqa", "measured"] == pytest.approx(0.7524, abs=1e-4)
    assert table.loc["piqa", "stderr"] == pytest.approx(1.007, abs=1e-3)
    assert table.loc["piqa", "largest"] == pytest.approx(100 * (0.738847 - 0.752448), abs=1e-3)


def test_checkpoints_of_the_warm_up_and_of_too_few_tokens_are_left_out():
    steps = pd.DataFrame({"step": [512, 3000, 3000, 143000], "multiplier": [50, 9, 50, 300]})
    assert well_trained(steps).tolist() == [False, False, True, True]


def errors(*means: float) -> pd.DataFrame:
    """Return errors of every route about given means, a point up and a point down."""
    rows = [[mean - 1, mean + 1] * 3 for mean in means]
    return pd.DataFrame(rows, index=[route.name for route in ROUTES])


def test_the_simplest_route_is_taken_where_the_others_are_hardly_better():
    assert choose(errors(2.3, 2.0, 2.5, 3.0, 3.0, 3.0, 2.1)) == ROUTES[0]


def test_a_clearly_better_route_is_taken_though_it_is_not_the_simplest():
    assert choose(errors(4.0, 2.0, 2.2, 3.0, 3.0, 3.0, 2.1)) == ROUTES[1]


def test_the_ladder_climbs_and_the_target_is_on_top():
    assert smaller_than("pythia-410m") == ["pythia-70m", "pythia-160m"]
    assert LADDER[-1] == "pythia-6.9b"


def test_the_last_line_states_errors_in_points_and_coverage():
    table = pd.DataFrame(
        {
            "error": [1.0, -2.0],
            "largest": [3.0, 3.0],
            "line": [4.0, -4.0],
            "direct": [0.5, 0.5],
            "covered": [True, False],
        }
    )
    assert last_line(table) == (
        "mean absolute error 1.50 points (baselines: largest small run repeated 3.00, "
        "straight line in log C 4.00, one-step power law in C 0.50; 1 of 2 covered)"
    )

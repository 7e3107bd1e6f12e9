"""The commands, end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ladders import true_error, true_loss

TARGET = ("--params", "20B", "--tokens", "400B")


def test_runs_shows_what_was_read(say, results):
    folder, sizes = results
    said = say("runs", folder, "--runs", sizes)
    assert said.code == 0
    assert "RunTable(20 runs, 2 tasks, 40 measurements" in said.out
    assert "quiz" in said.out


def test_runs_saves_the_table(say, results, tmp_path):
    folder, sizes = results
    assert say("runs", folder, "--runs", sizes, "--csv", tmp_path / "all.csv").code == 0
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 41


def test_the_forecast_finds_the_truth_and_says_what_it_used(say, results):
    folder, sizes = results
    answer = say("forecast", folder, "--runs", sizes, *TARGET, "--draws", 200, "--json").json
    quiz = next(one for one in answer["forecasts"] if one["task"] == "quiz")
    truth = 1 - true_error(true_loss(2e10, 4e11))
    assert quiz["estimate"] == pytest.approx(truth, abs=0.05)
    assert quiz["low"] < quiz["estimate"] < quiz["high"]
    assert answer["preset"]["name"] == "default"
    assert answer["loss"] == ["val", "bits_per_byte"]
    assert len(quiz["fitted_to"][0]) == 20
    assert answer["target"]["multiplier"] == pytest.approx(20)


def test_the_forecast_for_people_puts_the_answer_in_a_table(say, results):
    folder, sizes = results
    said = say("forecast", folder, "--runs", sizes, *TARGET, "--task", "quiz", "--draws", 100)
    assert "target: 20B params, 400B tokens, 4.8e+22 FLOP" in said.out
    assert "quiz" in said.out
    assert "back-test error" in said.out


def test_a_backtest_of_a_factor_compares_with_the_baselines(say, results):
    folder, sizes = results
    options = ("--task", "quiz", "--factor", 20, "--draws", 100)
    answer = say("backtest", folder, "--runs", sizes, *options, "--json").json
    methods = [row["method"] for row in answer["backtests"]["quiz"]["summary"]]
    assert methods == ["forecast", "largest", "line", "direct"]
    said = say("backtest", folder, "--runs", sizes, *options)
    assert "mean absolute error" in said.out


def test_fit_prints_coefficients_with_intervals(say, results):
    folder, sizes = results
    options = ("--law", "overtraining", "--draws", 100)
    said = say("fit", folder, "--runs", sizes, *options)
    assert "overtraining: loss of params, tokens" in said.out
    assert "coefficients, 90% intervals" in said.out
    answer = say("fit", folder, "--runs", sizes, *options, "--json").json
    assert answer["coef"]["eta"] == pytest.approx(0.135, abs=0.03)
    assert [row["coef"] for row in answer["coefs"]] == ["E", "a", "b", "eta"]


def test_fit_of_a_task_needs_its_name(say, results):
    folder, sizes = results
    said = say("fit", folder, "--runs", sizes, "--law", "loss_to_error")
    assert said.code == 2
    assert "which task's error is to be fitted? There are: quiz" in said.err
    assert say("fit", folder, "--runs", sizes, "--law", "loss_to_error", "--task", "quiz").code == 0


def test_laws_are_listed_and_explained(say):
    assert "chinchilla" in say("laws").out
    said = say("laws", "chinchilla")
    assert "irreducible" in said.out or "no size removes" in said.out
    assert {"chinchilla", "overtraining"} <= {row["law"] for row in say("laws", "--json").json}


def test_a_wrong_law_suggests_near_names(say):
    said = say("laws", "chinchila")
    assert said.code == 2
    assert "did you mean 'chinchilla'" in said.err


def test_datasets_are_listed(say):
    names = {row["name"] for row in say("datasets", "list", "--json").json}
    assert {"gadre2024", "pythia", "olmo-ladder", "besiroglu2024"} <= names


def test_help_is_there_for_every_command(say):
    listed = say("--help").out
    for command in ("runs", "laws", "fit", "forecast", "backtest", "report", "datasets", "demo"):
        assert command in listed
        assert "Usage" in say(command, "--help").out


def test_json_has_no_nan(say, results):
    folder, sizes = results
    said = say("forecast", folder, "--runs", sizes, *TARGET, "--draws", 50, "--json")
    json.loads(said.out, parse_constant=lambda name: pytest.fail(name))


def test_the_module_can_be_run():
    done = subprocess.run(
        [sys.executable, "-m", "scalelaw", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("scalelaw, version ")


def test_a_back_test_of_bits_per_byte_is_named_so(say, results):
    folder, sizes = results
    said = say("backtest", folder, "--runs", sizes, "--draws", 50)
    assert "val (bits_per_byte)" in said.out
    assert "val (loss)" not in said.out


def test_a_loss_law_may_be_a_file(say, results, tmp_path):
    page = Path(__file__).parents[2] / "docs" / "own-law.md"
    law = tmp_path / "my_law.py"
    law.write_text(page.read_text("utf-8").split("```python\n")[1].split("```")[0], "utf-8")
    folder, sizes = results
    where = ("forecast", folder, "--runs", sizes, *TARGET, "--draws", 50, "--json")
    answer = say(*where, "--loss-law", law).json
    laws = {one["task"]: one["law"] for one in answer["forecasts"]}
    assert laws["val"] == "mine"
    assert laws["quiz"].startswith("mine then ")


def test_every_penalty_can_be_asked_for(say, results):
    folder, sizes = results
    where = ("fit", folder, "--runs", sizes, "--draws", 0)
    assert "Huber (corner 0.02) on log" in say(*where, "--delta", 0.02).out
    assert "free scale" in say(*where, "--penalty", "huber-likelihood").out
    assert "10 x above the runs" in say(*where, "--penalty", "asymmetric").out
    said = say(*where, "--penalty", "least-squares", "--delta", 0.1)
    assert (said.code, said.out) == (2, "")
    assert "least-squares has none" in said.err


def test_accuracies_are_fitted_by_their_items(say, results):
    folder, sizes = results
    task = ("--law", "chance_sigmoid", "--task", "quiz", "--draws", 0)
    said = say("fit", folder, "--runs", sizes, *task, "--penalty", "binomial")
    assert "binomial likelihood of the items" in said.out
    said = say("fit", folder, "--runs", sizes, *task, "--weights", "stderr")
    assert said.code == 0


def test_a_level_in_percent_is_refused_before_anything_is_printed(say, results):
    folder, sizes = results
    said = say("fit", folder, "--runs", sizes, "--draws", 20, "--level", 90)
    assert (said.code, said.out) == (2, "")
    assert "level must lie between 0 and 1, such as 0.9; got 90" in said.err

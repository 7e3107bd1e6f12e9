"""The reproduction of Gadre et al. (2024), on their files where these are at hand."""

from __future__ import annotations

import json
import os
import re
import shutil
from unittest.mock import patch

import pandas as pd
import pytest

from analyses.gadre2024.__main__ import main
from analyses.gadre2024.reference import KEY, compare, half_unit, read_reference


@pytest.fixture(autouse=True)
def _environment_as_before():
    """Undo what `use_data` sets."""
    with patch.dict(os.environ):
        yield


def test_every_c4_and_redpajama_value_is_reproduced(shared_data, tmp_path, capsys):
    folder = shared_data("gadre2024").parent
    options = ["--train-sets", "c4,rpj", "--data", str(folder), "--out", str(tmp_path)]
    assert main(options) == 0
    *_, last = capsys.readouterr().out.splitlines()
    assert last == "509 of 509 published values reproduced"
    table = pd.read_csv(tmp_path / "reproduced.csv", dtype=str, keep_default_na=False)
    assert (table["ok"] == "True").sum() == 509
    headline = table.query("subject == 'avg17' and train_set == 'rpj' and place == 'Table 2'")
    assert headline["reproduced"].astype(float).tolist() == pytest.approx([0.046442], abs=1e-6)
    assert len(pd.read_csv(tmp_path / "intervals.csv")) == 4


def test_values_that_need_absent_files_are_named_and_not_counted(shared_data, tmp_path, capsys):
    folder = shared_data("gadre2024").parent
    options = ["--train-sets", "rpj,rw", "--data", str(folder), "--out", str(tmp_path)]
    assert main(options) == 0
    printed = capsys.readouterr().out
    assert "since they take the files of rw, which are not here: 1 of test bed, 11 of" in printed
    last = printed.splitlines()[-1]
    found = re.fullmatch(r"(\d+) of (\d+) published values reproduced", last)
    assert found
    assert found[1] == found[2]


def test_refinedweb_works_by_the_same_call_when_its_files_are_there(shared_data, tmp_path, capsys):
    """RedPajama's runs under RefinedWeb's name: all is worked out, though not the same values."""
    source = shared_data("gadre2024") / "exp_data"
    home = tmp_path / "data" / "gadre2024" / "exp_data"
    shutil.copytree(source, home)
    for path in sorted((home / "models").glob("rpj-*.json")):
        model = json.loads(path.read_text(encoding="utf-8"))
        stem = path.stem.replace("rpj", "rw_original").replace("1b-32.0", "1b-16.0")
        model["dataset_name"] = "rw_original"
        settings = model["hyperparameters"]
        if stem.endswith("1b-16.0"):
            settings["tokens"] //= 2
        (home / "models" / f"{stem}.json").write_text(json.dumps(model), encoding="utf-8")
        scores = home / "evals" / f"evaluation_{path.stem}_heavy.json"
        shutil.copy(scores, home / "evals" / f"evaluation_{stem}_heavy.json")
    assert main(["--data", str(tmp_path / "data"), "--out", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    table = pd.read_csv(tmp_path / "reproduced.csv", dtype=str, keep_default_na=False)
    assert (table["reproduced"] != "").all()
    assert (table["ok"] != "").all()
    assert (table.query("train_set in ('c4', 'rpj') and place != 'Figure 8'")["ok"] == "True").all()
    assert "Not reproduced:" in printed
    assert "not checked" not in printed


@pytest.mark.parametrize(
    ("printed", "half"), [("1.51", 0.005), ("141", 0.5), ("0.050", 0.0005), ("2.4e19", 5e17)]
)
def test_half_a_unit_of_the_last_printed_digit_is_what_rounding_allows(printed, half):
    assert half_unit(printed) == pytest.approx(half)


def _perfect() -> pd.DataFrame:
    """Return reproduced values that equal the published ones."""
    table = read_reference()
    exact = table["exact"].where(table["exact"] != "", table["printed"])
    values = [text if " " in text else float(text) for text in exact]
    return table[KEY].assign(reproduced=pd.Series(values, dtype=object))


def test_published_values_are_reproduced_by_themselves():
    table = compare(_perfect(), {"c4", "rpj", "rw"})
    assert [ok for ok in table["ok"] if ok is not True] == []


def test_a_value_off_by_more_than_its_tolerance_is_not_reproduced():
    wrong = _perfect()
    one = (wrong["place"] == "Table 6") & (wrong["quantity"] == "E") & (wrong["train_set"] == "rpj")
    wrong.loc[one, "reproduced"] = 1.83668  # 1.84 as printed, but not within 1e-5 of the optimum
    table = compare(wrong, {"c4", "rpj"})
    missed = table[table["ok"].eq(other=False)]
    assert missed[["place", "quantity"]].to_numpy().tolist() == [["Table 6", "E"]]
    assert missed["off"].item() == pytest.approx(1.7, abs=0.1)


def test_a_value_that_is_missing_is_not_reproduced_rather_than_left_out():
    table = compare(_perfect().iloc[1:], {"c4", "rpj", "rw"})
    assert table["ok"].eq(other=False).sum() == 1
    assert "not reproduced at all" in set(table["why_not"])


def test_a_wrong_list_of_tasks_is_not_reproduced():
    wrong = _perfect()
    chosen = wrong["quantity"] == "tasks 0.10 above chance"
    wrong.loc[chosen, "reproduced"] = "arc_easy boolq"
    table = compare(wrong, {"c4", "rpj", "rw"})
    assert table.loc[table["ok"].eq(other=False), "place"].tolist() == ["section 3.4"]


def test_a_training_set_that_does_not_exist_is_refused(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--train-sets", "c4,pile"])
    assert stop.value.code == 2
    assert "no such training set: 'c4,pile'; there are c4, rpj, rw" in capsys.readouterr().err


def test_a_folder_that_is_no_test_bed_is_an_error_of_one_line(tmp_path, capsys):
    home = tmp_path / "gadre2024" / "exp_data"
    home.mkdir(parents=True)
    (home / "eval_metadata.csv").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(tmp_path), "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert "holds no test bed" in capsys.readouterr().err.splitlines()[-1]

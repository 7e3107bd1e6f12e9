from __future__ import annotations

from tests.items.logs import ladder, line, write


def test_check_prints_how_many_aggregates_are_equal(say, shared_data):
    said = say("items", shared_data("lm_eval") / "v0.4.11", "--check")
    assert said.code == 0
    assert said.out.startswith("11 of 11 aggregates equal")


def test_items_shows_scores_and_saves_the_answers(say, tmp_path):
    write(tmp_path, [line(0, [-1.0, -2.0], 0), line(1, [-3.0, -2.0], 0)])
    said = say("items", tmp_path, "--out", tmp_path / "items.parquet")
    assert said.code == 0
    assert "TaskItems(quiz, multiple_choice, 1 runs, 2 items, 4 choices)" in said.out
    again = say("items", tmp_path / "items.parquet", "--json")
    assert [row["value"] for row in again.json["scores"] if row["metric"] == "accuracy"] == [0.5]


def test_choices_forecasts_beside_its_back_test(say, tmp_path):
    path = ladder(items=30).to_parquet(tmp_path / "items.parquet")
    report = tmp_path / "choices.md"
    said = say(
        "choices", path, "--params", "3B", "--tokens", "60B", "--report", report, "--json"
    )  # fmt: skip
    assert said.code == 0
    found = said.json["tasks"]["quiz"]
    assert {row["score"] for row in found["forecast"]} == {"accuracy", "p_choices", "brier"}
    assert "last run" in {row["method"] for row in found["backtest"]}
    assert report.is_file()
    shown = say("choices", path)
    assert "quiz: correlation with log compute" in shown.out


def test_choices_without_sizes_say_what_is_missing(say, tmp_path):
    write(tmp_path, [line(0, [-1.0, -2.0], 0)])
    said = say("choices", tmp_path)
    assert said.code == 2
    assert "0 of 1 runs have a known compute" in said.err

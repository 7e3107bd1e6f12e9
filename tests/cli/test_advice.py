"""Advice in keywords of Python becomes advice in options."""

from __future__ import annotations

import pytest

from scalelaw.cli._advice import in_options

OPTIONS = {
    "by": "--by COLUMN",
    "columns": "--column NAME=COLUMN",
    "gold": "--gold TEXT",
    "method": "--method TEXT",
    "pool": "--pool COLUMN",
    "tokens_per_step": "--tokens-per-step FLOAT",
    "x": "--x INPUT=COLUMN",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("say by=...", "say --by COLUMN"),
        ("gold=5, but there are 2 choices", "--gold 5, but there are 2 choices"),
        ("compare method='curve'", "compare --method curve"),
        ("with tokens_per_step=.", "with --tokens-per-step FLOAT."),
        ("such as params='N'", "such as --column params=N"),
        ("loss='a' or accuracy=['b']", "--column loss=a or --column accuracy=b"),
        ("the right one with x={'loss': ...}.", "the right one with --x loss=COLUMN."),
        ("(--runs ladder.csv, or runs=...)", "(--runs ladder.csv)"),
        ("(pattern=, --pattern)", "(--pattern)"),
        ("runs.where(shots=...) or --where shots=...", "--where shots=VALUE"),
        ("Pool checkpoints (pool=...), or", "Pool checkpoints (--pool COLUMN), or"),
        ("fix a coefficient with bounds={name: (value, value)}.", "take a law with fewer "
         "coefficients."),
    ],
)  # fmt: skip
def test_a_keyword_is_said_as_an_option(text, said):
    assert in_options(text, OPTIONS) == said


@pytest.mark.parametrize(
    "text", ["frequency=weekly is no option", "--where train_set=c4", "(?P<params>=)", "C = 6ND"]
)
def test_what_is_no_keyword_of_the_command_is_left_alone(text):
    assert in_options(text, OPTIONS) == text


def test_an_input_is_renamed_in_the_table_where_no_option_names_it():
    assert in_options("Name the right one with x={'loss': ...}.", {}) == (
        "Name the right one in the table."
    )

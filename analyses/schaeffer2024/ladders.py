"""The real ladders of the analysis: answers with the sizes of their runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import scalelaw as sl
from analyses.data import folder_of
from scalelaw.score.mass import Normalise

TOKENS = {"pythia": 299_892_736_000.0, "opt": 180e9, "gpt": 10e9}
"""Training tokens of each family: the same for all its sizes, so that only their order counts.

Those of GPT-2 are not published; the number is nominal.
"""

OWN = Path(__file__).resolve().parents[2] / "data" / "mini_ladder"
OWN_TASKS = ("ladder_agreement", "ladder_function_word", "ladder_word_order", "ladder_spelling")
"""Tasks of the project's own ladder on which some run is clearly above chance."""

HELD_OUT = "pythia-6.9b"
VISIBLE = 4
"""Pythia runs up to 1.4B, from which 6.9B is forecast."""


@dataclass(frozen=True)
class Case:
    """One ladder on one task.

    Attributes
    ----------
    family : str
        Name of the family of runs.
    task : str
        Name of the task.
    normalise : str
        Of the log-likelihoods.
    items : ItemTable
        The answers of this family alone.
    """

    family: str
    task: str
    normalise: Normalise
    items: sl.ItemTable

    @property
    def name(self) -> str:
        """Family, task, and the normalisation if there is one."""
        suffix = "" if self.normalise == "none" else f" ({self.normalise})"
        return f"{self.family} {self.task}{suffix}"


def minimal_pairs() -> list[Case]:
    """Return the agreement tasks of Pythia, OPT and GPT-2: two choices, mean log-likelihoods."""
    home = folder_of("lima_lm")
    files = [home / "lgd.parquet", home / "marvin-linzen.parquet"]
    scored = ["good_score", "bad_score"]
    items = sl.load.items(files, choices=scored, gold=0, unit="nats/token")
    sizes = items.runs[["run", "params", "family"]].copy()
    sizes["tokens"] = sizes["family"].map(TOKENS)
    items = items.with_sizes(sizes)
    return [
        Case(family, task, "none", items.where(family=family))
        for family in TOKENS
        for task in items.tasks
    ]


def ngram_models() -> list[Case]:
    """Return the four-choice tasks of seven n-gram models of one order; tokens differ."""
    items = sl.load.lm_eval_samples(folder_of("lm_eval_ladder"), task=["cont_mc", "ham_mc"])
    counted = items.runs["run"].str.removeprefix("ng-d")
    sizes = items.runs[["run"]].assign(params=1e6, tokens=counted.map(sl.size.parse_count))
    items = items.with_sizes(sizes)
    pairs: list[tuple[str, Normalise]] = [
        ("cont_mc", "none"), ("cont_mc", "mutual_info"), ("ham_mc", "none"),
    ]  # fmt: skip
    return [Case("n-gram", task, how, items) for task, how in pairs]


def own_ladder(*, others: bool = False) -> list[Case]:
    """Return tasks of the project's own ladder: its runs of 20 tokens a parameter.

    Parameters
    ----------
    others : bool
        All multiple-choice tasks but `OWN_TASKS`, which the laws were not made on.
    """
    if not (OWN / "items.parquet").is_file():
        return []
    sizes = pd.read_csv(OWN / "results.csv")[["run", "params", "tokens"]].drop_duplicates()
    items = sl.load.items(OWN / "items.parquet")
    kept = [run for run in items.runs["run"] if run.endswith("-m20-s0")]
    items = items.with_sizes(sizes).where(run=kept)
    choices = [name for name, one in items.of.items() if one.kind == "multiple_choice"]
    wanted = [name for name in choices if name not in OWN_TASKS] if others else OWN_TASKS
    return [Case("own", task, "none", items) for task in wanted if task in items.of]

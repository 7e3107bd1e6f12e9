"""A toy ladder is trained, evaluated by the harness and collected, all within a minute."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("lm_eval")

import torch

from analyses.mini_ladder import corpus, train
from analyses.mini_ladder.collect import collect
from analyses.mini_ladder.config import DEFAULT, Ladder, RunPlan, schedule
from analyses.mini_ladder.evaluate import evaluate
from analyses.mini_ladder.model import Shape, Transformer
from analyses.mini_ladder.tasks import patterns, templates
from analyses.mini_ladder.tokenizer import END, Tokenizer, learn

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
TEXT = "the small river keeps an old stone bridge and every letter finds its own way home"
TOY_SIZES = {"tiny": {"width": 8, "layers": 1, "heads": 1}}


def sentences(seed: int, count: int = 120) -> str:
    """Make a document of our own words."""
    rng = random.Random(seed)
    return " ".join(" ".join(rng.choices(TEXT.split(), k=9)) + "." for _ in range(count))


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ladder:
    """Return a ladder of one size and two runs, with its corpus."""
    settings = tomllib.loads(DEFAULT.read_text())
    settings |= {"work": "work", "data": "data", "sizes": TOY_SIZES}
    settings["corpus"] |= {"pieces": 160, "heldout_one_in": 4, "heldout_tokens": 2000}
    settings["training"] |= {"context": 32, "reference_sequences": 16, "checkpoints": [0.5, 1.0]}
    settings["grid"] = [{"sizes": ["tiny"], "multipliers": [2, 6], "seeds": [0]}]
    settings["evaluation"] |= {
        "items": 16,
        "checkpoints_of": ["*-m6-*"],
        "raw_runs": ["tiny-m2-s0"],
        "raw_items": 4,
    }
    monkeypatch.chdir(tmp_path)
    ladder = msgspec.convert(settings, Ladder)
    texts = [corpus.Document("toy", sentences(seed)) for seed in range(24)]
    corpus.write(ladder.corpus, ladder.folder / "corpus", texts)
    return ladder


@pytest.mark.slow
def test_a_toy_ladder_goes_from_text_to_shipped_tables(toy: Ladder) -> None:
    train.train(toy)
    evaluate(toy)
    collect(toy)
    runs = pd.read_csv("data/runs.csv")
    assert set(runs["run"][runs["final"]]) == {"tiny-m2-s0", "tiny-m6-s0"}
    assert np.allclose(runs["compute"], 6.0 * runs["params"] * runs["tokens"])
    results = pd.read_csv("data/results.csv")
    assert {"heldout", "ladder_agreement", "ladder_text_mix"} <= set(results["task"])
    assert results["value"].notna().all()
    items = pd.read_parquet("data/items.parquet")
    accuracy = [row.loglik.argmax() == row.gold for row in items.itertuples()]
    ours = items.assign(right=accuracy).groupby(["run", "task"], observed=True)["right"].mean()
    theirs = results[results["metric"] == "accuracy"].set_index(["run", "task"])["value"]
    assert np.allclose(ours, theirs.loc[list(ours.index)], atol=1e-6)
    shipped = json.loads(next(Path("data/harness/tiny-m6-s0").glob("results_*.json")).read_text())
    assert shipped["config"]["model_num_parameters"] == runs["params"].iloc[0]
    assert shipped["pretty_env_info"] == "withheld"
    assert list(Path("data/raw/tiny-m2-s0").glob("samples_ladder_closing_*.jsonl"))


def test_an_interrupted_run_ends_where_an_uninterrupted_one_ends(
    toy: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = corpus.Corpus.open(toy.folder / "corpus")
    plan = RunPlan("tiny", toy.sizes["tiny"], 6.0, 0)
    whole = train.Run(toy, text, plan, Path("whole")).finish()
    original = train.Run.checkpoint

    def stop(run: train.Run, step: int) -> None:
        original(run, step)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(train.Run, "checkpoint", stop)
        with pytest.raises(KeyboardInterrupt):
            train.Run(toy, text, plan, Path("halves")).finish()
    halves = train.Run(toy, text, plan, Path("halves")).finish()
    assert halves["checkpoints"][-1]["loss"] == pytest.approx(whole["checkpoints"][-1]["loss"])
    assert not Path("halves", train.STATE).exists()


def test_a_run_is_claimed_by_one_process_only(tmp_path: Path) -> None:
    with train.claimed(tmp_path) as mine, train.claimed(tmp_path) as theirs:
        assert mine
        assert not theirs


def test_the_parameters_counted_are_the_parameters_made() -> None:
    shape = Shape(width=24, layers=2, heads=3, pieces=160, context=32)
    made = sum(weight.numel() for weight in Transformer(shape).parameters())
    assert made == shape.params


def test_the_model_does_not_look_ahead() -> None:
    network = Transformer(Shape(width=16, layers=2, heads=2, pieces=64, context=16))
    network.initialise(0)
    tokens = torch.arange(16)[None] % 64
    changed = tokens.clone()
    changed[0, -1] = 63
    assert torch.allclose(network(tokens)[0, :-1], network(changed)[0, :-1], atol=1e-6)


def test_the_rate_ends_at_zero_and_the_batch_grows_with_the_root_of_the_tokens() -> None:
    training = Ladder.read().training
    plan = schedule(training, training.reference_width, training.reference_tokens)
    assert plan.sequences == training.reference_sequences
    assert max(plan.rate(step) for step in range(plan.steps)) == pytest.approx(training.peak_rate)
    assert plan.rate(plan.steps) == 0.0
    longer = schedule(training, training.reference_width, 16 * training.reference_tokens)
    assert longer.sequences == 4 * plan.sequences


def test_the_tokenizer_gives_back_what_it_was_given(tmp_path: Path) -> None:
    text = sentences(1) + "\n\n A (new) line: 12.5!"
    learn([text], 200).save(tmp_path / "merges.json")
    tokenizer = Tokenizer.load(tmp_path / "merges.json")
    pieces = tokenizer.encode(text)
    assert tokenizer.decode(pieces) == text
    assert len(pieces) < len(text) / 2
    assert END not in pieces


@pytest.mark.parametrize(
    "make",
    [
        *(templates.agreement, templates.attraction, templates.grammar, templates.closing),
        *(patterns.repeat, patterns.recall, patterns.sequence, patterns.arithmetic),
    ],
)
def test_template_questions_are_distinct_and_their_answer_has_no_favourite_place(make) -> None:
    task = make(random.Random(0), 300)
    assert len({(q.context, frozenset(q.choices)) for q in task.questions}) == 300
    assert all(len(set(q.choices)) == len(q.choices) for q in task.questions)
    first = np.mean([q.gold == 0 for q in task.questions])
    assert abs(first - task.chance) < 4 * np.sqrt(task.chance * (1 - task.chance) / 300)


def test_each_run_of_the_shipped_configuration_has_its_own_name() -> None:
    names = [plan.name for plan in Ladder.read().runs("cuda")]
    assert len(set(names)) == len(names) >= 20

"""Evaluate finished runs through lm-evaluation-harness, sample logs included."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from .config import Ladder
from .corpus import Corpus
from .tasks import build
from .tasks.files import CATALOGUE
from .train import DONE

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")


@dataclass(frozen=True)
class Evaluated:
    """One checkpoint of one run."""

    run: str
    step: int
    final: bool

    @property
    def name(self) -> str:
        """Name of the folder of its results."""
        return self.run if self.final else f"{self.run}-step{self.step:06d}"


def checkpoints(ladder: Ladder) -> Iterator[Evaluated]:
    """Yield the checkpoints to evaluate: the end of every finished run first."""
    finished = []
    for plan in ladder.runs("cuda"):
        done = ladder.folder / "runs" / plan.name / DONE
        if done.exists():
            steps = [int(mark["step"]) for mark in json.loads(done.read_text())["checkpoints"]]
            finished.append((plan.name, steps))
            yield Evaluated(plan.name, steps[-1], final=True)
    for run, steps in finished:
        if any(fnmatch(run, pattern) for pattern in ladder.evaluation.checkpoints_of):
            for step in steps[:-1]:
                yield Evaluated(run, step, final=False)


def evaluate(ladder: Ladder, only: str = "*") -> None:
    """Evaluate every checkpoint that has no complete results yet."""
    os.environ.setdefault("HF_HOME", str(ladder.folder.absolute() / "cache"))
    import torch
    from lm_eval.tasks import TaskManager

    torch.set_num_threads(ladder.training.threads)
    folder = build(ladder, Corpus.open(ladder.folder / "corpus"))
    manager = TaskManager(include_path=str(folder), include_defaults=False)
    names = list(json.loads((folder / CATALOGUE).read_text()))
    for checkpoint in checkpoints(ladder):
        output = ladder.folder / "harness" / checkpoint.name
        if fnmatch(checkpoint.name, only) and not complete(output, names):
            since = time.perf_counter()
            ask_harness(ladder, checkpoint, names, manager)
            if not complete(output, names):
                raise RuntimeError(f"the harness left no complete results in {output}")
            print(checkpoint.name, f"{time.perf_counter() - since:.1f} s", flush=True)

    for run in ladder.evaluation.raw_runs:
        done = ladder.folder / "runs" / run / DONE
        if done.exists() and not complete(ladder.folder / "raw" / run, ours(folder)):
            step = json.loads(done.read_text())["checkpoints"][-1]["step"]
            limit = ladder.evaluation.raw_items
            ask_harness(ladder, Evaluated(run, step, True), ours(folder), manager, "raw", limit)


def ours(folder: Path) -> list[str]:
    """Return the tasks whose text was made by our own rules."""
    catalogue = json.loads((folder / CATALOGUE).read_text())
    return [name for name, known in catalogue.items() if known["ours"]]


def complete(output: Path, names: list[str]) -> bool:
    """Say whether the results file and the sample file of every task are there."""
    return any(output.glob("results_*.json")) and all(
        any(output.glob(f"samples_{name}_2*.jsonl")) for name in names
    )


def ask_harness(
    ladder: Ladder,
    checkpoint: Evaluated,
    names: list[str],
    manager: Any,
    output: str = "harness",
    limit: int | None = None,
) -> None:
    """Run all tasks on one checkpoint and let the harness write its files."""
    from lm_eval.evaluator import simple_evaluate
    from lm_eval.loggers import EvaluationTracker

    from .adapter import MODEL

    tracker = EvaluationTracker(output_path=str(ladder.folder / output))
    results: Any = simple_evaluate(
        model=MODEL,
        model_args={
            "pretrained": checkpoint.name,
            "run": checkpoint.run,
            "step": checkpoint.step,
            "work": ladder.work,
            "batch_tokens": ladder.evaluation.batch_tokens,
        },
        tasks=list(names),
        task_manager=manager,
        evaluation_tracker=tracker,
        log_samples=True,
        limit=limit,
        bootstrap_iters=1000,
    )
    samples = results.pop("samples")
    tracker.save_results_aggregated(results=results, samples=samples)
    for name, lines in samples.items():
        tracker.save_results_samples(task_name=name, samples=lines)

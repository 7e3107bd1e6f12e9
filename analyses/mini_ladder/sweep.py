"""The learning-rate sweep: short runs that choose the peak rate and its power of the width."""

from __future__ import annotations

import json

import torch
from msgspec.structs import replace

from .config import Ladder, RunPlan
from .corpus import Corpus
from .train import DONE, Run

SWEEPS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("n15k", (8e-3, 1.6e-2, 3.2e-2, 6.4e-2, 1.28e-1)),
    ("n54k", (8e-3, 1.6e-2, 3.2e-2, 6.4e-2)),
    ("n108k", (8e-3, 1.6e-2, 3.2e-2)),
)
MULTIPLIER = 20.0


def sweep(ladder: Ladder) -> None:
    """Train each size at each rate (20 tokens per parameter) and write the losses."""
    torch.set_num_threads(ladder.training.threads)
    corpus = Corpus.open(ladder.folder / "corpus")
    rows = []
    for size, rates in SWEEPS:
        for rate in rates:
            training = replace(
                ladder.training, peak_rate=rate, rate_exponent=0.0, checkpoints=[1.0]
            )
            plan = RunPlan(size, ladder.sizes[size], MULTIPLIER, 0)
            folder = ladder.folder / "sweep" / f"{size}-{rate:g}"
            if not (folder / DONE).exists():
                Run(replace(ladder, training=training), corpus, plan, folder).finish()
            facts = json.loads((folder / DONE).read_text())
            rows.append({"size": size, "peak_rate": rate, "loss": facts["checkpoints"][-1]["loss"]})
            print(json.dumps(rows[-1]), flush=True)
    (ladder.folder / "sweep.json").write_text(json.dumps(rows, indent=1))

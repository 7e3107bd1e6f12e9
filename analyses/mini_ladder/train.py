"""Train the runs of a grid, resuming where an interrupted one left its last checkpoint."""

from __future__ import annotations

import fcntl
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from .config import Ladder, RunPlan, Schedule, Size, schedule
from .corpus import Corpus
from .model import Shape, Transformer

DONE = "run.json"
STATE = "state.pt"
LOSS_BATCH_TOKENS = 16_384


def device() -> torch.device:
    """Return the CUDA device where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def train(ladder: Ladder, only: str = "*") -> None:
    """Train every run whose name matches, in the order of the configuration."""
    torch.set_num_threads(ladder.training.threads)
    corpus = Corpus.open(ladder.folder / "corpus")
    for plan in ladder.runs(device().type):
        folder = ladder.folder / "runs" / plan.name
        if not fnmatch(plan.name, only):
            continue
        with claimed(folder) as mine:
            if mine and not (folder / DONE).exists():
                facts = Run(ladder, corpus, plan, folder).finish()
                print(plan.name, json.dumps(facts["checkpoints"][-1]), flush=True)


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Say whether this process has the run to itself; the claim ends with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "claim").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@dataclass
class Progress:
    """What a checkpoint must remember besides weights and moments."""

    step: int
    seconds: float
    checkpoints: list[dict[str, float]]


class Run:
    """One run on its way: weights, optimiser, position in the text."""

    def __init__(self, ladder: Ladder, corpus: Corpus, plan: RunPlan, folder: Path) -> None:
        self.ladder, self.corpus, self.plan, self.folder = ladder, corpus, plan, folder
        self.device = device()
        self.shape = full_shape(ladder, plan.shape, len(corpus.tokenizer))
        self.schedule = schedule(
            ladder.training, plan.shape.width, plan.multiplier * self.shape.params
        )
        self.tokens_a_step = self.schedule.sequences * ladder.training.context
        self.network = Transformer(self.shape).to(self.device)
        self.network.initialise(plan.seed)
        self.optimiser = optimiser(self.network, ladder)
        self.progress = Progress(0, 0.0, [])

    def finish(self) -> dict[str, Any]:
        """Train to the end, writing checkpoints on the way; return the facts of the run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.resume()
        last = self.schedule.steps
        marks = {max(1, round(part * last)) for part in self.ladder.training.checkpoints} | {last}
        windows = Windows(self.corpus.train, self.ladder.training.context, self.plan.seed)
        since = time.perf_counter()
        for step in range(self.progress.step, last):
            batch = windows.batch(step, self.schedule.sequences).to(self.device)
            train_step(self.network, self.optimiser, batch, self.schedule, step, self.ladder)
            if step + 1 in marks:
                self.progress.seconds += time.perf_counter() - since
                self.checkpoint(step + 1)
                since = time.perf_counter()
        return self.write_facts(windows)

    def resume(self) -> None:
        """Take up the last checkpoint, if there is one."""
        if (self.folder / STATE).exists():
            state = torch.load(self.folder / STATE, weights_only=True, map_location=self.device)
            self.network.load_state_dict(state["weights"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.progress = Progress(**state["progress"])

    def checkpoint(self, step: int) -> None:
        """Measure the loss on held-out text, then write weights and state, each whole."""
        self.progress.step = step
        self.progress.checkpoints.append(
            {
                "step": step,
                "tokens": step * self.tokens_a_step,
                "seconds": round(self.progress.seconds, 2),
                **heldout_loss(self.network, self.corpus, self.ladder.corpus.heldout_tokens),
            }
        )
        weights = self.network.state_dict()
        save(weights, self.folder / f"step{step:06d}.pt")
        state = {"weights": weights, "optimiser": self.optimiser.state_dict()}
        save({**state, "progress": asdict(self.progress)}, self.folder / STATE)

    def write_facts(self, windows: Windows) -> dict[str, Any]:
        """Write the marker that says that the run is whole."""
        seen = self.schedule.steps * self.tokens_a_step
        facts = {
            "run": self.plan.name,
            "seed": self.plan.seed,
            "multiplier": self.plan.multiplier,
            "shape": asdict(self.shape),
            "params": self.shape.params,
            "params_no_embed": self.shape.params_no_embed,
            "flops_per_token": self.shape.flops_per_token(),
            "unique_tokens": min(seen, windows.count * self.ladder.training.context),
            "schedule": asdict(self.schedule),
            "device": self.device.type,
            "checkpoints": self.progress.checkpoints,
        }
        (self.folder / STATE).unlink()
        partial = self.folder / (DONE + ".part")
        partial.write_text(json.dumps(facts, indent=1))
        partial.replace(self.folder / DONE)
        return facts


class Windows:
    """Training text cut into windows, in an order drawn from the seed, epoch after epoch."""

    def __init__(self, pieces: npt.NDArray[np.uint16], context: int, seed: int) -> None:
        self.pieces, self.context, self.seed = pieces, context, seed
        self.count = (len(pieces) - 1) // context
        self._epoch = -1
        self._order = np.empty(0, dtype=np.int64)

    def batch(self, step: int, sequences: int) -> Tensor:
        """Windows of one step, each with one piece more than the context."""
        numbers = np.arange(step * sequences, (step + 1) * sequences)
        rows = [self._window(int(number)) for number in numbers]
        return torch.from_numpy(np.stack(rows).astype(np.int64))

    def _window(self, number: int) -> npt.NDArray[np.uint16]:
        epoch, place = divmod(number, self.count)
        if epoch != self._epoch:
            self._order = np.random.default_rng([self.seed, epoch]).permutation(self.count)
            self._epoch = epoch
        start = int(self._order[place]) * self.context
        return self.pieces[start : start + self.context + 1]


def full_shape(ladder: Ladder, size: Size, pieces: int) -> Shape:
    """Complete a rung of the configuration by what all rungs share."""
    return Shape(size.width, size.layers, size.heads, pieces, ladder.training.context)


def optimiser(network: Transformer, ladder: Ladder) -> torch.optim.AdamW:
    """AdamW; norms do not decay."""
    weights = list(network.parameters())
    groups = [
        {
            "params": [w for w in weights if w.dim() >= 2],
            "weight_decay": ladder.training.weight_decay,
        },
        {"params": [w for w in weights if w.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=ladder.training.betas, fused=True)


def train_step(
    network: Transformer,
    adamw: torch.optim.AdamW,
    batch: Tensor,
    plan: Schedule,
    step: int,
    ladder: Ladder,
) -> None:
    """Take one step of gradient descent."""
    for group in adamw.param_groups:
        group["lr"] = plan.rate(step)
    logits = network(batch[:, :-1])
    loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), ladder.training.clip)
    adamw.step()
    adamw.zero_grad(set_to_none=True)


@torch.inference_mode()
def heldout_loss(network: Transformer, corpus: Corpus, limit: int) -> dict[str, float]:
    """Nats per piece and bits per byte of held-out text, in windows of the whole context."""
    context = network.shape.context
    pieces, characters = corpus.heldout_pieces(limit)
    count = (len(pieces) - 1) // context
    inputs = torch.from_numpy(pieces[: count * context]).view(count, context)
    targets = torch.from_numpy(pieces[1 : count * context + 1]).view(count, context)
    total = 0.0
    for rows in chunks(count, max(1, LOSS_BATCH_TOKENS // context)):
        logits = network(inputs[rows].to(network.embed.weight.device))
        answer = targets[rows].to(logits.device)
        total += F.cross_entropy(logits.flatten(0, 1), answer.flatten(), reduction="sum").item()
    loss = total / (count * context)
    return {"loss": loss, "bits_per_byte": loss * len(pieces) / characters / math.log(2)}


def chunks(count: int, size: int) -> Iterator[slice]:
    """Cut a range into slices."""
    for start in range(0, count, size):
        yield slice(start, start + size)


def save(content: dict[str, Any], file: Path) -> None:
    """Write a file whole or not at all."""
    partial = file.with_name(file.name + ".part")
    torch.save(content, partial)
    partial.replace(file)

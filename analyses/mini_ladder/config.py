"""The configuration file (TOML) and the list of runs that it asks for, in order."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from math import log2, sqrt
from pathlib import Path

import msgspec

DEFAULT = Path(__file__).with_name("ladder.toml")


class CorpusSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which packages, how they are split, how many pieces."""

    packages: list[str]
    heldout_one_in: int
    heldout_tokens: int
    pieces: int
    tokenizer_characters: int
    seed: int


class Training(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How every run is trained."""

    context: int
    peak_rate: float
    reference_width: int
    rate_exponent: float
    reference_tokens: float
    reference_sequences: int
    largest_sequences: int
    warmup: float
    weight_decay: float
    betas: tuple[float, float]
    clip: float
    checkpoints: list[float]
    threads: int


class Size(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape of one rung."""

    width: int
    layers: int
    heads: int


class Grid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some sizes, crossed with multipliers and seeds."""

    sizes: list[str]
    multipliers: list[float]
    seeds: list[int]
    device: str = "any"


class Evaluation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much is asked of each run."""

    items: int
    batch_tokens: int
    checkpoints_of: list[str]
    raw_runs: list[str]
    raw_items: int
    seed: int


class Ladder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole configuration."""

    work: str
    data: str
    corpus: CorpusSettings
    training: Training
    sizes: dict[str, Size]
    grid: list[Grid]
    evaluation: Evaluation

    @classmethod
    def read(cls, file: Path = DEFAULT) -> Ladder:
        """Read and check a configuration file."""
        return msgspec.convert(tomllib.loads(file.read_text()), cls)

    @property
    def folder(self) -> Path:
        """The work folder: corpus, checkpoints, harness outputs."""
        return Path(self.work)

    def runs(self, device: str = "cpu") -> Iterator[RunPlan]:
        """Yield every run once, in the order of the file."""
        seen: set[str] = set()
        for grid in self.grid:
            if grid.device not in {"any", device}:
                continue
            for size in grid.sizes:
                for multiplier in grid.multipliers:
                    for seed in grid.seeds:
                        plan = RunPlan(size, self.sizes[size], multiplier, seed)
                        if plan.name not in seen:
                            seen.add(plan.name)
                            yield plan


@dataclass(frozen=True)
class RunPlan:
    """One run: a size, tokens per parameter, a seed."""

    size: str
    shape: Size
    multiplier: float
    seed: int

    @property
    def name(self) -> str:
        """Name of the run, of its folder, and of its harness results."""
        return f"{self.size}-m{self.multiplier:g}-s{self.seed}"


@dataclass(frozen=True)
class Schedule:
    """What the rules of `Training` give for one run."""

    sequences: int
    steps: int
    peak_rate: float
    warmup_steps: int

    def rate(self, step: int) -> float:
        """Learning rate of a step: linear warm-up, then linear decay to zero at the end."""
        if step < self.warmup_steps:
            return self.peak_rate * (step + 1) / self.warmup_steps
        return self.peak_rate * (self.steps - step) / (self.steps - self.warmup_steps)


def schedule(training: Training, width: int, tokens: float) -> Schedule:
    """Apply the rules: batch as the square root of the tokens, rate as a power of the width."""
    ideal = training.reference_sequences * sqrt(tokens / training.reference_tokens)
    sequences = min(training.largest_sequences, max(1, 2 ** round(log2(ideal))))
    steps = max(2, round(tokens / (sequences * training.context)))
    rate = training.peak_rate * (width / training.reference_width) ** -training.rate_exponent
    return Schedule(sequences, steps, rate, max(1, round(training.warmup * steps)))

"""Made benchmarks for the tests of difficulty."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scalelaw.difficulty import PassRates

LADDER = np.geomspace(4e19, 1.4e23, 8)
TARGET = 3.8e24


def law(start: float, b: float, c: float, compute: np.ndarray) -> np.ndarray:
    return np.exp(-np.log(2.0) * (start / compute) ** b - c)


@pytest.fixture(scope="session")
def benchmark_of() -> Callable[..., PassRates]:
    """Give a benchmark of easy, hard, waving and never solved items with little noise."""

    def make(trials: int = 300, each: int = 60, seed: int = 0) -> PassRates:
        rng = np.random.default_rng(seed)
        parts = [
            law(start * np.exp(rng.normal(0, 0.2, each)), 0.6, 0.05, LADDER[:, None])
            for start in (6e19, 1e22, 1e23)
        ]
        phase = rng.uniform(0, 6, each // 2)
        parts.append(0.5 + 0.3 * np.sin(2.0 * np.log(LADDER)[:, None] + phase))
        parts.append(np.zeros((8, each // 4)))
        rates = rng.binomial(trials, np.clip(np.hstack(parts), 0, 1)) / trials
        return PassRates.build(rates, LADDER, trials=trials, task="made")

    return make

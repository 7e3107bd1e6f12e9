r"""Ladders of known truth: items of several difficulties, answered by runs of growing compute.

The pass rate of an item follows the law of its group with a threshold and a ceiling of its own,

.. math:: p_i(C) = g + (1 - g) \exp(-\alpha_i C^{-b} - \gamma_i), \qquad
          \alpha_i = \ln 2\, (C^*_i)^b,

seen at an effective compute: that of the run, shifted by chance for all items, for the group, and
for the item. Other kinds of items do not scale: they oscillate, stay, fall, or never begin.
Compute of the ladder and of the target: Xu et al. (2025), arXiv:2502.17262, table A4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

UNIT = 1e18
LADDER = np.array([39.9, 120.8, 307.8, 688.8, 1386.0, 4553.0, 50544.0, 141444.0]) * UNIT
TARGET = 3.807e6 * UNIT
SAMPLES = 300
ITEMS = 2000


@dataclass(frozen=True)
class Group:
    """Items of one kind: their share, threshold (in 1e18 FLOP), exponent, ceiling, floor."""

    name: str
    share: float
    threshold: float = 1.0
    b: float = 0.5
    ceiling: float = 0.05
    spread: float = 0.35
    kind: str = "law"


def _law(name: str, share: float, threshold: float, b: float, ceiling: float = 0.05) -> Group:
    return Group(name, share, threshold, b, ceiling)


def _other(kind: str, share: float) -> Group:
    return Group(kind, share, kind=kind)


PRESETS: dict[str, tuple[Group, ...]] = {
    "bimodal": (
        _law("easy", 0.36, 60, 0.8, 0.05),
        _law("hard", 0.36, 6e4, 0.8, 0.08),
        _law("late", 0.06, 1.5e6, 0.8, 0.15),
        _law("never", 0.05, 1e9, 0.6, 0.1),
        _other("osc", 0.09),
        _other("flat", 0.05),
        _other("inv", 0.03),
    ),
    "aligned": (
        _law("midlow", 0.20, 3e2, 0.6, 0.06),
        _law("mid", 0.25, 4e3, 0.6, 0.08),
        _law("midhi", 0.20, 3e4, 0.6, 0.10),
        _law("hard", 0.15, 1.2e5, 0.6, 0.10),
        _law("late", 0.15, 6e5, 0.8, 0.10),
        _other("osc", 0.05),
    ),
    "heterogeneous": (
        _law("easy", 0.18, 20, 0.55, 0.02),
        _law("midlow", 0.14, 3e2, 0.5, 0.06),
        _law("mid", 0.14, 4e3, 0.45, 0.10),
        _law("midhi", 0.14, 3e4, 0.45, 0.12),
        _law("hard", 0.10, 1.5e5, 0.45, 0.15),
        _law("late", 0.08, 1.5e6, 0.8, 0.15),
        _law("never", 0.07, 1e9, 0.6, 0.1),
        _other("osc", 0.08),
        _other("flat", 0.04),
        _other("inv", 0.03),
    ),
    "guess": (
        _law("easy", 0.20, 1e2, 0.45, 0.05),
        _law("mid", 0.25, 8e3, 0.45, 0.10),
        _law("hard", 0.20, 1.2e5, 0.5, 0.10),
        _other("stuck", 0.15),
        _other("osc", 0.15),
        _other("inv", 0.05),
    ),
    "homogeneous": (Group("one", 1.0, 2e4, 0.35, 0.10, spread=0.3),),
    "late": (
        _law("mid", 0.30, 3e3, 0.45, 0.10),
        _law("hard", 0.15, 1e5, 0.45, 0.10),
        _law("late", 0.35, 1.2e6, 0.9, 0.10),
        _law("never", 0.10, 1e9, 0.6, 0.1),
        _other("osc", 0.10),
    ),
}
CHANCE = {"guess": 0.25}
GROWING = ("easy", "midlow", "mid", "midhi", "hard", "one")


@dataclass(frozen=True)
class Benchmark:
    """One made benchmark.

    Attributes
    ----------
    rates : ndarray, (runs, items)
        Measured pass rates.
    trials : int
        Samples behind each.
    compute : ndarray, (runs,)
        FLOP.
    target : float
        FLOP of the run to forecast.
    truth : ndarray, (items,)
        Expected pass rates at the target, without noise.
    anchor : ndarray, (items,)
        Expected pass rates of another family's run of the target's compute.
    group : ndarray of str, (items,)
        Which group each item is of.
    chance : float
        Pass rate of guessing.
    """

    rates: Floats
    trials: int
    compute: Floats
    target: float
    truth: Floats
    anchor: Floats
    group: npt.NDArray[np.str_]
    chance: float

    @property
    def predictable(self) -> npt.NDArray[np.bool_]:
        """Items of groups that grow on the ladder."""
        return np.isin(self.group, GROWING)


def made(preset: str, *, seed: int, trials: int = SAMPLES, items: int = ITEMS) -> Benchmark:
    """Make one benchmark.

    Parameters
    ----------
    preset : str
        A name in `PRESETS`.
    seed : int
    trials : int
        Samples an item and run.
    items : int

    Returns
    -------
    Benchmark
    """
    rng = np.random.default_rng([seed, sorted(PRESETS).index(preset)])
    groups = PRESETS[preset]
    chance = CHANCE.get(preset, 0.0)
    counts = np.diff(np.round(np.cumsum([0.0, *(g.share for g in groups)]) * items)).astype(int)
    shift = rng.normal(0.0, 0.06, LADDER.size)
    common = rng.normal(0.0, 1.0)
    seen, truth, anchor, names = [], [], [], []
    for group, n in zip(groups, counts, strict=True):
        curve = _curves(group, n, chance, rng)
        away = shift + rng.normal(0.0, 0.08, LADDER.size)
        noise = away[:, None] + rng.normal(0.0, 0.15, (LADDER.size, n))
        seen.append(curve(np.log(LADDER / UNIT)[:, None] + noise))
        target = np.full((1, n), np.log(TARGET / UNIT))
        truth.append(curve(target)[0])
        anchor.append(curve(target + common + rng.normal())[0])
        names += [group.name] * n
    rates = rng.binomial(trials, np.hstack(seen)) / trials
    return Benchmark(
        rates, trials, LADDER, TARGET, np.hstack(truth), np.hstack(anchor), np.array(names), chance
    )  # fmt: skip


def _curves(group: Group, n: int, chance: float, rng: np.random.Generator):
    """Return a function from log compute, (runs, n), to pass rates."""
    if group.kind == "law":
        start = np.log(group.threshold) + rng.normal(0.0, group.spread, n)
        ceiling = group.ceiling * np.exp(rng.normal(0.0, 0.25, n))

        def law(u: Floats) -> Floats:
            fall = np.log(2.0) * np.exp(-group.b * (u - start))
            return chance + (1.0 - chance) * np.exp(-fall - ceiling)

        return law
    level = rng.uniform(max(chance, 0.15), 0.85, n)
    if group.kind == "stuck":
        level = np.full(n, chance)
    if group.kind in ("flat", "stuck"):
        return lambda u: np.broadcast_to(level, u.shape)
    if group.kind == "osc":
        size = rng.uniform(0.1, 0.3, n)
        speed, phase = rng.uniform(1.2, 2.5, n), rng.uniform(0.0, 2 * np.pi, n)
        return lambda u: np.clip(level + size * np.sin(speed * u + phase), 0.0, 1.0)
    start, steep = rng.uniform(4.0, 11.0, n), rng.uniform(0.3, 0.6, n)
    high = rng.uniform(0.5, 0.9, n)
    floor = max(chance * 0.5, 0.05)
    return lambda u: floor + (high - floor) / (1.0 + np.exp(steep * (u - start)))

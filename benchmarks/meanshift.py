"""How fast mean shift is beside scikit-learn: ``python -m benchmarks.meanshift``.

Items of 12 features (pass rates on 12 runs, 300 samples each) of several difficulties, 5,000 and
20,000 of them; every point is a seed, as in ``sklearn.cluster.MeanShift(bin_seeding=False)``.
Both work in this process on two threads; the ratio is that of the process's CPU times, which
other jobs on the machine hardly change. The time to find the bandwidth is left out, and printed.
scikit-learn takes a minute or two for 20,000 items; ``--quick`` leaves these out.

Prints lines ``name value`` and exits with 1 if a goal is missed or a label differs.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from scalelaw.difficulty.meanshift import mean_shift, neighbour_bandwidth

GOALS = {"meanshift_ratio_5k": 20.0, "meanshift_ratio_20k": 10.0}
FEATURES, SAMPLES, QUANTILE, THREADS = 12, 300, 0.1, 2
THRESHOLDS = (20.0, 3e2, 4e3, 3e4, 1.5e5, 1.5e6)

Floats = npt.NDArray[np.float64]


def items(count: int, *, seed: int) -> Floats:
    """Return pass rates of items that some run solves, (items, features)."""
    rng = np.random.default_rng(seed)
    u = np.linspace(np.log(40.0), np.log(1.4e5), FEATURES)
    start = rng.choice(np.log(THRESHOLDS), count) + rng.normal(0.0, 0.35, count)
    seen = u + rng.normal(0.0, 0.15, (count, FEATURES))
    ceiling = 0.1 * np.exp(rng.normal(0.0, 0.25, count))[:, None]
    p = np.exp(-np.log(2.0) * np.exp(-0.5 * (seen - start[:, None])) - ceiling)
    kind = rng.random(count)
    waving = 0.4 + 0.2 * np.sin(1.5 * u + rng.uniform(0.0, 2 * np.pi, (count, 1)))
    p = np.where(kind[:, None] < 0.1, waving, p)
    p = np.where((kind[:, None] > 0.95), rng.uniform(0.0, 1.0, (count, 1)), p)
    rates = rng.binomial(SAMPLES, p) / SAMPLES
    return rates[rates.max(axis=1) > 0]


def timed(work: Callable[[], object]) -> tuple[object, float, float]:
    """Return a result, its CPU time and its wall time in seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, time.process_time() - cpu, time.perf_counter() - wall


def theirs(points: Floats, bandwidth: float) -> npt.NDArray[np.int64]:
    """Return scikit-learn's labels, worked out on threads of this process."""
    import joblib
    from sklearn.cluster import MeanShift

    with (
        warnings.catch_warnings(),
        joblib.parallel_config("threading", n_jobs=THREADS),
    ):
        warnings.simplefilter("ignore", UserWarning)
        fitted = MeanShift(bandwidth=bandwidth, cluster_all=False, n_jobs=THREADS).fit(points)
    return fitted.labels_


def compared(count: int) -> tuple[dict[str, float], bool]:
    """Return times and ratios for so many items, and whether all labels agree."""
    points = items(count, seed=0)
    bandwidth, finding, _ = timed(lambda: neighbour_bandwidth(points, quantile=QUANTILE))
    radius = float(bandwidth)  # type: ignore[arg-type] - what timed returns is that of the work
    ours, own_cpu, own_wall = timed(lambda: mean_shift(points, radius, threads=THREADS).labels)
    labels, their_cpu, their_wall = timed(lambda: theirs(points, radius))
    name = f"{count // 1000}k"
    found = {
        f"meanshift_ratio_{name}": their_cpu / own_cpu,
        f"meanshift_wall_ratio_{name}": their_wall / own_wall,
        f"meanshift_seconds_{name}": own_cpu,
        f"sklearn_seconds_{name}": their_cpu,
        f"bandwidth_seconds_{name}": finding,
    }
    return found, bool(np.array_equal(np.asarray(ours), np.asarray(labels)))


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and compare; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.meanshift", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="5,000 items only")
    options = parser.parse_args(argv)
    warm = items(200, seed=1)
    mean_shift(warm, neighbour_bandwidth(warm))
    failed = False
    for count in (5000,) if options.quick else (5000, 20000):
        found, same = compared(count)
        for name, value in found.items():
            print(f"{name} {value:.4g}", flush=True)
            if name in GOALS and value < GOALS[name]:
                print(f"  goal missed: at least {GOALS[name]:g}")
                failed = True
        print(f"labels_equal_{count // 1000}k {int(same)}", flush=True)
        failed |= not same
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

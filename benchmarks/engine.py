"""How fast the solver is beside SciPy: ``python -m benchmarks.engine``.

All numbers are CPU time of one process and one thread. SciPy does the same work on the same data
and gets its gradients from the same formulas, written for numpy. The data are the 240 points of
Besiroglu et al. (2024), arXiv:2404.10102, and the test bed of Gadre et al. (2024),
arXiv:2403.08540, from ``SCALELAW_DATA_DIR`` or ``../shared/data`` beside the checkout.

Prints lines ``name value`` and exits with 1 if a goal is missed. SciPy's long jobs are measured on
a part and scaled, which is said where it is done; ``--full`` runs them whole (minutes). Times of
lmfit and, where installed, of `chinchilla` and `simple-scaling-laws` are printed without a goal.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import scalelaw as sl
from benchmarks import peers
from scalelaw.fitting.solver import Problem, refit, solve

GOALS = {
    "global_optimum_ratio": (10_000.0, "at least"),
    "bootstrap_ratio": (100.0, "at least"),
    "loss_to_error_ratio": (20.0, "at least"),
    "tasks46_seconds": (3.0, "at most"),
}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PUBLISHED_OPTIMUM = 0.00101827402
STARTS = [
    (e, a, b, alpha, beta)
    for e, a, b, alpha, beta in itertools.product(
        np.arange(-1.0, 1.5, 0.5),
        np.arange(0.0, 30.0, 5.0),
        np.arange(0.0, 30.0, 5.0),
        np.arange(0.0, 2.5, 0.5),
        np.arange(0.0, 2.5, 0.5),
    )
]


def data_folder() -> Path:
    """Return the folder with the public data sets."""
    here = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    return Path(os.environ.get("SCALELAW_DATA_DIR", here))


def epoch_points() -> pd.DataFrame:
    """Return the 240 points: params, tokens, loss; the five highest losses are dropped."""
    raw = pd.read_csv(data_folder() / "besiroglu2024" / "svg_extracted_data.csv")
    frame = pd.DataFrame({"params": raw["Model Size"], "loss": raw["loss"]})
    frame["tokens"] = raw["Training FLOP"] / (6.0 * raw["Model Size"])
    return frame[frame["loss"] < frame["loss"].nlargest(5).min()].reset_index(drop=True)


def cpu(work: Callable[[], Any], repeats: int = 1, rounds: int = 5) -> float:
    """Return CPU seconds of one call: the least of some rounds, after one that warms up."""
    work()
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        for _ in range(repeats):
            work()
        times.append((time.process_time() - begin) / repeats)
    return min(times)


class NumpyChinchilla:
    """The same objective for SciPy: coefficients ln E, ln A, ln B, alpha, beta."""

    def __init__(self, points: pd.DataFrame) -> None:
        self.log_N = np.log(points["params"].to_numpy())
        self.log_D = np.log(points["tokens"].to_numpy())
        self.log_L = np.log(points["loss"].to_numpy())

    def residuals(self, theta: np.ndarray) -> np.ndarray:
        """Return log fitted less log measured; keep what the Jacobian needs."""
        e, a, b, alpha, beta = theta
        parts = np.array(
            [np.full_like(self.log_N, e), a - alpha * self.log_N, b - beta * self.log_D]
        )
        top = parts.max(axis=0)
        shares = np.exp(parts - top)
        total = shares.sum(axis=0)
        self.shares = shares / total
        return top + np.log(total) - self.log_L

    def jacobian(self, theta: np.ndarray) -> np.ndarray:
        """Return the derivatives of the residuals, (n, 5)."""
        self.residuals(theta)
        one, from_N, from_D = self.shares
        return np.stack([one, from_N, from_D, -from_N * self.log_N, -from_D * self.log_D], axis=1)

    def cost(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Return Huber's cost with corner 0.001, and its gradient."""
        r = self.residuals(theta)
        psi = np.clip(r, -1e-3, 1e-3)
        one, from_N, from_D = self.shares
        gradient = np.array(
            [
                psi @ one,
                psi @ from_N,
                psi @ from_D,
                -psi @ (from_N * self.log_N),
                -psi @ (from_D * self.log_D),
            ]
        )
        return float(psi @ (r - 0.5 * psi)), gradient


def global_optimum(problem: Problem, points: pd.DataFrame, full: bool) -> dict[str, float]:
    """Find the best of the paper's 4,500 starts, and the same optimum our way."""
    from scipy.optimize import minimize

    ours = cpu(lambda: solve(problem), repeats=50)
    objective = NumpyChinchilla(points)
    starts = STARTS if full else STARTS[::45]
    begin = time.process_time()
    for start in starts:
        minimize(objective.cost, start, jac=True, method="L-BFGS-B")
    scipy = (time.process_time() - begin) * len(STARTS) / len(starts)
    say(f"# SciPy L-BFGS-B, analytic gradient: {len(starts)} of {len(STARTS)} starts, scaled")
    found = solve(problem)
    return {
        "global_optimum_seconds": ours,
        "global_optimum_scipy_seconds": scipy,
        "global_optimum_cost": found.cost,
        "global_optimum_ratio": scipy / ours if found.cost <= PUBLISHED_OPTIMUM * 1.00000001 else 0,
    }


def bootstrap(problem: Problem, points: pd.DataFrame, full: bool) -> dict[str, float]:
    """Refit 1,000 resamples from the point fit."""
    from scipy.optimize import least_squares

    n, theta = len(points), solve(problem).theta
    picks = np.random.default_rng(42).integers(0, n, (1000, n))
    counts = np.stack([np.bincount(pick, minlength=n) for pick in picks]).astype(float)
    rows = np.tile(theta, (1000, 1))
    ours = cpu(lambda: refit(problem, rows, weights=counts, threads=1))
    thetas, costs, _ = refit(problem, rows, weights=counts, threads=1)
    again, _, _ = refit(problem, rows, weights=counts, threads=4)
    part = picks if full else picks[:40]
    warm = np.concatenate([np.log(theta[:3]), theta[3:]])
    begin = time.process_time()
    for pick in part:
        objective = NumpyChinchilla(points.iloc[pick])
        least_squares(objective.residuals, warm, objective.jacobian, loss="huber", f_scale=1e-3)
    scipy = (time.process_time() - begin) * 1000 / len(part)
    say(f"# SciPy least_squares, huber, analytic Jacobian: {len(part)} of 1000 refits, scaled")
    best = [
        solve(Problem(problem.law, problem.x, problem.z, count, problem.penalty, problem.low,
                      problem.high)).cost
        for count in counts
    ]  # fmt: skip
    return {
        "bootstrap_seconds": ours,
        "bootstrap_scipy_seconds": scipy,
        "bootstrap_excess_over_global": float(np.mean(costs - np.minimum(best, costs))),
        "bootstrap_sd_alpha": float(thetas[:, 3].std()),
        "threads_identical": float((thetas == again).all()),
        "bootstrap_ratio": scipy / ours,
    }


def loss_to_error(frame: pd.DataFrame, tasks: Sequence[str]) -> dict[str, float]:
    """Fit one curve globally; then 46 tasks with 1,000 resamples each."""
    from scipy.optimize import OptimizeWarning, curve_fit

    fitted = sl.fit("loss_to_error", frame, y="average")
    L, error = frame["loss"].to_numpy(), frame["average"].to_numpy()

    def curve(L: np.ndarray, epsilon: float, k: float, gamma: float) -> np.ndarray:
        return epsilon - k * np.exp(-gamma * L)

    def one() -> float:
        theta, _ = curve_fit(curve, L, error, maxfev=10_000)
        return float(((curve(L, *theta) - error) ** 2).sum())

    def many() -> float:
        costs = []
        for gamma in np.geomspace(1e-3, 60.0, 25):
            try:
                theta, _ = curve_fit(curve, L, error, p0=(1.0, 1.0, gamma), maxfev=10_000)
            except RuntimeError:
                continue
            costs.append(float(((curve(L, *theta) - error) ** 2).sum()))
        return min(costs)

    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        single, multi = cpu(one, repeats=20), cpu(many, rounds=3)
        agreed = many() >= fitted.cost * (1 - 1e-7)
    ours = cpu(lambda: solve(fitted.problem), repeats=200)
    say("# SciPy curve_fit: global in gamma by 25 starts from 0.001 to 60; one start for reference")

    def everything() -> None:
        for task in tasks:
            sl.bootstrap(sl.fit("loss_to_error", frame, y=task), 1000, seed=0, threads=1)

    return {
        "loss_to_error_seconds": ours,
        "loss_to_error_scipy_seconds": multi,
        "loss_to_error_ratio_to_one_start": single / ours,
        "loss_to_error_ratio": multi / ours if agreed else 0.0,
        "tasks46_count": float(len(tasks)),
        "tasks46_seconds": cpu(everything, rounds=2),
    }


def gadre_errors() -> tuple[pd.DataFrame, list[str]]:
    """Return loss, the error of each task and their average, one row a run."""
    from scalelaw import load

    table = load.open_lm(data_folder() / "gadre2024").frame
    loss = table[(table["task"] == "c4_val") & (table["metric"] == "loss")]
    accuracy = table[table["metric"] == "accuracy"]
    wide = 1.0 - accuracy.pivot_table(index="run", columns="task", values="value")
    tasks = list(wide.columns)
    wide["average"] = wide[tasks].mean(axis=1)
    wide["loss"] = loss.set_index("run")["value"]
    return wide.reset_index(), tasks


def say(line: str) -> None:
    """Print at once, so that a long run shows where it is."""
    print(line, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--full", action="store_true", help="run SciPy's long jobs whole")
    full = parser.parse_args(arguments).full
    if any(os.environ.get(name) != "1" for name in THREADS):
        alone = os.environ | dict.fromkeys(THREADS, "1")
        again = [sys.executable, "-m", "benchmarks.engine", *(["--full"] if full else [])]
        return subprocess.run(again, env=alone, check=False).returncode
    points = epoch_points()
    problem = sl.fit("chinchilla", points).problem
    say(f"# {len(points)} points of Besiroglu et al. 2024; Huber 0.001 on log loss")
    results = global_optimum(problem, points, full) | bootstrap(problem, points, full)
    results |= loss_to_error(*gadre_errors())
    say("# other packages, one fit of the same law each, for information")
    results |= peers.measure(points, solve(problem).theta)
    for name, value in results.items():
        say(f"{name} {value:.9g}")
    missed = [
        f"{name} {results[name]:.4g}, goal {sense} {goal:g}"
        for name, (goal, sense) in GOALS.items()
        if (results[name] < goal if sense == "at least" else results[name] > goal)
    ]
    say("goals missed: " + "; ".join(missed) if missed else "all goals reached")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Rows that begin at one place share their first evaluation; nothing else may change by that."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import scalelaw as sl
from scalelaw.fitting.penalties import Penalty
from scalelaw.fitting.solver import Problem, refit, solve


def problem_of(law: str, penalty: Penalty, **held: tuple[float, float]) -> Problem:
    """Return a fitted problem with noise, on 40 sizes."""
    rng = np.random.default_rng(3)
    params = np.geomspace(1e7, 1e10, 8).repeat(5)
    tokens = params * np.tile([5.0, 10.0, 20.0, 40.0, 80.0], 8)
    loss = 1.8 + 480 * params**-0.35 + 2100 * tokens**-0.37
    frame = pd.DataFrame({"params": params, "tokens": tokens, "compute": 6 * params * tokens})
    frame["loss"] = loss * np.exp(rng.normal(0, 0.005, loss.size))
    frame["accuracy"] = rng.binomial(500, 0.25 + 0.6 / (1 + np.exp(4 * (loss - 2.6)))) / 500
    frame["items"] = 500.0
    weights = "items" if isinstance(penalty, sl.Binomial) else None
    return sl.fit(law, frame, penalty=penalty, bounds=held or None, weights=weights).problem


def optimum(problem: Problem) -> np.ndarray:
    """Return the optimum of all points."""
    return solve(problem).theta


CASES = [
    ("chinchilla", sl.Huber(1e-3), {}),
    ("chinchilla", sl.LeastSquares(), {}),
    ("chinchilla", sl.Huber(1e-3), {"alpha": (0.35, 0.35)}),
    ("overtraining", sl.Huber(1e-2, log=False), {}),
    ("sigmoid", sl.Binomial(), {}),
]


@pytest.mark.parametrize(("law", "penalty", "held"), CASES)
@pytest.mark.parametrize("limit", [0, 1, 300])
def test_rows_that_begin_together_end_where_each_ends_alone(law, penalty, held, limit):
    problem = problem_of(law, penalty, **held)
    start = optimum(problem)
    if limit < 300:
        start = np.clip(start * 1.05, problem.low, problem.high)
    n = problem.z.size
    weights = np.random.default_rng(5).integers(0, 3, (6, n)) * problem.w
    rows = np.tile(start, (6, 1))
    together = refit(problem, rows, weights=weights, limit=limit, threads=1)
    alone = [
        refit(problem, row[None], weights=weight[None], limit=limit)
        for row, weight in zip(rows, weights, strict=True)
    ]
    costs = np.concatenate([cost for _, cost, _ in alone])
    thetas = np.concatenate([theta for theta, _, _ in alone])
    assert together[1] == pytest.approx(costs, rel=1e-9)
    assert together[0] == pytest.approx(thetas, rel=1e-4)


def test_a_point_of_no_weight_where_the_law_fails_costs_no_row_its_fit():
    problem = problem_of("chinchilla", sl.Huber(1e-3))
    x, z = problem.x.copy(), problem.z.copy()
    z[7] = np.nan
    broken = Problem(problem.law, x, z, problem.w, problem.penalty, problem.low, problem.high)
    weights = np.ones((4, z.size))
    weights[:, 7] = 0.0
    start = np.tile(optimum(problem), (4, 1))
    thetas, costs, statuses = refit(broken, start, weights=weights)
    assert np.isfinite(costs).all()
    assert (statuses == 0).all()
    assert (thetas == thetas[0]).all()


@pytest.mark.parametrize("rows", [129, 193, 200])
def test_the_number_of_threads_changes_no_bit(rows):
    problem = problem_of("chinchilla", sl.Huber(1e-3))
    weights = np.random.default_rng(9).integers(0, 3, (rows, problem.z.size)).astype(float)
    start = np.tile(optimum(problem), (rows, 1))
    one = refit(problem, start, weights=weights, threads=1)
    many = refit(problem, start, weights=weights, threads=4)
    assert all((a == b).all() for a, b in zip(one, many, strict=True))


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_search_of_many_valleys_goes_on_around_the_best(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    law = sl.LAWS["broken_power_2"]
    compute = np.geomspace(1e17, 1e23, 20)
    theta = np.array([1.5, 60.0, 0.05, 0.12, 1e19, 0.4, -0.1, 1e21, 0.3])
    loss = law({"compute": compute}, theta) * np.exp(rng.normal(0, 0.01, 20))
    problem = sl.fit(law, pd.DataFrame({"compute": compute, "loss": loss})).problem
    found = solve(problem).cost
    around = theta * np.exp(rng.uniform(-1, 1, (300, 9)))
    _, costs, _ = refit(problem, np.clip(around, problem.low, problem.high))
    assert found <= costs.min() * (1 + 1e-6)
    monkeypatch.setattr("scalelaw.fitting.solver.HOPS", 0)
    assert solve(problem).cost > found * 1.1

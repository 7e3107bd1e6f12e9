"""What every law promises; a new law is found and tested by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from scalelaw import fit
from scalelaw.fitting import LeastSquares
from scalelaw.laws import LAWS, QUANTITIES, Law

every_law = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())


def example_runs(law: Law, rng: np.random.Generator, n: int = 60) -> dict[str, np.ndarray]:
    """Draw inputs of a law from their usual ranges."""
    columns = {}
    for name in law.inputs:
        low, high = law.usual(name)
        if law.scale(name) == "log":
            columns[name] = np.exp(rng.uniform(np.log(low), np.log(high), n))
        else:
            columns[name] = rng.uniform(low, high, n)
    return columns


def example_truth(law: Law, rng: np.random.Generator) -> np.ndarray:
    """Draw coefficients from the middle half of their seeds."""
    theta = []
    for coef in law.coefs:
        low, high = np.quantile(coef.seeds, [0.25, 0.75])
        share = rng.uniform()
        value = low * (high / low) ** share if coef.scale == "log" else low + (high - low) * share
        theta.append(value)
    return np.array(theta)


def both(law: Law, x: np.ndarray, theta: np.ndarray, how: str) -> tuple[np.ndarray, np.ndarray]:
    y, jac = np.empty(x.shape[1]), np.empty((theta.size, x.shape[1]))
    kernel = law.kernel.python if how == "python" else law.kernel.compiled
    kernel(x, theta, y, jac)
    return y, jac


@every_law
def test_the_gradient_agrees_with_differences(law):
    rng = np.random.default_rng(1)
    for _ in range(3):
        x, theta = law.points(example_runs(law, rng)), example_truth(law, rng)
        _, jac = both(law, x, theta, "compiled")
        for j in range(theta.size):
            size = abs(theta[j])
            step = 1e-4 * (size if law.coefs[j].scale == "log" else max(size, 0.1))
            at = []
            for shift in (-2, -1, 1, 2):
                moved = theta.copy()
                moved[j] += shift * step
                at.append(both(law, x, moved, "compiled")[0])
            slope = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * step)
            scale = np.abs(jac[j]).max() + 1e-12 * np.abs(at[0]).max() / step
            assert np.abs(slope - jac[j]).max() <= 1e-6 * scale, law.coefs[j].name


@every_law
def test_the_compiled_kernel_is_the_python_kernel(law):
    rng = np.random.default_rng(2)
    x, theta = law.points(example_runs(law, rng)), example_truth(law, rng)
    (y, jac), (y2, jac2) = both(law, x, theta, "python"), both(law, x, theta, "compiled")
    np.testing.assert_allclose(y, y2, rtol=1e-12)
    for row, row2 in zip(jac, jac2, strict=True):
        np.testing.assert_allclose(row, row2, rtol=1e-12, atol=1e-12 * np.abs(row).max())


@every_law
def test_coefficients_declared_linear_are_linear(law):
    rng = np.random.default_rng(3)
    x, theta = law.points(example_runs(law, rng)), example_truth(law, rng)
    y, jac = both(law, x, theta, "compiled")
    for j, coef in enumerate(law.coefs):
        if coef.linear:
            without = theta.copy()
            without[j] = 0.0
            rest, jac0 = both(law, x, without, "compiled")
            np.testing.assert_allclose(rest + theta[j] * jac0[j], y, rtol=1e-9)
            np.testing.assert_allclose(jac0[j], jac[j], rtol=1e-9)


@every_law
def test_noiseless_data_give_the_curve_and_the_coefficients_back(law):
    rng = np.random.default_rng(4)
    columns, theta = example_runs(law, rng, 80), example_truth(law, rng)
    frame = pd.DataFrame(columns).assign(**{law.output: law(columns, theta)})
    fitted = fit(law, frame, penalty=LeastSquares())
    np.testing.assert_allclose(fitted.fitted, frame[law.output], rtol=1e-6)
    np.testing.assert_allclose(fitted.theta, theta, rtol=1e-3)


@every_law
def test_the_documentation_is_complete(law):
    assert law.formula
    assert law.source
    assert law.domain
    assert law.output in QUANTITIES
    for name in law.inputs:
        assert name in QUANTITIES
    for coef in law.coefs:
        assert coef.meaning
        low, high = coef.bounds
        assert all(low <= seed <= high for seed in coef.seeds), coef.name


@every_law
def test_a_curve_that_only_falls_or_rises_does_so(law):
    rng = np.random.default_rng(5)
    theta = example_truth(law, rng)
    for moving, direction in law.trend.items():
        columns = {name: np.full(50, np.sqrt(np.prod(law.usual(name)))) for name in law.inputs}
        low, high = law.usual(moving)
        columns[moving] = np.geomspace(low, high, 50)
        steps = np.diff(law(columns, theta)) * direction
        assert (steps >= -1e-12).all(), moving

"""The same law fitted by other packages, for information: none of them is a dependency.

Each is asked for what it offers that comes nearest to one fit of the law of Hoffmann et al. (2022)
to the points. A package that is not installed is passed over, lmfit apart.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pandas as pd

CORNER = 1e-3
COARSE = 2
SCALE = 1e6


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds that one call takes in this process."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def by_lmfit(points: pd.DataFrame, theta: np.ndarray) -> float:
    """Return seconds of one refit by lmfit, robust, from the optimum moved by a tenth."""
    import lmfit

    log_N, log_D = np.log(points["params"].to_numpy()), np.log(points["tokens"].to_numpy())
    log_L = np.log(points["loss"].to_numpy())
    names = ("e", "a", "b", "alpha", "beta")
    start = np.concatenate([np.log(theta[:3]), theta[3:]]) * 1.1

    def residuals(found: lmfit.Parameters) -> np.ndarray:
        e, a, b, alpha, beta = (found[name].value for name in names)
        return np.logaddexp(np.logaddexp(a - alpha * log_N, b - beta * log_D), e) - log_L

    first = lmfit.create_params(**dict(zip(names, start.tolist(), strict=True)))
    fit = partial(
        lmfit.minimize, residuals, first, method="least_squares", loss="huber", f_scale=CORNER
    )
    fit()
    return cpu_seconds(fit)


def huber(measured: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Return Huber's penalty of each residual of logarithms."""
    r = np.abs(np.log(measured) - np.log(fitted))
    return np.where(r < CORNER, 0.5 * r**2, CORNER * (r - 0.5 * CORNER))


def by_chinchilla(points: pd.DataFrame) -> tuple[float, float]:
    """Return seconds of the package's own fit over 32 starts in one process, and its objective.

    Its search takes the mean penalty, a millionth or so, for converged long before the optimum (3 %
    above it, in 0.3 of the time); so the penalty is scaled up for it.
    """
    package = import_module("chinchilla")
    grid = {
        "e": np.linspace(-1.0, 1.0, COARSE),
        "a": np.linspace(5.0, 20.0, COARSE),
        "b": np.linspace(5.0, 20.0, COARSE),
        "alpha": np.linspace(0.2, 0.8, COARSE),
        "beta": np.linspace(0.2, 0.8, COARSE),
    }
    with tempfile.TemporaryDirectory() as folder:
        fitter = package.Chinchilla(
            folder,
            param_grid=grid,
            loss_fn=lambda measured, fitted: SCALE * len(points) * huber(measured, fitted),
            log_level=50,
        )
        sizes = points.rename(columns={"params": "N", "tokens": "D"})[["N", "D", "loss"]]
        fitter.database.df = sizes.assign(C=6.0 * sizes["N"] * sizes["D"])
        seconds = cpu_seconds(lambda: fitter.fit(parallel=False))
    curve = fitter.predict_loss(points["params"].to_numpy(), points["tokens"].to_numpy())
    return seconds, float(huber(points["loss"].to_numpy(), curve).sum())


def by_simple_scaling_laws(points: pd.DataFrame) -> float:
    """Return seconds of the package's fit by weighted least squares, with no more than one draw."""
    package, polars = import_module("simple_scaling_laws"), import_module("polars")
    table = polars.DataFrame(
        {
            "training_run_id": [f"run {place}" for place in range(len(points))],
            "model_size__params": points["params"].to_numpy(),
            "dataset_size__tokens": points["tokens"].to_numpy(),
            "test_loss__c4": points["loss"].to_numpy(),
        }
    )
    return cpu_seconds(lambda: package.fit(table, n_draws=1, seed=0))


def measure(points: pd.DataFrame, theta: np.ndarray) -> dict[str, float]:
    """Return what was measured, by name, for the packages that are installed.

    Parameters
    ----------
    points : DataFrame
        Columns params, tokens, loss.
    theta : ndarray, (5,)
        The optimum: E, A, B, alpha, beta.
    """
    found = {"lmfit_refit_seconds": by_lmfit(points, theta)}
    if find_spec("chinchilla"):
        seconds, objective = by_chinchilla(points)
        found["chinchilla_32_starts_seconds"] = seconds
        found["chinchilla_32_starts_objective"] = objective
    if find_spec("simple_scaling_laws"):
        found["simple_scaling_laws_fit_seconds"] = by_simple_scaling_laws(points)
    return found

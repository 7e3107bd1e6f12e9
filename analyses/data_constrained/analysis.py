# %% [markdown]
# # What is a repeated token worth?
#
# Muennighoff et al., "Scaling Data-Constrained Language Models", arXiv:2305.16264, fitted to 182
# runs how fast repeated tokens lose their worth: R_D* = 15.4 and R_N* = 5.3. Each function below
# yields the values of one part.
"""The fit of Muennighoff et al. (2023), and how far their runs determine it."""

# %%
from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

import scalelaw as sl
from analyses.data import folder_of
from analyses.goals import Value
from scalelaw.fitting import Profile, profile

FILE = "muennighoff2023_182_runs.csv"
# The law for tokens seen once, which the authors fitted to other runs and then held.
HELD = {
    "E": float(np.exp(0.6254804)),
    "A": float(np.exp(6.255414)),
    "B": float(np.exp(7.3049974)),
    "alpha": 0.3526596,
    "beta": 0.3526596,
}
PUBLISHED = {**HELD, "R_D_star": 15.387756, "R_N_star": 5.309743}
EPOCHS = (4, 10, 16, 40, 100)
DRAWS = 1000
LEVEL = 0.95


def read() -> pd.DataFrame:
    """Return the 182 runs: params, tokens, unique_tokens and loss (on C4, nats a token)."""
    path = folder_of("data_constrained") / FILE
    runs = sl.load.table(path, run="name", params="N", tokens="D", loss="loss")
    return runs.wide(loss=("loss", "loss")).rename(columns={"U": "unique_tokens"})


# %% [markdown]
# ## The published optimum, and a better one
# The authors' search began at 16 places and ended in a local optimum.


# %%
def fitted(runs: pd.DataFrame) -> sl.Fit:
    """Fit R_D* and R_N*, all else held, from the whole grid of starts."""
    bounds = {name: (value, value) for name, value in HELD.items()}
    return sl.fit("data_constrained", runs, penalty=sl.Huber(delta=1e-3), bounds=bounds)


def objective(runs: pd.DataFrame, theta: dict[str, float]) -> tuple[float, float]:
    """Return the authors' objective and R squared of the loss at coefficients."""
    measured, delta = runs["loss"].to_numpy(), 1e-3
    curve = sl.LAWS["data_constrained"](runs, theta)
    off = np.abs(np.log(measured) - np.log(curve))
    cost = np.where(off < delta, off**2 / 2.0, delta * (off - delta / 2.0)).sum()
    unexplained = ((measured - curve) ** 2).sum() / ((measured - measured.mean()) ** 2).sum()
    return float(cost), float(1.0 - unexplained)


def optima(runs: pd.DataFrame, found: sl.Fit) -> Iterator[Value]:
    """Yield the objective and R squared of the published coefficients and of the best ones."""
    yield Value("runs", float(len(runs)), 182.0, 0.0, "notebook")
    cost, explained = objective(runs, PUBLISHED)
    yield Value("published_objective", cost, 0.015825937, 5e-9, "notebook")
    yield Value("published_r_squared", explained, 0.77220461, 1e-8, "notebook")
    cost, explained = objective(runs, found.coef)
    yield Value("best_objective", cost, 0.0158047, 5e-8, "global optimum")
    yield Value("best_r_squared", explained)
    yield Value("best_R_D_star", found.coef["R_D_star"], 95.4, 0.05, "global optimum")
    yield Value("best_R_N_star", found.coef["R_N_star"], 1.706, 5e-4, "global optimum")
    near = np.abs(found.basins[:, found.law.names.index("R_D_star")] - 15.4).min()
    yield Value("published_optimum_is_a_basin", float(near < 0.1), 1.0, 0.0, "local optimum")


# %% [markdown]
# ## How far the runs determine R_D*
# The profile holds R_D* at each value and refits R_N*. It hardly rises above the best value, and
# stays below the 95 % limit up to 1e9, where repeating costs nothing.


# %%
def profiled(found: sl.Fit) -> Profile:
    """Return the profile of R_D*."""
    return profile(found, "R_D_star", level=LEVEL)


def open_end(shape: Profile, draws: sl.Draws) -> Iterator[Value]:
    """Yield the interval of R_D* by the profile and by the bootstrap."""
    yield Value("profile_R_D_star_low95", shape.low)
    yield Value("profile_R_D_star_high95", shape.high)
    yield Value("profile_says_flat", float(shape.flat), 1.0, 0.0, "R_D* is not identified")
    many = draws.theta[:, draws.fit.law.names.index("R_D_star")]
    low, high = np.quantile(many, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    yield Value("bootstrap_R_D_star_low95", float(low))
    yield Value("bootstrap_R_D_star_high95", float(high))


# %% [markdown]
# ## What may be quoted: the worth of tokens at a number of epochs
# D'/D is a rising function of R_D*, so that its intervals follow from those above. At few epochs it
# is well determined although R_D* is not.


# %%
def worth(epochs: float, half: np.ndarray | float) -> np.ndarray:
    """Return D'/D: the worth of all tokens seen, repeats included, as a share of fresh ones."""
    repeats, half = epochs - 1.0, np.asarray(half, dtype=float)
    with np.errstate(invalid="ignore"):
        gained = -half * np.expm1(-repeats / half)
    return (1.0 + np.where(np.isinf(half), repeats, gained)) / epochs


def worths(shape: Profile, draws: sl.Draws) -> Iterator[Value]:
    """Yield D'/D by epochs: as published, at the best optimum, and both intervals."""
    printed = {4: 0.931, 10: 0.781, 16: 0.661, 40: 0.379, 100: 0.164}
    many = draws.theta[:, draws.fit.law.names.index("R_D_star")]
    for epochs in EPOCHS:
        published = float(worth(epochs, PUBLISHED["R_D_star"]))
        name = f"worth_{epochs}_epochs"
        yield Value(f"{name}_published", published, printed[epochs], 5.1e-4, "at R_D* = 15.39")
        yield Value(name, float(worth(epochs, draws.fit.coef["R_D_star"])))
        yield Value(f"{name}_profile_low95", float(worth(epochs, shape.low)))
        yield Value(f"{name}_profile_high95", float(worth(epochs, shape.high)))
        low, high = np.quantile(worth(epochs, many), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        yield Value(f"{name}_bootstrap_low95", float(low))
        yield Value(f"{name}_bootstrap_high95", float(high))


def everything() -> tuple[list[Value], dict[str, pd.DataFrame]]:
    """Return all values, and the profile as a table."""
    runs = read()
    found = fitted(runs)
    shape, draws = profiled(found), sl.bootstrap(found, DRAWS, seed=0)
    values = [*optima(runs, found), *open_end(shape, draws), *worths(shape, draws)]
    return values, {"profile": shape.frame[["value", "cost", "deviance", "R_N_star"]]}


# %%
if __name__ == "__main__":
    VALUES, TABLES = everything()
    print(pd.DataFrame(VALUES).to_string())
    print(TABLES["profile"].to_string())

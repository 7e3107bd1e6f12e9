# %% [markdown]
# # Could the scores of Pythia 6.9B have been forecast from the runs up to 2.8B?
#
# Biderman et al. (2023), arXiv:2304.01373: one recipe, seven sizes, 300 billion tokens each, all
# evaluated by lm-evaluation-harness 0.3. The files hold no validation loss. The nearest to one is
# the perplexity on LAMBADA, whose logarithm is a loss in nats a (last) word.
"""Scores of Pythia 6.9B, forecast from smaller Pythias, beside what was measured."""

# %%
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

import scalelaw as sl
from scalelaw.forecasting import PRESETS
from scalelaw.forecasting.baselines import BASELINES

TASKS = ("lambada_openai", "piqa", "winogrande", "arc_easy", "arc_challenge", "sciq", "logiqa")
LADDER = (
    "pythia-70m",
    "pythia-160m",
    "pythia-410m",
    "pythia-1b-bf16",
    "pythia-1.4b",
    "pythia-2.8b",
    "pythia-6.9b",
)
SCORE = "accuracy"
TARGET, REHEARSAL = "pythia-6.9b", "pythia-2.8b"
LAST_STEP = 143_000
WARM_UP = 1_430  # 1 % of the steps, in all sizes

# %% [markdown]
# ## Runs
# N is the number of all parameters, as in the laws of the loss used here (Hoffmann et al. 2022,
# Gadre et al. 2024) and as the toolkit counts unless told otherwise. The name of a Pythia is not
# its size ("70m" has 70.4 million parameters, of which 18.9 million are not embeddings), so that
# exact counts are taken. The other count is tried below, and shown beside.


# %%
def zero_shot() -> sl.RunTable:
    """Return the zero-shot results of the ladder, with the loss on LAMBADA."""
    return sl.load.dataset("pythia", shots=0).where(family=LADDER, task=TASKS).to_loss()


def without_embeddings(runs: sl.RunTable) -> sl.RunTable:
    """Return the same runs with N counted without the embeddings."""
    sized = runs.frame.assign(params=runs.frame["params_no_embed"])
    return sl.RunTable.build(sized.drop(columns=["compute", "compute_kind", "multiplier"]))


def last(runs: sl.RunTable, sizes: str | Sequence[str]) -> sl.RunTable:
    """Return the measurements of the last checkpoints."""
    return runs.where(family=sizes, step=LAST_STEP)


def smaller_than(size: str) -> list[str]:
    """Return the sizes of the ladder below one."""
    return list(LADDER[: LADDER.index(size)])


# %% [markdown]
# ## Routes
# A route goes from compute to the score in one step, or through the loss. It may be fitted to the
# last checkpoint of each run, which is the only one whose learning rate has come down, or also to
# the checkpoints before. The law from loss to score is that of the toolkit's default preset (the
# best on held-back runs of three bounded ones) or the exponential of Gadre et al. (2024).


# %%
def finished(runs: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows are the last checkpoint of their run."""
    return runs["step"] == LAST_STEP


def well_trained(runs: pd.DataFrame) -> pd.Series[bool]:
    """Return which checkpoints are past the warm-up and 10 tokens a parameter."""
    return (runs["step"] > WARM_UP) & PRESETS["default"].loss_runs(runs)


@dataclass(frozen=True)
class Route:
    """A way to forecast.

    Attributes
    ----------
    name : str
    through_loss : bool
        Whether in two steps, through the loss on LAMBADA.
    checkpoints : str
        Stages that are fitted to checkpoints too: ``""``, ``"task"`` or ``"loss and task"``.
    task_law : str or None
        Law from loss to score; None for the default preset's.
    """

    name: str
    through_loss: bool = True
    checkpoints: str = ""
    task_law: str | None = None

    def forecast(
        self, runs: sl.RunTable, size: str, *, tasks: Sequence[str] = TASKS, n: int = 1000
    ) -> sl.Forecast:
        """Forecast the last checkpoint of a size from the smaller sizes."""
        kept = pd.concat([runs.where(family=smaller_than(size)).frame, last(runs, size).frame])
        target = last(runs, size).runs.iloc[0]
        known = sl.RunTable(kept) if self.through_loss else sl.RunTable(kept).where(metric=SCORE)
        return sl.forecast(
            known,
            params=target["params"],
            tokens=target["tokens"],
            tasks=tasks,
            metric=SCORE,
            loss=("lambada_openai", "loss") if self.through_loss else None,
            preset=replace(
                PRESETS["default"],
                loss_runs=well_trained if "loss" in self.checkpoints else finished,
                task_runs=well_trained if "task" in self.checkpoints else finished,
            ),
            task_law=self.task_law,
            n=n,
            seed=0,
        )


ROUTES = (  # the simplest first
    Route("direct, final runs", through_loss=False),
    Route("loss, final runs"),
    Route("loss by final runs, task by checkpoints", checkpoints="task"),
    Route("loss, checkpoints", checkpoints="loss and task"),
    Route("exponential in loss, final runs", task_law="loss_to_error"),
    Route(
        "exponential in loss, loss by final runs, task by checkpoints",
        checkpoints="task",
        task_law="loss_to_error",
    ),
    Route(
        "exponential in loss, checkpoints", checkpoints="loss and task", task_law="loss_to_error"
    ),
)

# %% [markdown]
# ## The forecast beside what was measured, and beside the baselines


# %%
def compared(runs: sl.RunTable, route: Route, size: str, *, n: int = 1000) -> pd.DataFrame:
    """Return one row a task: measured and forecast score, and errors in points.

    The baselines are told the last checkpoints of the smaller sizes, whatever the route uses.
    """
    table = route.forecast(runs, size, n=n).frame.query("metric == @SCORE").reset_index(drop=True)
    table["error"] = 100.0 * (table["estimate"] - table["measured"])
    table["covered"] = table["measured"].between(table["low"], table["high"])
    smaller, own = last(runs, smaller_than(size)), last(runs, size)
    for task in TASKS:
        seen, at = smaller.wide(error=(task, "error")), own.wide(error=(task, "error"))
        row = table["task"] == task
        table.loc[row, "stderr"] = 100.0 * at["error_stderr"].item()
        for name, baseline in BASELINES.items():
            off = at["error"].item() - baseline(seen, at, "error").item()
            table.loc[row, name] = 100.0 * off
    columns = ["task", "measured", "stderr", "estimate", "low", "high", "covered", "error"]
    return table[[*columns, *BASELINES, "law"]]


# %% [markdown]
# ## The rule that chooses a route
# Each route forecasts 2.8B from the runs up to 1.4B. Among those whose mean absolute error over the
# seven tasks is within one standard error of the least, the simplest is taken: seven scores, each
# with a standard error of about one point, cannot tell finer. 6.9B has no part in it.


# %%
def rehearsed(runs: sl.RunTable, size: str) -> pd.DataFrame:
    """Return the error of every route, forecasting one size: a row a route, a column a task."""
    errors = {
        route.name: compared(runs, route, size, n=20).set_index("task")["error"] for route in ROUTES
    }
    return pd.DataFrame(errors).T


def choose(errors: pd.DataFrame) -> Route:
    """Return the simplest route within one standard error of the least mean absolute error."""
    off = errors.abs()
    best = off.iloc[off.mean(axis=1).to_numpy().argmin()]
    margin = best.mean() + best.std(ddof=0) / np.sqrt(len(best))
    return next(route for route in ROUTES if off.loc[route.name].mean() <= margin)


def of_routes(runs: sl.RunTable) -> tuple[Route, pd.DataFrame]:
    """Return the route taken, and the mean absolute error of all of them, in points.

    What they would have scored on the target is worked out after the choice, for the reader.
    """
    rehearsal = rehearsed(runs, REHEARSAL)
    route = choose(rehearsal)
    table = pd.DataFrame(
        {
            REHEARSAL: rehearsal.abs().mean(axis=1),
            TARGET: rehearsed(runs, TARGET).abs().mean(axis=1),
        }
    )
    return route, table.assign(taken=table.index == route.name).rename_axis("route").reset_index()


# %% [markdown]
# ## Checkpoints or final runs?
# The learning rate falls over the whole run, so that a checkpoint half-way is worse than a run that
# was planned to end there. A law of the loss fitted to checkpoints takes this for an effect of the
# tokens.


# %%
def of_losses(runs: sl.RunTable) -> pd.DataFrame:
    """Return the loss on LAMBADA that final runs, and checkpoints too, forecast: nats a word."""
    rows = []
    for route in ROUTES[1], ROUTES[3]:
        for size in (REHEARSAL, TARGET):
            part = route.forecast(runs, size, tasks=TASKS[:1], n=200).loss
            assert part is not None
            row = part.to_dict()
            kept = ("measured", "estimate", "low", "high", "law", "runs")
            fitted_to = "checkpoints" if route.checkpoints else "final runs"
            rows.append({"of": size, "from": fitted_to, **{name: row[name] for name in kept}})
    return pd.DataFrame(rows)


# %% [markdown]
# ## All of it


# %%
if __name__ == "__main__":
    RUNS = zero_shot()
    TAKEN, TRIED = of_routes(RUNS)
    print(TRIED.to_string())
    print(compared(RUNS, TAKEN, TARGET).to_string())
    print(of_losses(RUNS).to_string())

# %% [markdown]
# # How often do the intervals hold?
#
# A 90 % interval should hold 90 of 100 measured values. Draws know the scatter of the runs and not
# that the law may bend beyond them, so that back-tests widen the intervals. Here every ladder is
# cut at half, 65 % and 80 % of its runs in the order of compute, forecast from the small ones with
# the default preset, and every larger run is compared: with the interval of the draws alone,
# widened by the one back-test that is shown, and widened as `scalelaw.forecast` does.
"""Coverage of the intervals of forecasts on four ladders, by distance."""

# %%
from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import scalelaw as sl
from analyses.data import folder_of
from analyses.goals import Value
from analyses.olmo_ladder import analysis as olmo
from scalelaw.errors import ScalelawWarning
from scalelaw.forecasting.backtests import Backtest
from scalelaw.forecasting.calibration import at_distance, widened, widening
from scalelaw.forecasting.parts import TaskForecast
from scalelaw.metrics import metric_kind

MINI = Path(__file__).parents[2] / "data" / "mini_ladder" / "results.csv"
CUTS = (0.5, 0.65, 0.8)
DISTANCES = {"to_3": (1.0, 3.0), "3_to_10": (3.0, 10.0), "beyond_10": (10.0, np.inf)}
LEVEL = 0.9
DRAWS = 300
VAGUE = 0.6


def ladders() -> Iterator[tuple[str, sl.RunTable, str, str | None]]:
    """Yield the name of a ladder, its runs, the metric that is forecast, and the loss between."""
    for train_set in ("c4", "rpj"):
        runs = sl.load.open_lm(folder_of("gadre2024")).where(train_set=train_set)
        yield f"gadre_{train_set}", runs, "accuracy", "c4_val"
    tasks = list(olmo.PUBLISHED)
    frame = olmo.last_checkpoints(olmo.read(), largest=4e9).frame
    kept = frame[frame["task"].isin([*tasks, "c4_en-validation"])]
    yield "olmo", rebuilt(kept), "accuracy_norm", "c4_en-validation"
    yield "mini", sl.load.table(MINI), "accuracy", None


def rebuilt(frame: pd.DataFrame) -> sl.RunTable:
    """Return a table of the rows that are left."""
    return sl.RunTable.build(frame.drop(columns="multiplier").reset_index(drop=True))


# %% [markdown]
# ## One cut of one ladder


# %%
def compared(runs: sl.RunTable, metric: str, loss: str | None, cut: float) -> pd.DataFrame:
    """Return one row a hidden run and task: its distance, and which intervals held it.

    Parameters
    ----------
    runs : RunTable
    metric : str
        What is forecast.
    loss : str or None
        The loss between the stages.
    cut : float
        Share of the runs, by compute, that the forecast sees.
    """
    sizes = np.sort(runs.runs["compute"].to_numpy())
    largest = sizes[int(len(sizes) * cut) - 1]
    seen = runs.frame[runs.frame["compute"] <= largest]
    hidden = runs.runs[runs.runs["compute"] > largest].reset_index(drop=True)
    tasks = [task for task in runs.tasks if has(seen, task, metric)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScalelawWarning)
        outlook = sl.forecast(
            rebuilt(seen), tasks=tasks, metric=metric, loss=loss, preset="default", n=DRAWS,
            level=LEVEL, seed=0,
        )  # fmt: skip
    parts = [part for part in outlook.tasks.values() if part.model and part.backtest]
    return pd.concat([held(part, runs.frame, hidden) for part in parts], ignore_index=True)


def has(frame: pd.DataFrame, task: str, metric: str) -> bool:
    """Return whether a task was measured by a metric."""
    return bool(((frame["task"] == task) & (frame["metric"] == metric)).any())


def held(part: TaskForecast, frame: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """Return the hidden runs of one task, and whether each kind of interval holds its value."""
    assert part.model is not None
    own = frame[(frame["task"] == part.task) & (frame["metric"] == part.metric)]
    measured = hidden["run"].map(own.set_index("run")["value"])
    predicted = part.model.predict(hidden[["params", "tokens", "compute"]], level=LEVEL)
    if part.fits[-1].law.output != metric_kind(part.metric):
        measured = 1.0 - measured
    tests: list[Backtest] = [*([part.backtest] if part.backtest else []), *part.earlier]
    rows = []
    for place, distance in enumerate(predicted["distance"]):
        row = predicted.iloc[[place]]
        factors = {
            "draws": 1.0,
            "one_back_test": widening(tests[:1]),
            "forecast": at_distance(part.widening, tests, row, float(distance)),
        }
        ends = {name: widened(row, factor) for name, factor in factors.items()}
        value = measured.iloc[place]
        inside = {
            name: bool(one["low"].iloc[0] <= value <= one["high"].iloc[0])
            for name, one in ends.items()
        }
        widths = {f"{name}_width": width_of(one) for name, one in ends.items()}
        factor = factors["forecast"]
        rows.append({"distance": distance, "factor": factor, **inside, **widths})
    return pd.DataFrame(rows)[measured.notna().to_numpy()]


def width_of(row: pd.DataFrame) -> float:
    """Return the width of an interval of a share: what lies between 0 and 1."""
    low, high = row[["low", "high"]].clip(0.0, 1.0).iloc[0]
    return float(high - low)


# %% [markdown]
# ## All of them


# %%
def everything() -> tuple[list[Value], dict[str, pd.DataFrame]]:
    """Return coverage and width by ladder and distance, and all as a table.

    ``vague`` is the share of intervals wider than `VAGUE`, as wide as says little.
    """
    values, tables = [], []
    for name, runs, metric, loss in ladders():
        found = pd.concat([compared(runs, metric, loss, cut) for cut in CUTS], ignore_index=True)
        for reach, (low, high) in DISTANCES.items():
            near = found[(found["distance"] > low) & (found["distance"] <= high)]
            shares = near[["draws", "one_back_test", "forecast"]].mean()
            values.append(Value(f"{name}_{reach}_n", float(len(near))))
            values += [Value(f"{name}_{reach}_{kind}", share) for kind, share in shares.items()]
            values.append(Value(f"{name}_{reach}_median_factor", float(near["factor"].median())))
            widths = near[["draws_width", "forecast_width"]].median()
            values += [Value(f"{name}_{reach}_{kind}", width) for kind, width in widths.items()]
            vague = float((near["forecast_width"] > VAGUE).mean())
            values.append(Value(f"{name}_{reach}_vague", vague))
            row = {"ladder": name, "distance": reach, "n": len(near), **shares, **widths}
            tables.append({**row, "vague": vague})
    return values, {"coverage": pd.DataFrame(tables)}


# %%
if __name__ == "__main__":
    print(pd.DataFrame(everything()[0]).to_string())

"""All methods on benchmarks of known truth."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyses.xu2025.generator import PRESETS, made
from scalelaw import difficulty
from scalelaw.difficulty import PassRates
from scalelaw.difficulty.mapping import Anchor
from scalelaw.errors import ScalelawWarning

DEFAULT = "average"
PAPER = "paper"


def studied(
    seeds: Iterable[int], *, draws: int, presets: Iterable[str] = tuple(PRESETS)
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecast every preset with every seed by every method.

    Parameters
    ----------
    seeds : iterable of int
    draws : int
        Draws of each interval.
    presets : iterable of str

    Returns
    -------
    forecasts : pandas.DataFrame
        One row a preset, seed and method: ``estimate``, ``low``, ``high``, ``truth``, ``error``.
    recovery : pandas.DataFrame
        One row a preset and seed: how well groups were found, and what was kept of items that
        cannot be predicted.
    """
    forecasts, recovery = [], []
    for seed in seeds:
        for preset in presets:
            one, found = _one(preset, seed, draws)
            forecasts.append(one)
            recovery.append(found)
    return pd.concat(forecasts, ignore_index=True), pd.DataFrame(recovery)


def _one(preset: str, seed: int, draws: int) -> tuple[pd.DataFrame, dict[str, object]]:
    bench = made(preset, seed=seed)
    rates = PassRates.build(
        bench.rates, bench.compute, trials=bench.trials, chance=bench.chance, task=preset
    )
    truth = float(bench.truth.mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScalelawWarning)
        outlook = difficulty.forecast(
            rates,
            compute=bench.target,
            anchors=[Anchor("anchor", bench.anchor)],
            n=draws,
            seed=seed,
        )
    table = outlook.table.assign(preset=preset, seed=seed, truth=truth)
    table["error"] = table["estimate"] - truth
    clusters, paper = outlook.ladder.clusters, outlook.ladder.paper_subset
    hopeless = ~(bench.predictable | (bench.group == "late"))
    found: dict[str, object] = {
        "preset": preset,
        "seed": seed,
        "clusters": len(clusters),
        "homogeneity": homogeneity(bench.group, clusters.labels),
        "IAD": clusters.intra_distance,
        "OR": clusters.outlier_rate,
        "zero": clusters.zero_rate,
        "zero_right": bool(np.isin(bench.group[clusters.labels == -2], ["late", "never"]).all()),
        "truth": truth,
        "inside": outlook.low <= truth <= outlook.high,
        "width": outlook.high - outlook.low,
    }
    for name, subset in (("default", outlook.subset), ("paper", paper)):
        own = subset.errors(bench.target, bench.truth)
        kept = subset.items
        found[f"EE_{name}"] = own["EE"]
        found[f"TR_{name}"] = own["TR"]
        found[f"hopeless_{name}"] = float(hopeless[kept].mean()) if kept.any() else 0.0
    return table, found


def homogeneity(groups: npt.NDArray[np.str_], labels: npt.NDArray[np.int64]) -> float:
    """Return 1 - H(group | cluster) / H(group) of the clustered items; 1 for a single group."""
    inside = labels >= 0
    if not inside.any():
        return float("nan")
    table = pd.crosstab(groups[inside], labels[inside]).to_numpy(float)
    total = table.sum()
    by_group, by_cluster = table.sum(axis=1) / total, table.sum(axis=0) / total
    whole = -np.sum(by_group * np.log(by_group))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = -np.nansum(table / total * np.log(table / total / by_cluster))
    return 1.0 if whole == 0 else float(1.0 - part / whole)


def errors_by_preset(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return mean absolute errors in points, methods by presets, with the mean over presets."""
    points = forecasts.assign(points=100.0 * forecasts["error"].abs())
    table = points.pivot_table(index="method", columns="preset", values="points", sort=False)
    table = table.reindex(columns=[name for name in PRESETS if name in table])
    table["mean"] = table.mean(axis=1, skipna=False)
    return table.sort_values("mean")


def intervals_by_preset(recovery: pd.DataFrame) -> pd.DataFrame:
    """Return the share of the default's intervals that hold the truth, and their widths.

    Parameters
    ----------
    recovery : pandas.DataFrame
        As `studied` returns it.

    Returns
    -------
    pandas.DataFrame
        ``inside`` (share) and ``width`` (mean, in points), presets as columns, with the mean.
    """
    table = recovery.groupby("preset", sort=False)[["inside", "width"]].mean()
    table["width"] *= 100.0
    table.loc["mean"] = table.mean()
    return table.T


def single_methods(table: pd.DataFrame) -> list[str]:
    """Return the methods that need no anchor and are not the average."""
    return [name for name in table.index if name != DEFAULT and "anchor" not in name]


def verdict(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return how the default stands in each preset against the best there, and the last line.

    Parameters
    ----------
    table : pandas.DataFrame
        As `errors_by_preset` returns it.

    Returns
    -------
    bars : pandas.DataFrame
        One row a preset: ``default``, ``best`` and its ``method``, ``allowed`` (1.3 times the
        best's plus 0.5 points), ``met``.
    line : str
    """
    singles = table.loc[single_methods(table)]
    best = singles["mean"].idxmin()
    rows = []
    for preset in (name for name in table.columns if name != "mean"):
        method = singles[preset].idxmin()
        allowed = 1.3 * float(singles[preset].min()) + 0.5
        own = float(table[preset][DEFAULT])
        rows.append(
            {
                "preset": preset,
                "default": own,
                "best": float(singles[preset].min()),
                "method": method,
                "allowed": allowed,
                "met": own <= allowed,
            }
        )
    line = (
        f"mean error in points: default {table['mean'][DEFAULT]:.2f}, "
        f"best single method ({best}) {singles['mean'].min():.2f}, "
        f"paper's rules {table['mean'][PAPER]:.2f}"
    )
    return pd.DataFrame(rows), line

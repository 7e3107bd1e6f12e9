"""The command: `python -m analyses.pythia [--data FOLDER] [--out FOLDER]`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import scalelaw as sl
from analyses.data import use_data
from analyses.pythia.analysis import (
    REHEARSAL,
    TARGET,
    Route,
    compared,
    of_losses,
    of_routes,
    without_embeddings,
    zero_shot,
)
from scalelaw.forecasting.baselines import MEANINGS

HOME = Path(__file__).parent


def main(argv: Sequence[str] | None = None) -> int:
    """Choose the route, forecast, compare, print, save."""
    parser = argparse.ArgumentParser(prog="python -m analyses.pythia", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with one folder a data set")
    parser.add_argument("--out", type=Path, default=HOME / "results", help="folder for the tables")
    options = parser.parse_args(argv)
    use_data(options.data)
    try:
        runs = zero_shot()
    except sl.ScalelawError as error:
        parser.error(str(error))
    route, routes = of_routes(runs)
    table = compared(runs, route, TARGET)
    losses = of_losses(runs)
    options.out.mkdir(parents=True, exist_ok=True)
    routes.to_csv(options.out / "routes.csv", index=False, float_format="%.4g")
    table.to_csv(options.out / "forecast.csv", index=False, float_format="%.5g")
    losses.to_csv(options.out / "losses.csv", index=False, float_format="%.5g")
    print(f"Mean absolute error in points of every route, forecasting {REHEARSAL} and {TARGET}")
    print("from all smaller sizes; the first column chooses, the second is for the reader:\n")
    print(routes.to_string(index=False, float_format="{:.2f}".format))
    print(f"\nTaken: {route.name}. {TARGET}, last checkpoint, zero-shot; errors in points:\n")
    print(shown(table))
    print(f"\n{with_other_count(runs, route)}")
    print("\nLoss on LAMBADA in nats a word, by final runs alone and by checkpoints too:\n")
    print(losses.to_string(index=False, float_format="{:.3f}".format))
    print(f"\n{last_line(table)}")
    return 0


def shown(table: pd.DataFrame) -> str:
    """Return the table as it is printed."""
    scores = dict.fromkeys(("measured", "estimate", "low", "high"), "{:.4f}".format)
    points = dict.fromkeys(("stderr", "error", "largest", "line", "direct"), "{:+.1f}".format)
    points["stderr"] = "{:.1f}".format
    return table.to_string(index=False, formatters={**scores, **points})


def with_other_count(runs: sl.RunTable, route: Route) -> str:
    """Return what the route gives with N counted without the embeddings, as a sentence."""
    other = without_embeddings(runs)
    off = [compared(other, route, size, n=20)["error"].abs().mean() for size in (REHEARSAL, TARGET)]
    return (
        "With N counted without the embeddings the same route is off by "
        f"{off[0]:.2f} points on {REHEARSAL} and {off[1]:.2f} on {TARGET}."
    )


def last_line(table: pd.DataFrame) -> str:
    """Return the figure: the mean absolute error beside that of the baselines, and coverage."""
    baselines = ", ".join(
        f"{meaning} {table[name].abs().mean():.2f}" for name, meaning in MEANINGS.items()
    )
    return (
        f"mean absolute error {table['error'].abs().mean():.2f} points "
        f"(baselines: {baselines}; {table['covered'].sum()} of {len(table)} covered)"
    )


if __name__ == "__main__":
    main()

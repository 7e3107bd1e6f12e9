"""The command: `python -m analyses.gadre2024 [--train-sets c4,rpj] [--out FOLDER]`."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import scalelaw as sl
from analyses.data import use_data
from analyses.gadre2024.analysis import LONG_RUN, reproduce, with_intervals
from analyses.gadre2024.reference import compare

HOME = Path(__file__).parent


def main(argv: Sequence[str] | None = None) -> int:
    """Reproduce, compare, print, save; return 1 if a value was not reproduced."""
    parser = argparse.ArgumentParser(prog="python -m analyses.gadre2024", description=__doc__)
    parser.add_argument(
        "--train-sets",
        type=_train_sets,
        default=list(LONG_RUN),
        help="c4, rpj (RedPajama), rw (RefinedWeb), with commas; default: all that are there",
    )
    parser.add_argument("--data", type=Path, help="folder with one folder a data set")
    parser.add_argument("--out", type=Path, default=HOME / "results", help="folder for the tables")
    options = parser.parse_args(argv)
    use_data(options.data)
    try:
        runs = sl.load.dataset("gadre2024")
    except sl.ScalelawError as error:
        parser.error(str(error))
    there = set(runs.frame["train_set"].unique())
    present = [name for name in options.train_sets if name in there]
    if not present:
        parser.error(f"no files of {', '.join(options.train_sets)}; there are: {', '.join(there)}")
    runs = runs.where(train_set=present)
    table = compare(reproduce(runs, present), set(present))
    forecasts = with_intervals(runs, present)
    options.out.mkdir(parents=True, exist_ok=True)
    saved(table).to_csv(options.out / "reproduced.csv", index=False)
    forecasts.to_csv(options.out / "intervals.csv", index=False, float_format="%.4f")
    print("\n\n".join(told(table, forecasts)))
    checked = table[table["ok"].notna()]
    good = int(checked["ok"].sum())
    print(f"\n{good} of {len(checked)} published values reproduced")
    return 0 if good == len(checked) else 1


def saved(table: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison as it is saved: numbers to five digits, the same on any machine."""
    return table.assign(reproduced=table["reproduced"].map(_five_digits)).drop(columns="off")


def _five_digits(value: object) -> object:
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return ""
    return "0" if abs(value) < 1e-9 else f"{value:.5g}"


def told(table: pd.DataFrame, forecasts: pd.DataFrame) -> list[str]:
    """Return what is printed, part by part: in full what the paper is known for, and all misses."""
    main_values = table[table["place"].isin(["Table 6", "equation 10", "Table 2", "Table 7"])]
    held_out = table[(table["place"] == "held-out runs") & table["quantity"].str.startswith("rel")]
    shown = pd.concat([main_values[main_values["printed"] != ""], held_out])
    shown = shown[shown["ok"].notna()]
    columns = ["place", "quantity", "subject", "train_set", "run", "printed", "reproduced"]
    parts = [shown[columns].to_string(index=False, float_format="{:.5g}".format)]
    groups = table.assign(ok=table["ok"].astype("boolean")).groupby("place", sort=False)
    parts.append(
        groups.agg(values=("ok", "size"), checked=("ok", "count"), reproduced=("ok", "sum"))
        .astype(int)
        .to_string()
    )
    missed = table[table["ok"].eq(other=False)]
    if len(missed):
        columns += ["exact", "tolerance"]
        parts.append(f"Not reproduced:\n{missed[columns].to_string(index=False)}")
    parts.append(
        "Average error of the 17 tasks with 90 % intervals, which the paper does not give:\n"
        + forecasts.to_string(index=False, float_format="{:.4f}".format)
    )
    for why, rows in table[table["ok"].isna()].groupby("why_not"):
        places = rows["place"].value_counts(sort=False)
        listed = ", ".join(f"{count} of {place}" for place, count in places.items())
        parts.append(f"{len(rows)} values not checked, since {why}: {listed}")
    return parts


def _train_sets(text: str) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    strange = [name for name in names if name not in LONG_RUN]
    if strange or not names:
        known = ", ".join(LONG_RUN)
        raise argparse.ArgumentTypeError(f"no such training set: {text!r}; there are {known}")
    return names


if __name__ == "__main__":
    sys.exit(main())

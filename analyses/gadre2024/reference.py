"""The published numbers, and how a reproduced one is held against them.

``reference.csv`` has one row a value. ``place``, ``quantity``, ``subject``, ``train_set`` and
``run`` say which; ``printed`` is what the paper prints (in the rows "held-out runs" the notebook in
the authors' repository), digit for digit; ``exact`` is the same number at full precision, the
global optimum of the published objective on the published files, with a ``tolerance`` on a
``scale``; ``needs`` names the training sets whose files it takes, where not its own.

A value is reproduced if it is within half a unit of the last printed digit, and within the
tolerance of the exact one:

========================  ==============================================================
1e-12 to 1e-9             what is read or counted, not fitted
1e-5 rel (E, eta)         the authors' optimizer stops at 1.5e-8 of the sum of squares, which
1e-4 rel (other coefs)    leaves it up to 7e-6 of a coefficient away from the optimum
1e-3 rel (other losses)   the same on loss sets where a and b are determined less well
2e-5, 5e-5 rel            predictions, which move less than the coefficients
0.002 to 0.02 points      relative errors; printed to 0.1 or 0.01
========================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

KEY = ["place", "quantity", "subject", "train_set", "run"]
REFERENCE = Path(__file__).with_name("reference.csv")


def read_reference() -> pd.DataFrame:
    """Return the published values; texts as they are printed."""
    table = pd.read_csv(REFERENCE, dtype=str, keep_default_na=False)
    table["tolerance"] = pd.to_numeric(table["tolerance"])
    return table


def compare(reproduced: pd.DataFrame, present: set[str]) -> pd.DataFrame:
    """Hold reproduced values against the published ones.

    Parameters
    ----------
    reproduced : pandas.DataFrame
        Columns of `KEY` and ``reproduced`` (a number or a text).
    present : set of str
        Training sets whose files were there.

    Returns
    -------
    pandas.DataFrame
        The reference with ``reproduced``, ``ok`` (None where not checked), ``off`` (how much of
        the tolerance the difference takes up, the stricter of the two), and ``why_not``.
    """
    table = read_reference().merge(reproduced, on=KEY, how="left", validate="one_to_one")
    checks = [_check(row, present) for row in table.to_dict("records")]
    table["ok"], table["off"], table["why_not"] = zip(*checks, strict=True)
    return table


def half_unit(printed: str) -> float:
    """Return half a unit of the last digit of a printed number: 0.005 for ``"1.51"``."""
    exponent = Decimal(printed).as_tuple().exponent
    assert isinstance(exponent, int), f"{printed!r} is not a finite number"
    return 0.5 * 10.0**exponent


def _check(row: dict[Hashable, Any], present: set[str]) -> tuple[bool | None, float, str]:
    needs = (row["needs"] or row["train_set"]).split()
    absent = [name for name in needs if name not in present]
    if absent:
        return None, np.nan, f"they take the files of {', '.join(absent)}, which are not here"
    value = row["reproduced"]
    if isinstance(value, str):
        ok = value == row["exact"]
        return ok, 0.0 if ok else np.inf, ""
    if not isinstance(value, float) or np.isnan(value):
        return False, np.inf, "not reproduced at all"
    off = max(_off_printed(row, value), _off_exact(row, value))
    return off <= 1.0, off, ""


def _off_printed(row: dict[Hashable, Any], value: float) -> float:
    printed = row["printed"]
    return abs(value - float(printed)) / half_unit(printed) if printed else 0.0


def _off_exact(row: dict[Hashable, Any], value: float) -> float:
    if not row["exact"]:
        return 0.0
    exact, tolerance = float(row["exact"]), float(row["tolerance"])
    allowed = tolerance * (abs(exact) if row["scale"] == "rel" else 1.0)
    difference = abs(value - exact)
    if allowed == 0.0:
        return 0.0 if difference == 0.0 else np.inf
    return difference / allowed

"""Values that an analysis prints, each beside what was published and how near it must come."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analyses.data import use_data
from scalelaw.errors import ScalelawError


class Value(NamedTuple):
    """One number of an analysis, and what it is held to."""

    name: str
    value: float
    published: float = math.nan
    within: float = math.inf
    source: str = ""

    @property
    def ok(self) -> bool:
        """Whether it is near enough to what was published, or held to nothing."""
        return math.isnan(self.published) or abs(self.value - self.published) <= self.within


def rounded(name: str, value: float, printed: str, source: str, *, scale: float = 1.0) -> Value:
    """Return a value that must be right to half a unit of the last digit that was printed.

    Parameters
    ----------
    name : str
    value : float
    printed : str
        The number as it was printed, such as ``"0.0257"``.
    source : str
        Where it stands.
    scale : float, optional
        Slack: how many half units it may be off.
    """
    mantissa, _, power = printed.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(power or 0) - decimals)
    return Value(name, value, float(printed), 0.5000001 * unit * scale, source)


def told(values: Sequence[Value], tables: Mapping[str, pd.DataFrame], out: Path) -> int:
    """Print ``name value`` lines, save all to ``values.csv``, and name what missed.

    Parameters
    ----------
    values : sequence of Value
    tables : mapping of str to DataFrame
        Further tables to save, by file name without ``.csv``.
    out : Path
        Folder, made if it is not there.

    Returns
    -------
    int
        Exit status: 1 if a value is not near enough to what was published.
    """
    held = np.array([not math.isnan(one.published) for one in values])
    verdicts = [("no", "yes")[one.ok] if to else "" for one, to in zip(values, held, strict=True)]
    table = pd.DataFrame(values).assign(ok=verdicts)
    table["within"] = table["within"].where(held)
    out.mkdir(parents=True, exist_ok=True)
    for name, one in {"values": table, **tables}.items():
        # Five digits are the same on any machine.
        one.to_csv(out / f"{name}.csv", index=False, float_format="%.5g")
    for one in values:
        print(f"{one.name} {one.value:.10g}")
    missed = [one for one in values if not one.ok]
    for one in missed:
        print(
            f"missed: {one.name} is {one.value:.8g}, not {one.published:.8g} within "
            f"{one.within:.2g} ({one.source})",
            file=sys.stderr,
        )
    return 1 if missed else 0


def command(home: Path, work: Work, argv: Sequence[str] | None) -> int:
    """Run an analysis as a command: read the options, work, print, save.

    Parameters
    ----------
    home : Path
        The folder of the analysis.
    work : callable
        Returns the values, and further tables by name.
    argv : sequence of str or None
        Arguments; None takes those of the process.

    Returns
    -------
    int
        Exit status, see `told`.
    """
    about = f"Work out, print and save the values of {home.name}; exit 1 if one misses its goal."
    parser = argparse.ArgumentParser(prog=f"python -m analyses.{home.name}", description=about)
    parser.add_argument("--data", type=Path, help="folder with one folder a data set")
    parser.add_argument("--out", type=Path, default=home / "results", help="folder for the tables")
    options = parser.parse_args(argv)
    use_data(options.data)
    try:
        values, tables = work()
    except ScalelawError as error:
        parser.error(str(error))
    return told(values, tables, options.out)


Work = Callable[[], tuple[list[Value], dict[str, pd.DataFrame]]]

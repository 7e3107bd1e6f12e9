"""How long reading takes: ``python -m benchmarks.ingest results``.

Reads the 588 result files of Pythia and the test bed of Gadre et al. (from
``SCALELAW_DATA_DIR``, or ``../shared/data`` beside the checkout), and exits with 1 if that takes
longer than the project promises. The time is that of the fastest of three readings after a first
one, on one core, from path to checked table; importing the libraries is not in it.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import ingest_samples
from scalelaw import load
from scalelaw.errors import LoadError, LoadWarning
from scalelaw.runs import RunTable

GOALS = {"pythia": 3.0, "gadre2024": 0.5}
READINGS = 3


class Reading(NamedTuple):
    """One measured reading."""

    what: str
    files: int
    seconds: float
    goal: float
    runs: RunTable

    @property
    def line(self) -> str:
        """What is printed of it."""
        verdict = "within" if self.seconds <= self.goal else "ABOVE"
        return (
            f"{self.what}: {self.files} files, {len(self.runs)} measurements in "
            f"{self.seconds:.2f} s, {self.files / self.seconds:.0f} files/s "
            f"({verdict} the goal of {self.goal:g} s)"
        )


def measure(what: str, read: Callable[[], RunTable], files: int, goal: float) -> Reading:
    """Read once to import what is needed, then three times, and keep the fastest."""
    runs = read()
    times = []
    for _ in range(READINGS):
        start = time.perf_counter()
        read()
        times.append(time.perf_counter() - start)
    return Reading(what, files, min(times), goal, runs)


def results(folder: Path | None, goal: float = GOALS["pythia"]) -> list[Reading]:
    """Measure both data sets, or one folder of the user's own."""
    if folder is not None:
        files = sum(1 for _ in folder.rglob("*.json"))
        return [measure(folder.name, lambda: load.read(folder), files, goal)]
    readings = []
    for name, promised in GOALS.items():
        entry = next(known for known in load.catalogue() if known.name == name)
        if entry.folder is None:
            raise LoadError(f"{name} is not here: scalelaw datasets fetch {name}")
        files = sum((entry.folder / path).is_file() for path in entry.files)
        readings.append(measure(name, lambda name=name: load.dataset(name), files, promised))
    return readings


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line a data set, the slowest share of its goal last; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("what", choices=["results", "samples"], help="what to read")
    parser.add_argument("--folder", type=Path, help="a folder of your own instead")
    parser.add_argument("--goal", type=float, default=GOALS["pythia"], help="seconds for it")
    given, further = parser.parse_known_args(arguments)
    if given.what == "samples":
        return ingest_samples.main(further)
    if further:
        parser.error(f"unknown arguments: {' '.join(further)}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoadWarning)
        readings = results(given.folder, given.goal)
    for reading in sorted(readings, key=lambda reading: reading.seconds / reading.goal):
        print(reading.line)
    return int(any(reading.seconds > reading.goal for reading in readings))


if __name__ == "__main__":
    raise SystemExit(main())

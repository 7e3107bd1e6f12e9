"""The command: `python -m analyses.infinite_compute [--data FOLDER] [--out FOLDER]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from analyses.goals import command
from analyses.infinite_compute.analysis import everything


def main(argv: Sequence[str] | None = None) -> int:
    """Work out all values, print and save them; return 1 if one misses its goal."""
    return command(Path(__file__).parent, everything, argv)


if __name__ == "__main__":
    sys.exit(main())

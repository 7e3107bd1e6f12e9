"""The command: `python -m analyses.coverage [--data FOLDER] [--out FOLDER]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from analyses.coverage.analysis import everything
from analyses.goals import command


def main(argv: Sequence[str] | None = None) -> int:
    """Work out all values, print and save them; return 1 if one misses its goal."""
    return command(Path(__file__).parent, everything, argv)


if __name__ == "__main__":
    sys.exit(main())

"""The command line: `python -m analyses.mini_ladder corpus|sweep|train|evaluate|collect|law`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .config import DEFAULT, Ladder

STEPS = ("corpus", "sweep", "train", "evaluate", "collect", "law")
EXTRA = ("torch", "lm_eval")


def main(argv: Sequence[str] | None = None) -> int:
    """Read the configuration, do one step, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m analyses.mini_ladder", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--config", type=Path, default=DEFAULT, help="TOML file")
    parser.add_argument("--only", default="*", help="runs whose name matches, such as 'n15k-*'")
    given = parser.parse_args(argv)
    try:
        do(given.step, Ladder.read(given.config), given.only)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] not in EXTRA:
            raise
        print(f"error: {error.name} is missing: pip install -e '.[ladder]'", file=sys.stderr)
        return 2
    except FileNotFoundError as error:
        print(f"error: {error}; the steps are, in order: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    return 0


def do(step: str, ladder: Ladder, only: str) -> None:
    """Do one step; the corpus is made before it is needed.

    Raises
    ------
    ModuleNotFoundError
        If the extra ``ladder`` is not installed.
    FileNotFoundError
        If an earlier step has not been done, or ``apt-get`` is not there.
    """
    if step in ("corpus", "sweep", "train"):
        from .corpus import build

        build(ladder.corpus, ladder.folder / "corpus")
    if step == "sweep":
        from .sweep import sweep

        sweep(ladder)
    elif step == "train":
        from .train import train

        train(ladder, only)
    elif step == "evaluate":
        from .evaluate import evaluate

        evaluate(ladder, only)
    elif step == "collect":
        from .collect import collect

        collect(ladder)
    elif step == "law":
        from .law import tell

        tell(str(ladder.data))


if __name__ == "__main__":
    sys.exit(main())

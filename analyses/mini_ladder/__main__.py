"""The command line: `python -m analyses.mini_ladder corpus|sweep|train|evaluate|collect`."""

from __future__ import annotations

import argparse
from pathlib import Path

from .config import DEFAULT, Ladder


def main() -> None:
    """Read the configuration and do one step."""
    parser = argparse.ArgumentParser(prog="python -m analyses.mini_ladder", description=__doc__)
    parser.add_argument("step", choices=["corpus", "sweep", "train", "evaluate", "collect"])
    parser.add_argument("--config", type=Path, default=DEFAULT, help="TOML file")
    parser.add_argument("--only", default="*", help="runs whose name matches, such as 'n15k-*'")
    arguments = parser.parse_args()
    ladder = Ladder.read(arguments.config)
    if arguments.step == "corpus":
        from .corpus import build

        build(ladder.corpus, ladder.folder / "corpus")
    elif arguments.step == "sweep":
        from .sweep import sweep

        sweep(ladder)
    elif arguments.step == "train":
        from .train import train

        train(ladder, arguments.only)
    elif arguments.step == "evaluate":
        from .evaluate import evaluate

        evaluate(ladder, arguments.only)
    else:
        from .collect import collect

        collect(ladder)


if __name__ == "__main__":
    main()

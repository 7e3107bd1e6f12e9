"""Readers: files of harnesses, test beds and tables into a `RunTable`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scalelaw.load.datasets import catalogue, dataset, fetch
    from scalelaw.load.detection import detect, read
    from scalelaw.load.harness import lm_eval
    from scalelaw.load.item_files import items
    from scalelaw.load.samples import lm_eval_samples
    from scalelaw.load.tables import table
    from scalelaw.load.testbed import above_chance, open_lm

_HOME = {
    "lm_eval": "harness",
    "lm_eval_samples": "samples",
    "items": "item_files",
    "open_lm": "testbed",
    "above_chance": "testbed",
    "table": "tables",
    "dataset": "datasets",
    "catalogue": "datasets",
    "fetch": "datasets",
    "detect": "detection",
    "read": "detection",
}

__all__ = [
    "above_chance",
    "catalogue",
    "dataset",
    "detect",
    "fetch",
    "items",
    "lm_eval",
    "lm_eval_samples",
    "open_lm",
    "read",
    "table",
]


def __getattr__(name: str) -> Any:
    """Import a reader at its first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'scalelaw.load' has no attribute {name!r}")
    found = getattr(import_module(f"scalelaw.load.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)

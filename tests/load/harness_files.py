"""Result files of lm-evaluation-harness in small, as its versions write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

SIZES = pd.DataFrame({"run": ["small", "large"], "params": [1e7, 1e8], "tokens": ["200m", "2B"]})


def old(accuracy: float = 0.5, *, model: str = "org/small", shots: int = 0, **more: Any) -> dict:
    """A result of version 0.3: metrics without filters, the model only in ``model_args``."""
    return {
        "results": {"piqa": {"acc": accuracy, "acc_stderr": 0.05, **more}},
        "versions": {"piqa": 0},
        "config": {"model_args": f"pretrained={model}", "num_fewshot": shots, "limit": None},
    }


def new(accuracy: float = 0.5, *, model: str = "org/small", revision: str = "main", **more) -> dict:
    """A result of version 0.4: filters behind a comma, counts of samples, the model's name."""
    return {
        "results": {
            "piqa": {"alias": "piqa", "acc,none": accuracy, "acc_stderr,none": 0.05, **more}
        },
        "versions": {"piqa": 1.0},
        "n-shot": {"piqa": 0},
        "n-samples": {"piqa": {"original": 100, "effective": 100}},
        "config": {"model_args": {"pretrained": model}, "model_revision": revision, "limit": None},
        "model_name": model,
        "date": 1e9,
    }


def write(folder: Path, **contents: Any) -> Path:
    """Write files: name, to a content or raw bytes; ``__`` in a name is a slash."""
    for name, content in contents.items():
        path = folder / f"{name.replace('__', '/')}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(raw)
    return folder


def cell(runs, column: str = "value", **equal: Any):
    """Return one cell of a run table; the rows that match must agree in it."""
    values = runs.where(**equal).frame[column].unique()
    assert len(values) == 1, values
    return values[0]

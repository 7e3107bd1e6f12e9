"""Sample logs in the form of lm-evaluation-harness, made for tests."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scalelaw.items import ItemTable, TaskItems

STAMP = "2026-01-02T03-04-05.678901"


def digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, indent=2, ensure_ascii=False).encode()).hexdigest()


def line(number: int, loglik: list[float], gold: Any, **changes: Any) -> dict[str, Any]:
    """Return one line of a multiple-choice log."""
    texts = changes.pop("texts", [f" choice {place}" for place in range(len(loglik))])
    doc = changes.pop("doc", {"question": f"What is {number}?"})
    context = f"Q: {number}\nA:"
    highest = int(np.argmax(loglik))
    return {
        "doc_id": number,
        "doc": doc,
        "target": str(gold),
        "arguments": {
            f"gen_args_{place}": {"arg_0": context, "arg_1": text}
            for place, text in enumerate(texts)
        },
        "resps": [[[str(one), "False"]] for one in loglik],
        "filtered_resps": [[str(one), "False"] for one in loglik],
        "filter": "none",
        "metrics": ["acc"],
        "doc_hash": digest(doc),
        "prompt_hash": hashlib.sha256(context.encode()).hexdigest(),
        "target_hash": digest(str(gold)),
        "acc": float(highest == gold) if isinstance(gold, int) else 0.0,
        **changes,
    }


def write(folder: Path, lines: list[Any], *, task: str = "quiz", model: str = "tiny") -> Path:
    """Write a log without a file of results beside it; texts are written as they are."""
    home = folder / model
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"samples_{task}_{STAMP}.jsonl"
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def ladder(
    *, runs: int = 6, items: int = 60, choices: int = 4, seed: int = 0, noise: float = 0.1
) -> ItemTable:
    """Return a ladder whose correct choices gain on the others with compute."""
    rng = np.random.default_rng(seed)
    offsets = np.arange(items + 1, dtype=np.int64) * choices
    gold = np.zeros(items * choices, dtype=bool)
    gold[offsets[:-1] + rng.integers(0, choices, items)] = True
    x = np.arange(runs, dtype=float)
    level = rng.normal(-12.0, 2.0, items * choices)
    slope = np.where(gold, 1.2, 0.6) + rng.normal(0.0, 0.2, items * choices)
    shared = np.repeat(rng.normal(0.0, 1.0, (runs, items)), choices, axis=1)
    own = rng.normal(0.0, noise, (runs, items * choices))
    lengths = np.full(items * choices, 7, dtype=np.int32)
    answers = TaskItems(
        task="quiz",
        kind="multiple_choice",
        runs=tuple(f"run{number}" for number in range(runs)),
        items=np.array([f"item{number}" for number in range(items)]),
        offsets=offsets,
        loglik=level + x[:, None] * slope + shared * 0.3 + own,
        gold=gold,
        answered=np.ones((runs, items), dtype=bool),
        chars=lengths,
        bytes=lengths,
        tokens=np.zeros_like(lengths),
    )
    sizes = pd.DataFrame({"run": answers.runs, "params": 1e6 * 3.0**x, "tokens": 2e7 * 3.0**x})
    return ItemTable.build([answers], sizes)

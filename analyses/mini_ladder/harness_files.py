"""Reading the harness's own files, and making them fit to be shipped."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

METRIC_NAMES = {
    "acc": "accuracy",
    "acc_norm": "accuracy_norm",
    "acc_mutual_info": "accuracy_mutual_info",
}
WITHHELD = "withheld"


def newest_results(folder: Path) -> Path:
    """Return the last results file of a folder."""
    return max(folder.glob("results_*.json"))


def scrubbed(results: dict[str, Any]) -> dict[str, Any]:
    """Return a results file without what describes the machine; its form stays as it was."""
    return {**results, "pretty_env_info": WITHHELD, "git_hash": None, "upper_git_hash": None}


def measures(results: dict[str, Any], catalogue: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one row for each metric of each task."""
    for task, values in results["results"].items():
        known = catalogue[task]
        for key, value in values.items():
            metric, comma, name = key.partition(",")
            if not comma or metric.endswith("_stderr"):
                continue
            stderr = values.get(f"{metric}_stderr,{name}")
            yield {
                "task": task,
                "metric": METRIC_NAMES.get(metric, metric),
                "value": value,
                "stderr": stderr if isinstance(stderr, float) else math.nan,
                "items": results["n-samples"][task]["effective"],
                "chance": known["chance"],
                "scoring": metric == known["scoring"],
            }


def items(folder: Path, task: str, stamp: str) -> Iterator[dict[str, Any]]:
    """Yield the choices' log-likelihoods of every question of a task."""
    for line in (folder / f"samples_{task}_{stamp}.jsonl").open():
        sample = json.loads(line)
        choices = sample["doc"]["choices"]
        answers = [float(pair[0]) for pair in sample["filtered_resps"]]
        count = len(choices)
        yield {
            "task": task,
            "item": sample["doc_hash"][:16],
            "gold": sample["doc"]["gold"],
            "loglik": np.array(answers[:count], dtype=np.float32),
            "loglik_alone": np.array(answers[count:], dtype=np.float32),
            "characters": np.array([len(choice) for choice in choices], dtype=np.int16),
        }


def soft_measures(rows: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return mean and standard error of the soft metrics of a task.

    ``log_p_vocab``: log-likelihood of the right choice, nats. ``p_choices``: its probability
    among the choices. ``brier``: squared distance of these probabilities from the answer.
    """
    found: dict[str, list[float]] = {"log_p_vocab": [], "p_choices": [], "brier": []}
    for row in rows:
        loglik = row["loglik"].astype(np.float64)
        shares = np.exp(loglik - loglik.max())
        shares /= shares.sum()
        answer = np.zeros(len(shares))
        answer[row["gold"]] = 1.0
        found["log_p_vocab"].append(float(loglik[row["gold"]]))
        found["p_choices"].append(float(shares[row["gold"]]))
        found["brier"].append(float(((shares - answer) ** 2).sum()))
    root = math.sqrt(len(rows))
    return {
        metric: (float(np.mean(values)), float(np.std(values, ddof=1)) / root)
        for metric, values in found.items()
    }

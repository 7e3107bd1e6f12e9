"""Made-up ladders whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scalelaw import RunTable

E, A, ALPHA = 1.8, 120.0, 0.27


def true_loss(params, tokens):
    """Return the loss of a run, the same exponent for params and tokens."""
    return E + A * np.asarray(params) ** -ALPHA + 1.6 * A * np.asarray(tokens) ** -ALPHA


def true_error(loss):
    """Return the error of a task whose guessing level is 0.75."""
    return 0.80 - 2.2 * np.exp(-0.75 * np.asarray(loss))


def ladder(*, noise: float = 0.0, seed: int = 0, flat_task: bool = False) -> RunTable:
    """Return 20 runs: five sizes by four multipliers, a loss and one or two tasks."""
    rng = np.random.default_rng(seed)
    rows = []
    for params in np.geomspace(1e7, 1e9, 5):
        for multiplier in (10, 20, 80, 320):
            tokens = multiplier * params
            loss = true_loss(params, tokens) * np.exp(noise * rng.standard_normal())
            error = true_error(loss) + 0.3 * noise * rng.standard_normal()
            size = {"run": f"{params:.0f}-{multiplier}", "params": params, "tokens": tokens}
            rows.append({**size, "task": "val", "metric": "loss", "value": loss})
            score = {"metric": "accuracy", "items": 2000, "stderr": 0.01, "chance": 0.25}
            rows.append({**size, "task": "quiz", "value": 1 - error, **score})
            if flat_task:
                value = 0.25 + 0.005 * rng.standard_normal()
                rows.append({**size, "task": "flat", "value": value, **score})
    return RunTable.build(pd.DataFrame(rows))

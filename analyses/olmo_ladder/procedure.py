"""The two steps of Bhagia et al. (2024), section 3: sizes to task loss, task loss to accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import scalelaw as sl

AVERAGED = 5  # last checkpoints that step 1 averages, and the window of step 2
SKIPPED = 0.1  # share of the first checkpoints of a run that step 2 leaves out


@dataclass(frozen=True)
class TwoSteps:
    """The fits of both steps for one task."""

    loss: sl.Fit
    accuracy: sl.Fit

    def predict(self, *, params: float, tokens: float) -> tuple[float, float]:
        """Return task loss and accuracy of a run."""
        loss = float(self.loss.predict(params=params, tokens=tokens)["estimate"].iloc[0])
        return loss, float(self.accuracy.predict(loss=loss)["estimate"].iloc[0])


def two_steps(checkpoints: pd.DataFrame) -> TwoSteps:
    """Fit both steps as the authors do, but to the global optimum.

    Parameters
    ----------
    checkpoints : DataFrame
        All checkpoints of the ladder, in order of training within each run: ladder_run, params,
        tokens, loss (bits per byte of the right answers) and accuracy of one task.
    """
    ends = checkpoints.groupby("ladder_run", sort=False).agg(
        params=("params", "last"), tokens=("tokens", "last"), loss=("loss", _mean_of_last)
    )
    first = sl.fit("chinchilla", ends.reset_index(), penalty=sl.Huber(delta=1e-3))
    parts = [_smoothed(run) for _, run in checkpoints.groupby("ladder_run", sort=False)]
    ideal = pd.DataFrame({"loss": [0.0], "accuracy": [1.0]})
    second = sl.fit("sigmoid", pd.concat([*parts, ideal]), penalty=sl.LeastSquares())
    return TwoSteps(first, second)


def _mean_of_last(losses: pd.Series) -> float:
    return float(losses.iloc[-AVERAGED:].mean())


def _smoothed(run: pd.DataFrame) -> pd.DataFrame:
    """Return loss and accuracy of one run: its start left out, averaged over a moving window."""
    kept = run[["loss", "accuracy"]].iloc[int(np.ceil(SKIPPED * len(run))) :]
    return kept.rolling(AVERAGED, min_periods=1).mean()

"""How well laws of loss forecast the largest runs of the ladder that ships."""

from __future__ import annotations

import numpy as np
import pandas as pd

import scalelaw as sl

CUT = 1e13
LEAST = 5e10
SHOWN = ("overtraining", "chinchilla", "kaplan")


def laws(losses: pd.DataFrame) -> pd.DataFrame:
    """Fit each law to the smaller runs and forecast the loss of the four largest.

    Parameters
    ----------
    losses : pandas.DataFrame
        ``losses.csv`` of the ladder; only final checkpoints are used.

    Returns
    -------
    pandas.DataFrame
        One row a law and range of runs: how many runs, the root mean square of the relative
        residuals, and the relative error on each run above `CUT` FLOP (forecast over measured,
        less 1).
    """
    final = losses[losses["final"]].sort_values("compute", ignore_index=True)
    large = final[final["compute"] > CUT]
    rows = []
    for least in (0.0, LEAST):
        small = final[(final["compute"] < CUT) & (final["compute"] > least)]
        for law in SHOWN:
            fitted = sl.fit(law, small, penalty=sl.LeastSquares(log=True))
            off = fitted.predict(large)["estimate"].to_numpy() / large["loss"].to_numpy() - 1.0
            row = {"law": law, "above_flop": least, "runs": len(small)}
            row["rms"] = float(np.sqrt(np.mean(fitted.residuals**2)))
            rows.append({**row, **dict(zip(large["run"], off, strict=True))})
    return pd.DataFrame(rows)


def tell(folder: str) -> None:
    """Print the table of laws, in percent.

    Parameters
    ----------
    folder : str
        Where ``losses.csv`` lies.
    """
    table = laws(pd.read_csv(f"{folder}/losses.csv"))
    numbers = table.columns[3:]
    table[numbers] = (100.0 * table[numbers]).round(1)
    print(table.to_string(index=False))

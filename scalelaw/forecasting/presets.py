"""Presets: which runs, laws and penalties a forecast uses. A preset is a value with a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scalelaw.errors import unknown
from scalelaw.fitting import Huber, LeastSquares
from scalelaw.fitting.penalties import Penalty
from scalelaw.forecasting.candidates import BOUNDED, Candidate

Mask = Callable[[pd.DataFrame], "pd.Series[bool]"]

NARROW = 1.5
"""Largest over smallest multiplier, tokens or params up to which they count as one."""

ONE_PATH = ("multiplier", "tokens", "params")


@dataclass(frozen=True)
class Preset:
    """How a forecast is made.

    Attributes
    ----------
    name : str
    description : str
        A sentence for the report: which runs and laws, and whose procedure it is.
    loss_law : str or None
        Law of the first stage; None chooses by the runs, see `loss_law_for`.
    task_laws : tuple of Candidate
        Laws from loss to the task's metric; with several, a back-test on the runs chooses,
        see `scalelaw.forecasting.candidates`.
    direct_law : str
        Law from compute to the task's metric, where no loss was measured.
    loss_penalty, task_penalty : Penalty
    loss_runs, task_runs : callable
        From a wide frame to the mask of the runs that the stage is fitted to.
    loss : tuple of str or None
        Task and metric of the loss; None chooses the one measured for most runs.
    """

    name: str
    description: str
    loss_law: str | None
    task_laws: tuple[Candidate, ...]
    direct_law: str
    loss_penalty: Penalty
    task_penalty: Penalty
    loss_runs: Mask
    task_runs: Mask
    loss: tuple[str, str] | None = None


def loss_law_for(frame: pd.DataFrame) -> str:
    """Return the law of loss that the runs can tell apart.

    Parameters
    ----------
    frame : pandas.DataFrame
        The runs of the first stage, with the column ``multiplier``.

    Returns
    -------
    str
        ``"power"`` (in compute) where all runs share one multiplier or one number of tokens, or
        there are fewer than six: the effects of size and of tokens cannot be told apart then.
        ``"overtraining"`` elsewhere.
    """
    on_one_path = any(frame[name].max() / frame[name].min() <= NARROW for name in ONE_PATH)
    return "power" if on_one_path or len(frame) < 6 else "overtraining"


def _every_run(frame: pd.DataFrame) -> pd.Series[bool]:
    return pd.Series(data=True, index=frame.index)


def _trained_past_warmup(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["multiplier"] >= 10.0


def _table_1_loss(frame: pd.DataFrame) -> pd.Series[bool]:
    smallest = np.isclose(frame["params"], frame["params"].min(), rtol=0.01)
    at_20 = np.isclose(frame["multiplier"], 20.0, rtol=0.01)
    at_320 = np.isclose(frame["multiplier"], 320.0, rtol=0.01)
    small = frame["params"] < 5e8
    return pd.Series((at_20 & small) | (at_320 & smallest), index=frame.index)


def _table_1_task(frame: pd.DataFrame) -> pd.Series[bool]:
    at_20 = np.isclose(frame["multiplier"], 20.0, rtol=0.01)
    return _table_1_loss(frame) | (at_20 & (frame["params"] < 2e9))


DEFAULT = Preset(
    name="default",
    description=(
        "Every run trained for at least 10 tokens a parameter; loss by an over-training law "
        "where the multipliers differ and a power law in compute where they do not; then "
        "the task by the law in loss that best forecast the larger of these runs: no trend, "
        "a sigmoid from chance to 1, or one to a free ceiling."
    ),
    loss_law=None,
    task_laws=BOUNDED,
    direct_law="power",
    loss_penalty=Huber(delta=1e-2, log=True),
    task_penalty=LeastSquares(),
    loss_runs=_trained_past_warmup,
    task_runs=_trained_past_warmup,
)

PRESETS: dict[str, Preset] = {
    "default": DEFAULT,
    "all": replace(
        DEFAULT,
        name="all",
        description=(
            "Every run, whatever its multiplier; the laws are those of the default preset."
        ),
        loss_runs=_every_run,
        task_runs=_every_run,
    ),
    "gadre2024": Preset(
        name="gadre2024",
        description=(
            "The procedure of Gadre et al. (2024), Table 1: the loss on C4 by the over-training "
            "law from the four smallest sizes at M = 20 and the smallest at M = 320; error by an "
            "exponential in loss from these and 1.4B at M = 20; plain least squares in both."
        ),
        loss_law="overtraining",
        task_laws=(Candidate("loss_to_error"),),
        direct_law="power",
        loss_penalty=LeastSquares(),
        task_penalty=LeastSquares(),
        loss_runs=_table_1_loss,
        task_runs=_table_1_task,
        loss=("c4_val", "loss"),
    ),
}


def preset_named(name: str) -> Preset:
    """Return a preset by its name.

    Raises
    ------
    UnknownName
        With the nearest names.
    """
    if name not in PRESETS:
        raise unknown("preset", name, PRESETS)
    return PRESETS[name]

"""Chain: a law of loss and a law from loss to a task, paired draw by draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scalelaw.errors import ForecastError
from scalelaw.fitting import Draws, Fit, bootstrap
from scalelaw.fitting.draws import How, Of, interval, target_frame

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """Two stages: sizes to loss, then loss to the metric of a task.

    Draw i of the second law reads the loss that draw i of the first law predicts, so that the
    uncertainty of both stages is in the interval without a formula for it.

    Attributes
    ----------
    first : Draws
        Law of loss in the sizes of a run.
    second : Draws
        Law of the task's metric in the loss; as many draws.
    """

    first: Draws
    second: Draws

    @property
    def output(self) -> str:
        """Column that the chain predicts, such as ``"error"``."""
        return self.second.fit.output

    @property
    def how(self) -> str:
        """How the draws were made, for captions."""
        return self.second.how

    def predict(
        self, at: pd.DataFrame | None = None, *, level: float = 0.9, of: Of = "run", **sizes: Any
    ) -> pd.DataFrame:
        """Forecast the metric at planned sizes.

        Parameters
        ----------
        at : pandas.DataFrame, optional
            One row a planned run, with two of ``params``, ``tokens``, ``compute``.
        level : float
            Probability that the interval is meant to hold.
        of : {"run", "curve"}
            Interval of a run (with the scatter of runs in both stages) or of the curve alone.
        **sizes
            The same as keywords: ``params=7e9, tokens=2e12``.

        Returns
        -------
        pandas.DataFrame
            The sizes, ``loss`` (point forecast of the first stage), ``estimate``, ``low`` and
            ``high``.

        Raises
        ------
        TableError
            If a size is missing or not positive.
        """
        frame = target_frame(self.first.fit, at, sizes)
        loss = self.first.fit.predict(frame)["estimate"].to_numpy()
        between = pd.DataFrame({self.second.fit.columns["loss"]: loss})
        estimate = self.second.fit.predict(between)["estimate"].to_numpy()
        low, high = interval(self.sample(frame, of=of), level)
        return frame.assign(loss=loss, estimate=estimate, low=low, high=high)

    def sample(self, at: pd.DataFrame, *, of: Of = "run") -> Floats:
        """Return the draws of the metric, shape (draws, rows of at)."""
        return self.second.along(self.first.sample(at, of=of), of=of)


def chain(first: Fit, second: Fit, *, n: int = 1000, seed: int, how: How = "auto") -> Chain:
    """Pair a fit of loss with a fit of a task's metric in that loss.

    Parameters
    ----------
    first : Fit
        Law of loss in the sizes of a run.
    second : Fit
        Law of the metric in the loss, fitted to measured losses.
    n : int
        Number of draws.
    seed : int
        Seed of the draws.
    how : {"auto", "case", "parametric"}
        How uncertainty is drawn, see `scalelaw.bootstrap`; both stages alike. With ``"auto"``
        the stage with fewer runs decides.

    Returns
    -------
    Chain

    Raises
    ------
    ForecastError
        If the second law does not read a loss.

    Examples
    --------
    >>> forecast = chain(loss, error, n=1000, seed=0)            # doctest: +SKIP
    >>> forecast.predict(params=7e9, tokens=2e12, level=0.9)     # doctest: +SKIP
    """
    if second.law.inputs != ("loss",):
        raise ForecastError(
            f"the second law of a chain must read the loss alone; {second.law.name!r} reads "
            f"{', '.join(second.law.inputs)}. Use loss_to_error or sigmoid."
        )
    seeds = np.random.SeedSequence(seed).generate_state(2)
    return Chain(
        bootstrap(first, n, seed=int(seeds[0]), how=how),
        bootstrap(second, n, seed=int(seeds[1]), how=how),
    )

"""Study: what all tasks of one forecast share, and how each of them is forecast."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from scalelaw.errors import ForecastError, ScalelawError, ScalelawWarning
from scalelaw.fitting import Draws, Fit, bootstrap, fit
from scalelaw.forecasting.backtests import backtest
from scalelaw.forecasting.chains import Chain, chain
from scalelaw.forecasting.parts import TaskForecast, complement
from scalelaw.forecasting.presets import Mask, Preset, loss_law_for
from scalelaw.forecasting.selection import same_size, shown_metric
from scalelaw.forecasting.warnings_of import doubts
from scalelaw.laws import get
from scalelaw.metrics import metric_kind
from scalelaw.runs import RunTable
from scalelaw.size import Size


@dataclass(frozen=True)
class Study:
    """What all tasks of one forecast share."""

    runs: RunTable
    target: Size | None
    preset: Preset
    loss_key: tuple[str, str] | None
    fit_up_to: float
    test: dict[str, Any]
    level: float
    n: int
    seed: int

    def loss(self) -> TaskForecast | None:
        """Return the forecast of the loss itself."""
        if self.loss_key is None:
            return None
        known, own = self._known(loss=self.loss_key)
        return self._part(self.loss_key, "loss", known, own, lambda: self._loss_draws)

    @cached_property
    def _loss_fit(self) -> Fit:
        assert self.loss_key is not None
        known, _ = self._known(loss=self.loss_key)
        chosen = self._chosen(known, self.preset.loss_runs, "loss")
        law = self.preset.loss_law or loss_law_for(chosen)
        return _quiet_fit(law, chosen, penalty=self.preset.loss_penalty, y="loss")

    @cached_property
    def _loss_draws(self) -> Draws:
        return bootstrap(self._loss_fit, self.n, seed=self.seed)

    def task(self, task: str, metric: str | None) -> TaskForecast:
        """Return the forecast of one task."""
        shown = shown_metric(self.runs, task, metric)
        law = self.preset.direct_law if self.loss_key is None else self.preset.task_law
        outcome = "error" if self.loss_key is None else get(law).output
        columns = {} if self.loss_key is None else {"loss": self.loss_key}
        known, own = self._known(**columns, **{outcome: (task, shown)})

        def model() -> Chain | Draws:
            chosen = self._chosen(known, self.preset.task_runs, task)
            second = _quiet_fit(law, chosen, penalty=self.preset.task_penalty, y=outcome)
            if self.loss_key is None:
                return bootstrap(second, self.n, seed=self.seed)
            return chain(self._loss_fit, second, n=self.n, seed=self.seed)

        return self._part((task, shown), outcome, known, own, model)

    def _known(self, **columns: tuple[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the wide runs, apart from those of the target's own size, and the latter.

        An error is worked out from any accuracy, and an accuracy from an error.
        """
        wide = self.runs.wide(**columns)
        for name, (_, metric) in columns.items():
            if {metric_kind(metric), name} == {"accuracy", "error"}:
                wide[name] = 1.0 - wide[name]
        own = same_size(wide, self.target)
        return wide[~own].reset_index(drop=True), wide[own]

    def _chosen(self, known: pd.DataFrame, mask: Mask, what: str) -> pd.DataFrame:
        """Return the runs that a stage is fitted to."""
        small = known[known["compute"] <= self.fit_up_to]
        chosen = small[mask(small)].reset_index(drop=True) if len(small) else small
        if chosen.empty:
            raise ForecastError(
                f"no run is left to fit {what} to: of {len(known)} runs {len(small)} have at most "
                f"{self.fit_up_to:.3g} FLOP, and the preset keeps none of these"
            )
        return chosen

    def _part(
        self,
        key: tuple[str, str],
        outcome: str,
        known: pd.DataFrame,
        own: pd.DataFrame,
        model: Callable[[], Chain | Draws],
    ) -> TaskForecast:
        task, metric = key
        flip = {metric_kind(metric), outcome} == {"accuracy", "error"}
        part = TaskForecast(task, metric, None, None, None, _mean(own, outcome), np.nan, [])
        part = replace(part, chance=_chance(known, outcome))
        try:
            made = model()
            part = replace(part, model=made)
            if self.target is not None:
                at = pd.DataFrame([self.target._asdict()])
                part = replace(part, prediction=made.predict(at, level=self.level))
        except ScalelawError as error:
            part = replace(part, problem=str(error))
        if part.model is not None:
            try:
                options = {**self.test, "level": self.level, "seed": self.seed}
                tested = _quiet(backtest, part.model, known, **options)
                part = replace(part, backtest=tested)
            except ScalelawError as error:
                part = replace(part, no_backtest=str(error))
            part = replace(part, warnings=doubts(part, known, outcome, self.target))
        return complement(part, metric) if flip else part


def _quiet(function: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Call without warnings of ours: they are collected as text in the forecast."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScalelawWarning)
        return function(*args, **options)


def _quiet_fit(law: str, runs: pd.DataFrame, **options: Any) -> Fit:
    return _quiet(fit, law, runs, **options)


def _mean(own: pd.DataFrame, outcome: str) -> float | None:
    return float(own[outcome].mean()) if len(own) else None


def _chance(known: pd.DataFrame, outcome: str) -> float:
    """Return the level of guessing on the scale of the outcome, NaN where unknown."""
    chance = known.get(f"{outcome}_chance")
    if chance is None or chance.isna().all() or outcome == "loss":
        return float("nan")
    level = float(chance.dropna().iloc[0])
    return 1.0 - level if outcome == "error" else level

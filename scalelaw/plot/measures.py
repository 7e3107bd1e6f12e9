"""In what unit the parts of a forecast are shown."""

from __future__ import annotations

from scalelaw.forecasting import Forecast, TaskForecast
from scalelaw.metrics import metric_kind
from scalelaw.plot.words import Measure, measure_of


def measure(forecast: Forecast, part: TaskForecast) -> Measure:
    """Return how a part of a forecast is shown, in the unit of the table of runs."""
    return measured_in(forecast, part.task, part.metric)


def loss_measure(forecast: Forecast, part: TaskForecast) -> Measure:
    """Return how the loss between the stages of a part is shown.

    It is the forecast's one loss, or else the loss of the task itself.
    """
    if forecast.loss is not None:
        return measure(forecast, forecast.loss)
    frame = forecast.runs.frame
    own = [str(name) for name in frame.loc[frame["task"] == part.task, "metric"].unique()]
    losses = [name for name in own if metric_kind(name) == "loss"]
    return measured_in(forecast, part.task, losses[0]) if losses else measure_of("loss", "")


def measured_in(forecast: Forecast, task: str, metric: str) -> Measure:
    """Return how a metric of a task is shown."""
    frame = forecast.runs.frame
    units = frame.loc[(frame["task"] == task) & (frame["metric"] == metric), "unit"]
    return measure_of(metric, str(units.iloc[0]) if len(units) else None)

"""Which figures a report shows, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from scalelaw.errors import ReportError
from scalelaw.fitting import Draws
from scalelaw.forecasting import Chain, Forecast, TaskForecast
from scalelaw.plot import (
    Panel,
    backtest,
    forecast_overview,
    loss_curve,
    loss_to_error,
    residuals,
    small_multiples,
)
from scalelaw.plot.measures import loss_measure, measure
from scalelaw.plot.overview import ROWS
from scalelaw.plot.task_curves import MOST

_APART = 2


def panels_of(forecast: Forecast) -> dict[str, Panel]:
    """Return the figures of a forecast by key, in the order in which they are shown.

    Keys begin with the place of the figure: ``answer``, ``backtest``, ``curve``, ``residuals``.
    """
    return dict(_panels(forecast))


def _panels(forecast: Forecast) -> Iterator[tuple[str, Panel]]:
    tasks = list(forecast.tasks.values())
    predicted = [part for part in tasks if part.prediction is not None]
    if len(predicted) > 1:
        for place, some in enumerate(_pages(predicted, ROWS), start=1):
            names = [part.task for part in some]
            yield f"answer-{place}", forecast_overview(forecast, tasks=names)
    elif predicted:
        yield from _direct(forecast, predicted[0], "answer")
    yield from _backtests(forecast, tasks)
    loss = forecast.loss
    if loss is not None and isinstance(loss.model, Draws):
        yield from _direct(forecast, loss, "curve-loss")
    curves = [part for part in tasks if part.model is not None]
    if len(curves) <= _APART:
        for place, part in enumerate(curves, start=1):
            yield from _task(forecast, part, f"curve-{place}")
    else:
        for place, some in enumerate(_pages(curves, MOST), start=1):
            names = [part.task for part in some]
            yield f"curve-{place}", small_multiples(forecast, tasks=names)
    if loss is not None and loss.fits:
        shown = measure(forecast, loss)
        yield "residuals-loss", residuals(loss.fits[0], measure=shown)
    if len(curves) <= _APART:
        for place, part in enumerate(curves, start=1):
            yield f"residuals-{place}", residuals(part.fits[-1])


def _backtests(forecast: Forecast, tasks: list[TaskForecast]) -> Iterator[tuple[str, Panel]]:
    tested = [part for part in tasks if part.backtest is not None]
    if not tested and forecast.loss is not None and forecast.loss.backtest is not None:
        tested = [forecast.loss]
    if not tested:
        return
    unit = measure(forecast, tested[0])
    alike = {
        part.task: part.backtest
        for part in tested
        if part.backtest is not None and measure(forecast, part).unit == unit.unit
    }
    same = len({part.metric for part in tested}) == 1
    yield "backtest", backtest(alike, measure=unit if same else None)


def _task(forecast: Forecast, part: TaskForecast, key: str) -> Iterator[tuple[str, Panel]]:
    if isinstance(part.model, Chain):
        yield (
            key,
            loss_to_error(
                part.model,
                target=forecast.target,
                measured=part.measured,
                level=forecast.level,
                widening=part.widening,
                metric=part.metric,
                loss=loss_measure(forecast, part),
                task=part.task,
            ),
        )


def _direct(forecast: Forecast, part: TaskForecast, key: str) -> Iterator[tuple[str, Panel]]:
    assert part.model is not None
    try:
        yield (
            key,
            loss_curve(
                part.model,
                target=forecast.target,
                measured=part.measured,
                level=forecast.level,
                widening=part.widening,
                metric=part.metric,
                measure=measure(forecast, part),
            ),
        )
    except ReportError:
        return  # a law of more than sizes has no one curve; its residuals are shown


def _pages(parts: list[TaskForecast], most: int) -> Iterator[list[TaskForecast]]:
    """Split parts into pages of nearly equal length, none with more than `most`."""
    pages = -(-len(parts) // most)
    size = -(-len(parts) // pages) if pages else 1
    for start in range(0, len(parts), size):
        yield parts[start : start + size]

"""Forecasts of runs that nobody has trained yet, and how far off such forecasts were before."""

from scalelaw.forecasting.backtests import Backtest, backtest
from scalelaw.forecasting.chains import Chain, chain
from scalelaw.forecasting.forecasts import Forecast, forecast
from scalelaw.forecasting.parts import TaskForecast
from scalelaw.forecasting.presets import PRESETS, Preset

__all__ = [
    "PRESETS",
    "Backtest",
    "Chain",
    "Forecast",
    "Preset",
    "TaskForecast",
    "backtest",
    "chain",
    "forecast",
]

"""Figures: each function returns a `Panel`, a figure with the numbers that it shows."""

from __future__ import annotations

from scalelaw.plot._panel import Panel
from scalelaw.plot.error_curves import loss_to_error
from scalelaw.plot.loss_curves import loss_curve
from scalelaw.plot.overview import forecast_overview
from scalelaw.plot.predicted import backtest
from scalelaw.plot.residual import residuals
from scalelaw.plot.task_curves import small_multiples

__all__ = [
    "Panel",
    "backtest",
    "forecast_overview",
    "loss_curve",
    "loss_to_error",
    "residuals",
    "small_multiples",
]

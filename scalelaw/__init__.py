"""What will the big language model score, given the small ones already trained.

>>> import scalelaw as sl                                        # doctest: +SKIP
>>> runs = sl.load.lm_eval("results/", runs="ladder.csv")        # doctest: +SKIP
>>> outlook = sl.forecast(runs, params=7e9, tokens=2e12, seed=0) # doctest: +SKIP
>>> sl.report(outlook, "forecast.pdf")                           # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from scalelaw import difficulty, load, plot, size
    from scalelaw.errors import ScalelawError
    from scalelaw.fitting import Draws, Fit, Huber, LeastSquares, bootstrap, fit, leave_out
    from scalelaw.forecasting import Backtest, Chain, Forecast, backtest, chain, forecast
    from scalelaw.laws import LAWS, Coef, Kernel, Law
    from scalelaw.reporting import report
    from scalelaw.runs import RunTable

_HOME = {
    "ScalelawError": "errors",
    "RunTable": "runs",
    "LAWS": "laws",
    "Coef": "laws",
    "Kernel": "laws",
    "Law": "laws",
    "Draws": "fitting",
    "Fit": "fitting",
    "Huber": "fitting",
    "LeastSquares": "fitting",
    "bootstrap": "fitting",
    "fit": "fitting",
    "leave_out": "fitting",
    "Backtest": "forecasting",
    "Chain": "forecasting",
    "Forecast": "forecasting",
    "backtest": "forecasting",
    "chain": "forecasting",
    "forecast": "forecasting",
    "report": "reporting",
}
_ROOMS = ("difficulty", "load", "plot", "size")

__all__ = [
    "LAWS",
    "Backtest",
    "Chain",
    "Coef",
    "Draws",
    "Fit",
    "Forecast",
    "Huber",
    "Kernel",
    "Law",
    "LeastSquares",
    "RunTable",
    "ScalelawError",
    "backtest",
    "bootstrap",
    "chain",
    "difficulty",
    "fit",
    "forecast",
    "leave_out",
    "load",
    "plot",
    "report",
    "size",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that ``import scalelaw`` costs milliseconds."""
    if name in _HOME:
        found = getattr(import_module(f"scalelaw.{_HOME[name]}"), name)
    elif name in _ROOMS:
        found = import_module(f"scalelaw.{name}")
    else:
        raise AttributeError(f"module 'scalelaw' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*__all__, "__version__"])

"""To lmfit and back: for people who want its tools, and as an oracle for our intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scalelaw.errors import FitError
from scalelaw.fitting.fits import Fit
from scalelaw.fitting.penalties import LeastSquares
from scalelaw.laws import Law
from scalelaw.laws._law import Floats

if TYPE_CHECKING:
    from lmfit import Model
    from lmfit.model import ModelResult


def law_to_lmfit(law: Law) -> Model:
    """Return a law as an lmfit model with our bounds and starting values.

    The independent variables bear the names of the law's inputs, except that ``params`` is called
    ``n_params``: lmfit needs the former for itself. Coefficients on a log scale are
    called ``log_NAME`` and hold the natural logarithm, as lmfit has no such scale.

    Parameters
    ----------
    law : Law

    Returns
    -------
    lmfit.Model
    """
    import lmfit

    names = [_name(coef.name, coef.scale) for coef in law.coefs]

    def curve(**values: Any) -> Floats:
        theta = [
            np.exp(values[name]) if coef.scale == "log" else values[name]
            for name, coef in zip(names, law.coefs, strict=True)
        ]
        return law({column: values[_free(column)] for column in law.inputs}, theta)

    model: Any = lmfit.Model(
        curve,
        independent_vars=[_free(column) for column in law.inputs],
        param_names=names,
        name=law.name,
    )
    for name, coef in zip(names, law.coefs, strict=True):
        log = coef.scale == "log"
        low, high = np.log(coef.bounds) if log else coef.bounds
        middle = float(np.median(coef.seeds))
        model.set_param_hint(name, value=np.log(middle) if log else middle, min=low, max=high)
    return model


def fit_to_lmfit(fitted: Fit) -> ModelResult:
    """Return a least-squares fit as lmfit's result, refitted by lmfit from our optimum.

    Its ``conf_interval()`` and reports then work. The residuals are those of our penalty.

    Parameters
    ----------
    fitted : Fit
        With `LeastSquares`; lmfit has no likelihood for the other penalties.

    Returns
    -------
    lmfit.model.ModelResult

    Raises
    ------
    FitError
        If the penalty is another one.
    """
    if not isinstance(fitted.penalty, LeastSquares):
        raise FitError(
            f"lmfit minimises squares, not {fitted.penalty.text}; fit with "
            "penalty=LeastSquares(log=...) first."
        )
    model: Any = law_to_lmfit(fitted.law)
    problem = fitted.problem
    inner = model.func
    if fitted.penalty.log:
        model.func = lambda **values: np.log(inner(**values))
    hints = model.make_params()
    for place, coef in enumerate(fitted.law.coefs):
        name = _name(coef.name, coef.scale)
        scale = np.log if coef.scale == "log" else float
        hints[name].set(
            value=float(scale(fitted.theta[place])),
            min=float(scale(problem.low[place])),
            max=float(scale(problem.high[place])),
            vary=bool(problem.free[place]),
        )
    return model.fit(
        problem.target(problem.z),
        hints,
        weights=np.sqrt(problem.w),
        **{_free(column): values for column, values in fitted.inputs(fitted.runs).items()},
    )


def _free(column: str) -> str:
    return "n_params" if column == "params" else column


def _name(name: str, scale: str) -> str:
    return f"log_{name}" if scale == "log" else name

"""Which of several laws do the runs speak for? By information criteria and by forecasting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from scalelaw.errors import FitError
from scalelaw.fitting import _inputs
from scalelaw.fitting.fits import Fit, fit
from scalelaw.fitting.penalties import Binomial, LeastSquares, Penalty, residuals
from scalelaw.laws import Law, get
from scalelaw.laws._law import Floats

CUTS = (0.5, 0.65, 0.8)
CLOSE_AIC = 2.0
CLOSE_HOLD_OUT = 1.1


@dataclass(frozen=True)
class Comparison:
    """Laws side by side on the same runs and the same penalty.

    Parameters
    ----------
    frame : DataFrame
        One row a law, best forecast first: law, coefs, cost, aic (small-sample AIC less the
        least), bic (likewise), hold_out (mean size of the error on larger runs, on the penalty's
        scale), status.
    fits : dict of str to Fit
    text : str
        Which law and why, or that the runs cannot tell.
    """

    frame: pd.DataFrame
    fits: dict[str, Fit] = field(repr=False)
    text: str


def compare(
    laws: Sequence[str | Law],
    runs: pd.DataFrame,
    *,
    penalty: Penalty | None = None,
    x: Mapping[str, str] | None = None,
    y: str | None = None,
) -> Comparison:
    """Fit several laws to the same runs and say which forecasts best.

    The hold-out is ordered by compute: each law is fitted to the smaller half, two thirds and four
    fifths of the runs and judged on the larger ones. Random cross-validation is not offered: it
    rewards laws that interpolate.

    Parameters
    ----------
    laws : sequence of str or Law
        All of one output.
    runs : DataFrame
        With the inputs of all laws.
    penalty : Penalty, optional
        One for all; default: that of the first law.
    x, y
        As for `fit`; x may name inputs of any of the laws.

    Returns
    -------
    Comparison

    Raises
    ------
    FitError
        If there are fewer than two laws, or their outputs differ.
    """
    chosen = [get(law) for law in laws]
    if len(chosen) < 2:
        raise FitError("name at least two laws to compare")
    outputs = sorted({law.output for law in chosen})
    if len(outputs) > 1:
        raise FitError(f"laws of different outputs cannot be compared: {outputs}")
    first = fit(chosen[0], runs, penalty=penalty, x=_own(chosen[0], x), y=y)
    used = first.penalty
    order = _by_size(runs)
    rows, fits = [], {}
    for law in chosen:
        names = _own(law, x)
        fitted = fit(law, runs, penalty=used, x=names, y=y)
        fits[law.name] = fitted
        rows.append(
            {
                "law": law.name,
                "coefs": int(fitted.problem.free.sum()),
                "cost": fitted.cost,
                **_criteria(fitted),
                "hold_out": _hold_out(law, runs.iloc[order], used, names, y),
                "status": fitted.status.value,
            }
        )
    frame = pd.DataFrame(rows)
    for name in ("aic", "bic"):
        frame[name] -= frame[name].min()
    frame = frame.sort_values("hold_out", kind="stable", na_position="last", ignore_index=True)
    return Comparison(frame, fits, _sentence(frame))


def _own(law: Law, x: Mapping[str, str] | None) -> dict[str, str]:
    return {name: column for name, column in (x or {}).items() if name in law.inputs}


def _by_size(runs: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the order of the runs by compute, or by whichever size there is."""
    full = _inputs.with_sizes(runs)
    for name in ("compute", "params", "tokens"):
        if name in full:
            return np.argsort(full[name].to_numpy(float), kind="stable")
    raise FitError("a comparison holds out the largest runs, so it needs params, tokens or compute")


def _criteria(fitted: Fit) -> dict[str, float]:
    """Return AIC with its small-sample correction, and BIC."""
    n, cost = fitted.problem.z.size, max(fitted.cost, 1e-300)
    k = int(fitted.problem.free.sum())
    if isinstance(fitted.penalty, Binomial):
        lost = 2.0 * cost
    else:
        k += 1
        lost = n * np.log(cost / n) * (1.0 if isinstance(fitted.penalty, LeastSquares) else 2.0)
    correction = 2.0 * k * (k + 1) / (n - k - 1) if n > k + 1 else np.inf
    return {"aic": lost + 2.0 * k + correction, "bic": lost + k * np.log(n)}


def _hold_out(
    law: Law,
    ordered: pd.DataFrame,
    penalty: Penalty,
    x: Mapping[str, str],
    y: str | None,
) -> float:
    """Return the mean size of the error on runs larger than those fitted; NaN if none is left."""
    errors: list[Floats] = []
    for cut in CUTS:
        size = int(np.ceil(cut * len(ordered)))
        if size < len(law.coefs) + 1 or size >= len(ordered):
            continue
        fitted = fit(law, ordered.iloc[:size], penalty=penalty, x=x, y=y)
        rest = ordered.iloc[size:]
        measured = rest[fitted.columns[law.output]].to_numpy(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            errors.append(residuals(penalty, measured, fitted.predict(rest)["estimate"].to_numpy()))
    if not errors:
        return float("nan")
    return float(np.mean([np.abs(part).mean() for part in errors]))


def _sentence(frame: pd.DataFrame) -> str:
    """Say which law and why, or that the runs cannot tell."""
    best, second = frame.iloc[0], frame.iloc[1]
    least = frame.iloc[int(np.argmin(frame["aic"].to_numpy()))]
    if not np.isfinite(best["hold_out"]):
        return (
            f"Too few runs to hold out the largest; by AIC {least['law']} is best, which says "
            "little about larger runs."
        )
    close = bool(second["hold_out"] <= CLOSE_HOLD_OUT * best["hold_out"])
    agreed = best["aic"] <= CLOSE_AIC
    margin = f"{best['hold_out']:.3g} against {second['hold_out']:.3g} for {second['law']}"
    if close:
        near = frame[frame["hold_out"] <= CLOSE_HOLD_OUT * best["hold_out"]]
        simplest = near["law"].iloc[int(np.argmin(near["coefs"].to_numpy()))]
        return (
            f"The runs cannot tell {' from '.join(near['law'])}: their errors on larger runs are "
            f"within 10 % ({margin}). Take the one with the fewest coefficients, {simplest}."
        )
    if agreed:
        return f"{best['law']} forecasts larger runs best ({margin}), and AIC agrees."
    return (
        f"{best['law']} forecasts larger runs best ({margin}), although {least['law']} fits the "
        "runs themselves better by AIC; for a forecast the former counts."
    )

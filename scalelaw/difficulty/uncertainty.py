"""Draws of each method's forecast: other items might have been asked, other runs trained.

Items are resampled with replacement. Runs are resampled as weights on what they say (Dirichlet,
the Bayesian bootstrap) for the spectrum, and as errors about the fitted curves for laws, as
leaving out a run at the end of a ladder would be another question.
"""

from __future__ import annotations

import numpy as np

from scalelaw.difficulty._types import Floats
from scalelaw.difficulty.curves import (
    RUN_NOISE,
    Curve,
    Form,
    Priors,
    fit_curve,
    rates_of,
    refit_curve,
    run_weights,
)
from scalelaw.difficulty.mapping import held, law_of_items
from scalelaw.difficulty.methods import METHODS, STRATA, Prepared, forecaster
from scalelaw.difficulty.subset import Subset

FEW_PATTERNS = 400
FEWER = 20


def curve_draws(
    ladder: Prepared, form: Form, compute: float, *, n: int, seed: int, believing: bool
) -> Floats:
    """Return draws of a law on the full set.

    Parameters
    ----------
    ladder : Prepared
    form : {"full", "no_floor", "no_ceiling", "bare"}
    compute : float
        FLOP of the target.
    n : int
        Draws.
    seed : int
    believing : bool
        Whether the law has the usual priors.

    Returns
    -------
    ndarray, (n,)
    """
    rates = ladder.rates
    means, trials = rates.mean()
    priors = Priors.around(rates.chance) if believing else None
    curve = fit_curve(rates.compute, means, trials, priors=priors, form=form)
    rng = np.random.default_rng(seed)
    return _law_draws(curve, rates.compute, means, trials, compute, rng, n, priors, form)


def _law_draws(
    curve: Curve,
    ladder: Floats,
    means: Floats,
    trials: Floats,
    compute: float,
    rng: np.random.Generator,
    n: int,
    priors: Priors | None,
    form: Form,
) -> Floats:
    scatter = np.maximum(1.0 / np.sqrt(run_weights(means, trials)), RUN_NOISE)
    fitted = curve.at(ladder)
    dof = max(1, ladder.size - 4)
    seen = np.sqrt(np.sum(((means - fitted) / scatter) ** 2) / dof)
    noise = rng.normal(0.0, scatter * max(1.0, seen), (n, ladder.size))
    theta = refit_curve(
        curve, ladder, np.clip(fitted + noise, 0.0, 1.0), trials, priors=priors, form=form
    )
    return rates_of(theta, np.log([compute / curve.reference]))[:, 0]


def cluster_draws(subset: Subset, compute: float, *, n: int, seed: int) -> Floats:
    """Return draws of the forecast by clusters with laws and the rest held.

    Parameters
    ----------
    subset : Subset
    compute : float
        FLOP of the target.
    n : int
    seed : int

    Returns
    -------
    ndarray, (n,)
    """
    rng = np.random.default_rng(seed)
    own = subset.clusters.curves_from
    follows, values = law_of_items(subset), held(subset)
    groups = np.append(np.arange(len(subset.curves)), -1)
    sizes = np.array([(follows == name).sum() for name in groups])
    shares = rng.multinomial(follows.size, sizes / follows.size, size=n) / follows.size
    rest = values[follows == -1]
    if rest.size:
        still = rest[rng.integers(rest.size, size=(n, rest.size))].mean(axis=1)
        still = still + rng.normal(0.0, RUN_NOISE, n)
    else:
        still = np.zeros(n)
    total = shares[:, -1] * still
    for name, curve in enumerate(subset.curves):
        if sizes[name]:
            means, trials = own.mean(subset.clusters.members(name))
            ahead = _law_draws(curve, own.compute, means, trials, compute, rng, n, None, "full")
            total += shares[:, name] * ahead
    return total


def spectrum_draws(ladder: Prepared, compute: float, *, n: int, seed: int) -> Floats:
    """Return draws of the forecast by the spectrum.

    At most 400 patterns of answers are used in each draw; the draws are then moved to the
    forecast of all items.

    Parameters
    ----------
    ladder : Prepared
    compute : float
        FLOP of the target.
    n : int
    seed : int

    Returns
    -------
    ndarray, (n,)
    """
    rng = np.random.default_rng(seed)
    found = ladder.spectrum
    logs, counts = found.by_run(ladder.rates, most=FEW_PATTERNS)
    ahead = found.ahead(compute)
    runs = len(logs)
    draws = np.empty(n)
    middle = found.forecast(logs.sum(axis=0), counts, ahead)
    for draw in range(n):
        weights = rng.dirichlet(np.full(runs, 4.0)) * runs
        asked = rng.multinomial(int(counts.sum()), counts / counts.sum()).astype(float)
        draws[draw] = found.forecast(np.tensordot(weights, logs, axes=1), asked, ahead)
    return float(found.at(compute)[0]) + draws - middle


def method_draws(name: str, ladder: Prepared, compute: float, *, n: int, seed: int) -> Floats:
    """Return draws of the forecast of a method, clipped to [0, 1].

    Baselines without a model of their errors get draws of the full set's sampling only.

    Parameters
    ----------
    name : str
        In `scalelaw.difficulty.methods.METHODS`.
    ladder : Prepared
    compute : float
        FLOP of the target.
    n : int
    seed : int

    Returns
    -------
    ndarray, (n,)
    """
    if name == STRATA:
        draws = ladder.strata.draws(compute, n=n, seed=seed)
    elif name == "spectrum":
        draws = spectrum_draws(ladder, compute, n=n, seed=seed)
    elif name == "clusters":
        draws = cluster_draws(ladder.subset, compute, n=n, seed=seed)
    elif name in FORMS:
        form, believing = FORMS[name]
        draws = curve_draws(ladder, form, compute, n=n, seed=seed, believing=believing)
    else:
        draws = _resampled(name, ladder, compute, n=n, seed=seed)
    return np.clip(draws, 0.0, 1.0)


FORMS: dict[str, tuple[Form, bool]] = {
    "curve": ("full", True),
    "power": ("bare", False),
    "end_to_end": ("full", False),
}


def _resampled(name: str, ladder: Prepared, compute: float, *, n: int, seed: int) -> Floats:
    """Return forecasts of a method from resampled items."""
    rng = np.random.default_rng(seed)
    rates = ladder.rates
    size = rates.items.size
    at = np.array([compute])
    draws = [
        forecaster(METHODS[name], Prepared(rates.of_items(rng.integers(size, size=size))))(at)[0]
        for _ in range(min(n, FEWER))
    ]
    return np.array(draws)

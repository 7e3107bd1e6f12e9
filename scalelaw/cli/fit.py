"""``scalelaw fit``: one law, fitted and diagnosed."""

from __future__ import annotations

from typing import Any

import click

from scalelaw.cli._printing import print_json, print_table
from scalelaw.cli._reading import JSON, READING, Source, options

PENALTIES = (
    "huber",
    "huber-likelihood",
    "asymmetric",
    "binomial",
    "least-squares",
    "log-least-squares",
)
CORNERED = ("huber", "huber-likelihood", "asymmetric")


@click.command("fit")
@options(READING, JSON)
@click.option(
    "--law",
    default="chinchilla",
    show_default=True,
    help="See: scalelaw laws; or a file, my_law.py.",
)
@click.option("--task", help="Task whose metric is fitted; by default the loss of most runs.")
@click.option("--metric", help="Its metric; by default what the law gives.")
@click.option("--loss", help="Task whose loss the law reads, for laws of a loss.")
@click.option(
    "--penalty",
    type=click.Choice(PENALTIES),
    default=None,
    help="What the fit minimises; by default the law's own choice.",
)
@click.option("--delta", type=float, help="Corner of the huber penalties.  [default: 0.001]")
@click.option(
    "--weights",
    type=click.Choice(("stderr", "items")),
    help="Weigh runs by their standard errors, or by their numbers of items (for binomial).",
)
@click.option("--draws", "n", type=int, default=1000, show_default=True, help="0 for none.")
@click.option("--level", type=float, default=0.9, show_default=True, help="Of the intervals.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the draws.")
def fit_command(
    law: str,
    penalty: str | None,
    delta: float | None,
    weights: str | None,
    n: int,
    level: float,
    seed: int,
    as_json: bool,
    **given: Any,
) -> None:
    """Fit one law to the runs at PATH and say whether the data can bear it."""
    from scalelaw.fitting import bootstrap, fit
    from scalelaw.forecasting.selection import columns_for
    from scalelaw.laws import get

    chosen = get(law)
    runs = Source.taken_from(given).read()
    wide = runs.wide(**columns_for(runs, chosen, **given))
    weights = weights or ("items" if penalty == "binomial" else None)
    column = f"{chosen.output}_{weights}" if weights else None
    fitted = fit(chosen, wide, penalty=_penalty(penalty, delta), weights=column)
    draws = bootstrap(fitted, n, seed=seed) if n else None
    coefs = None if draws is None else draws.coef_table(level)
    if as_json:
        made = {} if draws is None else {"coefs": coefs, "how": draws.how}
        print_json({**fitted.to_dict(), **made})
        return
    click.echo(fitted.summary())
    if draws is not None and coefs is not None:
        title = f"coefficients, {level:.0%} intervals ({draws.how})"
        print_table(coefs, title=title)


def _penalty(name: str | None, delta: float | None) -> Any:
    from scalelaw.errors import FitError
    from scalelaw.fitting import Asymmetric, Binomial, Huber, HuberLikelihood, LeastSquares

    if delta is not None and name is None:
        name = "huber"
    if delta is not None and name not in CORNERED:
        raise FitError(f"--delta is the corner of {', '.join(CORNERED)}; {name} has none")
    corner = 1e-3 if delta is None else delta
    made = {
        None: lambda: None,
        "huber": lambda: Huber(delta=corner),
        "huber-likelihood": lambda: HuberLikelihood(delta=corner),
        "asymmetric": lambda: Asymmetric(delta=corner),
        "binomial": Binomial,
        "least-squares": lambda: LeastSquares(log=False),
        "log-least-squares": lambda: LeastSquares(log=True),
    }
    return made[name]()

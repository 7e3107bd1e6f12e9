"""``scalelaw fit``: one law, fitted and diagnosed."""

from __future__ import annotations

from typing import Any

import click

from scalelaw.cli._printing import print_json, print_table
from scalelaw.cli._reading import JSON, READING, Source, options

PENALTIES = ("huber", "least-squares", "log-least-squares")


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
@click.option("--delta", type=float, default=1e-3, show_default=True, help="Corner of huber.")
@click.option("--draws", "n", type=int, default=1000, show_default=True, help="0 for none.")
@click.option("--level", type=float, default=0.9, show_default=True, help="Of the intervals.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the draws.")
def fit_command(
    law: str,
    penalty: str | None,
    delta: float,
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
    fitted = fit(chosen, wide, penalty=_penalty(penalty, delta))
    draws = bootstrap(fitted, n, seed=seed) if n else None
    if as_json:
        made = {} if draws is None else {"coefs": draws.coef_table(level), "how": draws.how}
        print_json({**fitted.to_dict(), **made})
        return
    click.echo(fitted.summary())
    if draws is not None:
        title = f"coefficients, {level:.0%} intervals ({draws.how})"
        print_table(draws.coef_table(level), title=title)


def _penalty(name: str | None, delta: float) -> Any:
    from scalelaw.fitting import Huber, LeastSquares

    made = {
        None: lambda: None,
        "huber": lambda: Huber(delta=delta, log=True),
        "least-squares": lambda: LeastSquares(log=False),
        "log-least-squares": lambda: LeastSquares(log=True),
    }
    return made[name]()

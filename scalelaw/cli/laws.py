"""``scalelaw laws``: the catalogue."""

from __future__ import annotations

import click
import pandas as pd

from scalelaw.cli._printing import print_json, print_table
from scalelaw.cli._reading import JSON, options


@click.command("laws")
@click.argument("name", required=False)
@options(JSON)
def laws_command(name: str | None, as_json: bool) -> None:
    """List the laws, or explain the law NAME: its formula, coefficients and source."""
    from scalelaw.laws import LAWS, get

    if name is None:
        rows = [
            {
                "law": law.name,
                "from": ", ".join(law.inputs),
                "to": law.output,
                "coefs": ", ".join(coef.name for coef in law.coefs),
                "source": law.source,
            }
            for law in LAWS.values()
        ]
        if as_json:
            print_json(rows)
        else:
            print_table(pd.DataFrame(rows))
        return
    law = get(name)
    coefs = pd.DataFrame(
        [
            {
                "coef": coef.name,
                "meaning": coef.meaning,
                "lowest": float(coef.bounds[0]),
                "highest": float(coef.bounds[1]),
            }
            for coef in law.coefs
        ]
    )
    if as_json:
        about = {"law": law.name, "formula": law.formula, "source": law.source}
        print_json({**about, "inputs": law.inputs, "output": law.output, "coefs": coefs})
        return
    click.echo(f"{law.name}: {law.output} from {', '.join(law.inputs)}")
    click.echo(f"  {law.formula}")
    if law.domain:
        click.echo(f"  {law.domain}")
    click.echo(f"  source: {law.source}")
    print_table(coefs)

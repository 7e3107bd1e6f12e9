"""``scalelaw report``: a forecast as a document."""

from __future__ import annotations

from typing import Any

import click

from scalelaw.cli._printing import check_report, print_json, spoken
from scalelaw.cli._reading import JSON, READING, STUDY, TARGET, Source, options
from scalelaw.cli._study import answers, as_plain, studied


@click.command("report")
@options(READING, TARGET, STUDY, JSON)
@click.option(
    "-o",
    "--out",
    default="forecast.pdf",
    show_default=True,
    metavar="FILE",
    help="A .pdf, .html or .md file.",
)
@click.option("--title", help="Title of the report.")
@click.option(
    "--items", metavar="PATH", help="Sample logs or a table of answers: adds their sections."
)
def report_command(
    as_json: bool, out: str, title: str | None, items: str | None, **given: Any
) -> None:
    """Write the forecast of a planned run from the runs at PATH as a document."""
    from scalelaw.reporting import report

    check_report(out)
    source = Source.taken_from(given)
    result = studied(source, given)
    asked = answers(items, source, result)
    path = report(result, out, title=title, command=spoken(), items=asked)
    if as_json:
        print_json({**as_plain(result), "report": path})
    else:
        click.echo(str(path))

"""The report as one HTML file: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from scalelaw.plot import Panel
from scalelaw.reporting.formulas import formula_svg
from scalelaw.reporting.typesetting import formulas_of
from scalelaw.writing import write_whole

_ID = re.compile(r'(\bid="|href="#|url\(#)')


def write_html(told: dict[str, Any], panels: dict[str, Panel], path: Path) -> Path:
    """Write the content of a report as HTML; see `scalelaw.reporting.typesetting.write_pdf`."""
    return write_whole(path, html(told, panels))


def html(told: dict[str, Any], panels: dict[str, Panel]) -> str:
    """Return the content of a report as one HTML document."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    source = files("scalelaw.reporting").joinpath("templates/report.html").read_text("utf-8")
    page = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(source)
    drawings = {key: Markup(_apart(panel.svg(), key)) for key, panel in panels.items()}
    formulas = {}
    for place, latex in enumerate(dict.fromkeys(formulas_of(told))):
        drawn = formula_svg(latex)
        formulas[latex] = Markup(_apart(drawn, f"formula{place}")) if drawn else None
    return page.render(report=told, drawings=drawings, formulas=formulas)


def _apart(svg: str, key: str) -> str:
    """Give the names inside a drawing a prefix, so that drawings on one page do not mix."""
    return _ID.sub(rf"\g<1>{key}-", svg)

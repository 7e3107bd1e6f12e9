"""The report as PDF, set by Typst.

All values reach the template as data and never as markup, so that no name of a task or run can be
mistaken for a command.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from scalelaw.errors import ReportError
from scalelaw.plot import Panel
from scalelaw.reporting.formulas import formula_svg
from scalelaw.writing import write_whole


def write_pdf(told: dict[str, Any], panels: dict[str, Panel], path: Path) -> Path:
    """Write the content of a report as PDF.

    Parameters
    ----------
    told : dict
        See `scalelaw.reporting.content`.
    panels : dict of str to Panel
    path : Path

    Returns
    -------
    Path

    Raises
    ------
    ReportError
        If it cannot be set or written.
    """
    return write_whole(path, pdf(told, panels))


def pdf(told: dict[str, Any], panels: dict[str, Panel]) -> bytes:
    """Return the content of a report as the bytes of a PDF."""
    drawings = {key: panel.svg() for key, panel in panels.items()}
    formulas = {latex: formula_svg(latex) for latex in formulas_of(told)}
    given = json.dumps({**told, "drawings": drawings, "formulas": formulas}, allow_nan=False)
    template = files("scalelaw.reporting").joinpath("templates/report.typ").read_bytes()
    try:
        made = typst.compile(
            template,
            format="pdf",
            sys_inputs={"data": given},
            font_paths=_fonts(),
        )
    except typst.TypstError as error:
        raise ReportError(f"the PDF could not be set: {error.message}; try .html") from error
    assert isinstance(made, bytes)
    return made


def formulas_of(told: dict[str, Any]) -> list[str]:
    """Return the LaTeX of every formula in a report."""
    blocks = [block for section in told["sections"] for block in section["blocks"]]
    return [block["latex"] for block in blocks if block["kind"] == "formula"]


def _fonts() -> typst.Fonts:
    """Return the fonts inside Typst and, for letters that these lack, matplotlib's; no others."""
    import matplotlib as mpl

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])

"""Formulas as pictures: LaTeX of any law, drawn without a TeX installation."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from scalelaw.plot._panel import bare_svg

_STYLE: dict[Any, Any] = {
    "mathtext.fontset": "stix",
    "svg.fonttype": "path",
    "svg.hashsalt": "formula",
    "text.color": "#22262b",
}


@cache
def formula_svg(latex: str, size: float = 11.0) -> str | None:
    """Return a formula as SVG, or None where the LaTeX is beyond what can be drawn.

    Parameters
    ----------
    latex : str
        Mathematics without dollar signs, in the subset that matplotlib knows.
    size : float
        Font size in points.

    Returns
    -------
    str or None
    """
    if "$" in latex:
        return None
    buffer = BytesIO()
    with rc_context(_STYLE):
        figure = Figure(figsize=(0.1, 0.1))
        figure.text(0.0, 0.0, f"${latex}$", fontsize=size)
        try:
            figure.savefig(
                buffer,
                format="svg",
                bbox_inches="tight",
                pad_inches=0.02,
                transparent=True,
                metadata={"Date": None},
            )
        except ValueError:
            return None
    return bare_svg(buffer.getvalue().decode())

"""The report as Markdown, its figures and their numbers in a folder beside it."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from scalelaw.errors import ReportError
from scalelaw.plot import Panel
from scalelaw.writing import write_whole

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")


def write_markdown(told: dict[str, Any], panels: dict[str, Panel], path: Path) -> Path:
    """Write the content of a report as Markdown, with a folder ``<name>_files`` of figures.

    Parameters
    ----------
    told : dict
        See `scalelaw.reporting.content`.
    panels : dict of str to Panel
        Each becomes an SVG file and a CSV file of its numbers.
    path : Path

    Returns
    -------
    Path
        The path of the Markdown file.

    Raises
    ------
    ReportError
        If they cannot be written; an earlier report is then still there.
    """
    folder = path.with_name(f"{path.stem}_files")
    try:
        fresh = Path(tempfile.mkdtemp(dir=path.parent, prefix=".writing-"))
    except OSError as error:
        raise ReportError(
            f"cannot write into {path.parent} ({error.strerror}); choose another folder"
        ) from None
    old = fresh.with_name(f"{fresh.name}-old")
    try:
        for key, panel in panels.items():
            panel.save(fresh / f"{key}.svg", table=True)
        fresh.chmod(0o777 & ~_umask())
        if folder.exists():
            os.replace(folder, old)
        os.replace(fresh, folder)
        write_whole(path, markdown_text(told, folder.name))
    except (OSError, ReportError) as error:
        if old.exists():
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(old, folder)
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ReportError(f"cannot write {path} ({reason})") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    return path


def markdown_text(told: dict[str, Any], folder: str) -> str:
    """Return the content of a report as Markdown, the figures linked from a folder."""
    from jinja2 import Environment, StrictUndefined

    source = files("scalelaw.reporting").joinpath("templates/report.md").read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["plain"] = plain
    return environment.from_string(source).render(report=told, folder=_linked(folder))


def plain(text: str) -> str:
    """Return text that Markdown shows as it stands, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _linked(folder: str) -> str:
    return re.sub(r"([\\<>])", r"\\\1", folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

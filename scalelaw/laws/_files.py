"""A law in a file of the user's own: ``my_law.py``, or ``my_law.py:NAME`` if it holds several."""

from __future__ import annotations

import hashlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from scalelaw.errors import FitError
from scalelaw.laws._law import Law


def names_a_file(text: str) -> bool:
    """Return whether a text means a file rather than a law of the catalogue."""
    return _split(text) is not None


def law_of_file(text: str) -> Law:
    """Run the Python file that a text names and return its law.

    Parameters
    ----------
    text : str
        ``path/to/file.py``, or ``path/to/file.py:NAME`` with the variable or the law's name.

    Raises
    ------
    FitError
        If there is no such file, it cannot be run, or does not hold the law.
    """
    file, wanted = _split(text) or (text, "")
    path = Path(file)
    if not path.is_file():
        raise FitError(f"there is no file {file!r} to take a law from")
    laws = _laws(path)
    if not laws:
        raise FitError(f"{file} holds no law: make one with scalelaw.Law(...) at its top level")
    chosen = {
        law.name: law
        for variable, law in laws.items()
        if not wanted or wanted in (variable, law.name)
    }
    if len(chosen) == 1:
        return next(iter(chosen.values()))
    have = ", ".join(law.name for law in laws.values())
    what = f"no law {wanted!r}" if wanted else "several laws"
    raise FitError(f"{file} holds {what}: it has {have}. Say which: {file}:NAME")


def _split(text: str) -> tuple[str, str] | None:
    """Return the path and the name after the colon, if it is a path at all."""
    head, colon, tail = text.rpartition(":")
    if colon and head.endswith(".py") and tail.isidentifier():
        return head, tail
    return (text, "") if text.endswith(".py") else None


def _laws(path: Path) -> dict[str, Law]:
    """Return the laws of a file by variable; an unchanged file is run once a process."""
    stamp = hashlib.sha256(str(path.resolve()).encode() + path.read_bytes()).hexdigest()[:16]
    name = f"scalelaw_law_of_a_file_{stamp}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise FitError(f"{path} is not a Python file")
        module = module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise FitError(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    return {key: value for key, value in vars(sys.modules[name]).items() if isinstance(value, Law)}

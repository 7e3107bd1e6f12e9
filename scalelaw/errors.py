"""What can go wrong, and how it is said: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable


class ScalelawError(Exception):
    """Any mistake that scalelaw can explain; the command line prints it as one line."""


class TableError(ScalelawError):
    """A table of runs or items is incomplete or contradicts itself."""


class LoadError(ScalelawError):
    """A file or folder cannot be read as what it was said to be."""


class FitError(ScalelawError):
    """A law cannot be fitted to these runs."""


class ForecastError(ScalelawError):
    """A forecast or a back-test is not possible with these runs."""


class ReportError(ScalelawError):
    """A report or a figure cannot be made or written."""


class UnknownName(ScalelawError):  # noqa: N818 - reads as a sentence where it is raised
    """A task, metric, law or data set that does not exist here."""


class ScalelawWarning(UserWarning):
    """Any warning of scalelaw, for users who filter them."""


class LoadWarning(ScalelawWarning):
    """A file or row was left out, or read with a doubt."""


class FitWarning(ScalelawWarning):
    """A fit is not to be trusted as it stands."""


class ExtrapolationWarning(ScalelawWarning):
    """A forecast reaches much further than the runs, or not beyond them at all."""


def unknown(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """Return the error for a name that is not known, with the nearest names that are.

    Parameters
    ----------
    kind : str
        What the name is of, such as ``"task"`` or ``"law"``.
    name : str
        The name that was asked for.
    known : iterable of str
        The names that exist.

    Returns
    -------
    UnknownName
        To be raised by the caller.
    """
    from difflib import get_close_matches

    names = sorted(set(known))
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    near += [other for other in names if name.lower() in other.lower() and other not in near][:3]
    if near:
        hint = f"did you mean {' or '.join(repr(other) for other in near[:4])}?"
    else:
        shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
        hint = f"known are: {shown}" if names else f"there is no {kind} at all"
    return UnknownName(f"no {kind} {name!r}; {hint}")

"""Options of a reader that it does not have, refused before anything is read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from scalelaw.errors import LoadError


def check_options(reader: Callable[..., Any], options: Iterable[str], what: str) -> None:
    """Refuse an option that a reader does not have.

    Parameters
    ----------
    reader : callable
        Its first parameter is the path.
    options : iterable of str
        Names of the options given.
    what : str
        What is read, for the error.

    Raises
    ------
    LoadError
        Naming the option and those that there are.
    """
    known = inspect.signature(reader).parameters
    if any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return
    for name in options:
        if name not in known:
            takes = ", ".join(list(known)[1:]) or "none"
            raise LoadError(f"{what} is read without the option {name!r}; options: {takes}")

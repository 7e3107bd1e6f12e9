"""What a reader left out or doubts: collected while reading, said once at the end."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

from scalelaw.errors import LoadError, LoadWarning

_SHOWN = 6


@dataclass
class Doubts:
    """Doubts of one reading, in groups; `settle` warns of them or refuses.

    Attributes
    ----------
    strict : bool
        True makes every doubt an error.
    """

    strict: bool = False
    groups: dict[str, list[str]] = field(default_factory=dict)

    def add(self, heading: str, detail: str) -> None:
        """Note one thing, such as a file or a row, under a heading that says what was done."""
        self.groups.setdefault(heading, []).append(detail)

    def settle(self, *, stacklevel: int = 3) -> None:
        """Warn once for each heading, or raise one error for all when strict.

        Raises
        ------
        LoadError
            If strict and there is any doubt.
        """
        texts = [listing(heading, details) for heading, details in self.groups.items()]
        if texts and self.strict:
            raise LoadError("; ".join(texts) + " (strict reading: nothing may be left out)")
        for text in texts:
            warnings.warn(text, LoadWarning, stacklevel=stacklevel)


def listing(heading: str, details: list[str]) -> str:
    """Return ``heading (5): a; b; c`` with the number of details that were not shown."""
    text = "; ".join(details[:_SHOWN])
    more = len(details) - _SHOWN
    return f"{heading} ({len(details)}): {text}" + (f"; and {more} more" if more > 0 else "")

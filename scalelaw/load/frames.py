"""Table files of any common kind into a pandas frame, with errors that say where."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalelaw.errors import LoadError
from scalelaw.load.files import Unreadable, decode, existing, shown

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")
_PACKED = ("", ".gz", ".bz2", ".xz")
TABLE_FILES = tuple(f"{suffix}{packed}" for suffix in SUFFIXES for packed in _PACKED)


def read_frame(path: str | Path) -> pd.DataFrame:
    """Return a CSV, TSV, Parquet or JSON-lines file as a frame.

    Parameters
    ----------
    path : str or Path
        The suffix decides how it is read; ``.gz`` and the like behind it are unpacked.

    Raises
    ------
    LoadError
        If the file is missing, empty, of another kind, or broken; with the line where known.
    """
    import pandas as pd

    place = existing(path, what="a table file")
    if place.is_dir():
        raise LoadError(f"{shown(place)} is a folder; give one of the files in it")
    reader = _reader(place)
    if place.stat().st_size == 0:
        raise LoadError(f"{shown(place)} is empty (0 bytes)")
    try:
        frame = reader(place)
    except UnicodeDecodeError as error:
        cause = f"not UTF-8 text (byte {error.start})"
    except pd.errors.EmptyDataError:
        cause = "no columns in it"
    except (pd.errors.ParserError, ValueError, OSError, EOFError) as error:
        cause = " ".join(str(error).replace("C error: ", "").split()) or type(error).__name__
    else:
        if frame.empty:
            raise LoadError(f"{shown(place)} has a header but no rows")
        return frame.rename(columns=str)
    raise LoadError(f"{shown(place)} cannot be read as a table: {cause}")


def is_table(path: Path) -> bool:
    """Return whether the name is one of a table file."""
    return path.name.lower().endswith(TABLE_FILES)


def _reader(place: Path) -> Callable[[Path], pd.DataFrame]:
    name = place.name.lower()
    for packed in _PACKED[1:]:
        name = name.removesuffix(packed)
    for suffix, reader in _READERS.items():
        if name.endswith(suffix):
            return reader
    raise LoadError(
        f"{shown(place)}: no reader for this kind of file; a table is one of {', '.join(SUFFIXES)}"
    )


def _csv(place: Path) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_csv(place, encoding="utf-8-sig", skipinitialspace=True)
    if frame.shape[1] == 1 and ";" in str(frame.columns[0]):
        return pd.read_csv(place, encoding="utf-8-sig", sep=";", decimal=",")
    return frame


def _tsv(place: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(place, encoding="utf-8-sig", sep="\t")


def _parquet(place: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_parquet(place)


def _lines(place: Path) -> pd.DataFrame:
    import pandas as pd

    rows: list[dict[str, object]] = []
    with _OPENERS.get(place.suffix.lower(), open)(place, "rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = decode(line)
            except Unreadable as cause:
                raise ValueError(f"line {number}: {cause}") from None
            if not isinstance(row, dict):
                raise ValueError(f"line {number} is not an object")
            rows.append(row)
    return pd.DataFrame(rows)


_OPENERS: dict[str, Callable[..., Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": _csv,
    ".tsv": _tsv,
    ".parquet": _parquet,
    ".jsonl": _lines,
    ".ndjson": _lines,
}

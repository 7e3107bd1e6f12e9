"""Output files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from scalelaw.errors import ReportError


def write_whole(path: str | Path, content: bytes | str) -> Path:
    """Write a file by way of a temporary one beside it, so that no half of it can remain.

    Parameters
    ----------
    path : str or Path
        Where to write; an existing file is replaced.
    content : bytes or str
        Text is encoded as UTF-8.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ReportError
        If the folder does not exist or cannot be written.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if not path.parent.is_dir():
        raise ReportError(
            f"cannot write {path.name}: there is no folder {path.parent}; make it first"
        )
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    except OSError as error:
        raise ReportError(
            f"cannot write into {path.parent} ({error.strerror}); choose another folder"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise ReportError(f"cannot write {path} ({error.strerror})") from None
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def data_folder() -> Path | None:
    """Return the folder with the public data sets, or None."""
    named = os.environ.get("SCALELAW_DATA_DIR")
    for folder in (Path(named) if named else None, ROOT.parent / "shared" / "data"):
        if folder is not None and folder.is_dir():
            return folder
    return None


DATA = data_folder()
"""Found once, before any test changes the environment."""


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Give the folder of a public data set by name, or skip the test with the reason."""

    def find(name: str) -> Path:
        if DATA is None or not (DATA / name).is_dir():
            pytest.skip(f"data-absent: {name} is not in SCALELAW_DATA_DIR")
        return DATA / name

    return find

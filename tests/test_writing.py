"""Files are written whole or not at all."""

from __future__ import annotations

import pytest

from scalelaw.errors import ReportError
from scalelaw.writing import write_whole


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "näme.txt"
    write_whole(path, "one")
    write_whole(path, "two")
    assert path.read_text() == "two"
    assert [file.name for file in tmp_path.iterdir()] == ["näme.txt"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ReportError, match=r"there is no folder .*nowhere; make it first"):
        write_whole(tmp_path / "nowhere" / "x.txt", b"")


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    with pytest.raises(ReportError, match=r"cannot write into .*Permission denied"):
        write_whole(tmp_path / "x.txt", b"")


def test_a_failed_replacement_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = write_whole(tmp_path / "x.txt", "old")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(ReportError, match="No space left"):
        write_whole(path, "new")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]

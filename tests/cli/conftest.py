"""A folder of harness results of a made-up ladder, and the command line called as a user does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from scalelaw.cli import main
from tests.ladders import ladder


@dataclass
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What was printed, read as JSON."""
        return json.loads(self.out)


@pytest.fixture
def say(monkeypatch, capsys) -> Callable[..., Said]:
    """Call ``scalelaw`` with arguments."""

    def call(*args: object) -> Said:
        monkeypatch.setattr("sys.argv", ["scalelaw", *map(str, args)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


def write_results(folder: Path, name: str, results: dict, **config) -> Path:
    """Write one result file in the form of lm-evaluation-harness 0.4."""
    home = folder / name
    home.mkdir(parents=True, exist_ok=True)
    path = home / "results_2026-01-01T00-00-00.000000.json"
    content = {
        "results": results,
        "group_subtasks": {},
        "configs": {},
        "versions": dict.fromkeys(results, 1.0),
        "n-shot": dict.fromkeys(results, 0),
        "n-samples": {task: {"original": 2000, "effective": 2000} for task in results},
        "config": {"model": "hf", "model_args": f"pretrained={name}", **config},
        "model_name": name,
        "model_name_sanitized": name,
        "lm_eval_version": "0.4.9",
    }
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def results(tmp_path) -> tuple[Path, Path]:
    """Twenty result files and the table of the sizes of their runs."""
    runs = ladder(noise=1e-3, seed=5)
    folder = tmp_path / "results"
    for name, rows in runs.frame.groupby("run"):
        values = rows.set_index("task")["value"]
        found = {
            "val": {"alias": "val", "bits_per_byte,none": values["val"]},
            "quiz": {
                "alias": "quiz",
                "acc,none": values["quiz"],
                "acc_stderr,none": 0.01,
            },
        }
        write_results(folder, str(name), found)
    sizes = tmp_path / "ladder.csv"
    runs.runs[["run", "params", "tokens"]].to_csv(sizes, index=False)
    return folder, sizes

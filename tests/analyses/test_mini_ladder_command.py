"""The command of the ladder: a missing step or extra is one line."""

from __future__ import annotations

import builtins

import pytest

from analyses.mini_ladder.__main__ import main
from analyses.mini_ladder.config import DEFAULT


def configured(tmp_path):
    text = DEFAULT.read_text().replace('work = "build/mini_ladder"', f'work = "{tmp_path}/work"')
    path = tmp_path / "ladder.toml"
    path.write_text(text.replace('data = "data/mini_ladder"', f'data = "{tmp_path}/data"'))
    return path


def test_collecting_before_anything_was_done_names_the_steps(tmp_path, capsys):
    pytest.importorskip("torch")
    pytest.importorskip("lm_eval")
    assert main(["collect", "--config", str(configured(tmp_path))]) == 2
    assert "the steps are, in order: corpus, sweep, train" in capsys.readouterr().err


def test_a_missing_extra_says_how_to_install_it(tmp_path, monkeypatch, capsys):
    real = builtins.__import__

    def without_torch(name, *rest, **options):
        if name.partition(".")[0] in ("torch", "lm_eval"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest, **options)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    monkeypatch.setattr("analyses.mini_ladder.corpus.build", lambda *_: None)
    for module in ("train", "model"):
        monkeypatch.delitem(__import__("sys").modules, f"analyses.mini_ladder.{module}", False)
    assert main(["train", "--config", str(configured(tmp_path))]) == 2
    assert "torch is missing: pip install -e '.[ladder]'" in capsys.readouterr().err

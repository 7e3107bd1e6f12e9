"""Mutated real logs: the reader names file and line, and gives no wrong number silently."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest

from scalelaw import load
from scalelaw.errors import LoadError
from tests.items.logs import STAMP

NOISE = [b"\x00", b'"', b"}", b"[", b",", b"NaN", b"1e999", b"\xff", b"\n", b"null", b"{}", b"-"]


def mutated(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        kind = rng.randrange(4)
        if kind == 0:
            data[at : at + 1] = rng.choice(NOISE)
        elif kind == 1:
            del data[at : at + rng.randint(1, 400)]
        elif kind == 2:
            data[at:at] = data[at : at + rng.randint(1, 3000)]
        else:
            data[at : at + 1] = bytes([rng.randrange(256)])
    return bytes(data)


@pytest.mark.parametrize("task", ["ham_mc", "cont_mc", "gen_next", "lastword", "held_bpb"])
def test_mutated_logs_never_crash_without_a_place(task, shared_data, tmp_path):
    source = next((shared_data("lm_eval") / "v0.4.13/local__ng-d1m").glob(f"samples_{task}_*"))
    content = b"\n".join(source.read_bytes().split(b"\n")[:20]) + b"\n"
    path = tmp_path / "tiny" / f"samples_{task}_{STAMP}.jsonl"
    path.parent.mkdir()
    path.write_bytes(content)
    truth = load.lm_eval_samples(path)[task]
    known = {key: np.flatnonzero(truth.items == key)[0] for key in truth.items}
    rng = random.Random(7)
    for _ in range(80):
        path.write_bytes(mutated(content, rng))
        table, texts = _read(path)
        assert all(path.name in text or "on " in text for text in texts)
        if table is None:
            assert texts
            continue
        found = table[table.tasks[0]]
        lines = sum(bool(one.strip()) for one in path.read_bytes().split(b"\n"))
        if len(found) * max(1, len(truth.scores)) < lines:
            assert texts, "lines are missing and nothing was said"
        _no_silent_difference(found, truth, known, texts)


def _read(path):
    """Return the table, None if there is none, and what was said of it."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            table, texts = load.lm_eval_samples(path), []
        except LoadError as error:
            table, texts = None, [str(error).replace("sample log", path.name)]
    return table, texts + [str(one.message) for one in said]


def _no_silent_difference(found, truth, known, texts):
    """A digit of a log-likelihood may change; a key, a length or a shape may not, unsaid."""
    for place, key in enumerate(found.items):
        if key not in known:
            continue
        at = known[key]
        assert found.choices[place] == truth.choices[at] or texts
    changed = sum(
        1
        for place, key in enumerate(found.items)
        if key in known and found.gold_index[place] != truth.gold_index[known[key]]
    )
    assert changed <= 2 or texts

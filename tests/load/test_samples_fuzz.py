"""Mutated real logs: the reader names file and line, and gives no wrong number silently.

Nor does it need more memory than the size of the log explains.
"""

from __future__ import annotations

import gzip
import random
import tracemalloc
import warnings

import numpy as np
import pytest

from scalelaw import load
from scalelaw.errors import LoadError
from tests.items.logs import STAMP

NOISE = [b"\x00", b'"', b"}", b"[", b",", b"NaN", b"1e999", b"\xff", b"\n", b"null", b"{}", b"-"]
TASKS = ["ham_mc", "cont_mc", "gen_next", "lastword", "held_bpb"]
MEMORY = 12
"""Bytes of memory that a byte of a log may need, for logs of less than a block."""

ALWAYS = 2**21
"""Bytes of memory that reading any log may need."""


@pytest.fixture(autouse=True)
def traced():
    """Trace memory, so that the peak of each reading can be told."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.fixture(params=TASKS)
def real(request, shared_data, tmp_path):
    """Return the first lines of a real log, and where to write a mutated one."""
    folder = shared_data("lm_eval") / "v0.4.13/local__ng-d1m"
    source = next(folder.glob(f"samples_{request.param}_*"))
    content = b"\n".join(source.read_bytes().split(b"\n")[:20]) + b"\n"
    path = tmp_path / "tiny" / f"samples_{request.param}_{STAMP}.jsonl"
    path.parent.mkdir()
    path.write_bytes(content)
    return content, path


def mutated(content: bytes, rng: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        kind = rng.randrange(5)
        if kind == 0:
            data[at : at + 1] = rng.choice(NOISE)
        elif kind == 1:
            del data[at : at + rng.randint(1, 400)]
        elif kind == 2:
            data[at:at] = data[at : at + rng.randint(1, 3000)]
        elif kind == 3:
            data[at:at] = rng.choice(NOISE) * rng.choice([3, 300, 30_000])
        else:
            data[at : at + 1] = bytes([rng.randrange(256)])
    return bytes(data)


def test_mutated_logs_never_crash_without_a_place(real):
    content, path = real
    truth = load.lm_eval_samples(path)
    truth = truth[truth.tasks[0]]
    known = {key: np.flatnonzero(truth.items == key)[0] for key in truth.items}
    rng = random.Random(7)
    for _ in range(80):
        path.write_bytes(mutated(content, rng))
        table, texts, peak = _read(path)
        assert peak < MEMORY * path.stat().st_size + ALWAYS
        assert all(path.name in text or "on " in text for text in texts)
        if table is None:
            assert texts
            continue
        found = table[table.tasks[0]]
        lines = sum(bool(one.strip()) for one in path.read_bytes().split(b"\n"))
        if len(found) * max(1, len(truth.scores)) < lines:
            assert texts, "lines are missing and nothing was said"
        _no_silent_difference(found, truth, known, texts)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_mutated_packed_logs_never_crash_without_a_place(real, suffix):
    import pyarrow as pa

    content, plain = real
    plain.unlink()
    path = plain.with_name(plain.name + suffix)
    packed = gzip.compress(content) if suffix == ".gz" else pa.compress(content, "zstd")
    rng = random.Random(11)
    for _ in range(20):
        path.write_bytes(mutated(bytes(packed), rng))
        _, texts, peak = _read(path)
        assert peak < MEMORY * len(content) + 4 * ALWAYS, "it may unpack to more than it was"
        assert all(path.name in text or "on " in text for text in texts)


def _read(path):
    """Return the table, None if there is none, what was said of it, and the peak of memory."""
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            table, texts = load.lm_eval_samples(path), []
        except LoadError as error:
            table, texts = None, [str(error).replace("sample log", path.name)]
    peak = tracemalloc.get_traced_memory()[1] - before
    return table, texts + [str(one.message) for one in said], peak


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

"""Many sample logs, one after the other or several at once, each into answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from scalelaw.errors import LoadError, ReportError
from scalelaw.items import ItemTable, TaskItems
from scalelaw.load.files import Unreadable
from scalelaw.load.sample_answers import answers_of, contradictions
from scalelaw.load.sample_columns import Reading
from scalelaw.load.sample_folder import Log
from scalelaw.load.sample_logs import Stretch, first_lines, log_shape, read_range
from scalelaw.load.sample_rows import requests

RANGE = 32 * 2**20
"""Bytes of a log that one process reads at a time."""

_CACHE_VERSION = 1
Doubt = Callable[[str, str], None]


def read_logs(
    logs: Sequence[Log],
    *,
    names: Sequence[tuple[str, str]],
    cluster: str | None = None,
    cache: Path | None = None,
    n_jobs: int = 1,
    executor: Executor | None = None,
    progress: bool = False,
    doubt: Doubt,
) -> list[TaskItems]:
    """Read logs into answers, those that can be read.

    Parameters
    ----------
    logs : sequence of Log
        What to read.
    names : sequence of (str, str)
        Task and run of each.
    cluster, cache, n_jobs, executor, progress : optional
        As for `scalelaw.load.lm_eval_samples`.
    doubt : callable
        Called with a heading and a detail for each log or line that is left out.

    Returns
    -------
    list of TaskItems
    """
    found = []
    total = sum(log.path.stat().st_size for log in logs)
    with _bar(total, progress) as advance, _workers(n_jobs, executor) as pool:
        started = [
            _Pending(log, task, run, cluster, cache, pool)
            for log, (task, run) in zip(logs, names, strict=True)
        ]
        for pending in started:
            try:
                found.append(pending.answers(advance, doubt))
            except Unreadable as cause:
                doubt("log skipped", f"{pending.log.place}: {cause}")
    return found


def reading_of(log: Log, cluster: str | None = None) -> Reading:
    """Return how a log is to be read, from its first lines and the results beside it.

    Raises
    ------
    Unreadable
        If it is no sample log.
    """
    lines = first_lines(log.path)
    shape = log_shape(lines)
    delimiter = ""
    if shape.kind == "multiple_choice":
        texts = [str(one[1]) for line in lines for one in _requests(line) if len(one) > 1]
        configured = " " if log.delimiter is None else log.delimiter
        delimiter = configured if all(text.startswith(configured) for text in texts) else ""
    return Reading(shape, delimiter, cluster)


class _Pending:
    """A log that is being read."""

    def __init__(
        self,
        log: Log,
        task: str,
        run: str,
        cluster: str | None,
        cache: Path | None,
        pool: Executor | None,
    ) -> None:
        self.log, self.task, self.run, self.pool = log, task, run, pool
        self.failed: Unreadable | None = None
        self.parts: list[Future[Stretch]] = []
        self.cached: Path | None = None
        try:
            self.reading = reading_of(log, cluster)
            if cache is not None:
                self.cached = _cache_path(cache, log.path, self.reading)
            if pool is not None and not (self.cached is not None and self.cached.exists()):
                self.parts = _submitted(pool, log.path, self.reading)
        except Unreadable as cause:
            self.failed = cause

    def answers(self, advance: Callable[[int], None], doubt: Doubt) -> TaskItems:
        """Return the answers, read now or by another process.

        Raises
        ------
        Unreadable
            If the log cannot be read.
        """
        if self.failed is not None:
            raise self.failed
        if self.cached is not None and self.cached.exists():
            stored = _from_cache(self.cached, self.task, self.run)
            if stored is not None:
                advance(self.log.path.stat().st_size)
                return stored
        doubts: list[tuple[str, str]] = []
        found = self._made(self._stretch(advance), self.reading, doubts)
        if not self.reading.shape.careful and contradictions(found):
            careful = replace(self.reading, shape=replace(self.reading.shape, careful=True))
            doubts = []
            found = self._made(read_range(self.log.path, careful), careful, doubts)
        wrong = contradictions(found)
        if wrong:
            doubts.append(
                (
                    "answers whose correct choice is not known, or contradicts the logged accuracy",
                    f"{self.log.place}: {wrong} of {len(found)}",
                )
            )
        expected = self.log.expected
        if expected is not None and expected != len(found):
            doubts.append(
                (
                    "the log has another number of questions than the results state",
                    f"{self.log.place}: {len(found)} of {expected}",
                )
            )
        for heading, detail in doubts:
            doubt(heading, detail)
        if self.cached is not None and not doubts:
            _into_cache(self.cached, found)
        return found

    def _stretch(self, advance: Callable[[int], None]) -> Stretch:
        if not self.parts:
            return read_range(self.log.path, self.reading, progress=advance)
        whole = Stretch()
        size = self.log.path.stat().st_size
        for part in self.parts:
            whole.add(part.result())
            advance(size // len(self.parts))
        self.parts = []
        return whole

    def _made(self, stretch: Stretch, reading: Reading, doubts: list[tuple[str, str]]) -> TaskItems:
        place = self.log.place
        for line, cause in stretch.broken:
            doubts.append(("broken line left out", f"{place}, line {line}: {cause}"))
        return answers_of(
            stretch.columns,
            reading,
            task=self.task,
            run=self.run,
            filters=self.log.filters,
            place=place,
            doubt=lambda heading, detail: doubts.append((heading, detail)),
        )


def _requests(line: dict[str, Any]) -> list[list[Any]]:
    try:
        return requests(line)
    except Unreadable:
        return []


def _submitted(pool: Executor, path: Path, reading: Reading) -> list[Future[Stretch]]:
    """Hand a log to other processes, in ranges where it is plain and large."""
    size = path.stat().st_size
    divisible = path.suffix == ".jsonl" and size > RANGE and path.open("rb").read(1) == b"{"
    starts = range(0, size, RANGE) if divisible else [0]
    return [
        pool.submit(read_range, path, reading, start, start + RANGE if divisible else None)
        for start in starts
    ]


@contextmanager
def _workers(n_jobs: int, executor: Executor | None) -> Iterator[Executor | None]:
    if executor is not None or n_jobs == 1:
        yield executor
        return
    with ProcessPoolExecutor(n_jobs, mp_context=get_context("spawn")) as pool:
        yield pool


@contextmanager
def _bar(total: int, wanted: bool) -> Iterator[Callable[[int], None]]:
    if not wanted:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    with Progress(
        "reading", BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=total)
        yield lambda done: bar.advance(task, done)


def _cache_path(folder: Path, log: Path, reading: Reading) -> Path:
    """Return the place of what was read of a log: by its content, and by how it is read."""
    with log.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    how = f"{_CACHE_VERSION} {reading}"
    return folder / f"{content[:32]}-{hashlib.sha256(how.encode()).hexdigest()[:8]}.parquet"


def _from_cache(path: Path, task: str, run: str) -> TaskItems | None:
    """Return stored answers under their names of now; None if the file is damaged."""
    try:
        (stored,) = ItemTable.from_parquet(path).of.values()
    except LoadError:
        return None
    return replace(stored, task=task, runs=(run,))


def _into_cache(path: Path, answers: TaskItems) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ItemTable.build([answers]).to_parquet(path)
    except (OSError, ReportError) as error:
        raise LoadError(f"the cache folder {path.parent} cannot be written: {error}") from None

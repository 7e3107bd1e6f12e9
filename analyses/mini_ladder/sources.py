"""From the files of Debian documentation packages to plain text, one document at a time."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

ENTRIES_A_DOCUMENT = 40  # dictionary entries are short: neighbours make one document
SHORTEST_DOCUMENT = 400  # characters


def documents(unpacked: Path) -> Iterator[tuple[str, str]]:
    """Yield (source, text) for every document below the folder of unpacked packages."""
    for source, pattern, read in SOURCES:
        for file in sorted(unpacked.glob(pattern)):
            for text in read(file):
                clean = fold(text)
                if len(clean) >= SHORTEST_DOCUMENT:
                    yield source, clean


def fold(text: str) -> str:
    """Keep ASCII, fold runs of blanks and of empty lines."""
    text = text.translate(PLAIN_QUOTES).encode("ascii", "ignore").decode()
    text = re.sub(r"[ \t\r\f\v]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def read_text(file: Path) -> str:
    """Read a file, gzipped or not, whatever its bytes."""
    opener = gzip.open if file.suffix in {".gz", ".dz"} else open
    with opener(file, "rb") as handle:
        return handle.read().decode("utf-8", "replace")


def html(file: Path) -> Iterator[str]:
    """Yield the visible text of one page."""
    page = re.sub(r"(?is)<(script|style|head|pre)\b.*?</\1>", " ", read_text(file))
    page = re.sub(r"\s+", " ", page)
    page = re.sub(r"(?i)</?(p|div|h\d|li|br|tr|dd|dt|ul|ol)\b[^>]*>", "\n", page)
    yield unescape(re.sub(r"<[^>]+>", "", page))


def restructured(file: Path) -> Iterator[str]:
    """Yield a reStructuredText file without its rulers, directives and tables."""
    lines = read_text(file).splitlines()
    skip = re.compile(r"^\s*(\.\. |[=\-~^*#+|]{3,}|:\w+:|\|)|^\s*$|  .*  .*  ")
    kept = (("" if not line.strip() else line) for line in lines)
    yield "\n".join(line for line in kept if not line or not skip.search(line))


def pod(file: Path) -> Iterator[str]:
    """Yield the prose of a Perl manual page: no commands, no code blocks, no markup letters."""
    prose = [
        re.sub(r"^=(?:head\d|item)\s*", "", block)
        for block in read_text(file).split("\n\n")
        if not block.startswith((" ", "\t")) and not re.match(r"=(?!head|item)", block)
    ]
    yield re.sub(r"[A-Z]<+ ?([^<>]*?) ?>+", r"\1", "\n\n".join(prose))


def dictionary(file: Path) -> Iterator[str]:
    """Yield neighbouring entries of a dictd dictionary, references and source marks removed."""
    entries = re.split(r"\n(?=\S)", read_text(file))
    for start in range(0, len(entries), ENTRIES_A_DOCUMENT):
        text = "\n\n".join(entries[start : start + ENTRIES_A_DOCUMENT])
        text = re.sub(r"\n +\[(?:1913 Webster|PJC|WordNet 1\.5)[^\]]*\]", "", text)
        text = re.sub(r" ?\\[^\\\n]*\\", "", text)
        text = re.sub(r"[{}]", "", text)
        yield re.sub(r"(?<=\S)\n {2,}(?=[a-z(])", " ", text)


Reader = Callable[[Path], Iterator[str]]
PLAIN_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0", "''\"\"-- ")
SOURCES: tuple[tuple[str, str, Reader], ...] = (
    ("gcide", "usr/share/dictd/gcide.dict.dz", dictionary),
    ("foldoc", "usr/share/dictd/foldoc.dict.dz", dictionary),
    ("jargon", "usr/share/dictd/jargon.dict.dz", dictionary),
    ("anarchism", "usr/share/doc/anarchism/html/*.html", html),
    ("handbook", "usr/share/doc/debian-handbook/html/en-US/*.html", html),
    ("linux", "usr/share/doc/linux-doc-6.1/Documentation/**/*.rst.gz", restructured),
    ("perl", "usr/share/perl/*/pod/*.pod", pod),
)

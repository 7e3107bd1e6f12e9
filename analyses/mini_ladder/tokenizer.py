"""Byte-pair encoding over ASCII: 128 characters, the rest merges learned from the training text.

Piece 0 (NUL) ends a document. Words are split before merging, so that a piece never crosses a
blank; digits stay single.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

ALPHABET = 128
END = 0
WORDS = re.compile(r" ?[A-Za-z]+| ?[0-9]| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")

Pair = tuple[int, int]


class Tokenizer:
    """Text to pieces and back, by a list of merges in order of rank."""

    def __init__(self, merges: list[Pair]) -> None:
        self.merges = merges
        self._rank = {pair: rank for rank, pair in enumerate(merges)}
        self._known: dict[str, list[int]] = {}
        self._bytes = [bytes([code]) for code in range(ALPHABET)]
        for left, right in merges:
            self._bytes.append(self._bytes[left] + self._bytes[right])

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self._bytes)

    def encode(self, text: str) -> list[int]:
        """Pieces of a text; characters outside ASCII become question marks."""
        pieces: list[int] = []
        for word in WORDS.findall(text):
            known = self._known.get(word)
            if known is None:
                known = self._known[word] = self._merge(word)
            pieces.extend(known)
        return pieces

    def decode(self, pieces: Iterable[int]) -> str:
        """Text of some pieces."""
        return b"".join(self._bytes[piece] for piece in pieces).decode("ascii")

    def _merge(self, word: str) -> list[int]:
        pieces = list(word.encode("ascii", "replace"))
        worst = len(self.merges)
        while len(pieces) > 1:
            pairs = pairwise(pieces)
            rank = min(self._rank.get(pair, worst) for pair in pairs)
            if rank == worst:
                break
            pieces = join(pieces, self.merges[rank], ALPHABET + rank)
        return pieces

    def save(self, file: Path) -> None:
        """Write the merges."""
        file.write_text(json.dumps({"alphabet": "ascii", "merges": self.merges}))

    @classmethod
    def load(cls, file: Path) -> Tokenizer:
        """Read the merges."""
        return cls([(left, right) for left, right in json.loads(file.read_text())["merges"]])


def learn(texts: Iterable[str], pieces: int) -> Tokenizer:
    """Learn merges until there are so many pieces; ties go to the pair met first in order of id."""
    counts = Counter(word for text in texts for word in WORDS.findall(text))
    words = [list(word.encode("ascii", "replace")) for word in counts]
    weights = list(counts.values())
    pairs: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)
    for place, (word, weight) in enumerate(zip(words, weights, strict=True)):
        for pair in pairwise(word):
            pairs[pair] += weight
            places[pair].add(place)
    merges: list[Pair] = []
    while ALPHABET + len(merges) < pieces and pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        new = ALPHABET + len(merges)
        merges.append(best)
        for place in places.pop(best):
            word, weight = words[place], weights[place]
            for pair in pairwise(word):
                pairs[pair] -= weight
            words[place] = word = join(word, best, new)
            for pair in pairwise(word):
                pairs[pair] += weight
                places[pair].add(place)
        pairs = +pairs
    return Tokenizer(merges)


def join(pieces: list[int], pair: Pair, new: int) -> list[int]:
    """Replace every occurrence of the pair by the new piece."""
    joined: list[int] = []
    place = 0
    while place < len(pieces):
        if pieces[place : place + 2] == [*pair]:
            joined.append(new)
            place += 2
        else:
            joined.append(pieces[place])
            place += 1
    return joined

"""Tasks made from held-out documents: rebuilt from the packages, never shipped as text."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from analyses.mini_ladder.corpus import Document

from .question import Task, TextSet, ask, distinct

CONTEXT = 160  # characters shown before the choices
CONTINUATION = 60
PASSAGE = 1000
LOOKALIKES = 3
TEXT_SOURCES = (("mix", ""), ("dictionary", "gcide"), ("prose", "anarchism"), ("manual", "linux"))


def word_counts(texts: Iterable[str]) -> Counter[str]:
    """Count the lower-case words of some texts."""
    return Counter(word for text in texts for word in re.findall(r"\b[a-z]+\b", text))


def spelling(rng: random.Random, count: int, common: Counter[str]) -> Task:
    """Ask for a common word among look-alikes: its first half, and the end of another word."""
    frequent = [word for word, _ in common.most_common(4000) if 5 <= len(word) <= 9]
    questions = []
    for word in rng.sample(frequent, min(len(frequent), 2 * count)):
        half = len(word) // 2
        drawn = rng.sample(frequent, min(60, len(frequent)))
        ends = {other[-(len(word) - half) :] for other in drawn}
        looks = sorted(f" {word[:half]}{end}" for end in ends if word[:half] + end not in common)
        if len(looks) >= LOOKALIKES:
            wrong = rng.sample(looks, LOOKALIKES)
            questions.append(ask(rng, rng.choice(("the", "of a", "to")), f" {word}", wrong))
    return Task("ladder_spelling", distinct(rng, questions, count), ours=True)


def windows(
    rng: random.Random, documents: list[Document], length: int, count: int
) -> list[tuple[str, str]]:
    """Cut pieces of prose, each starting at a word: (source, text)."""
    cut: list[tuple[str, str]] = []
    prose = [(d.source, re.sub(r"\s+", " ", d.text)) for d in documents]
    prose = [(source, text) for source, text in prose if len(text) > length + 40]
    if not prose:
        return cut
    weights = [len(text) for _, text in prose]
    for source, text in rng.choices(prose, weights, k=count):
        start = text.find(" ", rng.randrange(len(text) - length - 30)) + 1
        cut.append((source, text[start : start + length + 20]))
    return cut


def next_word(
    rng: random.Random, count: int, documents: list[Document], common: Counter[str]
) -> Task:
    """Ask for the next word of a passage, among words about as frequent."""
    ranked = [word for word, _ in common.most_common(6000) if len(word) >= 4]
    rank = {word: place for place, word in enumerate(ranked)}
    questions = []
    for _, text in windows(rng, documents, CONTEXT + 20, 6 * count):
        match = re.match(rf"(.{{{CONTEXT - 20},{CONTEXT}}}\w) ([a-z]+)\b", text)
        if match is None or match[2] not in rank:
            continue
        place = rank[match[2]]
        near = ranked[max(0, place - 60) : place + 60]
        others = [f" {word}" for word in near if word != match[2]]
        if len(others) >= 3:
            questions.append(ask(rng, match[1], f" {match[2]}", rng.sample(others, 3)))
    return Task("ladder_next_word", distinct(rng, questions, count), ours=False)


def function_word(
    rng: random.Random, count: int, documents: list[Document], common: Counter[str]
) -> Task:
    """Ask for the next word of a passage where it is one of the commonest."""
    commonest = [word for word, _ in common.most_common(60) if len(word) >= 2][:40]
    questions = []
    for _, text in windows(rng, documents, CONTEXT + 20, 6 * count):
        match = re.match(rf"(.{{{CONTEXT - 20},{CONTEXT}}}\w) ([a-z]+)\b", text)
        if match is not None and match[2] in commonest:
            others = [f" {word}" for word in commonest if word != match[2]]
            if len(others) < 3:
                continue
            questions.append(ask(rng, match[1], f" {match[2]}", rng.sample(others, 3)))
    return Task("ladder_function_word", distinct(rng, questions, count), ours=False)


def recurrence(
    rng: random.Random, count: int, documents: list[Document], common: Counter[str]
) -> Task:
    """Ask for a rarer word that the passage has used before, among words about as frequent."""
    ranked = [word for word, _ in common.most_common(12_000) if len(word) >= 5]
    rank = {word: place for place, word in enumerate(ranked)}
    questions = []
    for _, text in windows(rng, documents, 2 * CONTEXT, 12 * count):
        seen: set[str] = set()
        for match in re.finditer(r"\b[a-z]+\b", text[: CONTEXT + 40]):
            word, start = match[0], match.start()
            if word in seen and rank.get(word, 0) > 300 and start > 80 and text[start - 1] == " ":
                place = rank[word]
                near = [f" {w}" for w in ranked[place - 100 : place + 100] if w not in text]
                if len(near) >= 3:
                    wrong = rng.sample(near, 3)
                    questions.append(ask(rng, text[: start - 1], f" {word}", wrong))
                break
            seen.add(word)
    return Task("ladder_recurrence", distinct(rng, questions, count), ours=False)


def word_order(rng: random.Random, count: int, documents: list[Document]) -> Task:
    """Ask for the order of the next six words."""
    questions = []
    for _, text in windows(rng, documents, CONTEXT + 60, 6 * count):
        match = re.match(r"(.{60,100}[a-z,]) ((?:[a-z]+ ){5}[a-z]+)\b", text)
        if match is None:
            continue
        words = match[2].split()
        wrong: set[str] = set()
        for _ in range(20):
            wrong.add(" ".join(rng.sample(words, len(words))))
        wrong.discard(match[2])
        if len(wrong) >= 3:
            other = [f" {text}" for text in rng.sample(sorted(wrong), 3)]
            questions.append(ask(rng, match[1], f" {match[2]}", other))
    return Task("ladder_word_order", distinct(rng, questions, count), ours=False)


def continuation(rng: random.Random, count: int, documents: list[Document]) -> Task:
    """Ask for the true continuation among four from the same source, about equally long."""
    halves: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    pattern = re.compile(
        rf"(.{{{CONTEXT - 20},{CONTEXT}}}[a-z,]) ([a-z].{{{CONTINUATION - 15},{CONTINUATION}}}\w)\b"
    )
    for source, text in windows(rng, documents, CONTEXT + CONTINUATION + 10, 4 * count):
        match = pattern.match(text)
        if match is not None:
            halves[source].append((match[1], match[2]))
    questions = []
    for pairs in halves.values():
        if len(pairs) < 4:
            continue
        for place, (context, right) in enumerate(pairs):
            others = [text for at, (_, text) in enumerate(pairs) if at != place and text != right]
            wrong = [f" {text}" for text in rng.sample(others, 3)]
            questions.append(ask(rng, context, f" {right}", wrong))
    return Task(
        "ladder_continuation",
        distinct(rng, questions, count),
        ours=False,
        scoring="acc_mutual_info",
    )


def text_sets(rng: random.Random, count: int, documents: list[Document]) -> list[TextSet]:
    """Cut passages of the whole mix, and of its three largest sources alone."""
    sets = []
    for name, source in TEXT_SOURCES:
        chosen = [d for d in documents if source in {"", d.source}]
        texts = [text for _, text in windows(rng, chosen, PASSAGE, count if source else 2 * count)]
        sets.append(TextSet(f"ladder_text_{name}", sorted(set(texts))))
    return sets

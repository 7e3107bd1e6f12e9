"""Tasks made from other packages: WordNet definitions and amateur-radio examinations."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from pathlib import Path

from analyses.mini_ladder.sources import read_text

from .question import Task, ask, distinct

WORDNET = "usr/share/dictd/wn.dict.dz"
EXAMS = "usr/share/hamexam"
ENTRY = re.compile(r"([a-z]+)\n\s+(n|v|adj|adv)(?: 1)?: ([^;:\[\"]{15,110}?)\s*(?:[;\[\"]|\Z)")
LONGEST = 140  # characters of a question with one answer: the context of a run is short


def definition(rng: random.Random, count: int, unpacked: Path, common: Counter[str]) -> Task:
    """Ask for the definition of a word among those of three others of the same kind."""
    entries: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    text = read_text(unpacked / WORDNET)
    for entry in re.split(r"\n(?=\S)", text):
        match = ENTRY.match(entry)
        if match is not None and common[match[1]] >= 20:
            meaning = re.sub(r"\s+", " ", match[3]).strip()
            entries[match[2]].append((match[1], meaning))
    questions = []
    for kind, pairs in entries.items():
        for word, meaning in pairs:
            drawn = rng.sample(pairs, min(6, len(pairs)))
            others = [text for other, text in drawn if other != word]
            wrong = [f" {text}" for text in others[:3] if text != meaning]
            if len(wrong) == 3:
                context = f"{word.capitalize()}, {kind}.\n"
                questions.append(ask(rng, context.strip(), f" {meaning}", wrong))
    return Task(
        "ladder_definition",
        distinct(rng, questions, count),
        ours=False,
        scoring="acc_mutual_info",
    )


def exam(rng: random.Random, count: int, unpacked: Path) -> Task:
    """Read four-choice questions of amateur-radio examinations."""
    questions = []
    for file in sorted((unpacked / EXAMS).glob("[A-Z]/*")):
        lines = [line.strip() for line in read_text(file).splitlines() if line.strip()]
        key = re.match(r"\w+ \(([A-D])\)", lines[0]) if lines else None
        if key is None or len(lines) < 6:
            continue
        choices = [line.partition(". ")[2] for line in lines[-4:]]
        asked = " ".join(lines[1:-4])
        longest = len(asked) + max(len(choice) for choice in choices)
        if longest <= LONGEST and len(set(choices)) == 4:
            right = choices.pop("ABCD".index(key[1]))
            context = f"Question: {asked} Answer:"
            questions.append(ask(rng, context, f" {right}", [f" {choice}" for choice in choices]))
    return Task(
        "ladder_exam", distinct(rng, questions, count), ours=False, scoring="acc_mutual_info"
    )

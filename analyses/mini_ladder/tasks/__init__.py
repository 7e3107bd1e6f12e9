"""The tasks of the ladder: written once, in the harness's own format."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice
from pathlib import Path

from analyses.mini_ladder.config import Ladder
from analyses.mini_ladder.corpus import Corpus

from . import packages, passages, patterns, templates
from .files import CATALOGUE, write_catalogue, write_choice_task, write_text_set
from .passages import word_counts
from .question import Task

COUNTED_PIECES = 3_000_000  # words are counted in so many pieces of the training text


def build(ladder: Ladder, corpus: Corpus) -> Path:
    """Write all tasks, unless they are there already; return their folder."""
    folder = ladder.folder / "tasks"
    if (folder / CATALOGUE).exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    count = ladder.evaluation.items
    text = corpus.tokenizer.decode(islice(corpus.train.tolist(), COUNTED_PIECES))
    made = choice_tasks(ladder, corpus, word_counts([text]))
    tasks = [task for task in made if task.questions]
    rng = random.Random(ladder.evaluation.seed)
    cut = passages.text_sets(rng, count // 8, corpus.heldout)
    sets = [texts for texts in cut if texts.passages]
    for task in tasks:
        write_choice_task(task, folder)
    for texts in sets:
        write_text_set(texts, folder)
    write_catalogue(tasks, sets, folder)
    return folder


def choice_tasks(ladder: Ladder, corpus: Corpus, common: Counter[str]) -> list[Task]:
    """Make every multiple-choice task; each has its own random numbers."""
    count, seed = ladder.evaluation.items, ladder.evaluation.seed

    def rng(name: str) -> random.Random:
        return random.Random(f"{name} {seed}")

    tasks = [
        make(rng(make.__name__), count)
        for make in (
            templates.agreement,
            templates.attraction,
            templates.grammar,
            templates.closing,
            patterns.repeat,
            patterns.recall,
            patterns.sequence,
            patterns.arithmetic,
        )
    ]
    held = corpus.heldout
    tasks += [
        passages.spelling(rng("spelling"), count, common),
        passages.next_word(rng("next_word"), count, held, common),
        passages.function_word(rng("function_word"), count, held, common),
        passages.recurrence(rng("recurrence"), count, held, common),
        passages.word_order(rng("word_order"), count, held),
        passages.continuation(rng("continuation"), count, held),
    ]
    unpacked = ladder.folder / "corpus" / "unpacked"
    if (unpacked / packages.WORDNET).exists():
        tasks.append(packages.definition(rng("definition"), count, unpacked, common))
    if (unpacked / packages.EXAMS).exists():
        tasks.append(packages.exam(rng("exam"), count, unpacked))
    return tasks

"""What a question and a task are, and how choices are shuffled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """A context, continuations of it (each with its own leading blank), and the right one."""

    context: str
    choices: tuple[str, ...]
    gold: int


@dataclass(frozen=True)
class Task:
    """A multiple-choice task.

    Attributes
    ----------
    name : str
        Name in the harness.
    questions : list of Question
        Its items.
    ours : bool
        Whether the text was made by our own rules, so that it may be shipped.
    scoring : str
        The harness's metric that counts, chosen before any run was looked at.
    """

    name: str
    questions: list[Question]
    ours: bool
    scoring: str = "acc"

    @property
    def chance(self) -> float:
        """Mean accuracy of guessing."""
        return sum(1 / len(q.choices) for q in self.questions) / len(self.questions)


@dataclass(frozen=True)
class TextSet:
    """Passages whose bits per byte are measured."""

    name: str
    passages: list[str] = field(default_factory=list)


def ask(rng: random.Random, context: str, right: str, wrong: Sequence[str]) -> Question:
    """Make a question with its choices in random order."""
    choices = [right, *wrong]
    rng.shuffle(choices)
    return Question(context, tuple(choices), choices.index(right))


def distinct(rng: random.Random, candidates: Sequence[Question], count: int) -> list[Question]:
    """Choose so many questions that differ in their text, or all there are."""
    unique = list({(q.context, frozenset(q.choices)): q for q in candidates}.values())
    return rng.sample(unique, min(count, len(unique)))

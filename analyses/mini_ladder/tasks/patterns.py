"""Copying, recall, sequences and arithmetic: made by rule from random strings and numbers."""

from __future__ import annotations

import random

from .question import Question, Task, ask, distinct

CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
SEQUENCES = (
    "one two three four five six seven eight nine ten",
    "first second third fourth fifth sixth seventh eighth ninth tenth",
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "January February March April May June July August September October November December",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z",
    " ".join(str(number) for number in range(1, 31)),
    " ".join(str(number) for number in range(10, 200, 10)),
    "I II III IV V VI VII VIII IX X XI XII",
)
JOINERS = (", ", " ", "; ", " and then ")


def invented(rng: random.Random, syllables: int = 2) -> str:
    """Make a string of syllables that is hardly a word."""
    return "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(syllables))


def several(rng: random.Random, count: int) -> list[str]:
    """Make different invented strings."""
    names: dict[str, None] = {}
    while len(names) < count:
        names[invented(rng)] = None
    return list(names)


def repeat(rng: random.Random, count: int) -> Task:
    """Build lists said three times: the last string of the third, among strings not seen."""
    questions = []
    for _ in range(count):
        length = rng.choice((2, 3, 4))
        names = several(rng, length + 3)
        said, others = names[:length], names[length:]
        whole = " ".join(said)
        context = f"{whole}, {whole}, {' '.join(said[:-1])}"
        questions.append(ask(rng, context, f" {said[-1]}", [f" {name}" for name in others]))
    return Task("ladder_repeat", distinct(rng, questions, count), ours=True)


def recall(rng: random.Random, count: int) -> Task:
    """Build pairs of key and value: the value of a key, among all values."""
    questions = []
    for _ in range(count):
        keys, values = several(rng, 4), rng.sample(range(10), 4)
        asked = rng.randrange(4)
        pairs = ", ".join(f"{key} is {value}" for key, value in zip(keys, values, strict=True))
        wrong = [f" {value}" for place, value in enumerate(values) if place != asked]
        questions.append(ask(rng, f"{pairs}. So {keys[asked]} is", f" {values[asked]}", wrong))
    return Task("ladder_recall", distinct(rng, questions, count), ours=True)


def sequence(rng: random.Random, count: int) -> Task:
    """Build numbers, letters, days and months: the next one of the sequence."""
    questions: list[Question] = []
    for text in SEQUENCES:
        members = text.split()
        for length in (2, 3, 4, 5):
            for start in range(len(members) - length):
                shown, right = members[start : start + length], members[start + length]
                others = [word for word in members if word != right and word not in shown]
                if len(others) < 3:
                    continue
                joiner = rng.choice(JOINERS)
                context = joiner.join(shown) + joiner.rstrip()
                wrong = [f" {word}" for word in rng.sample(others, 3)]
                questions.append(ask(rng, context, f" {right}", wrong))
    return Task("ladder_sequence", distinct(rng, questions, count), ours=True)


def arithmetic(rng: random.Random, count: int) -> Task:
    """Build sums and differences of small numbers."""
    questions = []
    for left in range(2, 30):
        for right in range(2, 20):
            for sign, result in (("+", left + right), ("-", left - right)):
                if result < 0:
                    continue
                near = [n for n in range(result - 6, result + 7) if n >= 0 and n != result]
                wrong = [f" {number}" for number in rng.sample(near, 3)]
                questions.append(ask(rng, f"{left} {sign} {right} =", f" {result}", wrong))
    return Task("ladder_arithmetic", distinct(rng, questions, count), ours=True)

"""Grammar by templates: agreement, minimal pairs, closing of brackets and quotes. All text ours."""

from __future__ import annotations

import random
from itertools import product

from .question import Question, Task, ask, distinct


def words(text: str) -> tuple[str, ...]:
    """Split a list of words."""
    return tuple(text.split())


NOUNS = words(
    "device driver user system file function word number process server machine book house name "
    "law worker king river tree state window table message packet command program farmer "
    "painter letter bridge engine garden field colour animal bird ship stone road"
)
LINKS = tuple(f"{word} the" for word in words("of near behind with for in from above"))
ADJECTIVES = words("old new other first last same small large great common whole present")
VERBS = (("is", "are"), ("was", "were"), ("has", "have"), ("does", "do"))
OPENINGS = ("", "It is known that ", "In this case ", "We can see that ", "They say that ")
STEMS = (
    ("use", "used", "using"),
    ("call", "called", "calling"),
    ("read", "reads", "reading"),
    ("write", "wrote", "writing"),
    ("make", "made", "making"),
    ("take", "took", "taking"),
    ("give", "gave", "giving"),
    ("change", "changed", "changing"),
    ("follow", "followed", "following"),
    ("open", "opened", "opening"),
    ("keep", "kept", "keeping"),
    ("find", "found", "finding"),
)
HELPERS = ("can", "will", "must", "may", "should", "could", "would", "might")
PREPOSITIONS = ("with", "for", "to", "from", "by", "without")
PRONOUNS = (("them", "they"), ("him", "he"), ("us", "we"), ("me", "I"))
CLOSERS = {"(": ")", "[": "]", "{": "}", '"': '"'}
FILLERS = (
    "see the first part",
    "as in the table below",
    "that is to say",
    "or the other way",
    "the same as before",
    "for example the name of the file",
    "a word of the old form",
    "from the second book",
    "in the sense given above",
    "and so on",
    "the number of the word",
    "by the same man",
    "not in use now",
    "the part of the tree",
)


def plural(noun: str) -> str:
    """Return the plural of a regular noun."""
    return noun + ("es" if noun.endswith("s") else "s")


def an(noun: str) -> str:
    """Return the article of a noun of the list."""
    return "an" if noun[0] in "aeio" else "a"


def agreement(rng: random.Random, count: int) -> Task:
    """Build verbs right behind their subject: "the old drivers" are, not is."""
    questions = []
    for opening, adjective, noun in product(OPENINGS, ADJECTIVES, NOUNS):
        many = rng.random() < 0.5
        right, wrong = rng.choice(VERBS)[:: -1 if many else 1]
        article = "the" if opening else "The"
        subject = plural(noun) if many else noun
        context = f"{opening}{article} {adjective} {subject}"
        questions.append(ask(rng, context, f" {right}", [f" {wrong}"]))
    return Task("ladder_agreement", distinct(rng, questions, count), ours=True)


def attraction(rng: random.Random, count: int) -> Task:
    """Build verbs behind a noun of the other number: "the drivers of the system" are, not is."""
    questions = []
    for opening, first, link, second in product(OPENINGS, NOUNS, LINKS, NOUNS):
        many = rng.random() < 0.5
        subject, other = (plural(first), second) if many else (first, plural(second))
        right, wrong = rng.choice(VERBS)[:: -1 if many else 1]
        article = "the" if opening else "The"
        context = f"{opening}{article} {subject} {link} {other}"
        questions.append(ask(rng, context, f" {right}", [f" {wrong}"]))
    return Task("ladder_attraction", distinct(rng, questions, count), ours=True)


def grammar(rng: random.Random, count: int) -> Task:
    """Build minimal pairs: determiners, articles, forms of verbs, cases of pronouns."""
    questions: list[Question] = []
    for opening, noun in product(OPENINGS, NOUNS):
        for one, many in (("this", "these"), ("that", "those"), ("each", "many")):
            for word, right, wrong in (
                (one, noun, plural(noun)),
                (many, plural(noun), noun),
            ):
                start = f"{opening}{word}" if opening else word.capitalize()
                questions.append(ask(rng, start, f" {right}", [f" {wrong}"]))
        wrong_article = {"a": "an", "an": "a"}[an(noun)]
        context = f"{opening}it is" if opening else "It is"
        pair = [f" {wrong_article} {noun}"]
        questions.append(ask(rng, context, f" {an(noun)} {noun}", pair))
    for opening, helper, noun, (stem, past, going) in product(OPENINGS, HELPERS, NOUNS, STEMS):
        article = "the" if opening else "The"
        context = f"{opening}{article} {noun} {helper}"
        if rng.random() < 0.05:
            questions.append(ask(rng, context, f" {stem}", [f" {rng.choice((past, going))}"]))
    for opening, (stem, past, _), word, (right, wrong) in product(
        OPENINGS, STEMS, PREPOSITIONS, PRONOUNS
    ):
        context = f"{opening}the {rng.choice(NOUNS)} {rng.choice((stem + 's', past))} {word}"
        if rng.random() < 0.5:
            questions.append(ask(rng, context, f" {right}", [f" {wrong}"]))
    return Task("ladder_grammar", distinct(rng, questions, count), ours=True)


def closing(rng: random.Random, count: int) -> Task:
    """Build texts with one open bracket or quote: and the four that could close it."""
    questions = []
    for opening, noun, inside, opener in product(OPENINGS, NOUNS, FILLERS, CLOSERS):
        article = "the" if opening else "The"
        context = f"{opening}{article} {noun} {opener}{inside}"
        right = CLOSERS[opener]
        wrong = [closer for closer in CLOSERS.values() if closer != right]
        questions.append(ask(rng, context, right, wrong))
    return Task("ladder_closing", distinct(rng, questions, count), ours=True)

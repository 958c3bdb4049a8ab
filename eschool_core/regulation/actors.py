"""Whom each clause speaks of: who acts, or who answers for it."""

from __future__ import annotations

from typing import Literal

Actor = Literal[
    "everybody",
    "administration",
    "head",
    "deputy_studies",
    "deputies",
    "hr_specialist",
    "system_officer",
    "teacher",
    "class_teacher",
    "pupil",
    "guardian",
    "system",
]

_BY_ACTORS: dict[tuple[Actor, ...], str] = {
    ("everybody",): "1.2 1.4 2.5 2.11 3.1 3.2 4.2 6.1 6.2 6.3",
    ("administration",): "1.1 1.2/3 2.4 4.2/1 4.7 5.2",
    ("administration", "hr_specialist"): "4.3",
    ("deputies",): "3.5",
    ("deputy_studies",): """1.2/2 1.3 4.4 4.4.1 4.4.2 4.4.3 4.4.3/1 4.4.3/2 4.4.3/3 4.4.3/4
        4.4.3/5 4.4.3/6 4.4.3/8 4.4.4 4.4.4/1 4.4.4/2 4.4.4/3 4.4.4/4 4.4.5 4.4.5/1 4.4.5/3""",
    ("deputy_studies", "class_teacher"): "4.4.3/7 4.4.3/9 4.4.4/5",
    ("deputy_studies", "head"): "4.4.5/2 5.1",
    ("deputy_studies", "teacher"): "2.3",
    ("deputy_studies", "class_teacher", "teacher"): "2.7 2.8",
    ("hr_specialist",): "4.2/2",
    ("hr_specialist", "system_officer"): "2.1",
    ("system_officer",): "3.1/1 4.2/4 4.7.1 4.7.2 4.7.3 4.7.4 4.7.5 4.7.6 4.7.7 5.3/1 5.3/2 5.3",
    ("system",): "2.10 4.1 7.1",
    ("teacher",): """1.2/1 2.2 2.6 2.12 3.4 4.5 4.5.1 4.5.2 4.5.3 4.5.4 4.5.5 4.5.6 4.5.7""",
    ("teacher", "class_teacher"): "3.6 4.2/3 4.6.4 4.6.4/1",
    ("class_teacher",): """2.9 3.1/2 3.3 4.6 4.6.1 4.6.2 4.6.3 4.6.4/2 4.6.5 4.6.7 4.6.8
        4.6.9""",
    ("class_teacher", "system_officer"): "4.6.6",
}


def actors_of(number: str) -> tuple[Actor, ...]:
    """Return who acts under a clause, first who answers for it; empty for no such clause.

    >>> actors_of("4.6.2")
    ('class_teacher',)
    """
    for actors, numbers in _BY_ACTORS.items():
        if number in numbers.split():
            return actors
    return ()

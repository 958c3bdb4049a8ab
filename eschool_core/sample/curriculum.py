"""Hours a week by subject and grade, the limits, the split subjects: from ``curriculum.toml``.

Each figure names the act it rests on in that file.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

GRADES = range(1, 12)
LAST_PRIMARY_GRADE = 4
SPLIT_FROM_SIZE = 25


@dataclass(frozen=True, slots=True)
class CurriculumLine:
    """What one grade is taught in one subject.

    Attributes:
        hours: Lessons a week, one or more.
        lesson_periods: 2 where the hours are taught as double lessons, else 1.
        divided: A class of ``SPLIT_FROM_SIZE`` pupils or more is taught in two subgroups.
    """

    subject: str
    hours: int
    lesson_periods: int
    divided: bool


@dataclass(frozen=True, slots=True)
class _Table:
    """The file as it is; lists of hours are indexed by grade - 1."""

    weekly_limit: list[int]
    daily_limit: list[int]
    specialists: list[str]
    obligatory: dict[str, list[int]]
    school_part: dict[str, list[int]]
    split: dict[str, list[int]]
    double_lessons: dict[str, list[int]]
    departments: dict[str, list[list[str]]]


@cache
def _table() -> _Table:
    file = files("eschool_core.sample.data").joinpath("curriculum.toml")
    return _Table(**tomllib.loads(file.read_text("utf-8")))


def curriculum(grade: int) -> tuple[CurriculumLine, ...]:
    """Return the subjects of a grade with their hours, in the order of the curriculum."""
    table = _table()
    lines = []
    for subject, obligatory in table.obligatory.items():
        own_part = table.school_part.get(subject, [0] * len(GRADES))
        hours = obligatory[grade - 1] + own_part[grade - 1]
        if hours:
            lesson_periods = 2 if grade in table.double_lessons.get(subject, ()) else 1
            divided = grade in table.split.get(subject, ())
            lines.append(CurriculumLine(subject, hours, lesson_periods, divided))
    return tuple(lines)


def obligatory_hours(subject: str, grade: int) -> int:
    """Return the weekly hours of the federal part alone; 0 where it has none.

    Raises:
        KeyError: The curriculum has no such subject.
    """
    return _table().obligatory[subject][grade - 1]


def weekly_limit(grade: int) -> int:
    """Return how many lessons a five-day week may have."""
    return _table().weekly_limit[grade - 1]


def daily_limit(grade: int) -> int:
    """Return how many lessons a day may have."""
    return _table().daily_limit[grade - 1]


def departments(size: str) -> tuple[tuple[str, ...], ...]:
    """Return the subjects that one group of teachers shares, by size: ``small`` or ``full``.

    Raises:
        KeyError: There is no list for that size.
    """
    return tuple(tuple(subjects) for subjects in _table().departments[size])


def taught_by_specialist(subject: str, grade: int) -> bool:
    """Tell whether a subject teacher and not the class's own teacher takes the subject."""
    return grade > LAST_PRIMARY_GRADE or subject in _table().specialists

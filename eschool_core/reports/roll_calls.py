"""Which lessons of a class had their roll called: only at those can anybody be said to have been.

A lesson of which nobody said who was there is neither attended nor missed (4.4.3/9, 4.5.2).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from eschool_core.reports.school_days import LessonFact
from eschool_core.store.store import Store

CALLED: Final = (
    "SELECT l.id FROM lesson l JOIN journal j ON j.id = l.journal_id "
    "WHERE j.year_id = ? AND l.day BETWEEN ? AND ? AND l.journal_id IN "
    "(SELECT n.journal_id FROM journal_line n JOIN enrolment e ON e.pupil_id = n.pupil_id "
    "WHERE e.class_id = ?) AND (EXISTS (SELECT 1 FROM roll_taken r WHERE r.lesson_id = l.id) "
    "OR EXISTS (SELECT 1 FROM attendance a WHERE a.lesson_id = l.id AND a.presence <> 0))"
)
"""Marks of absence that came from a file have no roll beside them; they say as much."""


@dataclass(frozen=True, slots=True)
class RollCalls:
    """The lessons of a class by whether their roll was called.

    Attributes:
        called: Lessons with a roll.
        uncalled: Lessons held on days that are over, without one.
    """

    called: frozenset[int]
    uncalled: frozenset[int]


def roll_calls_of(
    store: Store,
    year_id: int,
    class_id: int,
    lessons: Iterable[LessonFact],
    span: tuple[int, int],
    today: int,
) -> RollCalls:
    """Return which lessons of a class had their roll called.

    Args:
        store: Where the rolls are.
        year_id: Of the class.
        class_id: Whose pupils are meant.
        lessons: All that its pupils have between the days of ``span``.
        span: First and last day.
        today: Its lessons may still be called; nobody is reminded of them.
    """
    called = frozenset(row[0] for row in store.rows(CALLED, year_id, *span, class_id))
    over = {lesson.id for lesson in lessons if lesson.held and lesson.day < today}
    return RollCalls(called, frozenset(over - called))

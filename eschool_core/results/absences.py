"""Lessons that pupils missed or came late to, each with the reason that counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.domain.enums import ExcuseKind, JournalKind, Presence
from eschool_core.results.family_form import FamilyForm
from eschool_core.store.store import Store

SEEN = (
    "SELECT n.pupil_id, le.id, le.day, a.presence, a.stated_reason FROM lesson le "
    "JOIN journal j ON j.id = le.journal_id JOIN attendance a ON a.lesson_id = le.id "
    "JOIN journal_line n ON n.part = a.part "
    "WHERE le.day BETWEEN ? AND ? AND a.presence <> 0 AND j.year_id = ? AND j.kind <> ? "
    "ORDER BY le.day, le.period, le.id, a.id"
)
# From a class's lines to their attendance: the unary plus keeps SQLite from the lessons of the
# whole school between the days.
SEEN_OF_CLASS = (
    "SELECT n.pupil_id, le.id, le.day, a.presence, a.stated_reason FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id JOIN attendance a ON a.part = n.part "
    "JOIN lesson le ON le.id = a.lesson_id "
    "WHERE +le.day BETWEEN ? AND ? AND a.presence <> 0 AND j.year_id = ? AND j.kind <> ? "
    "AND n.pupil_id IN (SELECT pupil_id FROM enrolment WHERE class_id = ?) "
    "ORDER BY le.day, le.period, le.id, a.id"
)
EXCUSES = (
    "SELECT pupil_id, kind, first_day, last_day, lesson_id FROM absence_excuse "
    "WHERE first_day <= ? AND last_day >= ? ORDER BY made_at, id"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A lesson that a pupil missed or came late to.

    Attributes:
        reason: Of a miss; an excuse of the lesson prevails over one of the day, that over what
            the teacher stated. UNKNOWN where nobody has said anything.
    """

    pupil_id: int
    lesson_id: int
    day: int
    presence: Presence
    reason: ExcuseKind


def seen_in(
    store: Store, year_id: int, first_day: int, last_day: int, class_id: int = 0
) -> list[Seen]:
    """Return what pupils missed or came late to between two days.

    Left out: внеурочная, and whatever stands in a time of being taught in the family.
    """
    family = FamilyForm(store)
    of_lesson: dict[tuple[int, int], int] = {}
    of_days: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for pupil_id, kind, first, last, lesson_id in store.rows(EXCUSES, last_day, first_day):
        if lesson_id:
            of_lesson[pupil_id, lesson_id] = kind
        else:
            of_days[pupil_id].append((first, last, kind))
    asked = (first_day, last_day, year_id, JournalKind.EXTRACURRICULAR)
    noted = store.rows(SEEN_OF_CLASS, *asked, class_id) if class_id else store.rows(SEEN, *asked)
    found = []
    for pupil_id, lesson_id, day, presence, stated in noted:
        if family.on(pupil_id, day):
            continue
        whole_day = [
            kind for first, last, kind in of_days.get(pupil_id, ()) if first <= day <= last
        ]
        reason = of_lesson.get((pupil_id, lesson_id)) or (whole_day or [stated])[-1]
        found.append(
            Seen(
                pupil_id,
                lesson_id,
                day,
                Presence(presence),
                ExcuseKind(reason or ExcuseKind.UNKNOWN),
            )
        )
    return found

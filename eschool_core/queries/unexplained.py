"""Absences for which nobody has given a reason: what the class teacher asks about (4.6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import full_name
from eschool_core.results.family_form import FamilyForm
from eschool_core.store.store import Store

ABSENCES = (
    "SELECT n.pupil_id, p.family, p.given, p.patronymic, l.day, COUNT(*), MAX(a.stated_reason) "
    "FROM enrolment e JOIN journal_line n ON n.pupil_id = e.pupil_id "
    "JOIN attendance a ON a.part = n.part JOIN lesson l ON l.id = a.lesson_id "
    "JOIN pupil p ON p.id = n.pupil_id "
    "WHERE e.class_id = ? AND e.first_day <= l.day AND e.last_day >= l.day "
    "AND l.day BETWEEN ? AND ? AND a.presence = ? "
    "AND NOT EXISTS (SELECT 1 FROM absence_excuse x WHERE x.pupil_id = n.pupil_id "
    "AND x.first_day <= l.day AND x.last_day >= l.day AND x.kind <> ? "
    "AND (x.lesson_id = 0 OR x.lesson_id = l.id)) "
    "GROUP BY n.pupil_id, p.family, p.given, p.patronymic, l.day"
)


@dataclass(frozen=True, slots=True)
class Unexplained(Answer):
    """A pupil's day with absences without a reason.

    Attributes:
        lessons: How many were missed.
        stated: What a subject teacher proposed as the reason, or None.
    """

    pupil_id: int
    name: str
    day: date
    lessons: int
    stated: ExcuseKind | None


def unexplained(
    store: Store, class_id: int, first_day: int, last_day: int
) -> tuple[Unexplained, ...]:
    """Return the days with absences that the class teacher has said nothing of, newest first."""
    rows = store.rows(ABSENCES, class_id, first_day, last_day, Presence.ABSENT, ExcuseKind.UNKNOWN)
    family = FamilyForm(store)
    found = (
        Unexplained(
            pupil_id=int(row[0]),
            name=full_name(*row[1:4]),
            day=calendar.date_of(row[4]),
            lessons=int(row[5]),
            stated=ExcuseKind(row[6]) if row[6] else None,
        )
        for row in rows
        if not family.on(row[0], row[4])
    )
    return tuple(sorted(found, key=lambda one: (-one.day.toordinal(), sort_key(one.name))))

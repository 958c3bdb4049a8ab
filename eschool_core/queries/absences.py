"""Lessons that a pupil missed or was late for, with the reason that counts (2.10, 4.6.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core import calendar
from eschool_core.domain.enums import Presence
from eschool_core.queries.answer import Answer
from eschool_core.queries.diary import LESSONS, DiaryAbsence, absences_between
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class PupilAbsence(Answer):
    """One lesson."""

    day: date
    period: int
    subject: str
    absence: DiaryAbsence


@dataclass(frozen=True, slots=True)
class PupilAbsences(Answer):
    """Those of some days, the latest first.

    Attributes:
        missed: Lessons missed; being late is none.
        unexplained: Of these, such that the class teacher has no reason for.
        lessons: Held or to be held between the days.
    """

    rows: tuple[PupilAbsence, ...]
    missed: int
    unexplained: int
    lessons: int


def pupil_absences(store: Store, pupil_id: int, first_day: int, last_day: int) -> PupilAbsences:
    """Return what a pupil missed from one day to another."""
    between = (pupil_id, first_day, last_day)
    known = absences_between(store, between)
    lessons = store.rows(LESSONS, *between)
    rows = [
        PupilAbsence(calendar.date_of(day), period, subject or "", known[lesson_id, part])
        for lesson_id, day, period, _, _, _, subject, _, part in lessons
        if (lesson_id, part) in known
    ]
    missed = [row for row in rows if row.absence.presence == Presence.ABSENT]
    return PupilAbsences(
        rows=tuple(reversed(rows)),
        missed=len(missed),
        unexplained=sum(not row.absence.excused for row in missed),
        lessons=len(lessons),
    )

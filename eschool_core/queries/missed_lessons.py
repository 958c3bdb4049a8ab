"""Missed lessons of a class between two days, by pupil and reason (4.6.2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from eschool_core import calendar
from eschool_core.domain.enums import ExcuseKind, Presence
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import AbsenceExcuse
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import full_name
from eschool_core.results.family_form import FamilyForm
from eschool_core.store.store import Store

OF_CLASS = (
    "SELECT DISTINCT p.id, p.family, p.given, p.patronymic FROM enrolment e "
    "JOIN pupil p ON p.id = e.pupil_id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ?"
)
SEEN = (
    "SELECT n.pupil_id, a.lesson_id, l.day, a.presence, a.stated_reason FROM enrolment e "
    "JOIN journal_line n ON n.pupil_id = e.pupil_id "
    "JOIN attendance a ON a.part = n.part JOIN lesson l ON l.id = a.lesson_id "
    "WHERE e.class_id = ? AND e.first_day <= l.day AND e.last_day >= l.day "
    "AND l.day BETWEEN ? AND ? AND a.presence <> 0 ORDER BY l.day, a.lesson_id"
)
EXCUSES = (
    "first_day <= ? AND last_day >= ? AND pupil_id IN "
    "(SELECT pupil_id FROM enrolment WHERE class_id = ?) ORDER BY lesson_id, id"
)


@dataclass(frozen=True, slots=True)
class MissedByPupil(Answer):
    """Lessons that a pupil missed; being late is not a miss.

    Attributes:
        missed: Sum of the four that follow.
        unknown: Missed for a reason that nobody has found out.
    """

    pupil_id: int
    name: str
    missed: int
    sick: int
    valid: int
    without_reason: int
    unknown: int
    late: int

    def counts(self) -> tuple[int, ...]:
        """Return the sum, its four parts and how often the pupil was late."""
        parts = (self.sick, self.valid, self.without_reason, self.unknown)
        return (self.missed, *parts, self.late)


@dataclass(frozen=True, slots=True)
class MissedLessons(Answer):
    """Missed lessons of a class.

    Attributes:
        pupils: Only those who missed or were late, by name.
        partial: True where this replica lacks lines or reasons of pupils of the class.
    """

    school_class: str
    pupils: tuple[MissedByPupil, ...]
    partial: bool


def missed_lessons(
    store: Store, class_id: int, class_name: str, first_day: int, last_day: int
) -> MissedLessons:
    """Return what the pupils of a class missed from one day to another."""
    names = {
        int(row[0]): full_name(*row[1:4])
        for row in store.rows(OF_CLASS, class_id, last_day, first_day)
    }
    excuses = store.where(AbsenceExcuse, EXCUSES, last_day, first_day, class_id)
    family = FamilyForm(store)
    counts: dict[int, Counter[str]] = {}
    for pupil_id, lesson_id, day, presence, stated in store.rows(
        SEEN, class_id, first_day, last_day
    ):
        if family.on(pupil_id, day):
            continue
        own = counts.setdefault(int(pupil_id), Counter())
        if presence == Presence.LATE:
            own["late"] += 1
        else:
            own[_reason(excuses, pupil_id, lesson_id, day, stated).name] += 1
    pupils = [_answer(pupil_id, names.get(pupil_id, ""), own) for pupil_id, own in counts.items()]
    return MissedLessons(
        school_class=class_name,
        pupils=tuple(sorted(pupils, key=lambda entry: sort_key(entry.name))),
        partial=not all(
            store.holds(partition(PartitionKind.PUPIL_DAY, pupil_id)) for pupil_id in names
        ),
    )


def week_of(day: int) -> tuple[int, int]:
    """Return Monday and Sunday of the week that holds ``day``."""
    monday = calendar.monday_of(day)
    return monday, monday + 6


def _answer(pupil_id: int, name: str, own: Counter[str]) -> MissedByPupil:
    reasons = [own[kind.name] for kind in ExcuseKind]
    return MissedByPupil(
        pupil_id=pupil_id,
        name=name,
        missed=sum(reasons),
        sick=own[ExcuseKind.SICK.name],
        valid=own[ExcuseKind.VALID.name],
        without_reason=own[ExcuseKind.NONE.name],
        unknown=own[ExcuseKind.UNKNOWN.name],
        late=own["late"],
    )


def _reason(
    excuses: list[AbsenceExcuse], pupil_id: int, lesson_id: int, day: int, stated: int
) -> ExcuseKind:
    """Return the class teacher's word, for the lesson before whole days, else the teacher's."""
    covering = [
        entry
        for entry in excuses
        if entry.pupil_id == pupil_id
        and entry.first_day <= day <= entry.last_day
        and entry.lesson_id in (0, lesson_id)
    ]
    # Sorted by lesson, the one for just this lesson comes last.
    kind = covering[-1].kind if covering else stated
    return ExcuseKind(kind or ExcuseKind.UNKNOWN)

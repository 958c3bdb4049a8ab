"""What a section of the school's data still lacks (4.3, 4.7.2)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.care import SchoolDetails
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import JournalKind, Role
from eschool_core.domain.partition import KINDS, PartitionKind
from eschool_core.domain.school import (
    AcademicYear,
    BellSchedule,
    CalendarDay,
    SchoolClass,
    Staff,
    Term,
)
from eschool_core.store.store import Store

OWNERS: dict[Section, Role] = {
    Section.STAFF: Role.HR_SPECIALIST,
    Section.EDUCATION: Role.DEPUTY_STUDIES,
    Section.REGIME: Role.SYSTEM_OFFICER,
    Section.UPBRINGING: Role.DEPUTY_UPBRINGING,
    Section.SAFETY: Role.DEPUTY_SAFETY,
    Section.FACILITIES: Role.DEPUTY_FACILITIES,
}
"""Who answers for which section; where nobody holds the role, the system officer does (4.7.2)."""

LEADING = (Role.HEAD, Role.DEPUTY_STUDIES, Role.SYSTEM_OFFICER)
TIMETABLED = (JournalKind.CLASS, JournalKind.GROUP)

# Who left has appointments that are over; who was hired and never appointed has none.
WITHOUT_POST = (
    "id NOT IN (SELECT person_id FROM appointment WHERE last_day >= ?) "
    "AND (id NOT IN (SELECT person_id FROM appointment) "
    "OR id IN (SELECT staff_id FROM teaching_load WHERE first_day <= ? AND last_day >= ?)) "
    "ORDER BY family, given, id"
)
HELD_ROLES = "SELECT DISTINCT role FROM appointment WHERE first_day <= ? AND last_day >= ?"
CLASSES_WITHOUT_JOURNAL = (
    "year_id = ? AND id NOT IN (SELECT gc.class_id FROM journal j "
    "JOIN group_class gc ON gc.group_id = j.group_id) ORDER BY grade, name, id"
)
CLASSES_WITHOUT_TEACHER = (
    "year_id = ? AND id NOT IN (SELECT class_id FROM appointment "
    "WHERE role = ? AND first_day <= ? AND last_day >= ?) ORDER BY grade, name, id"
)
WITHOUT_LOAD = (
    "SELECT g.name, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id WHERE j.year_id = ? "
    "AND j.id NOT IN (SELECT journal_id FROM teaching_load "
    "WHERE first_day <= ? AND last_day >= ?) ORDER BY g.name, s.name, j.id"
)
WITHOUT_SLOTS = (
    "SELECT g.name, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id WHERE j.year_id = ? AND j.kind IN (?, ?) "
    "AND j.id NOT IN (SELECT journal_id FROM timetable_slot WHERE last_day >= ?) "
    "ORDER BY g.name, s.name, j.id"
)
WITHOUT_PLAN = (
    "SELECT g.name, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id WHERE j.year_id = ? AND j.kind IN (?, ?) "
    "AND j.id * ? + ? NOT IN (SELECT part FROM plan_item) ORDER BY g.name, s.name, j.id"
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing.

    Attributes:
        key: Names its text.
        params: Fill it; may name people, so a gap is shown and never stored or logged.
    """

    key: str
    params: dict[str, str | int]


def section_gaps(store: Store, year: AcademicYear | None, section: Section, day: int) -> list[Gap]:
    """Return what a section lacks on a day, in the order in which one would fill it.

    Sections of safety and facilities have no rows that could be counted: their owners confirm.
    """
    if year is None:
        return [Gap("gap.year", {})]
    if section is Section.STAFF:
        return _staff(store, day)
    if section is Section.EDUCATION:
        return _education(store, year, day)
    if section is Section.REGIME:
        return _regime(store, year)
    if section is Section.UPBRINGING:
        without = store.where(
            SchoolClass, CLASSES_WITHOUT_TEACHER, year.id, Role.CLASS_TEACHER, day, day
        )
        return [Gap("gap.class_teacher", {"school_class": entry.name}) for entry in without]
    return []


def _staff(store: Store, day: int) -> list[Gap]:
    held = {row[0] for row in store.rows(HELD_ROLES, day, day)}
    vacant = [Gap("gap.role", {"role": int(role)}) for role in LEADING if role not in held]
    without = store.where(Staff, WITHOUT_POST, day, day, day)
    names = [" ".join(filter(None, (row.family, row.given, row.patronymic))) for row in without]
    return [*vacant, *(Gap("gap.post", {"name": name}) for name in names)]


def _education(store: Store, year: AcademicYear, day: int) -> list[Gap]:
    if store.first(SchoolClass, year_id=year.id) is None:
        return [Gap("gap.classes", {})]
    classes = store.where(SchoolClass, CLASSES_WITHOUT_JOURNAL, year.id)
    gaps = [Gap("gap.journals", {"school_class": entry.name}) for entry in classes]
    for key, rows in (
        ("gap.teacher", store.rows(WITHOUT_LOAD, year.id, day, day)),
        ("gap.timetable", store.rows(WITHOUT_SLOTS, year.id, *TIMETABLED, day)),
        (
            "gap.plan",
            store.rows(WITHOUT_PLAN, year.id, *TIMETABLED, KINDS, PartitionKind.JOURNAL),
        ),
    ):
        gaps += [Gap(key, {"group": str(group), "subject": str(name)}) for group, name in rows]
    return gaps


def _regime(store: Store, year: AcademicYear) -> list[Gap]:
    gaps = []
    if store.first(SchoolDetails) is None:
        gaps.append(Gap("gap.details", {}))
    if store.first(BellSchedule) is None:
        gaps.append(Gap("gap.bells", {}))
    if store.first(Term, year_id=year.id) is None:
        gaps.append(Gap("gap.terms", {}))
    if not store.where(CalendarDay, "day BETWEEN ? AND ?", year.first_day, year.last_day):
        gaps.append(Gap("gap.calendar", {}))
    return gaps

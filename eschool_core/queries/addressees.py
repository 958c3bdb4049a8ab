"""To whom a family may write (2.11): by the very rule that judges the message."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from eschool_core.commands import message_rights
from eschool_core.commands.rights import ADMINISTRATION
from eschool_core.domain.enums import Role
from eschool_core.domain.school import Appointment, Staff
from eschool_core.errors import InputError, RegulationError
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

TEACHERS = (
    "SELECT DISTINCT t.staff_id, s.name FROM journal_line n "
    "JOIN teaching_load t ON t.journal_id = n.journal_id "
    "JOIN journal j ON j.id = n.journal_id JOIN subject s ON s.id = j.subject_id "
    "WHERE n.pupil_id = ? AND ? BETWEEN n.first_day AND n.last_day "
    "AND ? BETWEEN t.first_day AND t.last_day"
)
CLASS_TEACHERS = (
    "SELECT DISTINCT a.person_id FROM appointment a JOIN enrolment e ON e.class_id = a.class_id "
    "WHERE a.role = ? AND e.pupil_id = ? AND ? BETWEEN a.first_day AND a.last_day "
    "AND ? BETWEEN e.first_day AND e.last_day"
)


@dataclass(frozen=True, slots=True)
class Addressee(Answer):
    """A member of staff.

    Attributes:
        role: The post that brings them together; teachers are known by their subjects.
        subjects: That they teach the pupil.
    """

    person_id: int
    name: str
    role: Role
    subjects: tuple[str, ...]


def addressees(store: Store, pupil_id: int, day: int) -> tuple[Addressee, ...]:
    """Return to whom the family of a pupil may write on a day: class teacher, teachers, head."""
    subjects: dict[int, set[str]] = defaultdict(set)
    for staff_id, name in store.rows(TEACHERS, pupil_id, day, day):
        subjects[int(staff_id)].add(str(name))
    roles = dict.fromkeys(subjects, Role.TEACHER)
    for entry in store.select(Appointment):
        if entry.role in ADMINISTRATION and entry.first_day <= day <= entry.last_day:
            roles[entry.person_id] = Role(entry.role)
    for (staff_id,) in store.rows(CLASS_TEACHERS, Role.CLASS_TEACHER, pupil_id, day, day):
        roles[int(staff_id)] = Role.CLASS_TEACHER
    found = []
    for staff_id, role in roles.items():
        person = store.get(Staff, staff_id)
        if person is not None and _may_write(store, staff_id, pupil_id, day):
            name = full_name(person.family, person.given, person.patronymic)
            taught = tuple(sorted(subjects[staff_id], key=sort_key))
            found.append(Addressee(staff_id, name, role, taught))
    return tuple(sorted(found, key=_order))


def _order(one: Addressee) -> tuple[object, ...]:
    first = (Role.CLASS_TEACHER, Role.TEACHER)
    return (first.index(one.role) if one.role in first else len(first), sort_key(one.name))


def _may_write(store: Store, staff_id: int, pupil_id: int, day: int) -> bool:
    try:
        message_rights.require_may_write(store, staff_id, pupil_id, (day, day))
    except (RegulationError, InputError):
        return False
    return True

"""The log of reads of personal data: what is to be logged, what stands in it (1.4)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.commands.privacy import NoteRead
from eschool_core.commands.rights import ADMINISTRATION
from eschool_core.domain.enums import Role
from eschool_core.domain.informing import Thread
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment
from eschool_core.domain.privacy import PersonalRead
from eschool_core.domain.school import Appointment, SchoolClass, Staff
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name, people_names
from eschool_core.store.store import Store

READERS = frozenset({*ADMINISTRATION, Role.SYSTEM_OFFICER})
"""Whose work opens the cards of every class; a class teacher's opens the own class's."""

PUPILS = (
    "SELECT id, family, given, patronymic FROM pupil "
    "WHERE id IN (SELECT pupil_id FROM personal_read)"
)
ENROLLED = "pupil_id = ? AND first_day <= ? AND last_day >= ? ORDER BY id"
OF_CHILD = (
    "(pupil_id = ? OR (conversations = 1 AND EXISTS (SELECT 1 FROM thread t "
    "JOIN thread_member m ON m.thread_id = t.id WHERE t.pupil_id = ? "
    "AND m.person_id = personal_read.person_id)) "
    "OR (conversations = 0 AND pupil_id = 0 "
    "AND EXISTS (SELECT 1 FROM enrolment e WHERE e.pupil_id = ? "
    "AND personal_read.class_id IN (e.class_id, 0) "
    "AND personal_read.day BETWEEN e.first_day AND e.last_day))) ORDER BY first_at, id"
)
ABOUT_PUPILS = (
    "SELECT 1 FROM thread t JOIN thread_member m ON m.thread_id = t.id "
    "WHERE m.person_id = ? AND t.pupil_id <> 0 LIMIT 1"
)
MOST_NAMED = 5
"""Of so many pupils shown together each is named in the log; of more, the class or the school."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A wish to read personal data.

    Attributes:
        allowed: The reader's work opens them.
        note: What is to be logged first; None where this day's log has it.
    """

    allowed: bool
    note: NoteRead | None


OWN_DATA = Reading(allowed=True, note=None)


def reading_of_class(store: Store, person_id: int, class_id: int, day: int) -> Reading:
    """Return whether a person may read the cards of a class on a day, and what to log.

    Families have nothing but the own child's data before them; reading that is not logged.
    """
    if store.get(Staff, person_id) is None:
        return OWN_DATA
    allowed = _may_read(store, person_id, {class_id}, day)
    return Reading(allowed, _note(store, person_id, day, class_id=class_id, denied=not allowed))


def reading_of_pupil(store: Store, person_id: int, pupil_id: int, day: int) -> Reading:
    """Return whether a person may read a pupil's card on a day, and what to log; see above."""
    if store.get(Staff, person_id) is None:
        return OWN_DATA
    classes = {row.class_id for row in store.where(Enrolment, ENROLLED, pupil_id, day, day)}
    allowed = _may_read(store, person_id, classes, day)
    return Reading(allowed, _note(store, person_id, day, pupil_id=pupil_id, denied=not allowed))


def reading_of_school(store: Store, person_id: int, day: int) -> Reading:
    """Return whether a person may read the cards of all classes on a day, and what to log."""
    if store.get(Staff, person_id) is None:
        return OWN_DATA
    allowed = _may_read(store, person_id, set(), day)
    return Reading(allowed, _note(store, person_id, day, denied=not allowed))


def readings_of_pupils(
    store: Store, person_id: int, pupil_ids: Collection[int], day: int
) -> tuple[Reading, ...]:
    """Return what to log where data of several pupils, such as their guardians, are shown."""
    if len(pupil_ids) <= MOST_NAMED:
        return tuple(reading_of_pupil(store, person_id, one, day) for one in sorted(pupil_ids))
    school = reading_of_school(store, person_id, day)
    if school.allowed:
        return (school,)
    classes = {
        row.class_id
        for row in store.where(Enrolment, "first_day <= ? AND last_day >= ?", day, day)
        if row.pupil_id in pupil_ids
    }
    return tuple(reading_of_class(store, person_id, one, day) for one in sorted(classes))


def reading_of_threads(store: Store, person_id: int, day: int) -> Reading:
    """Return what to log where a member of staff opens the list of conversations (2.11).

    It names the guardians. Members alone hold their conversations, so whoever sees them may.
    """
    if store.get(Staff, person_id) is None or not store.rows(ABOUT_PUPILS, person_id):
        return OWN_DATA
    return Reading(allowed=True, note=_note(store, person_id, day, conversations=1, denied=False))


def reading_of_thread(store: Store, person_id: int, thread_id: int, day: int) -> Reading:
    """Return what to log where a member of staff reads a conversation about a pupil; see above."""
    pupil_id = store.require(Thread, thread_id).pupil_id
    if not pupil_id or store.get(Staff, person_id) is None:
        return OWN_DATA
    return Reading(allowed=True, note=_note(store, person_id, day, pupil_id=pupil_id, denied=False))


def _may_read(store: Store, person_id: int, classes: set[int], day: int) -> bool:
    return any(
        entry.role in READERS or (entry.role == Role.CLASS_TEACHER and entry.class_id in classes)
        for entry in store.select(Appointment, person_id=person_id)
        if entry.first_day <= day <= entry.last_day
    )


def _note(
    store: Store, person_id: int, day: int, *, denied: bool, **opened: int
) -> NoteRead | None:
    note = NoteRead(**opened, denied=int(denied))
    part = partition(PartitionKind.ACCOUNT, person_id)
    known = store.first(PersonalRead, part=part, day=day, **note.model_dump())
    return note if known is None else None


@dataclass(frozen=True, slots=True)
class ReadEntry(Answer):
    """A line of the log.

    Attributes:
        school_class: Whose cards were all opened; empty where it was one pupil's, or all classes'.
        pupil: Empty for a whole class, and where the name is not here.
        whole_school: The cards of every class were opened.
        conversations: The reader's list of conversations was opened.
    """

    day: date
    first_at: datetime | None
    reader_id: int
    reader: str
    school_class: str
    pupil: str
    denied: bool
    whole_school: bool
    conversations: bool


def personal_reads(store: Store, *, pupil_id: int = 0) -> tuple[ReadEntry, ...]:
    """Return the log as far as it is here, oldest first.

    A replica holds its owner's own reads; the system officer's and the server hold everybody's.

    Args:
        store: Where to look.
        pupil_id: Only reads of this pupil's card, among them those of the whole class and of the
            whole school while the pupil was in it, and of conversations where one is about the
            pupil; 0 for all.
    """
    if pupil_id:
        found = store.where(PersonalRead, OF_CHILD, pupil_id, pupil_id, pupil_id)
    else:
        found = store.where(PersonalRead, "1 = 1 ORDER BY first_at, id")
    zone, names = zone_of(store), people_names(store)
    pupils = {int(row[0]): full_name(*row[1:4]) for row in store.rows(PUPILS)}
    classes = {entry.id: entry.name for entry in store.select(SchoolClass)}
    return tuple(
        ReadEntry(
            day=calendar.date_of(entry.day),
            first_at=local(entry.first_at, zone),
            reader_id=entry.person_id,
            reader=names.get(entry.person_id, ""),
            school_class=classes.get(entry.class_id, ""),
            pupil=pupils.get(entry.pupil_id, ""),
            denied=bool(entry.denied),
            whole_school=not (entry.class_id or entry.pupil_id or entry.conversations),
            conversations=bool(entry.conversations),
        )
        for entry in found
    )

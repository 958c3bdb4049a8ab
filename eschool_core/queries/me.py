"""Who a person is in the school on a day: name, roles, classes led, journals, own diaries."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.enums import Role
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import Appointment, School, SchoolClass, Staff
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.lookup import FAMILYS_OWN, WARDS, WRITTEN_BY, JournalPlace, journals
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

DAYS_WRITTEN_AFTER = 14
"""A substitution of the last days still shows its journal: its marks may be entered late."""


@dataclass(frozen=True, slots=True)
class LedClass(Answer):
    """A class whose class teacher the person is."""

    class_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Ward(Answer):
    """A pupil whose diary is the person's own to read."""

    pupil_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Me(Answer):
    """A person.

    Attributes:
        name: Empty where it is not here.
        is_staff: Works at the school.
        roles: By appointment, in force on the day.
    """

    person_id: int
    name: str
    school: str
    is_staff: bool
    roles: tuple[Role, ...]
    led: tuple[LedClass, ...]
    wards: tuple[Ward, ...]


def me(store: Store, person_id: int, day: int) -> Me:
    """Return who a person is on a day."""
    school = store.first(School)
    person = store.get(Staff, person_id)
    entries = [
        entry
        for entry in store.select(Appointment, person_id=person_id)
        if entry.first_day <= day <= entry.last_day
    ]
    named = store.get(Pupil, person_id) if person is None else person
    led = {entry.class_id for entry in entries if entry.role == Role.CLASS_TEACHER}
    return Me(
        person_id=person_id,
        name="" if named is None else full_name(named.family, named.given, named.patronymic),
        school="" if school is None else school.name,
        is_staff=person is not None,
        roles=tuple(sorted({Role(entry.role) for entry in entries})),
        led=_classes(store, led),
        wards=_wards(store, person_id, day, is_staff=person is not None),
    )


def written_journals(store: Store, person_id: int, day: int) -> tuple[JournalPlace, ...]:
    """Return the journals that a person writes in, or wrote in as a substitute lately."""
    days = (day, day - DAYS_WRITTEN_AFTER)
    own = {int(row[0]) for row in store.rows(WRITTEN_BY, *(person_id, *days) * 2)}
    return tuple(place for place in journals(store, day) if place.journal_id in own)


def _classes(store: Store, ids: set[int]) -> tuple[LedClass, ...]:
    found = (store.get(SchoolClass, class_id) for class_id in sorted(ids))
    known = (LedClass(entry.id, entry.name) for entry in found if entry is not None)
    return tuple(sorted(known, key=lambda entry: sort_key(entry.name)))


def _wards(store: Store, person_id: int, day: int, *, is_staff: bool) -> tuple[Ward, ...]:
    rows = store.rows(WARDS, person_id, person_id, day, day)
    if not rows and not is_staff and not store.complete:
        rows = store.rows(FAMILYS_OWN)
    return tuple(Ward(int(row[0]), full_name(*row[1:4])) for row in rows)

"""Who is in the school, as far as a store knows: ids, names, roles, classes, access (3.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.partition import ACCESS
from eschool_core.errors import InputError
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.lookup import LookupFailedError
from eschool_core.queries.matching import best, class_key
from eschool_core.queries.names import STAFF, full_name
from eschool_core.store.store import Store

ROLES = (
    "SELECT a.person_id, a.role, COALESCE(c.name, ''), a.first_day, a.last_day, a.acting "
    "FROM appointment a "
    "LEFT JOIN school_class c ON c.id = a.class_id WHERE a.last_day >= ? "
    "ORDER BY a.person_id, a.role, a.id"
)
PUPILS = (
    "SELECT p.id, p.family, p.given, p.patronymic, c.name FROM pupil p "
    "LEFT JOIN enrolment e ON e.pupil_id = p.id AND e.last_day >= ? "
    "LEFT JOIN school_class c ON c.id = e.class_id ORDER BY p.id, e.first_day"
)
GUARDIANS = (
    "SELECT guardian_id, family, given, patronymic, relation, pupil_id FROM guardianship "
    "WHERE last_day >= ? ORDER BY guardian_id, id"
)
PUPILS_OF_CLASS = "SELECT DISTINCT pupil_id FROM enrolment WHERE class_id = ? AND last_day >= ?"
GUARDIANS_OF_PUPIL = (
    "SELECT DISTINCT guardian_id FROM guardianship WHERE pupil_id = ? AND last_day >= ? "
    "ORDER BY guardian_id"
)
DEVICES = "SELECT person_id, COUNT(*) FROM device WHERE revoked_at = 0 GROUP BY person_id"
SLIPS = "SELECT person_id FROM slip WHERE used_at = 0 AND revoked_at = 0 AND expires_at >= ?"


class AccessState(IntEnum):
    """How far somebody's access is."""

    NOTHING = 1
    SLIP = 2
    DEVICE = 3


@dataclass(frozen=True, slots=True)
class RoleHeld(Answer):
    """A role in force or to come, by day numbers; the class is the one led.

    Attributes:
        acting: True for «и.о.».
    """

    role: Role
    school_class: str
    first_day: int
    last_day: int
    acting: bool = False


@dataclass(frozen=True, slots=True)
class PersonAnswer(Answer):
    """One person.

    Attributes:
        classes: The pupil's own, the children's, or those that a member of staff leads.
        children: Of a guardian: the pupil's name with the relation.
        child_ids: Of a guardian, in the same order.
        access: None where the store does not hold the list of accounts.
    """

    person_id: int
    kind: PersonKind
    name: str
    roles: tuple[RoleHeld, ...] = ()
    classes: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    child_ids: tuple[int, ...] = ()
    access: AccessState | None = None


@dataclass(slots=True)
class _Guardian:
    """A guardian with the wards found so far."""

    name: str
    wards: dict[int, str] = field(default_factory=dict)


def people(
    store: Store,
    day: int,
    now: int,
    *,
    kind: PersonKind | None = None,
    class_name: str = "",
    typed: str = "",
) -> tuple[PersonAnswer, ...]:
    """Return the people whom the store knows on a day: staff, pupils, guardians, each by name.

    Args:
        store: Where to look; a replica knows the people of its owner's scope.
        day: Roles, classes and guardians that ended before are left out.
        now: Seconds UTC; a slip that is over by then gives no access.
        kind: Only these.
        class_name: Only people of that class.
        typed: Only people whom this part of a name fits best.
    """
    pupils = _pupils(store, day)
    everybody = [*_staff(store, day), *pupils.values(), *_guardians(store, day, pupils)]
    wanted = class_key(class_name)
    found = [
        person
        for person in everybody
        if kind in (None, person.kind)
        and (not class_name or wanted in {class_key(name) for name in person.classes})
    ]
    if typed:
        found = best(found, lambda person: person.name, typed)
    known = _access(store, now)
    if known is not None:
        found = [
            replace(person, access=known.get(person.person_id, AccessState.NOTHING))
            for person in found
        ]
    return tuple(sorted(found, key=lambda person: (person.kind, sort_key(person.name))))


def families(store: Store, class_id: int, day: int) -> tuple[PersonAnswer, ...]:
    """Return the pupils of a class, each followed by the guardians, as their slips are made.

    A guardian of several pupils of the class comes once.
    """
    pupils = {one.person_id: one for one in people(store, day, 0, kind=PersonKind.PUPIL)}
    guardians = {one.person_id: one for one in people(store, day, 0, kind=PersonKind.GUARDIAN)}
    found: dict[int, PersonAnswer] = {}
    listed = [int(row[0]) for row in store.rows(PUPILS_OF_CLASS, class_id, day)]
    for pupil_id in sorted(listed, key=lambda one: sort_key(pupils[one].name)):
        found[pupil_id] = pupils[pupil_id]
        for (guardian_id,) in store.rows(GUARDIANS_OF_PUPIL, pupil_id, day):
            found[guardian_id] = guardians[guardian_id]
    return tuple(found.values())


def children_of(found: Iterable[PersonAnswer]) -> frozenset[int]:
    """Return the pupils whose guardians are among those found: data that a log names (1.4)."""
    return frozenset(pupil_id for one in found for pupil_id in one.child_ids)


def person(store: Store, typed: str, day: int, *, kind: PersonKind | None = None) -> PersonAnswer:
    """Return the one person whom an id or a part of a name means.

    Raises:
        LookupFailedError: ``lookup.unknown_person`` or ``lookup.ambiguous_person``.
    """
    is_number = typed.isascii() and typed.isdigit()
    everybody = people(store, day, 0, kind=kind, typed="" if is_number else typed)
    found = [one for one in everybody if not is_number or str(one.person_id) == typed]
    if not found:
        raise LookupFailedError("lookup.unknown_person", "person")
    if len(found) > 1:
        names = tuple(f"{one.name} ({one.person_id})" for one in found)
        raise LookupFailedError("lookup.ambiguous_person", "person", names)
    return found[0]


def name_parts(typed: str) -> tuple[str, str, str]:
    """Return family, given name and patronymic of a full name.

    Raises:
        InputError: ``people.full_name``: there are not two or three words.
    """
    words = typed.split()
    if not 2 <= len(words) <= 3:
        raise InputError("people.full_name")
    return words[0], words[1], words[2] if len(words) > 2 else ""


def _staff(store: Store, day: int) -> list[PersonAnswer]:
    roles: defaultdict[int, list[RoleHeld]] = defaultdict(list)
    for person_id, role, class_name, first_day, last_day, acting in store.rows(ROLES, day):
        held = RoleHeld(Role(role), str(class_name), first_day, last_day, bool(acting))
        roles[person_id].append(held)
    return [
        PersonAnswer(
            person_id=row[0],
            kind=PersonKind.STAFF,
            name=full_name(*row[1:4]),
            roles=tuple(roles[row[0]]),
            classes=_distinct(held.school_class for held in roles[row[0]]),
        )
        for row in store.rows(STAFF)
    ]


def _pupils(store: Store, day: int) -> dict[int, PersonAnswer]:
    found: dict[int, PersonAnswer] = {}
    for row in store.rows(PUPILS, day):
        known = found.get(row[0])
        earlier = () if known is None else known.classes
        found[row[0]] = PersonAnswer(
            person_id=row[0],
            kind=PersonKind.PUPIL,
            name=full_name(*row[1:4]),
            classes=_distinct((*earlier, row[4] or "")),
        )
    return found


def _guardians(store: Store, day: int, pupils: Mapping[int, PersonAnswer]) -> list[PersonAnswer]:
    found: dict[int, _Guardian] = {}
    for guardian_id, family, given, patronymic, relation, pupil_id in store.rows(GUARDIANS, day):
        known = found.setdefault(guardian_id, _Guardian(full_name(family, given, patronymic)))
        known.wards[pupil_id] = str(relation)
    return [
        PersonAnswer(
            person_id=guardian_id,
            kind=PersonKind.GUARDIAN,
            name=known.name,
            classes=_distinct(
                name
                for pupil_id in known.wards
                if pupil_id in pupils
                for name in pupils[pupil_id].classes
            ),
            children=tuple(
                f"{pupils[pupil_id].name} ({relation})" if relation else pupils[pupil_id].name
                for pupil_id, relation in known.wards.items()
                if pupil_id in pupils
            ),
            child_ids=tuple(pupil_id for pupil_id in known.wards if pupil_id in pupils),
        )
        for guardian_id, known in found.items()
    ]


def _access(store: Store, now: int) -> dict[int, AccessState] | None:
    """Return how far everybody's access is; None where only others may know that."""
    if not store.holds(ACCESS):
        return None
    slips = {int(row[0]): AccessState.SLIP for row in store.rows(SLIPS, now)}
    return slips | {int(row[0]): AccessState.DEVICE for row in store.rows(DEVICES)}


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))

"""Pupils' data of a class: what is missing, what was corrected since the check (4.6.7, 2.1)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.domain.care import CardChange, ClassCheck
from eschool_core.domain.care_enums import ClassCheckKind
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name, people_names
from eschool_core.store.store import Store

CARDS = (
    "SELECT p.id, p.family, p.given, p.patronymic, c.id, c.birth_day, c.sex, e.order_in "
    "FROM enrolment e JOIN pupil p ON p.id = e.pupil_id "
    "LEFT JOIN pupil_card c ON c.pupil_id = p.id "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ?"
)
GUARDIANS = (
    "first_day <= ? AND last_day >= ? AND pupil_id IN "
    "(SELECT pupil_id FROM enrolment WHERE class_id = ? AND first_day <= ? AND last_day >= ?) "
    "ORDER BY pupil_id, id"
)
CHANGES = (
    "changed_at > ? AND pupil_id IN "
    "(SELECT pupil_id FROM enrolment WHERE class_id = ? AND first_day <= ? AND last_day >= ?) "
    "ORDER BY changed_at, id"
)


@dataclass(frozen=True, slots=True)
class GuardianData(Answer):
    """A guardian as the card has it."""

    guardianship_id: int
    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class Change(Answer):
    """A value that was corrected."""

    field: str
    old: str
    new: str
    changed_at: datetime | None
    changed_by: str


@dataclass(frozen=True, slots=True)
class Card(Answer):
    """A pupil's data.

    Attributes:
        missing: Keys of what the card lacks (2.1), as ``card.missing.<key>`` names them.
        changes: What was corrected since the last monthly check.
    """

    pupil_id: int
    name: str
    birth_day: date | None
    guardians: tuple[GuardianData, ...]
    missing: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Cards(Answer):
    """The data of a class's pupils.

    Attributes:
        checked_at: When the cards were looked through last; None for never.
        partial: True where this replica does not hold the personal data of every pupil.
    """

    school_class: str
    cards: tuple[Card, ...]
    checked_at: datetime | None
    partial: bool


def cards(store: Store, class_id: int, class_name: str, day: int) -> Cards:
    """Return the cards of the pupils who are in a class on a day, by name."""
    zone = zone_of(store)
    checks = store.select(ClassCheck, class_id=class_id, kind=ClassCheckKind.CARDS)
    checked_at = max((entry.checked_at for entry in checks), default=0)
    rows = store.rows(CARDS, class_id, day, day)
    held = {int(row[0]): store.holds(partition(PartitionKind.PUPIL, int(row[0]))) for row in rows}
    guardians: dict[int, list[GuardianData]] = defaultdict(list)
    for entry in store.where(Guardianship, GUARDIANS, day, day, class_id, day, day):
        name = full_name(entry.family, entry.given, entry.patronymic)
        guardians[entry.pupil_id].append(GuardianData(entry.id, name, entry.relation, entry.phone))
    changes = _changes(store, class_id, day, checked_at, zone)
    listed = [
        Card(
            pupil_id=int(row[0]),
            name=full_name(*row[1:4]),
            birth_day=calendar.date_of(row[5]) if row[5] else None,
            guardians=tuple(guardians[int(row[0])]),
            missing=_missing(row, guardians[int(row[0])]) if held[int(row[0])] else (),
            changes=tuple(changes[int(row[0])]),
        )
        for row in rows
    ]
    return Cards(
        school_class=class_name,
        cards=tuple(sorted(listed, key=lambda card: sort_key(card.name))),
        checked_at=local(checked_at, zone),
        partial=not all(held.values()),
    )


def _missing(row: tuple[object, ...], guardians: list[GuardianData]) -> tuple[str, ...]:
    lacks = {
        "birth_day": not row[5],
        "sex": not row[6],
        "order": not row[7],
        "guardian": not guardians,
        "phone": bool(guardians) and not any(entry.phone for entry in guardians),
    }
    return tuple(name for name, is_missing in lacks.items() if is_missing)


def _changes(
    store: Store, class_id: int, day: int, since: int, zone: str
) -> dict[int, list[Change]]:
    names = people_names(store)
    found: dict[int, list[Change]] = defaultdict(list)
    for entry in store.where(CardChange, CHANGES, since, class_id, day, day):
        found[entry.pupil_id].append(
            Change(
                field=entry.field,
                old=entry.old,
                new=entry.new,
                changed_at=local(entry.changed_at, zone),
                changed_by=names.get(entry.changed_by_id, ""),
            )
        )
    return found

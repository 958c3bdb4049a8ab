"""Everything that the store holds of one pupil or member of staff, on that person's demand.

The law on personal data gives everybody a right to see what is kept of them. Rows come as they
are, with days and times in ISO form; of other people there is nothing but ids: of a pupil's other
guardians neither name nor telephone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eschool_core.domain.care import CardChange
from eschool_core.domain.partition import OF_LINE, PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.personal_file import GuardianWork
from eschool_core.domain.row import Row, columns
from eschool_core.domain.school import Staff
from eschool_core.domain.tables import TABLES
from eschool_core.errors import InputError
from eschool_core.exports.values import shown_value
from eschool_core.queries.answer import Answer
from eschool_core.store import statements
from eschool_core.store.store import Store

FORMAT = "eschool-person-1"
OF_PUPIL = (
    PartitionKind.NAME,
    PartitionKind.PUPIL,
    PartitionKind.PUPIL_DAY,
    PartitionKind.HEALTH,
    PartitionKind.PERSON,
)
OF_STAFF = (PartitionKind.STAFF, PartitionKind.PERSON)
STAFF_COLUMNS = ("staff_id", "person_id", "absent_id", "substitute_id")
OF_OTHERS: dict[type[Row], frozenset[str]] = {
    Guardianship: frozenset({"family", "given", "patronymic", "phone"}),
    GuardianWork: frozenset({"workplace"}),
}
OF_GUARDIANS = frozenset({"old", "new"})
"""Columns of a corrected value that was a guardian's."""
HIDDEN = frozenset({"part", "seq", "device"})
LINES = "SELECT id FROM journal_line WHERE pupil_id = ?"
LESSONS = (
    "SELECT l.id, l.day, l.period, s.name FROM journal_line n "
    "JOIN lesson l ON l.journal_id = n.journal_id AND l.day BETWEEN n.first_day AND n.last_day "
    "JOIN journal j ON j.id = n.journal_id JOIN subject s ON s.id = j.subject_id "
    "WHERE n.pupil_id = ? ORDER BY l.day, l.period, l.id"
)


@dataclass(frozen=True, slots=True)
class PersonData(Answer):
    """One person's data.

    Attributes:
        tables: Rows by table, each as names and values.
        lessons: Of a pupil: which lesson an id stands for.
        complete: False on a replica, which may lack parts of it.
    """

    format: str
    person_id: int
    kind: str
    complete: bool
    tables: dict[str, list[dict[str, Any]]]
    lessons: list[dict[str, Any]]


def person_data(store: Store, person_id: int) -> PersonData:
    """Return what the store holds of a pupil or of a member of staff.

    Raises:
        InputError: ``export.no_person``: neither is here.
    """
    if store.get(Pupil, person_id) is not None:
        return _data(
            store, person_id, "pupil", _of_pupil(store, person_id), _lessons(store, person_id)
        )
    if store.get(Staff, person_id) is not None:
        return _data(store, person_id, "staff", _of_staff(store, person_id), [])
    raise InputError("export.no_person")


def _data(
    store: Store,
    person_id: int,
    kind: str,
    rows: Iterator[Row],
    lessons: list[dict[str, Any]],
) -> PersonData:
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        tables.setdefault(statements.name_of(type(row)), []).append(_told(row))
    return PersonData(FORMAT, person_id, kind, store.complete, tables, lessons)


def _of_pupil(store: Store, pupil_id: int) -> Iterator[Row]:
    """Yield the rows of the pupil's own partitions and lines."""
    parts = [partition(kind, pupil_id) for kind in OF_PUPIL]
    lines = [int(row[0]) for row in store.rows(LINES, pupil_id)]
    parts += [partition(kind, line) for line in lines for kind in OF_LINE]
    for spec in TABLES:
        for part in parts:
            yield from store.select(spec.table, part=part)


def _of_staff(store: Store, person_id: int) -> Iterator[Row]:
    """Yield the person's row, own partitions, and the rows that name the person as a party."""
    yield from store.select(Staff, id=person_id)
    parts = [partition(kind, person_id) for kind in OF_STAFF]
    for spec in TABLES:
        seen: set[int] = set()
        named = [column for column in STAFF_COLUMNS if column in columns(spec.table)]
        wanted = [("part", part) for part in parts] + [(column, person_id) for column in named]
        for column, value in wanted:
            for row in store.select(spec.table, **{column: value}):
                if row.id not in seen:
                    seen.add(row.id)
                    yield row


def _lessons(store: Store, pupil_id: int) -> list[dict[str, Any]]:
    return [
        {
            "id": int(row[0]),
            "day": shown_value("day", row[1]),
            "period": int(row[2]),
            "subject": str(row[3]),
        }
        for row in store.rows(LESSONS, pupil_id)
    ]


def _told(row: Row) -> dict[str, Any]:
    """Return a row as names and values; of a guardian only that there is one, and since when."""
    left_out = HIDDEN | OF_OTHERS.get(type(row), frozenset())
    if isinstance(row, CardChange) and row.guardianship_id:
        left_out |= OF_GUARDIANS
    return {
        name: shown_value(name, value)
        for name, value in zip(columns(type(row)), row.values(), strict=True)
        if name not in left_out
    }

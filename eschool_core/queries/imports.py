"""Imports of a person or of all, as far as a store knows them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from eschool_core.domain.imports import ImportRecord, ImportSource
from eschool_core.queries.answer import Answer
from eschool_core.queries.devices import NAMES
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

JOURNALS = (
    "SELECT j.id, g.name, s.name FROM journal j JOIN study_group g ON g.id = j.group_id "
    "JOIN subject s ON s.id = j.subject_id "
    "WHERE j.id IN (SELECT journal_id FROM import_record)"
)


# Whom a roster has brought into which classes, by the ids that its commands gave.
CLASSES = (
    "SELECT DISTINCT r.id, c.name FROM import_record r "
    "JOIN enrolment e ON e.id BETWEEN r.id AND r.last_id "
    "JOIN school_class c ON c.id = e.class_id"
)


@dataclass(frozen=True, slots=True)
class ImportAnswer(Answer):
    """One import.

    Attributes:
        source: What the file held, in small letters: ``roster``.
        about: Group and subject of a plan and of marks; of a roster that stands its classes.
        person: Who gave the file; empty where the store does not know the name.
        changes: Commands that came out of the file.
        undone_at: None while it stands.
    """

    import_id: int
    source: str
    about: str
    person_id: int
    person: str
    changes: int
    made_at: datetime | None
    undone_at: datetime | None


def imports(store: Store, person_id: int = 0) -> tuple[ImportAnswer, ...]:
    """Return the imports that the store knows, the newest first.

    Args:
        store: A replica holds its owner's imports, the system officer's all of them.
        person_id: Only this person's; 0 for all.
    """
    zone = zone_of(store)
    equals = {"person_id": person_id} if person_id else {}
    names = {int(row[0]): full_name(*row[1:4]) for row in store.rows(NAMES)}
    journals = {int(row[0]): f"{row[1]} · {row[2]}" for row in store.rows(JOURNALS)}
    classes: defaultdict[int, list[str]] = defaultdict(list)
    for import_id, name in store.rows(CLASSES):
        classes[int(import_id)].append(str(name))
    records = store.select(ImportRecord, **equals)
    return tuple(
        ImportAnswer(
            import_id=row.id,
            source=ImportSource(row.source).name.lower(),
            about=journals.get(row.journal_id, "") or ", ".join(sorted(classes[row.id])),
            person_id=row.person_id,
            person=names.get(row.person_id, ""),
            changes=row.commands - 1,
            made_at=local(row.made_at, zone),
            undone_at=local(row.undone_at, zone) if row.undone_at else None,
        )
        for row in sorted(records, key=lambda row: (row.made_at, row.id), reverse=True)
    )

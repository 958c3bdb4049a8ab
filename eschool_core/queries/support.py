"""What the developers' support may see of a school: numbers and versions, nobody's data (4.7.7)."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.domain.acts import SupportContact
from eschool_core.domain.tables import TABLES
from eschool_core.queries.answer import Answer
from eschool_core.store import statements
from eschool_core.store.schema import SCHEMA_VERSION
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class Contact(Answer):
    """Whom to turn to; empty fields where nothing is entered."""

    name: str
    phone: str
    email: str
    hours: str
    contract: str


@dataclass(frozen=True, slots=True)
class SupportFacts(Answer):
    """How much there is of everything.

    Attributes:
        rows: Rows of each table that is here.
        complete: False on a replica.
    """

    schema: int
    complete: bool
    rows: dict[str, int]


def support_contact(store: Store) -> Contact | None:
    """Return the contact that the system officer entered, or None."""
    found = store.first(SupportContact)
    if found is None:
        return None
    return Contact(found.name, found.phone, found.email, found.hours, found.contract)


def support_facts(store: Store) -> SupportFacts:
    """Return the numbers that a support bundle holds of the school."""
    return SupportFacts(
        schema=SCHEMA_VERSION,
        complete=store.complete,
        rows={
            name: int(store.rows(statements.count_rows(name))[0][0])
            for name in (statements.name_of(spec.table) for spec in TABLES)
        },
    )

"""Steps from one version of the tables to the next, on servers and replicas alike (ADR 0037).

A step is statements, run inside the caller's one transaction; whoever takes it puts back what is
optimistic before, and makes the digests anew behind it. A new database begins at the newest
version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from eschool_core.domain.row import Row, columns
from eschool_core.errors import InputError
from eschool_core.store import step_to_2, step_to_3, step_to_4, step_to_5
from eschool_core.store.database import Database
from eschool_core.store.schema import typed

Side = Literal["server", "replica"]

READ: Final = "SELECT version FROM schema_version"
WRITE: Final = "UPDATE schema_version SET version = ?"


@dataclass(frozen=True, slots=True)
class Step:
    """Leads from one version to the next.

    Attributes:
        before: The columns, in their order until then, of each domain table that it changes, by the
            table's number.
        both: Statements for domain tables and the ledger's.
        server: Statements for the server's own tables.
        replica: Statements for the replica's own.
    """

    before: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    both: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    replica: tuple[str, ...] = ()


STEPS: tuple[Step, ...] = (
    Step(both=step_to_2.MOVE, server=step_to_2.SERVER, replica=step_to_2.REPLICA),
    Step(both=step_to_3.MOVE, server=step_to_3.SERVER, replica=step_to_3.REPLICA),
    Step(both=step_to_4.TABLES, server=step_to_4.INDEXES),
    Step(server=step_to_5.SERVER),
)
"""The first leads from version 1 to 2. No step of a released version is ever changed."""


def newest() -> int:
    """Return the version that this program works with."""
    return 1 + len(STEPS)


def version_of(database: Database) -> int:
    """Return the version of a database's tables."""
    [[version]] = database.fetch(READ)
    return int(version)


def require_not_newer(database: Database) -> int:
    """Return the version of tables that this program can read.

    Raises:
        InputError: ``schema.newer``: a newer program has written them.
    """
    version = version_of(database)
    if version > newest():
        raise InputError("schema.newer", version=version, ours=newest())
    return version


def is_due(database: Database) -> bool:
    """Return whether the tables are older than this program.

    Raises:
        InputError: ``schema.newer``.
    """
    return require_not_newer(database) < newest()


def columns_at(version: int, table: type[Row]) -> tuple[str, ...]:
    """Return the columns of a table as they were at a version, in their order."""
    later: Sequence[Step] = STEPS[version - 1 :]
    named = (step.before[table.number] for step in later if table.number in step.before)
    return next(named, columns(table))


def bring_up(database: Database, side: Side) -> None:
    """Take every step that is due, inside the caller's transaction."""
    for step in STEPS[version_of(database) - 1 :]:
        own = step.server if side == "server" else step.replica
        for sql in (*step.both, *own):
            database.execute(typed(database, sql))
    database.execute(WRITE, (newest(),))

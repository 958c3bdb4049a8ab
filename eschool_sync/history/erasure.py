"""Plans an erasure: which payloads go, and what stays so that the history is checked as before.

The log is replayed twice side by side, once as it is and once without what is erased. A command
that wrote erased rows loses its payload; its effects on other rows stay. A command that does
something else without the erased rows (it read them) keeps its payload, and its effects stay as
well. All others are replayed in time to come as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eschool_core.app import reenact
from eschool_core.commands.base import Command, HoldForReview, Occasion
from eschool_core.commands.erasing import mentions
from eschool_core.domain.enums import Verdict
from eschool_core.errors import DamageError, EschoolError
from eschool_core.store.database import SqliteDatabase, savepoint, transaction
from eschool_core.store.schema import create_domain_tables
from eschool_core.store.store import Store
from eschool_sync.history.entries import LogEntry
from eschool_sync.history.remains import (
    Change,
    Gone,
    RecordingLedger,
    Remain,
    Remains,
    apply,
    effects_left,
    effects_of,
)
from eschool_sync.history.replay import apply_entry

REFUSED: Final = (Verdict.REJECTED, Verdict.HELD)


class _Differs(Exception):  # noqa: N818 - takes the savepoint back, is no error
    """Without the erased rows the entry does something else."""


class _Copy:
    """A school's rows in memory, made from its log."""

    def __init__(self, digest_key: bytes) -> None:
        self.database = SqliteDatabase(sqlite3.connect(":memory:", isolation_level=None))
        create_domain_tables(self.database)
        self.ledger = RecordingLedger(self.database, digest_key)
        self.store = Store(self.database, self.ledger)


@dataclass(frozen=True, slots=True)
class Plan:
    """What stays of the log's entries.

    Attributes:
        remains: In place of commands, with that of the erasing command itself.
        blank: Seqs of the entries whose payload goes.
    """

    remains: dict[int, Remain]
    blank: frozenset[int]


def plan_erasure(
    entries: Sequence[LogEntry],
    digest_key: bytes,
    before: Remains,
    gone: Gone,
    erasing: tuple[Command, Occasion],
) -> Plan:
    """Return what stays when rows are erased.

    Args:
        entries: The whole log in order; verified.
        digest_key: Of the school.
        before: What stands in place of entries that were erased earlier.
        gone: What is erased now.
        erasing: The command that will erase it, and its occasion.

    Raises:
        DamageError: ``damage.tables``: the log does not give the rows that are there.
    """
    full, reduced = _Copy(digest_key), _Copy(digest_key)
    ids = {row_id for _, row_id in gone.rows}
    remains: dict[int, Remain] = {}
    with (
        transaction(full.database),
        transaction(reduced.database),
        full.store.reads.trusted(),
        reduced.store.reads.trusted(),
    ):
        for entry in entries:
            full.ledger.seq = reduced.ledger.seq = entry.seq
            kept = _planned(full, reduced, entry, before.get(entry.seq), gone, ids)
            if kept is not None:
                remains[entry.seq] = kept
        full.ledger.seq = (entries[-1].seq if entries else 0) + 1
        try:
            reenact(full.store, *erasing)
        except (EschoolError, HoldForReview) as error:
            raise DamageError("damage.tables", count=1) from error
        own = effects_of(full.ledger.taken(), gone)
        remains[full.ledger.seq] = Remain(blank=False, effects=own)
    full.database.close()
    reduced.database.close()
    return Plan(remains, frozenset(seq for seq, kept in remains.items() if kept.blank))


def _planned(
    full: _Copy,
    reduced: _Copy,
    entry: LogEntry,
    known: Remain | None,
    gone: Gone,
    ids: set[int],
) -> Remain | None:
    """Carry an entry out on both copies; return what must stay in its place, or None."""
    if known is not None:
        apply(full.store, full.ledger, known.effects)
        full.ledger.taken()
        left = Remain(known.blank, effects_left(known.effects, gone))
        apply(reduced.store, reduced.ledger, left.effects)
        reduced.ledger.taken()
        return left
    try:
        done = apply_entry(full.store, entry)
    except (EschoolError, HoldForReview, ValueError, TypeError, AssertionError) as error:
        raise DamageError("damage.tables", count=1) from error
    if not done:
        raise DamageError("damage.tables", count=1)
    changes = full.ledger.taken()
    effects = effects_of(changes, gone)
    if _writes(changes, gone) or (entry.verdict in REFUSED and mentions(entry.payload, ids)):
        apply(reduced.store, reduced.ledger, effects)
        reduced.ledger.taken()
        return Remain(blank=True, effects=effects)
    try:
        with savepoint(reduced.database), reduced.store.step():
            if not apply_entry(reduced.store, entry):
                raise _Differs
            # The lowest level is this entry's own only after the step; look at the top one.
            if effects_of(reduced.ledger.on_top(), gone) != effects:
                raise _Differs
    except (_Differs, EschoolError, HoldForReview, ValueError, TypeError, AssertionError):
        apply(reduced.store, reduced.ledger, effects)
        reduced.ledger.taken()
        return Remain(blank=False, effects=effects)
    reduced.ledger.taken()
    return None


def _writes(changes: Sequence[Change], gone: Gone) -> bool:
    return any(gone.has(row) for change in changes for row in change if row is not None)

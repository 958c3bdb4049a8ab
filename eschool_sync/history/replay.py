"""Makes a school's rows once more from its log: recorded verdicts are applied, none is judged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgpack

from eschool_core.app import record_refusal, reenact
from eschool_core.commands.base import HoldForReview, Occasion
from eschool_core.commands.catalogue import make_command
from eschool_core.commands.held import Content
from eschool_core.domain.enums import Verdict
from eschool_core.errors import EschoolError
from eschool_core.store.database import SqliteDatabase, transaction
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.schema import create_domain_tables
from eschool_core.store.store import Store
from eschool_sync.history.entries import LogEntry
from eschool_sync.history.problems import Problems
from eschool_sync.history.remains import RecordingLedger, Remains
from eschool_sync.history.remains import apply as apply_effects
from eschool_sync.history.touched import Touched
from eschool_sync.protocol.envelope import NO_REPLACE, unpack_payload
from eschool_sync.protocol.messages import pack_outcome, unpack_outcome


def replayed(
    entries: Sequence[LogEntry],
    digest_key: bytes,
    problems: Problems,
    remains: Remains,
    touched: Touched | None = None,
) -> tuple[SqliteDatabase, int]:
    """Return a database in memory with the rows that the log gives, and the last scope seq.

    Args:
        entries: The whole log in order.
        digest_key: Of the school.
        problems: Where is noted what cannot have been accepted as it stands.
        remains: What stands in place of erased entries, checked by ``check_remains``.
        touched: Is told what each entry writes.
    """
    database = SqliteDatabase(sqlite3.connect(":memory:", isolation_level=None))
    create_domain_tables(database)
    recorded = None if touched is None else RecordingLedger(database, digest_key)
    ledger = recorded or ConfirmedLedger(database, digest_key)
    store = Store(database, ledger)
    with transaction(database), store.reads.trusted():
        for entry in entries:
            ledger.seq = entry.seq
            kept = remains.get(entry.seq)
            try:
                if kept is not None:
                    apply_effects(store, ledger, kept.effects)
                elif not apply_entry(store, entry):
                    problems.add("verify.outcome", "log", entry.seq)
            except (EschoolError, HoldForReview, ValueError, TypeError, AssertionError):
                problems.add("verify.replay", "log", entry.seq)
            if recorded is not None and touched is not None:
                touched.note(entry.seq, recorded.taken())
        scope_seq = ledger.flush()
    return database, scope_seq


def apply_entry(store: Store, entry: LogEntry) -> bool:
    """Apply an entry; return whether the same came of it as is recorded."""
    outcome = unpack_outcome(msgpack.unpackb(entry.outcome))
    occasion = occasion_of(entry)
    if outcome.verdict in (Verdict.REJECTED, Verdict.HELD):
        group = entry.read_header().group
        content = Content(entry.kind, entry.version, entry.payload, group)
        record_refusal(store, occasion, outcome, content)
        return True
    command = make_command(entry.kind, entry.version, unpack_payload(entry.payload))
    done = reenact(store, command, occasion)
    return bool(msgpack.packb(pack_outcome(done)) == entry.outcome)


def occasion_of(entry: LogEntry) -> Occasion:
    """Return what surrounded an entry when it was judged."""
    header = entry.read_header()
    return Occasion(
        header.actor,
        entry.device,
        header.number,
        header.base_seq,
        header.evidence.interval(entry.received),
        header.take,
        None if entry.ids_from == NO_REPLACE else entry.ids_from,
        group=header.group,
    )

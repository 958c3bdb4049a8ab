"""The log given again to the school that it began with, one command after the other (I2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgpack

from eschool_core.app import Outcome, carry_out, record_refusal
from eschool_core.commands.base import Occasion
from eschool_core.commands.catalogue import make_command
from eschool_core.commands.held import Content
from eschool_core.domain.enums import Verdict
from eschool_core.store.database import Database, SqliteDatabase, transaction
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.store import Store
from eschool_sync.protocol.envelope import Header, unpack_payload
from eschool_sync.protocol.messages import unpack_outcome
from eschool_sync.server.directory import DATABASE_FILE
from tests.simulation.base import SERVER_FOLDER, Base
from tests.simulation.disk import KEY, Disk, rows_of
from tests.simulation.witness import Witness

NEWER = (
    "SELECT seq, header, payload, outcome, received_at, replaces FROM log WHERE seq > ? "
    "ORDER BY seq"
)
STONES = "SELECT part, seq, table_number, row_id FROM tombstone ORDER BY seq, table_number, row_id"
SUMS = "SELECT part, seq, rows, digest FROM part_state WHERE rows > 0 ORDER BY part"


class Replay:
    """A second school that knows nothing but the log; it goes on where it was."""

    def __init__(self, plain: Base, folder: Path, key: bytes) -> None:
        content = plain.files[f"{SERVER_FOLDER}/{plain.number}/{DATABASE_FILE}"]
        path = folder / "replay.db"
        path.write_bytes(content)
        self._database = SqliteDatabase(Disk().open(path, KEY))
        self._ledger = ConfirmedLedger(self._database, key)
        self._store = Store(self._database, self._ledger)
        self._key = key
        self._seq = plain.seq

    def compare(self, server: Database, witness: Witness) -> None:
        """Give the newer commands, then compare rows, sums and tombstones."""
        with transaction(self._database):
            for row in server.fetch(NEWER, (self._seq,)):
                self._give(row, witness)
            self._ledger.flush()
        mine, theirs = rows_of(self._database), rows_of(server)
        for table, rows in theirs.items():
            witness.expect(mine[table] == rows, "divergent", "I2", "replay differs in", table)
        for kept in (STONES, SUMS):
            witness.expect(self._database.fetch(kept) == server.fetch(kept), "divergent", "I2")

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _give(self, row: tuple[Any, ...], witness: Witness) -> None:
        seq, header, payload, packed, received, ids_from = row
        self._seq = self._ledger.seq = seq
        recorded = unpack_outcome(msgpack.unpackb(packed))
        read = Header.read(bytes(header))
        occasion = _occasion(read, received, ids_from)
        if recorded.verdict in (Verdict.REJECTED, Verdict.HELD):
            content = Content(read.kind, read.version, bytes(payload), read.group)
            record_refusal(self._store, occasion, recorded, content)
            return
        command = make_command(read.kind, read.version, unpack_payload(bytes(payload)))
        outcome = carry_out(self._store, command, occasion)
        witness.expect(_plain(outcome) == _plain(recorded), "divergent", "I2", seq, outcome.key)


def _plain(outcome: Outcome) -> tuple[object, ...]:
    return (outcome.verdict, outcome.key, outcome.clause, outcome.overwritten)


def _occasion(header: Header, received: int, ids_from: int) -> Occasion:
    return Occasion(
        header.actor,
        header.device,
        header.number,
        header.base_seq,
        header.evidence.interval(received),
        header.take,
        None if ids_from < 0 else ids_from,
        group=header.group,
    )

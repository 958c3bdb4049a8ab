"""Own commands on their way to the server, signed once."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgpack

from eschool_core.store.database import Database
from eschool_sync.protocol.envelope import make_push
from eschool_sync.protocol.push import pack_push
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import Pending
from eschool_sync.replica.position import Position
from eschool_sync.replica.sealing import sealed_push
from eschool_sync.replica.tables import delete_meta

TAKEN: Final = "taken"
"""Name under which the last own number is kept that a server newer than this program has."""

KNOWN: Final = "known"
"""Name under which the last own number is kept whose effects the rows hold, as long as some of
their verdicts are still to be told."""

SENT: Final = "SELECT value FROM meta WHERE name IN (?, ?) ORDER BY name = ? DESC LIMIT 1"
"""An answer that says what it has brought takes both away, so ``TAKEN`` is the later one."""


def sent_up_to(database: Database) -> int:
    """Return the last own number that the server has; 0 where whatever waits is to be sent."""
    rows = database.fetch(SENT, (TAKEN, KNOWN, TAKEN))
    return int(msgpack.unpackb(rows[0][0])) if rows else 0


def forget_sent(database: Database) -> None:
    """Send whatever waits from its beginning on: an answer has told anew, or a number is new."""
    delete_meta(database, TAKEN)
    delete_meta(database, KNOWN)


def packed_push(opened: Opened, position: Position, waiting: list[Pending]) -> bytes:
    """Return commands as one push, with what the school said of them if it forgot them.

    Inside a transaction: the salt key in use is closed, because it goes out.
    """
    opened.outbox.close_run(position)
    envelopes = [entry.envelope for entry in waiting]
    anchors = sorted({entry.anchor for entry in waiting})
    signed = make_push(envelopes, envelopes[0].header.previous, anchors, opened.signing)
    first, last = envelopes[0].header.number, envelopes[-1].header.number
    sealed = b""
    if waiting[0].pushed:
        signed = replace(signed, offers=opened.receipts.offers(first, last))
        sealed = sealed_push(opened.database, waiting[0].pushed)
    return pack_push(signed, opened.outbox.sent_runs(first, last), sealed)

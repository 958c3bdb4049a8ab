"""Own entries are kept for the school, and can be read here no more (design §5.3, ADR 0038)."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Final

from eschool_core.store.database import Database
from eschool_sync.protocol.messages import SyncResponse, unpack_parts
from eschool_sync.protocol.sealed_push import seal_contents
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import Outbox
from eschool_sync.replica.position import Identity
from eschool_sync.replica.tables import find_meta, put_meta
from eschool_sync.security.random_source import Random

LOST: Final = "lost"
"""Name under which it is kept that a partition was lost: what is accepted is sealed since."""

DUE: Final = (
    "SELECT pushed, n, payload FROM outbox WHERE pushed IN (SELECT pushed FROM outbox "
    "WHERE pushed > 0 AND state IN (1, 2, 5) AND payload <> ?) "
    "AND pushed NOT IN (SELECT pushed FROM sealed_push) ORDER BY pushed, n"
)
KEEP: Final = "INSERT INTO sealed_push (pushed, body) VALUES (?, ?)"
BODY: Final = "SELECT body FROM sealed_push WHERE pushed = ?"


def seal_if_lost(opened: Opened, response: SyncResponse) -> None:
    """Seal what was accepted, from the first partition on that its author has lost."""
    database = opened.database
    if unpack_parts(response.parts_out) or (response.verdicts and find_meta(database, LOST)):
        put_meta(database, LOST, 1)
        _seal_taken(database, opened.outbox, opened.identity, opened.random)


def _seal_taken(database: Database, outbox: Outbox, identity: Identity, random: Random) -> None:
    """Seal every push of which something was accepted, inside the caller's transaction."""
    runs = outbox.runs()
    whose = (identity.school, identity.device)
    rows = database.fetch(DUE, (b"",))
    for pushed, entries in groupby(rows, itemgetter(0)):
        contents = [
            (int(number), outbox.salt(runs, int(number)), bytes(payload))
            for _, number, payload in entries
        ]
        body = seal_contents(identity.school_key, whose, contents, random)
        database.execute(KEEP, (int(pushed), body))
    outbox.blank_sealed()


def sealed_push(database: Database, pushed: int) -> bytes:
    """Return what was sealed of a push; empty where its commands can be read."""
    rows = database.fetch(BODY, (pushed,))
    return bytes(rows[0][0]) if rows else b""

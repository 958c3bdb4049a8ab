"""What the school said of own commands, kept so that a restored server can hear it again (§5.7)."""

from __future__ import annotations

from typing import Final

import msgpack

from eschool_core.errors import AccessError, TransportError
from eschool_core.store.database import Database
from eschool_sync.history.merkle import HASH_BYTES, leaf_hash
from eschool_sync.protocol.messages import SyncResponse, pack_outcome
from eschool_sync.protocol.receipts import Offered, Offers, Place, Receipt
from eschool_sync.replica.position import Identity

HEADERS: Final = "SELECT n, header FROM outbox WHERE n >= ? AND n <= ?"
ADD: Final = "INSERT INTO receipt (incarnation, leaves, signature) VALUES (?, ?, ?)"
LAST: Final = "SELECT max(id) FROM receipt"
KEEP: Final = (
    "UPDATE outbox SET seq = ?, received = ?, pushed = ?, said = ?, receipt = ? WHERE n = ?"
)
OLD: Final = (
    "SELECT n, seq, received, pushed, said, receipt FROM outbox "
    "WHERE n >= ? AND n <= ? AND pushed > 0 ORDER BY n"
)
NAMED: Final = "SELECT incarnation, leaves, signature FROM receipt WHERE id = ?"
SWEEP: Final = "DELETE FROM receipt WHERE id NOT IN (SELECT receipt FROM outbox)"
FORGET: Final = "UPDATE outbox SET pushed = 0, receipt = 0, said = NULL WHERE pushed > 0"
REOPEN: Final = "UPDATE outbox SET state = 0 WHERE n > ? AND pushed > 0"
REOPEN_READABLE: Final = "UPDATE outbox SET state = 0 WHERE pushed > 0 AND payload <> ?"


class Receipts:
    """Keeps receipts and puts them before a server, inside the caller's transaction."""

    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity

    def keep(self, response: SyncResponse) -> None:
        """Check and keep what the school has signed of the verdicts in an answer.

        Raises:
            TransportError: ``sync.fork``: the verdicts are of commands that were not made here.
        """
        if not response.places:
            return
        first, last = response.verdicts[0][0], response.verdicts[-1][0]
        headers = {
            int(number): leaf_hash(bytes(header))
            for number, header in self._database.fetch(HEADERS, (first, last))
        }
        if any(number not in headers for number, _ in response.verdicts):
            raise TransportError("sync.fork", number=first)
        said = [bytes(msgpack.packb(pack_outcome(outcome))) for _, outcome in response.verdicts]
        numbers = [number for number, _ in response.verdicts]
        device = self._identity.device
        leaves = tuple(
            place.leaf(device, headers[number], outcome)
            for number, place, outcome in zip(numbers, response.places, said, strict=True)
        )
        receipt = Receipt(response.incarnation, leaves, response.receipt)
        try:
            receipt.check(self._identity.school, device, self._identity.school_key)
        except AccessError as error:
            raise TransportError("sync.fork", number=first) from error
        values = (receipt.incarnation, b"".join(leaves), receipt.signature)
        self._database.execute(ADD, values)
        [(row_id,)] = self._database.fetch(LAST)
        self._database.execute_many(
            KEEP,
            [
                (place.seq, place.received, place.pushed, outcome, row_id, number)
                for number, place, outcome in zip(numbers, response.places, said, strict=True)
            ],
        )

    def offers(self, first: int, last: int) -> Offers:
        """Return what the school said of the commands from ``first`` to ``last``."""
        rows = self._database.fetch(OLD, (first, last))
        ids = sorted({int(row[5]) for row in rows})
        receipts = []
        for row_id in ids:
            [(incarnation, joined, signature)] = self._database.fetch(NAMED, (row_id,))
            leaves = tuple(
                bytes(joined[at : at + HASH_BYTES]) for at in range(0, len(joined), HASH_BYTES)
            )
            receipts.append(Receipt(bytes(incarnation), leaves, bytes(signature)))
        commands = tuple(
            Offered(int(n), Place(seq, received, pushed), bytes(said), ids.index(receipt))
            for n, seq, received, pushed, said, receipt in rows
        )
        return Offers(tuple(receipts), commands)

    def forget(self) -> None:
        """Forget what was said to a device that this replica is no longer (``branching``)."""
        self._database.execute(FORGET)
        self._database.execute("DELETE FROM receipt")
        self._database.execute("DELETE FROM sealed_push")

    def reopen_readable(self) -> None:
        """Let every command wait once more that a server has judged and this one may not have.

        For a copy that meets a restored server: which of them it has, ``branching`` is told.
        """
        self._database.execute(REOPEN_READABLE, (b"",))

    def reopen(self, known: int) -> None:
        """Let commands after ``known`` wait once more: this server has no verdict on them."""
        self._database.execute(REOPEN, (known,))
        self._database.execute(SWEEP)

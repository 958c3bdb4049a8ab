"""The school's head: how far its order goes, and the signed root over all of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eschool_core.store.database import Database, transaction
from eschool_sync.history.head import MARK_BYTES, TreeHead, incarnation_of
from eschool_sync.history.merkle import HASH_BYTES, root_of_peaks
from eschool_sync.history.tree import KEEP, grown
from eschool_sync.protocol.receipts import sign_receipt
from eschool_sync.security.signing import SigningKey

READ: Final = "SELECT seq, scope_seq, root, signed FROM head WHERE id = 1"
LOCK: Final = "SELECT seq, scope_seq, root, signed FROM head WHERE id = 1 FOR UPDATE"
PEAKS: Final = "SELECT peaks FROM head WHERE id = 1"
WRITE: Final = (
    "UPDATE head SET seq = ?, scope_seq = ?, root = ?, peaks = ?, signed = ? WHERE id = 1"
)
RESIGN: Final = "UPDATE head SET signed = ? WHERE id = 1"


@dataclass(frozen=True, slots=True)
class Head:
    """The school's head.

    Attributes:
        seq: Of the last command; also the number of leaves in the tree.
        scope_seq: Of the last change of anybody's scope.
        root: Of the tree.
        signed: The school's signature under it; empty before the first command.
    """

    seq: int
    scope_seq: int
    root: bytes
    signed: bytes

    @property
    def mark(self) -> bytes:
        """The beginning of the root."""
        return self.root[:MARK_BYTES]


class Heads:
    """Reads the head, and moves it at the end of each transaction that adds commands.

    Args:
        database: The school's.
        key: Signs each new head.
        school: The school's number.
        incarnation: The server's.
    """

    def __init__(
        self, database: Database, key: SigningKey, school: int, incarnation: bytes
    ) -> None:
        self._database = database
        self._key = key
        self._school = school
        self._incarnation = incarnation

    def read(self) -> Head:
        """Return the head."""
        [row] = self._database.fetch(READ)
        return Head(int(row[0]), int(row[1]), bytes(row[2]), bytes(row[3]))

    def lock(self) -> Head:
        """Return the head, and let nobody else move it in this transaction."""
        [row] = self._database.fetch(READ if self._database.dialect == "sqlite" else LOCK)
        return Head(int(row[0]), int(row[1]), bytes(row[2]), bytes(row[3]))

    def receipt(self, device: int, leaves: Sequence[bytes]) -> bytes:
        """Return the school's signature over the verdicts of one answer; none for none."""
        if not leaves:
            return b""
        return sign_receipt(self._key, self._school, self._incarnation, device, leaves)

    def is_own(self, head: Head) -> bool:
        """Return whether this incarnation has signed a head; that of no commands is nobody's."""
        return not head.signed or incarnation_of(head.signed) == self._incarnation

    def resign(self, now: int) -> None:
        """Sign the present head anew: another incarnation goes on from it."""
        with transaction(self._database):
            head = self.lock()
            signed = TreeHead(self._school, self._incarnation, head.seq, head.root, now)
            self._database.execute(RESIGN, (signed.signed(self._key),))

    def advance(self, head: Head, scope_seq: int, leaves: Sequence[bytes], now: int) -> None:
        """Add entries to the tree, sign it and move the head behind them."""
        [(peaks,)] = self._database.fetch(PEAKS)
        moved, full = grown(head.seq, bytes(peaks), leaves)
        self._database.execute_many(KEEP, full)
        root = root_of_peaks(
            [moved[start : start + HASH_BYTES] for start in range(0, len(moved), HASH_BYTES)]
        )
        size = head.seq + len(leaves)
        signed = TreeHead(self._school, self._incarnation, size, root, now).signed(self._key)
        self._database.execute(WRITE, (size, max(scope_seq, head.scope_seq), root, moved, signed))

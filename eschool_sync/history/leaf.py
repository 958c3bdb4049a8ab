"""What one leaf of the history commits to: a header, how it came, and the verdict on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgpack

from eschool_sync.history.merkle import leaf_hash

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of a school's log.

    Attributes:
        seq: Its place; the leaf's index in the tree is one less.
        device: In whose name the log has it: the header's own, or that of its branch after a fork.
        received: Server's time of receipt, seconds UTC.
        pushed: Last number of the push that brought it; 0 for the server's own acts.
        header: Hash of the header, which commits to the payload.
        outcome: The verdict as it is stored and sent.
    """

    seq: int
    device: int
    received: int
    pushed: int
    header: bytes
    outcome: bytes

    def to_bytes(self) -> bytes:
        """Return the canonical bytes."""
        packed: bytes = msgpack.packb(
            [
                FORMAT,
                self.seq,
                self.device,
                self.received,
                self.pushed,
                self.header,
                self.outcome,
            ]
        )
        return packed

    def hash(self) -> bytes:
        """Return the leaf's hash in the tree."""
        return leaf_hash(self.to_bytes())

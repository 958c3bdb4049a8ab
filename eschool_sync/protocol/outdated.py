"""What a server says to a program older than its own: how far its entries have come, and no more.

Its tables may have other columns by now, so no row and no sum could be told in the old shape. This
answer has the same two fields in every version.
"""

from __future__ import annotations

import msgpack

from eschool_sync.protocol.compression import compress


class OutdatedError(Exception):
    """The server took what was sent, and gives rows only to a newer program.

    Attributes:
        known: The device's last command number that has a verdict there.
    """

    def __init__(self, known: int) -> None:
        super().__init__(f"taken up to {known}")
        self.known = known


def pack_taken(version: int, known: int) -> bytes:
    """Return the answer to a sync of an older version."""
    packed: bytes = msgpack.packb([version, known])
    return compress(packed)

"""The school's signed word on its whole history: how long it is, and the root over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import msgpack

from eschool_core.errors import DamageError, InputError
from eschool_sync.history.merkle import HASH_BYTES, is_consistent
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SIGNATURE_BYTES, SUITE, require_suite

HEAD_CONTEXT: Final = b"eschool/tree-head/1"
HISTORY: Final = "damage.history"
"""Key of the error that says: this is not the history that was shown before."""

INCARNATION: Final = 2
"""Place of the incarnation in the signed list."""

MAX_HEAD_BYTES: Final = 256
MARK_BYTES: Final = 4
"""Of a root: by these a server notices that it is behind or beside; what proves it is the proof."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The root over the first ``size`` entries of a school's log.

    Attributes:
        incarnation: Of the server that signed: after a restore another one goes on.
        time: Server's time of signing, seconds UTC.
    """

    school: int
    incarnation: bytes
    size: int
    root: bytes
    time: int

    def signed(self, key: SigningKey) -> bytes:
        """Return the head with the school's signature behind it."""
        body: bytes = msgpack.packb(
            [SUITE, self.school, self.incarnation, self.size, self.root, self.time]
        )
        return body + key.sign(HEAD_CONTEXT, body)

    @classmethod
    def read(cls, signed: bytes, school_key: bytes) -> Self:
        """Return what the school signed.

        Raises:
            AccessError: ``access.signature``.
            InputError: ``protocol.malformed``, ``input.suite``.
        """
        if not SIGNATURE_BYTES < len(signed) <= MAX_HEAD_BYTES:
            malformed("tree head")
        body, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
        verify(school_key, HEAD_CONTEXT, body, signature)
        fields: list[Any] = read_list(body, "tree head")
        require_types(fields, ((int,), (int,), (bytes,), (int,), (bytes,), (int,)), "tree head")
        require_suite(fields[0])
        head = cls(*fields[1:])
        if len(head.root) != HASH_BYTES:
            malformed("tree head")
        return head

    @property
    def mark(self) -> bytes:
        """The beginning of the root, as requests carry it."""
        return self.root[:MARK_BYTES]


def incarnation_of(signed: bytes) -> bytes:
    """Return which incarnation a head says it is of; who asks trusts where it comes from.

    Empty where it cannot be read.
    """
    try:
        return bytes(read_list(signed[:-SIGNATURE_BYTES], "tree head")[INCARNATION])
    except (InputError, IndexError, TypeError, ValueError):
        return b""


def require_growth(earlier: TreeHead | None, later: TreeHead, proof: Sequence[bytes]) -> None:
    """Let pass a head that only adds to the one that a witness holds.

    Args:
        earlier: The last head that was seen of this server; None before the first.
        later: The one that is shown now.
        proof: Hashes from the server.

    Raises:
        DamageError: ``damage.history``: entries were changed, removed or put in between.
    """
    size, root = (0, b"") if earlier is None else (earlier.size, earlier.root)
    if not is_consistent(size, root, later.size, later.root, proof):
        raise DamageError(HISTORY, held=size, shown=later.size)

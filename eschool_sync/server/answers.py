"""The server's half of a round trip: verdicts, rows, checkpoint; cheap when nothing is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgpack

from eschool_core.domain.office import Device
from eschool_core.store.store import Store
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.history.tree import Tree
from eschool_sync.protocol.messages import (
    MAX_VERDICTS,
    Checkpoint,
    SyncRequest,
    SyncResponse,
    pack_parts,
    pack_unchanged,
    parts_hash,
    unpack_outcome,
    unpack_parts,
)
from eschool_sync.protocol.receipts import Place
from eschool_sync.server.heads import Head, Heads
from eschool_sync.server.outgoing import Sum, frames_for, sum_over
from eschool_sync.server.pushes import DeviceHead, device_head
from eschool_sync.server.scope import scope_of

MAX_SUMS: Final = 4_096

MOST_TOLD: Final = MAX_VERDICTS
"""Verdicts of one answer: of as many whole pushes as fit, and of one in any case."""

VERDICTS = (
    "SELECT n, outcome, seq, received_at, pushed, header FROM log WHERE device = ? AND n > ? "
    "ORDER BY n LIMIT ?"
)
_PUSHED: Final = 4  # place of the last number of the push among the columns of ``VERDICTS``
KEEP_SCOPE = "INSERT INTO scope_set (hash, parts) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING"
KNOWN_SCOPE = "SELECT parts FROM scope_set WHERE hash = ?"


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see, as computed at a ``scope_seq``."""

    scope_seq: int
    parts: list[int]
    hash: bytes


class Answers:
    """Makes responses; remembers scopes and sums between requests.

    Args:
        store: The school's.
        incarnation: The server's.
        heads: Of its history.
        anchor: Returns the current signed time.
    """

    def __init__(
        self, store: Store, incarnation: bytes, heads: Heads, anchor: Callable[[], bytes]
    ) -> None:
        self._store = store
        self._database = store.database
        self._incarnation = incarnation
        self._heads = heads
        self._tree = Tree(store.database)
        self._anchor = anchor
        self._scopes: dict[int, Scope] = {}
        self._sums: dict[bytes, tuple[int, Sum]] = {}

    def answer(self, request: SyncRequest, device: Device, head: Head) -> bytes:
        """Return the body that tells ``device`` what it is missing at ``head``."""
        scope = self.scope(device.person_id, head)
        known = device_head(self._database, device.device)
        held = self._held_parts(request, scope)
        if held is None:
            return self._response(request, head, scope, known, need_parts=True).to_bytes()
        same_server = request.incarnation == self._incarnation
        cursor = request.cursor if same_server and request.cursor <= head.seq else 0
        if cursor == 0:
            held = []
        if held == scope.parts and cursor == head.seq:
            seen = request.tree == 0 and request.mark == head.mark
            if seen and request.ack == known.last and request.scope == scope.hash:
                total = self._sum(scope, head)
                return pack_unchanged(total.rows, total.digest, self._anchor())
            return self._response(request, head, scope, known).to_bytes()
        fresh = set(scope.parts) - set(held)
        gone = sorted(set(held) - set(scope.parts))
        return self._response(
            request,
            head,
            scope,
            known,
            frames=frames_for(self._store, scope.parts, fresh, cursor),
            parts_in=sorted(fresh),
            parts_out=gone,
        ).to_bytes()

    def _response(
        self,
        request: SyncRequest,
        head: Head,
        scope: Scope,
        known: DeviceHead,
        *,
        frames: list[object] | None = None,
        parts_in: Sequence[int] = (),
        parts_out: Sequence[int] = (),
        need_parts: bool = False,
    ) -> SyncResponse:
        # Another incarnation's verdicts are all new.
        ack = request.ack if request.incarnation in (b"", self._incarnation) else 0
        waiting = self._database.fetch(VERDICTS, (request.device, ack, MAX_VERDICTS + 1))
        rows = _whole_pushes(waiting)
        places = tuple(Place(int(row[2]), int(row[3]), int(row[4])) for row in rows)
        leaves = [
            place.leaf(request.device, leaf_hash(bytes(row[5])), bytes(row[1]))
            for place, row in zip(places, rows, strict=True)
        ]
        total = self._sum(scope, head)
        return SyncResponse(
            self._incarnation,
            tuple((int(row[0]), unpack_outcome(msgpack.unpackb(row[1]))) for row in rows),
            frames or [],
            pack_parts(list(parts_in)),
            pack_parts(list(parts_out)),
            Checkpoint(head.seq, known.last, total.rows, total.digest, scope.hash, known.hash),
            self._anchor(),
            request.name(),
            head.signed,
            # A replica that has seen more than there is gets no proof, and raises the alarm.
            tuple(self._tree.consistency(request.seen, head.seq)),
            need_parts=need_parts,
            more=len(rows) < len(waiting),
            places=places,
            receipt=self._heads.receipt(request.device, leaves),
        )

    def _held_parts(self, request: SyncRequest, scope: Scope) -> list[int] | None:
        """Return the partitions a replica holds, or None where only it can tell."""
        if request.parts is not None:
            return unpack_parts(request.parts)
        if request.scope == scope.hash:
            return scope.parts
        if request.scope == parts_hash([]):
            return []
        rows = self._database.fetch(KNOWN_SCOPE, (request.scope,))
        return unpack_parts(rows[0][0]) if rows else None

    def scope(self, person_id: int, head: Head) -> Scope:
        """Return what a person may see at ``head``."""
        known = self._scopes.get(person_id)
        if known is not None and known.scope_seq == head.scope_seq:
            return known
        parts = scope_of(self._store, person_id)
        scope = Scope(head.scope_seq, parts, parts_hash(parts))
        self._database.execute(KEEP_SCOPE, (scope.hash, pack_parts(parts)))
        self._scopes[person_id] = scope
        return scope

    def _sum(self, scope: Scope, head: Head) -> Sum:
        known = self._sums.get(scope.hash)
        if known is None or known[0] != head.seq:
            known = (head.seq, sum_over(self._store, scope.parts))
            if len(self._sums) >= MAX_SUMS:
                self._sums.clear()
            self._sums[scope.hash] = known
        return known[1]


def _whole_pushes(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the verdicts of as many whole pushes as one answer tells, of one in any case.

    A replica seals what it may not read, and offers what a server forgot, push by push: it must
    never know a part of one. None is longer than ``MAX_VERDICTS``.
    """
    if len(rows) <= MOST_TOLD:
        return rows
    left = rows[MOST_TOLD][_PUSHED]
    return [row for row in rows if row[_PUSHED] < left] or [
        row for row in rows if row[_PUSHED] == left
    ]

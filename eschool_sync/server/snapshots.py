"""Chunks for new replicas: built once for everybody whose scope holds the same partitions.

A chunk stays of use after its rows have changed: it is true as of the seq at which it was built,
and what has changed since goes out with the ordinary sync that ends a bootstrap.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from eschool_core.domain.partition import SCHOOL, PartitionKind, kind_of, object_of, partition
from eschool_core.store.store import Store
from eschool_sync.protocol.messages import parts_hash
from eschool_sync.protocol.snapshot import (
    Chunk,
    SnapshotList,
    SnapshotRequest,
    chunk_hash,
    pack_chunks,
)
from eschool_sync.server.outgoing import frames_of
from eschool_sync.server.tables import want

LEVEL: Final = 12
MIN_LINES: Final = 5
"""A journal of which somebody sees fewer lines is not worth a chunk: nobody else has the same."""
MAX_BEHIND: Final = 5_000
"""Commands after which a chunk whose rows have changed is built anew."""
MAX_KEPT_BYTES: Final = 256 * 1024 * 1024
MAX_SENT_BYTES: Final = 256 * 1024

CHANGED_AT = "SELECT w.part, s.seq FROM wanted w JOIN part_state s ON s.part = w.part"
# Results of lines go with the lines.
LINES = (
    "SELECT w.part, l.journal_id FROM wanted w JOIN journal_line l "
    "ON l.part IN (w.part, w.part - 12, w.part - 13)"
)
NAMES = (
    "SELECT w.part, MAX(e.class_id) FROM wanted w JOIN enrolment e ON e.part = w.part GROUP BY 1"
)
# Journals by the first lesson of the day that a person teaches in them, then by load alone.
NEXT_JOURNALS = (
    "SELECT t.journal_id, MIN(l.start_minute) FROM teaching_load t "
    "LEFT JOIN lesson l ON l.journal_id = t.journal_id AND l.day = ? "
    "WHERE t.staff_id = ? AND t.first_day <= ? AND t.last_day >= ? GROUP BY t.journal_id"
)
CLASSES_OF = (
    "SELECT gc.class_id FROM journal j JOIN group_class gc ON gc.group_id = j.group_id "
    "WHERE j.id = ?"
)
_LATE: Final = 24 * 60


Bundles = dict[int, tuple[int, ...]]
"""Partitions that go out together, by the first of them."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A chunk that was built.

    Attributes:
        seq: The school's head when it was built.
    """

    parts: frozenset[int]
    seq: int
    hash: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and what that person may see now.

    Attributes:
        scope: The partitions, sorted.
        seq: The school's head.
        day: Whose lessons come first.
    """

    person_id: int
    scope: Sequence[int]
    seq: int
    day: int


class Snapshots:
    """Builds chunks, remembers them, and gives them to who may see all of what they hold."""

    def __init__(self, store: Store, incarnation: bytes) -> None:
        self._store = store
        self._incarnation = incarnation
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._by_hash: dict[bytes, Kept] = {}
        self._bytes = 0

    def answer(self, request: SnapshotRequest, viewer: Viewer) -> bytes:
        """Return the list of chunks in a person's scope, or some of the chunks."""
        if request.wanted:
            return pack_chunks(self._given(request.wanted, viewer.scope))
        return self._listed(viewer).to_bytes()

    def _listed(self, viewer: Viewer) -> SnapshotList:
        """Return the chunks of a scope, those first that the person needs first."""
        bundles = self._bundles(viewer.scope)
        changed = self._changed(viewer.scope)
        order, first = self._order(viewer, bundles)
        chunks, seqs = [], [viewer.seq]
        for name in order:
            parts = bundles[name]
            last = max(changed.get(part, 0) for part in parts)
            kept = self._chunk(parts, last, viewer.seq)
            chunks.append((kept.hash, len(kept.data)))
            if last > kept.seq:
                seqs.append(kept.seq)
        return SnapshotList(self._incarnation, min(seqs), first, tuple(chunks))

    def _given(self, wanted: Iterable[bytes], scope: Sequence[int]) -> list[bytes]:
        """Return chunks as far as one answer carries them, the first in any case.

        One that is not there any more, or that holds what this scope does not, ends the answer.
        """
        allowed, size = set(scope), 0
        given: list[bytes] = []
        for name in wanted:
            kept = self._by_hash.get(name)
            if kept is None or not kept.parts <= allowed:
                break
            size += len(kept.data)
            if given and size > MAX_SENT_BYTES:
                break
            given.append(kept.data)
        return given

    def _chunk(self, parts: tuple[int, ...], changed: int, seq: int) -> Kept:
        key = parts_hash(list(parts))
        kept = self._kept.get(key)
        if kept is None or (changed > kept.seq and seq - kept.seq > MAX_BEHIND):
            data = Chunk(list(parts), frames_of(self._store, parts)).to_bytes(LEVEL)
            kept = Kept(frozenset(parts), seq, chunk_hash(data), data)
            self._keep(key, kept)
        self._kept.move_to_end(key)
        return kept

    def _keep(self, key: bytes, new: Kept) -> None:
        self._drop(key)
        self._kept[key] = self._by_hash[new.hash] = new
        self._bytes += len(new.data)
        while self._bytes > MAX_KEPT_BYTES and len(self._kept) > 1:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: bytes) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._bytes -= len(old.data)
            self._by_hash.pop(old.hash, None)

    def _bundles(self, scope: Sequence[int]) -> Bundles:
        """Return what goes out together: the school; a class with names; a journal with lines.

        What belongs to one person alone is in none of them: the ordinary sync brings it.
        """
        want(self._store.database, dict.fromkeys(scope, 0))
        present = set(scope)
        members: dict[int, list[int]] = defaultdict(list)
        for part, journal_id in self._store.rows(LINES):
            members[partition(PartitionKind.JOURNAL, journal_id)].append(int(part))
        members = {
            name: lines
            for name, lines in members.items()
            if name in present and _count_lines(lines) >= MIN_LINES
        }
        for part, class_id in self._store.rows(NAMES):
            name = partition(PartitionKind.CLASS, class_id)
            if name in present:
                members.setdefault(name, []).append(int(part))
        members[SCHOOL] = []
        return {name: tuple(sorted([name, *parts])) for name, parts in members.items()}

    def _changed(self, scope: Sequence[int]) -> dict[int, int]:
        want(self._store.database, dict.fromkeys(scope, 0))
        return {int(part): int(seq) for part, seq in self._store.rows(CHANGED_AT)}

    def _order(self, viewer: Viewer, bundles: Bundles) -> tuple[list[int], int]:
        """Return the bundles in the order of need, and how many make the first journal usable."""
        day = viewer.day
        rows = self._store.rows(NEXT_JOURNALS, day, viewer.person_id, day, day)
        taught = sorted(rows, key=lambda row: (_LATE if row[1] is None else row[1], row[0]))
        order, first = [SCHOOL], 1
        for journal_id, _ in taught:
            journal = partition(PartitionKind.JOURNAL, journal_id)
            if journal not in bundles:
                continue
            classes = self._store.rows(CLASSES_OF, journal_id)
            order += [partition(PartitionKind.CLASS, row[0]) for row in classes]
            order.append(journal)
            first = len(order) if first == 1 else first
        order += sorted(bundles, key=lambda name: (kind_of(name), object_of(name)))
        known = [name for name in dict.fromkeys(order) if name in bundles]
        return known, min(first, len(known))


def _count_lines(parts: Iterable[int]) -> int:
    """Return how many of some partitions are lines; beside them stand their results."""
    return sum(kind_of(part) is PartitionKind.LINE for part in parts)

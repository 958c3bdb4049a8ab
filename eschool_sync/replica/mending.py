"""Rows that differ are put right: own sums first, then rows, then whole partitions (design §4).

Each way is a ``Mend``: it works on the confirmed rows after an answer's frames were applied, in the
same transaction, and the sums are compared again behind it. What does not help is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from eschool_core.domain.tables import BY_NUMBER
from eschool_sync.protocol.frames import Frame, Tombstone, unpack_frames
from eschool_sync.protocol.messages import SyncResponse, pack_parts
from eschool_sync.protocol.repairing import (
    MAX_ROWS,
    Differing,
    RepairRequest,
    RowKey,
    Step,
    Sums,
    pack_rows,
    pack_sums,
    read_differing,
    read_mended,
)
from eschool_sync.replica.confirmed import ConfirmedRows
from eschool_sync.replica.disagreement import StaleError
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.reports import SyncReport

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Transport


class Mend(Protocol):
    """Something that may put confirmed rows right, inside the caller's transaction."""

    def __call__(self, confirmed: ConfirmedRows) -> int:
        """Return how many rows were written or deleted."""
        ...


@dataclass(slots=True)
class Recount:
    """Sums made anew from the rows.

    Attributes:
        sums: What came out.
    """

    sums: Sums = field(default_factory=dict)

    def __call__(self, confirmed: ConfirmedRows) -> int:
        """Count anew."""
        confirmed.recount()
        self.sums = confirmed.sums()
        return 0


@dataclass(slots=True)
class Probe:
    """Looks at the rows of partitions that differ.

    Attributes:
        found: Their short hashes.
    """

    parts: Sequence[int]
    found: dict[RowKey, int] = field(default_factory=dict)

    def __call__(self, confirmed: ConfirmedRows) -> int:
        """Look, and change nothing."""
        self.found = confirmed.short_hashes(self.parts)
        return 0


@dataclass(slots=True)
class Rows:
    """Single rows as the server has them.

    Attributes:
        differing: Where.
        frames: The rows.
        extra: Those that only the replica has.
        sums: What came out.
    """

    differing: Differing
    frames: Sequence[Frame]
    extra: Iterable[RowKey]
    sums: Sums = field(default_factory=dict)

    def __call__(self, confirmed: ConfirmedRows) -> int:
        """Write and delete them."""
        confirmed.recount()
        stones = [
            Tombstone(part, BY_NUMBER[number].table, row_id) for part, number, row_id in self.extra
        ]
        fresh = set(self.differing.parts) - set(confirmed.held())
        written = confirmed.apply(self.frames, stones, fresh)
        # Behind it: a row that should be elsewhere may lie in one that should not be here.
        confirmed.sweep(self.differing.gone)
        self.sums = confirmed.sums()
        return written


@dataclass(frozen=True, slots=True)
class Parts:
    """Whole partitions as the server has them, where single rows were not enough."""

    rows: Rows
    differing: Differing
    frames: Sequence[Frame]

    def __call__(self, confirmed: ConfirmedRows) -> int:
        """Put them in the place of what is here."""
        written = self.rows(confirmed)
        confirmed.sweep({*self.differing.gone, *self.differing.parts})
        return written + confirmed.apply(self.frames, (), set(self.differing.parts))


class Mending:
    """Asks the server what differs, for an open replica."""

    def __init__(self, opened: Opened, transport: Transport, report: SyncReport) -> None:
        self._opened = opened
        self._transport = transport
        self._report = report

    def compare(self, response: SyncResponse, sums: Sums) -> Differing:
        """Return what differs from the server at the answer's checkpoint.

        Raises:
            StaleError: What differs has changed since: sync first.
        """
        found = read_differing(self._ask(response, Step.COMPARE, pack_sums(sums)))
        if found.newer and not (found.parts or found.gone):
            raise StaleError
        return found

    def rows(self, response: SyncResponse, differing: Differing, here: dict[RowKey, int]) -> Rows:
        """Return the rows that are missing here, are others, or should not be here.

        Raises:
            StaleError: One of them has changed since: sync first.
        """
        there = differing.hashes
        listed = {part for part, _, _ in there}
        other = sorted(key for key, value in there.items() if here.get(key) != value)
        # Of partitions whose rows were not told nothing is known.
        extra = [key for key in here.keys() - there.keys() if key[0] in listed or not there]
        asked = [(number, row_id) for _, number, row_id in other[:MAX_ROWS]]
        frames = self._frames(response, Step.ROWS, pack_rows(asked)) if asked else []
        return Rows(differing, frames, extra)

    def parts(self, response: SyncResponse, rows: Rows, differing: Differing) -> Parts:
        """Return partitions as they should be, where they differ after ``rows``.

        Raises:
            StaleError: One of them has changed since: sync first.
        """
        packed = pack_parts(differing.parts)
        frames = self._frames(response, Step.PARTS, packed) if differing.parts else []
        return Parts(rows, differing, frames)

    def _frames(self, response: SyncResponse, step: Step, block: bytes) -> list[Frame]:
        packed = read_mended(self._ask(response, step, block))
        if packed is None:
            raise StaleError
        return unpack_frames(packed)[0]

    def _ask(self, response: SyncResponse, step: Step, block: bytes) -> bytes:
        identity = self._opened.identity
        seq = response.checkpoint.seq
        asked = RepairRequest(
            identity.school, identity.device, response.incarnation, seq, step, block
        )
        body = asked.sealed(self._opened.signing)
        answer = self._transport.post("repair", body)
        self._report.rounds += 1
        self._report.bytes_up += len(body)
        self._report.bytes_down += len(answer)
        return answer

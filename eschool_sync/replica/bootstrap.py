"""A new replica from chunks: each is checked, applied and kept, so that a cut costs one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from eschool_core.domain.row import Row, Value
from eschool_core.errors import AccessError, TransportError
from eschool_sync.protocol.frames import Frame, unpack_frames
from eschool_sync.protocol.messages import parts_hash
from eschool_sync.protocol.snapshot import (
    Chunk,
    SnapshotList,
    SnapshotRequest,
    read_chunk,
    read_snapshot_list,
    unpack_chunks,
)
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.position import Position
from eschool_sync.replica.reports import SyncReport
from eschool_sync.replica.tables import find_meta, put_meta

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Progress, Transport

ROUTE: Final = "snapshot"
OFFERED: Final = "offered"
"""Name under which the number of chunks of the first load is kept."""

DONE: Final = "bootstrap"
"""Name under which the hashes of applied chunks are kept until the bootstrap is over."""

VERSION_KEY: Final = "transport.version"

MAX_REQUESTS: Final = 100_000
MAX_ASKED: Final = 1_000
_ID: Final[Callable[[tuple[Value, ...]], Any]] = itemgetter(0)


class Bootstrap:
    """Fetches what a person's scope consists of, before the first ordinary sync.

    Args:
        opened: The replica.
        transport: The way to the server.
        replay: Carries out pending commands on top of new confirmed rows.
    """

    def __init__(
        self, opened: Opened, transport: Transport, replay: Callable[[Position], None]
    ) -> None:
        self._opened = opened
        self._transport = transport
        self._replay = replay

    def is_due(self) -> bool:
        """Return whether this replica is new, or its bootstrap was cut off."""
        with self._opened.reading():
            done = find_meta(self._opened.database, DONE)
            return done is not None or self._opened.position().cursor == 0

    def run_if_let(self, report: SyncReport, progress: Progress | None) -> None:
        """Do as ``run``; who is shut out or too old hears so after its entries have gone (T15)."""
        try:
            self.run(report, progress)
        except AccessError:
            return
        except TransportError as error:
            if error.key != VERSION_KEY:
                raise

    def run(self, report: SyncReport, progress: Progress | None) -> None:
        """Apply every chunk that is not here yet; a sync must follow.

        Raises:
            EschoolError: As ``Replica.sync``; what was applied stays.
        """
        offered = self._list(report, progress)
        with self._opened.writing():
            put_meta(self._opened.database, OFFERED, len(offered.chunks))
            done = set(find_meta(self._opened.database, DONE) or [])
        missing = [name for name, _ in offered.chunks if name not in done]
        first = [name for name, _ in offered.chunks[: offered.first] if name not in done]
        for _ in range(MAX_REQUESTS):
            if not missing:
                return
            asked = (first or missing)[:MAX_ASKED]
            got = self._fetch(asked, report, progress)
            if not got:
                # Built anew since it was listed: the sync brings what is left.
                return
            if not self._apply(offered, got, report):
                return
            first, missing = first[len(got) :], [name for name in missing if name not in got]

    def _list(self, report: SyncReport, progress: Progress | None) -> SnapshotList:
        return read_snapshot_list(self._ask((), report, progress))

    def _fetch(
        self, names: list[bytes], report: SyncReport, progress: Progress | None
    ) -> dict[bytes, Chunk]:
        packed = unpack_chunks(self._ask(tuple(names), report, progress))
        return {name: read_chunk(data, name) for name, data in zip(names, packed, strict=False)}

    def _ask(
        self, wanted: tuple[bytes, ...], report: SyncReport, progress: Progress | None
    ) -> bytes:
        identity = self._opened.identity
        request = SnapshotRequest(identity.school, identity.device, wanted)
        body = request.sealed(self._opened.signing)
        answer = self._transport.post(ROUTE, body, progress)
        report.rounds += 1
        report.bytes_up += len(body)
        report.bytes_down += len(answer)
        return answer

    def _apply(self, offered: SnapshotList, chunks: dict[bytes, Chunk], report: SyncReport) -> bool:
        """Write chunks in one transaction, and stand where they lead to.

        Returns:
            Whether they were of use: not if another process has got everything meanwhile (T18).
        """
        opened = self._opened
        with opened.writing() as present:
            done = find_meta(opened.database, DONE)
            if present.cursor and (done is None or present.incarnation != offered.incarnation):
                # Newer rows lie here, or another server's: the sync that follows sorts it out.
                return False
            opened.confirmed.restore_images()
            held = set(opened.confirmed.held())
            fresh = {part for chunk in chunks.values() for part in chunk.parts} - held
            report.pulled_rows += opened.confirmed.apply(_merged(chunks.values()), (), fresh)
            report.parts_in += len(fresh)
            parts = opened.confirmed.held()
            opened.held.become(parts)
            opened.store.reads.forget()
            moved = replace(
                present,
                incarnation=offered.incarnation,
                cursor=min(offered.seq, present.cursor or offered.seq),
                scope=parts_hash(parts),
            )
            self._replay(moved)
            moved.save(opened.database)
            put_meta(opened.database, DONE, [*(done or []), *chunks])
        return True


def _merged(chunks: Iterable[Chunk]) -> list[Frame]:
    """Return the rows of chunks, a frame for each table, in the order of ids.

    So the tables grow at their ends: chunk by chunk their pages would be split.
    """
    rows: dict[type[Row], list[tuple[Value, ...]]] = {}
    for chunk in chunks:
        for frame in unpack_frames(chunk.frames)[0]:
            rows.setdefault(frame.table, []).extend(frame.rows)
    return [Frame(table, sorted(listed, key=_ID)) for table, listed in rows.items()]

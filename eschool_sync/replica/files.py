"""Gives files with lessons, sends their bytes after the rows, fetches them when they are read.

Each piece goes by a request of its own, and nothing here stands in the way of a sync: what is cut
off goes on from where the server says, whenever there is a line again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eschool_core.commands.files import MAX_FILE_BYTES, MEGABYTE, AttachFile
from eschool_core.domain.files import LessonFile
from eschool_core.errors import BusyError, DamageError, InputError, TransportError
from eschool_core.file_kinds import require_kind
from eschool_core.file_names import file_name
from eschool_sync.protocol.files import PIECE_BYTES, GetRequest, PutRequest, read_had, read_piece
from eschool_sync.replica import file_store
from eschool_sync.replica.entering import enter_all
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.reports import FilesReport, Receipt

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Transport

MAX_PIECES: Final = -(-MAX_FILE_BYTES // PIECE_BYTES)

Ended = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file as it was given.

    Attributes:
        content: What its hash says.
    """

    name: str
    media_type: str
    content: bytes


def file_of(lesson_id: int, name: str, content: bytes, *, for_homework: bool) -> AttachFile:
    """Return the command that gives a file; its name is made safe.

    Raises:
        InputError: ``file.empty``, ``file.too_large``; ``file.kind``, ``file.content``.
    """
    safe = file_name(name)
    if not content:
        raise InputError("file.empty")
    if len(content) > MAX_FILE_BYTES:
        raise InputError("file.too_large", megabytes=MAX_FILE_BYTES // MEGABYTE)
    require_kind(safe, content)
    return AttachFile(
        lesson_id=lesson_id,
        name=safe,
        size=len(content),
        content_hash=hashlib.sha256(content).hexdigest(),
        for_homework=int(for_homework),
    )


class Files:
    """The bytes of an open replica's files."""

    def __init__(self, opened: Opened, transport: Transport) -> None:
        self._opened = opened
        self._transport = transport

    def attach(self, given: AttachFile, content: bytes) -> Receipt:
        """Give a file, and keep its bytes until the server has them; both or neither.

        Raises:
            EschoolError: As ``Replica.do``.
        """

        def keep(receipts: list[Receipt]) -> None:
            opened = self._opened
            file_store.keep_own(
                opened.database, content, receipts[0].number, opened.now(opened.position())
            )

        [receipt] = enter_all(self._opened, [given], None, keep)
        return receipt

    def read(self, file_id: int) -> FileContent:
        """Return a file, from here or from the server.

        Raises:
            EschoolError: As ``Replica.read_file``.
        """
        with self._opened.writing() as position:
            row = self._opened.store.get(LessonFile, file_id)
            if row is None:
                raise InputError("file.none")
            now = self._opened.now(position)
            content = file_store.find(self._opened.database, row.hash, now)
        if content is None:
            content = self._fetch(row)
            with self._opened.writing():
                # It may be gone meanwhile, with its journal.
                present = self._opened.store.get(LessonFile, file_id)
                if present is not None and present.hash == row.hash:
                    file_store.keep_read(self._opened.database, content, now)
        return FileContent(row.name, row.media_type, content)

    def unsent(self) -> frozenset[bytes]:
        """Return the hashes of own files that the server does not have yet."""
        with self._opened.reading():
            return file_store.unsent(self._opened.database)

    def send(self, ended: Ended) -> FilesReport:
        """Send what waits, until ``ended`` says that something else is more urgent.

        What the server cannot take now stays for the next time.

        Raises:
            AccessError: The server does not accept this device.
        """
        opened = self._opened
        with opened.reading():
            listed = file_store.waiting(opened.database, opened.identity.person)
        report = FilesReport()
        for file_id, size, content_hash in listed:
            with opened.writing() as position:
                content = file_store.find(opened.database, content_hash, opened.now(position))
            if content is None or ended():
                continue
            try:
                done = self._send_one(file_id, size, content, ended)
            except (TransportError, BusyError) as error:
                report.trouble = error.key
                break
            except InputError as error:
                # Not this person's to give any more, or not what its row says: rows decide that.
                report.trouble = error.key
                continue
            if done:
                report.sent += 1
                with opened.writing():
                    opened.database.execute(file_store.SENT, (content_hash,))
        with opened.reading():
            report.waiting = file_store.count_waiting(opened.database)
        return report

    def _send_one(self, file_id: int, size: int, content: bytes, ended: Ended) -> bool:
        """Send the pieces that the server lacks; return whether it has all of them."""
        identity, start = self._opened.identity, 0
        for _ in range(2 * MAX_PIECES):
            piece = content[start : start + PIECE_BYTES]
            request = PutRequest(identity.school, identity.device, file_id, start, piece)
            answer = self._transport.post("putfile", request.sealed(self._opened.signing))
            start = read_had(answer)
            if start >= size:
                return True
            if ended():
                return False
        raise TransportError("transport.interrupted")

    def _fetch(self, row: LessonFile) -> bytes:
        identity, content = self._opened.identity, b""
        while len(content) < row.size:
            request = GetRequest(identity.school, identity.device, row.id, len(content))
            answer = self._transport.post("getfile", request.sealed(self._opened.signing))
            piece = read_piece(answer)
            if not piece:
                break
            content += piece
        if len(content) != row.size or hashlib.sha256(content).digest() != row.hash:
            raise DamageError("damage.file")
        return content

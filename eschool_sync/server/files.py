"""The two doors for the bytes of files: what a device may send and fetch (ADR 0031)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from eschool_core.domain.files import LessonFile
from eschool_core.errors import AccessError, BusyError, InputError
from eschool_sync.protocol.files import pack_had, pack_piece, read_get, read_put
from eschool_sync.security.cipher import database_errors
from eschool_sync.server import file_bytes, restoring
from eschool_sync.server.reading import let_read

if TYPE_CHECKING:
    from eschool_sync.server.school import ServerSchool

FULL_RETRY_SECONDS: Final = 600


def put(school: ServerSchool, body: bytes) -> bytes:
    """Keep a piece of a file that the device's owner has given, and say how much is here.

    Raises:
        AccessError: As ``ServerSchool.sync``; ``access.revoked``.
        InputError: ``file.none``: no such row for this person, or another's; ``file.differs``.
        BusyError: ``busy.database``: the disk is full.
    """
    sealed = read_put(body)
    device = school.sender(sealed.request.school, sealed.request.device)
    asked = sealed.check_signature(device.public_key)
    let_read(device)
    school.look_again()
    restoring.require_open(school)
    row = visible_file(school, device.person_id, asked.file_id)
    if row.author_id != device.person_id:
        raise InputError("file.none")
    with full_disk():
        return pack_had(file_bytes.take_piece(school.database, row, asked.start, asked.piece))


def get(school: ServerSchool, body: bytes) -> bytes:
    """Give a piece of a file whose row the device's owner may read.

    Raises:
        AccessError: As ``ServerSchool.sync``; ``access.revoked``.
        InputError: ``file.none``: no such row for this person; ``file.waiting``.
        DamageError: ``damage.file``.
    """
    sealed = read_get(body)
    device = school.sender(sealed.request.school, sealed.request.device)
    asked = sealed.check_signature(device.public_key)
    let_read(device)
    row = visible_file(school, device.person_id, asked.file_id)
    return pack_piece(file_bytes.read_piece(school.database, row, asked.start))


def visible_file(school: ServerSchool, person_id: int, file_id: int) -> LessonFile:
    """Return a file's row; one that the person may not see looks like none.

    Raises:
        InputError: ``file.none``.
    """
    row = school.store.get(LessonFile, file_id)
    if row is None or row.part not in school.scope(person_id).parts:
        raise InputError("file.none")
    return row


@contextmanager
def full_disk() -> Iterator[None]:
    """Turn a full disk into a request to come back later; nothing was kept.

    Raises:
        BusyError: ``busy.database``.
    """
    try:
        with database_errors():
            yield
    except AccessError as error:
        raise BusyError("busy.database", retry_after=FULL_RETRY_SECONDS) from error

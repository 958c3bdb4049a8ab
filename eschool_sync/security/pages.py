"""Single pages of an encrypted database, read without SQLite: what is left of a damaged file.

The layout is SQLCipher 4's: a page of 4,096 bytes ends in 80 reserved ones, a vector of 16 and an
HMAC-SHA512 over cipher text, vector and page number. The first page begins with the salt.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from eschool_sync.security.cipher import PAGE_BYTES
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.suite import KEY_BYTES, SALT_BYTES

USABLE_BYTES: Final = 4016
_VECTOR_END: Final = USABLE_BYTES + 16
_SALT_MASK: Final = 0x3A
_ITERATIONS: Final = 2
_FIRST_BYTES: Final = b"SQLite format 3\x00"
_WAL_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_WAL_SALT: Final = slice(16, 24)
_FRAME_SALT: Final = slice(8, 16)


class PageReader:
    """Checks and decrypts pages with the raw key."""

    def __init__(self, key: DatabaseKey) -> None:
        salt = bytes(byte ^ _SALT_MASK for byte in key.salt)
        kdf = PBKDF2HMAC(SHA512(), KEY_BYTES, salt, _ITERATIONS)
        self._hmac_key = kdf.derive(key.key)
        self._key = algorithms.AES(key.key)

    def plain(self, number: int, page: bytes) -> bytes | None:
        """Return the usable bytes of a page, or None if a bit of it is wrong.

        Args:
            number: Its place in the file, from 1 on.
            page: As it lies on the disk.
        """
        start = SALT_BYTES if number == 1 else 0
        signed = page[start:_VECTOR_END] + number.to_bytes(4, "little")
        wanted = hmac.digest(self._hmac_key, signed, "sha512")
        if len(page) != PAGE_BYTES or not hmac.compare_digest(wanted, page[_VECTOR_END:]):
            return None
        decryptor = Cipher(self._key, modes.CBC(page[USABLE_BYTES:_VECTOR_END])).decryptor()
        content = decryptor.update(page[start:USABLE_BYTES]) + decryptor.finalize()
        return (_FIRST_BYTES if start else b"") + content


def whole_pages(path: Path, key: DatabaseKey) -> tuple[dict[int, bytes], set[int]]:
    """Return every page that can still be read, by number, and the numbers of the others.

    A page in the WAL is newer than the one in the file, and a damaged one never takes the place
    of a whole one.

    Raises:
        OSError: The files cannot be read.
    """
    reader, damaged = PageReader(key), set()
    pages: dict[int, bytes] = {}
    for number, page in (*_pages_of(path), *_frames_of(path)):
        content = reader.plain(number, page)
        if content is None:
            damaged.add(number)
        else:
            pages[number] = content
    return pages, damaged - pages.keys()


def _pages_of(path: Path) -> Iterator[tuple[int, bytes]]:
    stored = path.read_bytes() if path.exists() else b""
    for start in range(0, len(stored), PAGE_BYTES):
        yield start // PAGE_BYTES + 1, stored[start : start + PAGE_BYTES]


def _frames_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the frames of the WAL's present round, in the order in which they were written."""
    wal = path.with_name(f"{path.name}-wal")
    stored = wal.read_bytes() if wal.exists() else b""
    for start in range(_WAL_HEADER, len(stored), _FRAME_HEADER + PAGE_BYTES):
        frame = stored[start : start + _FRAME_HEADER]
        number = int.from_bytes(frame[:4], "big")
        if frame[_FRAME_SALT] == stored[_WAL_SALT] and number:
            yield number, stored[start + _FRAME_HEADER :][:PAGE_BYTES]

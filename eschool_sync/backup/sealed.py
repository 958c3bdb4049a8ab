"""The sealed file: X25519, HKDF-SHA256, ChaCha20-Poly1305 in chunks of 64 KiB (STREAM).

    magic 8 · version 1 · suite 1 · fingerprint of the recovery key 8 · ephemeral key 32 · salt 16
    chunks: 64 KiB each and the last one shorter, each with a tag of 16 bytes

The whole header goes into the key, so a changed header opens nothing. A chunk's nonce is its
number and whether it is the last: chunks cannot be left out, added, exchanged or cut off. Who
reads gets a chunk only once it has proved whole.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eschool_core.errors import AccessError, DamageError, InputError
from eschool_sync.backup.recovery_key import PrivateKey, PublicKey, exchange
from eschool_sync.security.random_source import Random
from eschool_sync.security.suite import KEY_BYTES, NONCE_BYTES, SALT_BYTES, SUITE, TAG_BYTES, equal

MAGIC: Final = b"ESCHBKUP"
VERSION: Final = 1
CHUNK_BYTES: Final = 64 * 1024
INFO: Final = b"eschool/backup/v1"
FINGERPRINT_AT: Final = len(MAGIC) + 2
EPHEMERAL_AT: Final = FINGERPRINT_AT + 8
SALT_AT: Final = EPHEMERAL_AT + KEY_BYTES
HEADER_BYTES: Final = SALT_AT + SALT_BYTES
_COUNTER_BYTES: Final = NONCE_BYTES - 1


class SealedWriter:
    """Seals what is written to it; without ``finish`` the file opens to nobody."""

    def __init__(self, file: BinaryIO, recipient: PublicKey, random: Random) -> None:
        """Write the header.

        Raises:
            InputError: ``backup.bad_key``: the recipient is no usable key.
        """
        ephemeral = X25519PrivateKey.from_private_bytes(random.bytes(KEY_BYTES))
        try:
            shared = exchange(ephemeral, recipient.raw)
        except ValueError as error:
            raise InputError("backup.bad_key") from error
        header = (
            MAGIC
            + bytes((VERSION, SUITE))
            + recipient.fingerprint
            + ephemeral.public_key().public_bytes_raw()
            + random.bytes(SALT_BYTES)
        )
        self._file = file
        self._cipher = _cipher(shared, header)
        self._number = 0
        self._pending = bytearray()
        file.write(header)

    def write(self, data: bytes) -> int:
        """Take bytes; whole chunks go to the file, but the last one waits for ``finish``."""
        self._pending += data
        while len(self._pending) > CHUNK_BYTES:
            self._seal(bytes(self._pending[:CHUNK_BYTES]), last=False)
            del self._pending[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class SealedReader:
    """Opens a sealed file; gives bytes of proven chunks only."""

    def __init__(self, file: BinaryIO, private: PrivateKey) -> None:
        """Read the header.

        Raises:
            InputError: ``backup.not_a_backup``; ``backup.version``: made by another version.
            AccessError: ``backup.wrong_key``: it was written to another key.
            DamageError: ``backup.damaged``.
        """
        header = file.read(HEADER_BYTES)
        if not header.startswith(MAGIC):
            raise InputError("backup.not_a_backup")
        if len(header) < HEADER_BYTES:
            raise DamageError("backup.damaged")
        if header[len(MAGIC) : FINGERPRINT_AT] != bytes((VERSION, SUITE)):
            raise InputError("backup.version")
        if not equal(header[FINGERPRINT_AT:EPHEMERAL_AT], private.public.fingerprint):
            raise AccessError("backup.wrong_key")
        try:
            shared = exchange(private.key(), header[EPHEMERAL_AT:SALT_AT])
        except ValueError as error:
            raise DamageError("backup.damaged") from error
        self._file = file
        self._cipher = _cipher(shared, header)
        self._number = 0
        self._ready = b""
        self._next = file.read(CHUNK_BYTES + TAG_BYTES)
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, all that is left for a negative number; empty at the end.

        Raises:
            DamageError: ``backup.damaged``: what follows is not what was written.
        """
        if size < 0:
            parts = []
            while part := self.read(CHUNK_BYTES):
                parts.append(part)
            return b"".join(parts)
        if not self._ready and not self._ended:
            self._open_chunk()
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _open_chunk(self) -> None:
        chunk, self._next = self._next, self._file.read(CHUNK_BYTES + TAG_BYTES)
        last = not self._next
        try:
            self._ready = self._cipher.decrypt(_nonce(self._number, last=last), chunk, None)
        except (InvalidTag, ValueError) as error:
            raise DamageError("backup.damaged") from error
        self._number += 1
        self._ended = last


def _cipher(shared: bytes, header: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), KEY_BYTES, header, INFO).derive(shared))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER_BYTES, "big") + bytes((last,))

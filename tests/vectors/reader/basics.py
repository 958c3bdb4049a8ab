"""zstd, signatures, hashes, columns: what every message of docs/sync_protocol.md is made of."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from typing import Any

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tests.vectors.reader.scalars import read, read_run, write

Content = dict[str, Any]


def unzip(data: bytes) -> bytes:
    """Return what is in one zstd frame."""
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 26)


def fields_of(packed: bytes, names: str, left_out: int = 0) -> Content:
    """Return the list in ``packed``, each field under its name; names are joined by spaces.

    ``left_out`` of the last ones may be missing.
    """
    listed, fields = names.split(), read(packed)
    if not len(listed) - left_out <= len(fields) <= len(listed):
        raise ValueError("another number of fields")
    return dict(zip(listed, fields, strict=False))


def require_signed(key: bytes, context: str, message: bytes, signature: bytes) -> None:
    """Let pass what the key has signed in this context."""
    prefix = bytes([len(context)]) + context.encode()
    Ed25519PublicKey.from_public_bytes(key).verify(signature, prefix + message)


def with_signature_before(data: bytes, key: bytes, context: str) -> bytes:
    """Return the message of a signed body."""
    require_signed(key, context, data[64:], data[:64])
    return data[64:]


def with_signature_behind(data: bytes, key: bytes, context: str) -> bytes:
    """Return the message of an artefact."""
    require_signed(key, context, data[:-64], data[-64:])
    return data[:-64]


def unsealed(data: bytes, header_bytes: int, seed: bytes, info: bytes) -> bytes:
    """Return what was sealed for the holder of a signing key's seed."""
    start = header_bytes + 32
    secret = X25519PrivateKey.from_private_bytes(hashlib.sha512(seed).digest()[:32])
    shared = secret.exchange(X25519PublicKey.from_public_bytes(data[header_bytes:start]))
    key = HKDF(SHA256(), 32, data[:start], info).derive(shared)
    return ChaCha20Poly1305(key).decrypt(bytes(12), data[start:], None)


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """Return MTH of RFC 6962, 2.1, given hashes of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while 2 * split < len(leaves):
        split *= 2
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def keyed(person: str, size: int, data: bytes, key: bytes = b"") -> bytes:
    """Return BLAKE2b with a personalisation."""
    return hashlib.blake2b(data, digest_size=size, key=key, person=person.encode()).digest()


def commitment(salt: bytes, payload: bytes) -> bytes:
    return hmac.new(salt, payload, hashlib.sha256).digest()


def row_hash(key: bytes, number: int, row: list[Any]) -> int:
    return int.from_bytes(keyed("eschool.row", 16, write([number, *row]), key), "big")


def scope_hash(parts: list[int]) -> bytes:
    return keyed("eschool.scope", 16, b"".join(part.to_bytes(8, "big") for part in parts))


def read_block(data: bytes) -> list[list[Any]]:
    """Return the columns of a block."""
    form, rows, width, *rest = read_run(data)
    if form != 1 or len(rest) != (3 * width if rows else 0):
        raise ValueError("no block")
    if not rows:
        return [[] for _ in range(width)]
    return [_column(rest[at : at + 3], rows) for at in range(0, len(rest), 3)]


def rows_of(data: bytes) -> list[list[Any]]:
    """Return the rows of a block."""
    return [list(row) for row in zip(*read_block(data), strict=True)]


def parts_of(data: bytes) -> list[int]:
    """Return a list of partitions, a block of one column."""
    [column] = read_block(data)
    return column


def _column(packed: list[Any], rows: int) -> list[Any]:
    kind, head, body = packed
    if kind == 0:
        return read_run(head) * rows
    if kind == 1:
        return read_run(body)
    if kind == 2:
        return list(itertools.accumulate(read_run(body)))
    if kind == 3:
        distinct = read_run(head)
        places = list(body)
        if len(distinct) > 256:
            places = [low + 256 * high for low, high in zip(body[:rows], body[rows:], strict=True)]
        return [distinct[place] for place in places]
    raise ValueError("no such column")

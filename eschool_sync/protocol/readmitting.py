"""Two small bodies for a restored server: a signed head as witness, a certificate to be let in."""

from __future__ import annotations

from typing import Final

import msgpack

from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import read_list, require_types
from eschool_sync.protocol.version import VERSION, check_taken
from eschool_sync.security.signing import SigningKey
from eschool_sync.security.suite import SIGNATURE_BYTES

READMIT_CONTEXT: Final = b"eschool/readmit/1"
MAX_BYTES: Final = 16 * 1024


def pack_witness(tree_head: bytes) -> bytes:
    """Return the body that shows a head which the server should know and does not."""
    packed: bytes = msgpack.packb([VERSION, tree_head])
    return compress(packed)


def read_witness(data: bytes) -> bytes:
    """Return the signed head in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(decompress(data, MAX_BYTES), "witness", max_items=2) or [0]
    check_taken(version)
    require_types(fields, ((bytes,),), "witness")
    return bytes(fields[0])


def pack_readmission(certificate: bytes, key: SigningKey) -> bytes:
    """Return the body by which a device that the server has forgotten asks to be let in."""
    body: bytes = msgpack.packb([VERSION, certificate])
    return compress(key.sign(READMIT_CONTEXT, body) + body)


def read_readmission(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return certificate, signed bytes and signature of a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, "readmission", max_items=2) or [0]
    check_taken(version)
    require_types(fields, ((bytes,),), "readmission")
    return bytes(fields[0]), body, signature

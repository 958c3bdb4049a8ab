"""The bodies of a live notice: who listens and from where goes out, "something after seq N" back.

No content and no name ever travels here: who hears of news fetches them by a sync.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgpack

from eschool_core.ids import MAX_DEVICE
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.fields import malformed, read_list, require_types
from eschool_sync.protocol.version import VERSION, check_version
from eschool_sync.security.signing import SigningKey, verify
from eschool_sync.security.suite import SIGNATURE_BYTES

LIVE_CONTEXT: Final = b"eschool/live/1"
STREAM_TYPE: Final = "text/event-stream"
MAX_LIVE_BYTES: Final = 1_024
EVENT: Final = "data: "
ENDED: Final = "ended"
_INT: Final = (int,)


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """Who listens.

    Attributes:
        cursor: The seq that is known; a notice is due as soon as the school is beyond it.
    """

    school: int
    device: int
    cursor: int

    def sealed(self, key: SigningKey) -> bytes:
        """Return the body to be sent, signed by the device."""
        body: bytes = msgpack.packb([VERSION, self.school, self.device, self.cursor])
        return compress(key.sign(LIVE_CONTEXT, body) + body)


@dataclass(frozen=True, slots=True)
class SealedLiveRequest:
    """A request whose signature is still to be checked."""

    request: LiveRequest
    body: bytes
    signature: bytes

    def check_signature(self, public_key: bytes) -> LiveRequest:
        """Return the request if the device signed it.

        Raises:
            AccessError: ``access.signature``.
        """
        verify(public_key, LIVE_CONTEXT, self.body, self.signature)
        return self.request


def read_live_request(data: bytes) -> SealedLiveRequest:
    """Return the request in a body.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    sealed = decompress(data, MAX_LIVE_BYTES)
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    version, *fields = read_list(body, "live", max_items=4) or [0]
    check_version(version)
    require_types(fields, (_INT, _INT, _INT), "live")
    request = LiveRequest(*fields)
    if request.device > MAX_DEVICE:
        malformed("live")
    return SealedLiveRequest(request, body, signature)


def pack_notice(seq: int) -> bytes:
    """Return the body that answers a long poll."""
    packed: bytes = msgpack.packb([VERSION, seq])
    return compress(packed)


def read_notice(data: bytes) -> int:
    """Return how far the school is.

    Raises:
        InputError: ``protocol.malformed``, ``protocol.too_large``.
        TransportError: ``transport.version``.
    """
    version, *fields = read_list(decompress(data, MAX_LIVE_BYTES), "live", max_items=2) or [0]
    check_version(version)
    require_types(fields, (_INT,), "live")
    return int(fields[0])


def event(seq: int) -> bytes:
    """Return the same as a server-sent event."""
    return f"{EVENT}{seq}\n\n".encode()


def read_event(line: str) -> int | None:
    """Return how far the school is by a line of the stream; None for a line that says nothing.

    Raises:
        InputError: ``protocol.malformed``.
    """
    if not line.startswith(EVENT):
        return None
    told = line.removeprefix(EVENT)
    if not (told.isascii() and told.isdigit() and len(told) <= len(str(2**53))):
        malformed("live")
    return int(told)

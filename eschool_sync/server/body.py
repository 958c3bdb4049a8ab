"""Reads the body of a request within its limits of size and time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from eschool_core.errors import InputError, TransportError
from eschool_sync.protocol.error_body import CONTENT_TYPE
from eschool_sync.server.lanes import Lanes


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a body must come.

    Attributes:
        grace_seconds: How long its first byte may take.
        bytes_per_second: On average, from then on.
    """

    grace_seconds: float
    bytes_per_second: float


class Body:
    """Reads a body within its limits, and counts it among what is held."""

    def __init__(self, lanes: Lanes, pace: Pace, limit: int) -> None:
        self._lanes = lanes
        self._pace = pace
        self._limit = limit
        self._held = 0

    async def read(self, request: Request, declared: int | None) -> bytes:
        """Return the whole body.

        Raises:
            InputError: ``transport.body_limit``.
            TransportError: ``transport.body_slow``, ``transport.request``: not as declared.
            BusyError: ``busy.server``: too much is held at once.
        """
        pieces: list[bytes] = []
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._pace.grace_seconds
        try:
            async with asyncio.timeout_at(deadline) as timer:
                async for piece in request.stream():
                    self._hold(len(piece))
                    pieces.append(piece)
                    timer.reschedule(deadline + self._held / self._pace.bytes_per_second)
        except TimeoutError as error:
            raise TransportError("transport.body_slow") from error
        except ClientDisconnect as error:
            raise TransportError("transport.interrupted") from error
        if declared is not None and declared != self._held:
            raise TransportError("transport.request")
        return b"".join(pieces)

    def release(self) -> None:
        """Let others have what was held."""
        self._lanes.release(self._held)
        self._held = 0

    def _hold(self, size: int) -> None:
        if self._held + size > self._limit:
            raise InputError("transport.body_limit", limit=self._limit)
        self._lanes.hold(size)
        self._held += size


def declared_size(request: Request, limit: int) -> int | None:
    """Return what ``Content-Length`` says, if it is there.

    Raises:
        TransportError: ``transport.content_type``, ``transport.request``.
        InputError: ``transport.body_limit``.
    """
    headers = request.headers
    if headers.get("content-type") != CONTENT_TYPE or "content-encoding" in headers:
        raise TransportError("transport.content_type")
    declared = headers.get("content-length")
    if declared is None:
        return None
    if not (declared.isascii() and declared.isdigit()):
        raise TransportError("transport.request")
    if len(declared) > len(str(limit)) or int(declared) > limit:
        raise InputError("transport.body_limit", limit=limit)
    return int(declared)

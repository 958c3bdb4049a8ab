"""One connection to the server: what uvicorn leaves to a proxy that many schools do not have.

A head (request line and headers) must be small and complete within seconds, a reader must go on
reading, and there is a most number of connections: who is slow on purpose holds a socket for a
while and nothing else. What never becomes a request is answered with the headers of every answer.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from eschool_core.errors import BusyError, EschoolError, TransportError
from eschool_sync.protocol.error_body import CONTENT_TYPE, pack_error, status_of
from eschool_sync.server.guard import SECURITY_HEADERS

MAX_HEAD_BYTES: Final = 16 * 1024
MAX_HEADERS: Final = 64
_REASONS: Final = {400: b"Bad Request", 503: b"Service Unavailable"}
_FULL_RETRY_SECONDS: Final = 10


class Connection(HttpToolsProtocol):
    """A connection with limits.

    Attributes:
        head_seconds: How long a head may take, and a new connection may wait for one.
        stall_seconds: How long a reader may not read while an answer waits.
        max_connections: How many there may be at once.
    """

    head_seconds: ClassVar[float] = 10.0
    stall_seconds: ClassVar[float] = 30.0
    max_connections: ClassVar[int] = 4_000

    _head_bytes = 0
    _in_head = True
    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # uvicorn would write paths as soon as anybody gives its logger a handler.
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or say at once that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            self._refuse(BusyError("busy.server", retry_after=_FULL_RETRY_SECONDS))
            return
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all timers."""
        self._end_head()
        self._end_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a piece, and refuse a head that grows too long."""
        if self.transport.is_closing():
            return
        if not self._in_head and self.cycle.response_complete:
            # uvicorn ends its keep-alive timer at any byte, even at an empty line.
            self._begin_head()
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Start another request."""
        super().on_message_begin()
        self._begin_head()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request line."""
        super().on_url(url)
        _require(len(self.url) <= MAX_HEAD_BYTES)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; an exception makes the parser answer 400."""
        super().on_header(name, value)
        _require(len(self.headers) <= MAX_HEADERS)
        _require(sum(len(key) + len(text) for key, text in self.headers) <= MAX_HEAD_BYTES)

    def on_headers_complete(self) -> None:
        """Serve the request."""
        self._end_head()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Note that the reader does not read."""
        super().pause_writing()
        self._end_stall()
        self._stall_timer = self.loop.call_later(self.stall_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Note that the reader reads again."""
        self._end_stall()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request."""
        self._refuse(TransportError("transport.request"))

    def _refuse(self, error: EschoolError) -> None:
        self._end_head()
        body, status = pack_error(error), status_of(error)
        headers: list[tuple[bytes, Any]] = [
            (b"content-type", CONTENT_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *SECURITY_HEADERS,
        ]
        if "retry_after" in error.params:
            headers.append((b"retry-after", str(error.params["retry_after"]).encode()))
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        start = b"HTTP/1.1 %d %b\r\n" % (status, _REASONS[status])
        self.transport.write(start + lines + b"\r\n" + body)
        self.transport.close()

    def _begin_head(self) -> None:
        self._end_head()
        self._in_head, self._head_bytes = True, 0
        self._head_timer = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()

    def _end_head(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None


def _require(within: bool) -> None:  # noqa: FBT001
    if not within:
        raise ValueError("the head is too long")

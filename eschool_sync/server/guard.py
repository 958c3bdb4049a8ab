"""What stands before every route: security headers, clean requests, errors that tell nothing.

Whatever a route raises ends here. An error made on purpose becomes a status and a small body;
anything else becomes an incident number, and the log gets the places in the code without any
value. Each request leaves one line in the audit log.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eschool_core.errors import AccessError, BusyError, EschoolError, TransportError
from eschool_sync.clock import Clock
from eschool_sync.protocol.error_body import CONTENT_TYPE, pack_error, status_of, travels
from eschool_sync.security.random_source import Random
from eschool_sync.server.audit import AuditEvent, AuditLog, Facts
from eschool_sync.server.rates import Rate, RateLimiter
from eschool_sync.server.sources import Sources, rate_key

HSTS_SECONDS: Final = 2 * 365 * 24 * 60 * 60
SECURITY_HEADERS: Final = (
    (b"strict-transport-security", f"max-age={HSTS_SECONDS}; includeSubDomains".encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
)
MAX_PATH_BYTES: Final = 512
MAX_QUERY_BYTES: Final = 2_048
MAX_QUERY_FIELDS: Final = 32
_SINGLE_HEADERS: Final = frozenset(
    {b"host", b"content-length", b"content-type", b"transfer-encoding", b"authorization"}
)
_RECORD: Final = "eschool.record"
_INCIDENT_BYTES: Final = 6
_MAX_UNWRITTEN: Final = 1_000
_AUDIT_RETRY_SECONDS: Final = 30
_PIECE_BYTES: Final = 256 * 1024
DRAIN_BYTES: Final = 8 * 1024 * 1024
DRAIN_SECONDS: Final = 5.0
_MAX_DIGITS: Final = 18
_SENDER_IS_GONE: Final = frozenset({"transport.body_slow", "transport.interrupted"})
_WAIT_SECONDS: Final = 5
_REFUSED: Final = 400
# A flood of refusals must not fill the disk: so many lines of each source, the rest are counted.
_REFUSALS: Final = Rate(burst=100, per_second=1)
# What a server says of its own inside is nobody else's business.
_INNER: Final = ("transport.database", "input.database", "damage.state")

logger = logging.getLogger("eschool.server")


@dataclass(slots=True)
class RequestRecord:
    """What is known of a request while it is served; becomes its audit line.

    Attributes:
        source: Address it came from.
        route: Name of the route.
        school: Number of the school it names.
        outcome: ``done``, or the key of the error as it is known inside.
        incident: Number of the incident.
        facts: What the handler reported.
        quiet: True for what nobody needs to read of when it went well.
    """

    source: str
    route: str = ""
    school: int | None = None
    outcome: str = "done"
    incident: str = ""
    facts: Facts = field(default_factory=dict)
    quiet: bool = False


Observer = Callable[[RequestRecord, int, float], None]
"""Hears of each request: its record, the status of its answer, seconds."""


def record_of(scope: Scope) -> RequestRecord:
    """Return the record that the guard made for this request."""
    record: RequestRecord = scope[_RECORD]
    return record


def error_response(error: EschoolError) -> Response:
    """Return the answer for an error that travels."""
    status = status_of(error)
    response = Response(pack_error(error), status, media_type=CONTENT_TYPE)
    if isinstance(error, BusyError):
        response.headers["Retry-After"] = str(error.params.get("retry_after", _WAIT_SECONDS))
    return response


class Guard:
    """The outermost part of the application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sources: Sources,
        clock: Clock,
        random: Random,
        audit: AuditLog,
        public_error: Callable[[EschoolError, RequestRecord], EschoolError],
        observe: Observer | None = None,
    ) -> None:
        self._app = app
        self._sources = sources
        self._clock = clock
        self._random = random
        self._audit = audit
        self._public_error = public_error
        self._observe = observe
        self._refusals = RateLimiter(_REFUSALS, clock.monotonic)
        self._skipped = 0
        self._unwritten: deque[AuditEvent] = deque(maxlen=_MAX_UNWRITTEN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing but a cancellation is raised."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            # No route speaks WebSocket.
            await send({"type": "websocket.close", "code": 1000})
            return
        client = scope.get("client") or ("", 0)
        record = RequestRecord(self._sources.source(client[0], scope["headers"]))
        scope[_RECORD] = record
        answer = _Answer(receive, send, body_size(scope))
        started = perf_counter()
        try:
            self._require_audit()
            require_clean(scope)
            await self._app(scope, answer.receive, answer.send)
        except EschoolError as error:
            await self._refuse(error, record, scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the border: nothing may show beyond it
            await self._incident(error, record, scope, receive, answer)
        finally:
            # An answer that was not finished is no answer; the record says so by status 0.
            status = answer.status if answer.complete else 0
            if self._observe is not None:
                self._observe(record, status, perf_counter() - started)
            self._write(record, status)

    async def _refuse(
        self,
        error: EschoolError,
        record: RequestRecord,
        scope: Scope,
        receive: Receive,
        answer: _Answer,
    ) -> None:
        if not travels(error):
            await self._incident(error, record, scope, receive, answer)
            return
        record.outcome = error.key
        if error.key in _SENDER_IS_GONE:
            answer.patient = False
        if not answer.started:
            public = self._public_error(_without_inside(error), record)
            await error_response(public)(scope, receive, answer.send)

    async def _incident(
        self,
        error: Exception,
        record: RequestRecord,
        scope: Scope,
        receive: Receive,
        answer: _Answer,
    ) -> None:
        record.incident = self._random.bytes(_INCIDENT_BYTES).hex()
        record.outcome = "transport.incident"
        logger.error("incident %s: %s", record.incident, places(error))
        if not answer.started:
            public = TransportError("transport.incident", incident=record.incident)
            await error_response(public)(scope, receive, answer.send)

    def _write(self, record: RequestRecord, status: int) -> None:
        if record.quiet and 0 < status < _REFUSED:
            return
        is_refusal = status >= _REFUSED and not record.incident
        if is_refusal and self._refusals.wait_seconds(rate_key(record.source)):
            self._skipped += 1
            return
        event = AuditEvent(
            self._clock.wall(),
            record.source,
            record.route,
            record.school,
            status,
            record.outcome,
            record.incident,
            record.facts,
            self._skipped,
        )
        self._skipped = 0
        self._unwritten.append(event)
        try:
            self._write_audit()
        except OSError as error:
            logger.error("the audit log cannot be written: %s", places(error))

    def _require_audit(self) -> None:
        """Serve nobody while acts cannot be recorded.

        Raises:
            BusyError: ``busy.server``.
        """
        try:
            self._write_audit()
        except OSError as error:
            raise BusyError("busy.server", retry_after=_AUDIT_RETRY_SECONDS) from error

    def _write_audit(self) -> None:
        while self._unwritten:
            self._audit.write(self._unwritten[0])
            self._unwritten.popleft()


class _Answer:
    """Adds the security headers to an answer and knows how far it got.

    A refused body that is not too large is read to its end first: closing a connection with
    bytes unread resets it, and the other side may lose the answer.
    """

    def __init__(self, receive: Receive, send: Send, size: int | None) -> None:
        self._receive = receive
        self._send = send
        self._unread = size != 0
        self.patient = size is None or size <= DRAIN_BYTES
        self.started = False
        self.complete = False
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        if not message.get("more_body", False):
            self._unread = False
        return message

    async def _drain(self) -> None:
        taken = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while self._unread and taken <= DRAIN_BYTES:
                    taken += len((await self.receive()).get("body", b""))
        except TimeoutError:
            return

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            if self._unread and self.patient:
                await self._drain()
            headers = message.setdefault("headers", [])
            present = {name.lower() for name, _ in headers}
            headers += [header for header in SECURITY_HEADERS if header[0] not in present]
            if self._unread:
                # Else the rest of a refused body would be read, at its sender's own pace.
                headers.append((b"connection", b"close"))
            await self._send(message)
            return
        # In pieces, so that a slow reader holds one piece in the socket's buffer and no copy.
        body = memoryview(message.get("body", b""))
        for start in range(0, len(body) - _PIECE_BYTES, _PIECE_BYTES):
            piece = bytes(body[start : start + _PIECE_BYTES])
            await self._send({**message, "body": piece, "more_body": True})
        rest = (len(body) - 1) // _PIECE_BYTES * _PIECE_BYTES if body else 0
        await self._send({**message, "body": bytes(body[rest:])})
        self.complete = not message.get("more_body", False)


def body_size(scope: Scope) -> int | None:
    """Return how large a body a request announces; None where it does not say."""
    for name, value in scope["headers"]:
        if name == b"transfer-encoding":
            return None
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) <= _MAX_DIGITS else 10**_MAX_DIGITS
    return 0


def require_clean(scope: Scope) -> None:
    """Let pass a request that says each thing once, and not too long.

    Raises:
        TransportError: ``transport.request``.
    """
    names = [name for name, _ in scope["headers"] if name in _SINGLE_HEADERS]
    path = scope.get("raw_path") or scope["path"].encode()
    both_lengths = b"content-length" in names and b"transfer-encoding" in names
    if (
        len(names) != len(set(names))
        or (b"host" not in names and scope["http_version"] != "1.0")
        or both_lengths
        or len(path) > MAX_PATH_BYTES
        or not _is_clean_query(scope["query_string"])
    ):
        raise TransportError("transport.request")


def places(error: BaseException) -> str:
    """Return the kind of an error and the lines of code it came through, and no value at all."""
    chain = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = traceback.extract_tb(current.__traceback__)
        lines = " < ".join(f"{Path(at.filename).name}:{at.lineno}" for at in reversed(frames))
        chain.append(f"{type(current).__name__} at {lines or 'unknown'}")
        current = current.__cause__ or current.__context__
    return "; after ".join(chain)


def hide_access(
    told: frozenset[str], enrol_routes: frozenset[str]
) -> Callable[[EschoolError, RequestRecord], EschoolError]:
    """Return a function that makes refusals of access look the same but for those in ``told``.

    Args:
        told: Keys that only the holder of a device's key can come to see.
        enrol_routes: Names of the routes where the answer is about a code.
    """

    def public_error(error: EschoolError, record: RequestRecord) -> EschoolError:
        if not isinstance(error, AccessError) or error.key in told:
            return error
        is_enrolment = record.route in enrol_routes
        return AccessError("access.enrolment" if is_enrolment else "access.denied")

    return public_error


def _without_inside(error: EschoolError) -> EschoolError:
    if error.key.startswith(_INNER):
        return BusyError("busy.database", retry_after=5)
    return error


def _is_clean_query(query: bytes) -> bool:
    if not query:
        return True
    if len(query) > MAX_QUERY_BYTES:
        return False
    try:
        pairs: list[tuple[Any, Any]] = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS
        )
    except ValueError:
        return False
    names = [name for name, _ in pairs]
    return len(names) == len(set(names))

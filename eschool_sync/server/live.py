"""Live notice: ``POST /v1/{school}/live`` tells listeners that there is something after seq N.

Who accepts ``text/event-stream`` gets server-sent events, everybody else one answer that is held
back until there is news or the time is up (long poll), for proxies that let no stream through. One
task for each school that has listeners looks at its head twice a second, whichever process has
moved it, and ends the streams of devices that were shut out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from eschool_core.errors import AccessError, BusyError, EschoolError, InputError, TransportError
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.protocol.error_body import CONTENT_TYPE
from eschool_sync.protocol.live import (
    MAX_LIVE_BYTES,
    STREAM_TYPE,
    event,
    pack_notice,
    read_live_request,
)
from eschool_sync.server.audit import collecting, report
from eschool_sync.server.directory import Directory
from eschool_sync.server.guard import record_of
from eschool_sync.server.http import MAX_SCHOOL, Policy, PolicyRoute
from eschool_sync.server.rates import Rate, RateLimiter
from eschool_sync.server.sources import rate_key

SHUT: Final = "SELECT device FROM device WHERE revoked_at > 0"
RETRY_SECONDS: Final = 10
_BEAT: Final = b":\n\n"


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """What listeners may take.

    Attributes:
        look_seconds: Between two looks at a school's head; a shut-out device is silent as soon.
        beat_seconds: Between two signs of life in a stream.
        poll_seconds: For how long an answer is held back.
        stream_seconds: How long a stream lives; then its device shows itself again.
        body_seconds: How long a body may take.
        streams: Of all schools.
        per_device: Listeners of one device.
        rate: Of a source, behind which a whole school may sit.
    """

    look_seconds: float = 0.5
    beat_seconds: float = 10.0
    poll_seconds: float = 25.0
    stream_seconds: float = 3_600.0
    body_seconds: float = 10.0
    streams: int = 3_000
    per_device: int = 4
    rate: Rate = Rate(burst=3_000, per_second=50)  # noqa: RUF009 - Rate is frozen


@dataclass(eq=False)
class Listener:
    """One open connection.

    Attributes:
        told: The seq that it has heard of.
        seq: How far the school is.
        ended: Why it is over, or None.
    """

    device: int
    told: int
    seq: int = 0
    ended: EschoolError | None = None
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, seq: int) -> None:
        """Take note of how far the school is."""
        self.seq = seq
        if seq > self.told:
            self.moved.set()

    def end(self, why: EschoolError) -> None:
        """Be over."""
        self.ended = why
        self.moved.set()

    async def news(self, seconds: float) -> bool:
        """Wait for something new; return whether it came in time.

        Raises:
            EschoolError: It is over.
        """
        try:
            async with asyncio.timeout(seconds):
                await self.moved.wait()
        except TimeoutError:
            return False
        if self.ended is not None:
            raise self.ended
        self.moved.clear()
        self.told = self.seq
        return True


class LiveRoutes:
    """The route, to be handed to ``make_app`` as a further one; ``end`` goes there too."""

    def __init__(
        self, directory: Directory, clock: Clock | None = None, limits: LiveLimits = LiveLimits()
    ) -> None:
        self._directory = directory
        self._limits = limits
        self._rate = RateLimiter(limits.rate, (clock or SystemClock()).monotonic)
        self._listeners: dict[int, set[Listener]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ending = False

    def routes(self) -> list[PolicyRoute]:
        """Return the route with its policy."""
        path = "/v1/{school:int}/live"
        return [PolicyRoute(path, self.live, methods=["POST"], policy=Policy.DEVICE)]

    def end(self) -> None:
        """End all streams: the server is about to; called in the event loop."""
        self._ending = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end(BusyError("busy.server", retry_after=RETRY_SECONDS))

    async def live(self, request: Request) -> Response:
        """Tell a device's owner that there is news, and never which.

        Raises:
            AccessError: ``access.device``, ``access.signature``, ``access.revoked``.
            BusyError: ``busy.rate``, ``busy.server``: too many listen.
            InputError: ``protocol.malformed``, ``transport.body_limit``.
            TransportError: ``transport.content_type``, ``.body_slow``, ``.interrupted``.
        """
        record = record_of(request.scope)
        school: int = request.path_params["school"]
        record.route, record.school = "live", school if school <= MAX_SCHOOL else None
        record.quiet = True
        self._rate.require(rate_key(record.source))
        body = await self._body(request)
        with collecting(record.facts):
            listener = await asyncio.to_thread(self._let_in, school, body)
        self._add(school, listener)
        if STREAM_TYPE in request.headers.get("accept", ""):
            # A proxy that gathers answers is asked not to.
            headers = {"X-Accel-Buffering": "no"}
            stream = self._stream(school, listener)
            return StreamingResponse(stream, media_type=STREAM_TYPE, headers=headers)
        try:
            await listener.news(self._limits.poll_seconds)
        finally:
            self._remove(school, listener)
        return Response(pack_notice(listener.seq), media_type=CONTENT_TYPE)

    async def _stream(self, school: int, listener: Listener) -> AsyncIterator[bytes]:
        """Tell at once how far the school is, then of each step, until it is over."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limits.stream_seconds
        try:
            yield event(listener.seq)
            while loop.time() < until:
                is_new = await listener.news(self._limits.beat_seconds)
                yield event(listener.told) if is_new else _BEAT
        except EschoolError:
            # Who was shut out hears why at the next attempt.
            return
        finally:
            self._remove(school, listener)

    def _add(self, school: int, listener: Listener) -> None:
        """Count a listener, and look at its school from now on.

        Raises:
            BusyError: ``busy.server``.
        """
        known = self._listeners.get(school, set())
        own = sum(other.device == listener.device for other in known)
        everybody = sum(map(len, self._listeners.values()))
        if self._ending or own >= self._limits.per_device or everybody >= self._limits.streams:
            raise BusyError("busy.server", retry_after=RETRY_SECONDS)
        self._listeners.setdefault(school, known).add(listener)
        if school not in self._tasks:
            self._tasks[school] = asyncio.create_task(self._follow(school))

    def _remove(self, school: int, listener: Listener) -> None:
        listeners = self._listeners.get(school, set())
        listeners.discard(listener)
        if not listeners:
            self._listeners.pop(school, None)

    async def _follow(self, school: int) -> None:
        """Look at a school's head while anybody listens."""
        try:
            while self._listeners.get(school):
                seq, shut = await asyncio.to_thread(self._look, school)
                for listener in list(self._listeners.get(school, ())):
                    listener.hear(seq)
                    if listener.device in shut:
                        listener.end(AccessError("access.revoked"))
                await asyncio.sleep(self._limits.look_seconds)
        except EschoolError as error:
            for listener in list(self._listeners.get(school, ())):
                listener.end(error)
        finally:
            del self._tasks[school]

    def _look(self, school: int) -> tuple[int, frozenset[int]]:
        """Return how far a school is and which devices are shut out."""
        served = self._directory.school(school)
        with served.turn:
            seq = served.head().seq
            shut = frozenset(int(row[0]) for row in served.database.fetch(SHUT))
        return seq, shut

    def _let_in(self, school: int, body: bytes) -> Listener:
        sealed = read_live_request(body)
        asked = sealed.request
        if asked.school != school or not self._directory.knows(school):
            raise AccessError("access.device")
        served = self._directory.school(school)
        with served.turn:
            device = served.sender(school, asked.device)
            sealed.check_signature(device.public_key)
            report(device=device.device, person=device.person_id)
            if device.revoked_at:
                raise AccessError("access.revoked")
            seq = served.head().seq
        listener = Listener(device.device, told=asked.cursor)
        listener.hear(seq)
        return listener

    async def _body(self, request: Request) -> bytes:
        if request.headers.get("content-type") != CONTENT_TYPE:
            raise TransportError("transport.content_type")
        body = b""
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for piece in request.stream():
                    body += piece
                    if len(body) > MAX_LIVE_BYTES:
                        raise InputError("transport.body_limit", limit=MAX_LIVE_BYTES)
        except TimeoutError as error:
            raise TransportError("transport.body_slow") from error
        except ClientDisconnect as error:
            raise TransportError("transport.interrupted") from error
        return body

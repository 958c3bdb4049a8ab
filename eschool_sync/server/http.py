"""The server's doors: the routes for replicas, a health check, a page that says what this is.

The work itself is a ``Schools``; it is synchronous and runs in one thread for each school. The
routes take the raw request, and those of every sync are looked for first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, Final, Literal, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from eschool_core.errors import TransportError
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.protocol.error_body import CONTENT_TYPE
from eschool_sync.protocol.files import MAX_BODY_BYTES
from eschool_sync.security.random_source import Random, SystemRandom
from eschool_sync.server.audit import AuditLog, Facts, NoLog, collecting
from eschool_sync.server.body import Body, Pace, declared_size
from eschool_sync.server.guard import Guard, error_response, hide_access, record_of
from eschool_sync.server.lanes import STRANGERS, Lanes, Queues
from eschool_sync.server.metrics import MetricsPage
from eschool_sync.server.rates import Rate, RateLimiter
from eschool_sync.server.sources import Sources, rate_key
from eschool_sync.server.start_page import start_page

RouteName = Literal[
    "enrol", "sync", "snapshot", "proof", "repair", "witness", "readmit", "branch",
    "putfile", "getfile",
]  # fmt: skip

TOLD: Final = frozenset({"access.certificate_expired", "access.revoked"})
"""Refusals of access that only the holder of a device's key can come to see."""

MAX_SCHOOL: Final = 2**53 - 1
_ENROL: Final[frozenset[str]] = frozenset({"enrol"})


class Schools(Protocol):
    """The schools of this server."""

    def knows(self, school: int) -> bool:
        """Whether a school has this number; called in the event loop, so at once."""
        ...

    def handle(self, school: int, route: RouteName, body: bytes, source: str) -> bytes:
        """Return the answer to a body; may take long.

        Calls for one school that ``knows`` come in turn and in one thread. Ids and counts for
        the audit log are told to ``audit.report`` on the way.

        Args:
            school: Not checked.
            route: Which door.
            body: As it came, within the route's limit.
            source: Address it came from.

        Raises:
            EschoolError: Anything but a ``RegulationError``, which is an answer instead.
        """
        ...


class Policy(Enum):
    """Who may come in by a route; each route declares one, and what it means is done by whom."""

    PUBLIC = "anybody: it tells nothing of any school"
    CODE = "who shows an enrolment code or the school's own signature; the school checks it"
    DEVICE = "who signs with an enrolled device's key; the school checks it"
    LOGIN = "who types a login with its password or slip; the school checks them"
    SESSION = "who is logged in; the route checks it"
    OPERATOR = "who comes from the server's own machine or shows the operator's token"
    FEED = "who knows the secret of a calendar feed; the route checks it"


class PolicyRoute(Route):
    """A route that says who may come in.

    Attributes:
        policy: Who.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: Sequence[str],
        policy: Policy,
        name: str | None = None,
    ) -> None:
        super().__init__(path, endpoint, methods=list(methods), name=name)
        self.policy = policy


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request, one source and one school may take.

    A school sits behind one address, so the rates of a source are those of a whole school.

    Attributes:
        sync_bytes: Of a body, compressed.
        enrol_bytes: Of a body.
        body_grace_seconds: How long the first byte of a body may take.
        body_bytes_per_second: How fast a body must come on average.
        sync_rate: Of a source.
        proof_bytes: Of a body.
        proof_rate: Of a source.
        file_bytes: Of a body that carries a piece of a file; packed, it may be a little longer.
        file_rate: Of a source.
        enrol_rate: Of a source.
        enrol_school_rate: Of a school, against guessing from many places.
        queues: How much may wait.
    """

    sync_bytes: int = 8 * 1024 * 1024
    enrol_bytes: int = 16 * 1024
    proof_bytes: int = 16 * 1024
    file_bytes: int = 2 * MAX_BODY_BYTES
    body_grace_seconds: float = 20.0
    body_bytes_per_second: float = 1024.0
    sync_rate: Rate = Rate(burst=3_000, per_second=300)  # noqa: RUF009 - Rate is frozen
    proof_rate: Rate = Rate(burst=300, per_second=10)  # noqa: RUF009
    file_rate: Rate = Rate(burst=3_000, per_second=100)  # noqa: RUF009
    enrol_rate: Rate = Rate(burst=60, per_second=0.5)  # noqa: RUF009
    enrol_school_rate: Rate = Rate(burst=200, per_second=2)  # noqa: RUF009
    queues: Queues = Queues()  # noqa: RUF009


def make_app(
    directory: Schools,
    *,
    extra_routes: Sequence[BaseRoute] = (),
    limits: Limits = Limits(),
    proxies: Sequence[str] = (),
    audit: AuditLog | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
    told: frozenset[str] = TOLD,
    ending: Sequence[Callable[[], None]] = (),
    metrics: MetricsPage | None = None,
) -> Starlette:
    """Return the server's application.

    Args:
        directory: The schools.
        extra_routes: Further routes, each with its ``policy``; one for ``/`` comes before ours.
        limits: What may be taken.
        proxies: Addresses or networks of our own proxies, whose ``X-Forwarded-For`` counts.
        audit: Where each request leaves a line; by default nowhere.
        clock: For rates and the audit log.
        random: For incident numbers and jitter.
        told: Keys of refusals of access that are told as they are.
        ending: Called in the event loop when the server is about to end.
        metrics: What is counted and shown at ``/v1/metrics``; by default nothing.

    Raises:
        InputError: ``input.proxy``.
        ValueError: A route declares no policy.
    """
    clock, random, sources = clock or SystemClock(), random or SystemRandom(), Sources(proxies)
    doors = _Doors(directory, limits, clock, random, metrics)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(doors.close)

    app = Starlette(routes=[*doors.routes(), *extra_routes, doors.start()], lifespan=lifespan)
    app.router.redirect_slashes = False
    if missing := undeclared_routes(app):
        raise ValueError(f"these routes declare no policy: {missing}")
    app.state.trusts_proxies = bool(sources)
    app.state.ending = tuple(ending)
    app.add_exception_handler(HTTPException, _no_such_door)
    app.add_middleware(
        Guard,
        sources=sources,
        clock=clock,
        random=random,
        audit=audit or NoLog(),
        public_error=hide_access(told, _ENROL),
        observe=None if metrics is None else metrics.metrics.observe,
    )
    return app


def undeclared_routes(app: Starlette) -> list[str]:
    """Return the paths of all routes that do not say who may come in."""
    return [
        str(getattr(route, "path", route))
        for route in app.routes
        if not isinstance(getattr(route, "policy", None), Policy)
    ]


class _Doors:
    """The endpoints and what they share."""

    def __init__(
        self,
        schools: Schools,
        limits: Limits,
        clock: Clock,
        random: Random,
        metrics: MetricsPage | None,
    ) -> None:
        self._schools = schools
        self._metrics = metrics
        self._limits = limits
        self._lanes = Lanes(limits.queues, random)
        syncs = RateLimiter(limits.sync_rate, clock.monotonic)
        proofs = RateLimiter(limits.proof_rate, clock.monotonic)
        files = RateLimiter(limits.file_rate, clock.monotonic)
        self._by_source = {
            "sync": syncs,
            "snapshot": syncs,
            "enrol": RateLimiter(limits.enrol_rate, clock.monotonic),
            "proof": proofs,
            "repair": proofs,
            "witness": proofs,
            "readmit": proofs,
            "branch": proofs,
            "putfile": files,
            "getfile": files,
        }
        self._enrol_by_school = RateLimiter(limits.enrol_school_rate, clock.monotonic)

    def routes(self) -> list[BaseRoute]:
        """Return all routes but that of the start page."""
        post, get, one = ["POST"], ["GET"], "/v1/{school:int}"
        counts = PolicyRoute("/v1/metrics", self.metrics, methods=get, policy=Policy.OPERATOR)
        return [
            *([counts] if self._metrics else []),
            PolicyRoute(f"{one}/sync", self.sync, methods=post, policy=Policy.DEVICE),
            PolicyRoute(f"{one}/snapshot", self.snapshot, methods=post, policy=Policy.DEVICE),
            PolicyRoute(f"{one}/enrol", self.enrol, methods=post, policy=Policy.CODE),
            PolicyRoute(f"{one}/proof", self.proof, methods=post, policy=Policy.DEVICE),
            PolicyRoute(f"{one}/repair", self.repair, methods=post, policy=Policy.DEVICE),
            PolicyRoute(f"{one}/witness", self.witness, methods=post, policy=Policy.CODE),
            PolicyRoute(f"{one}/readmit", self.readmit, methods=post, policy=Policy.CODE),
            PolicyRoute(f"{one}/branch", self.branch, methods=post, policy=Policy.DEVICE),
            PolicyRoute(f"{one}/putfile", self.put_file, methods=post, policy=Policy.DEVICE),
            PolicyRoute(f"{one}/getfile", self.get_file, methods=post, policy=Policy.DEVICE),
            PolicyRoute("/v1/health", self.health, methods=get, policy=Policy.PUBLIC),
        ]

    def start(self) -> BaseRoute:
        """Return the route of the start page, for where there is no other one."""
        return PolicyRoute("/", self.page, methods=["GET"], policy=Policy.PUBLIC)

    async def sync(self, request: Request) -> Response:
        """Take commands and give what is missing."""
        return await self._take(request, "sync", self._limits.sync_bytes)

    async def snapshot(self, request: Request) -> Response:
        """Give a new replica what it is made of."""
        return await self._take(request, "snapshot", self._limits.sync_bytes)

    async def enrol(self, request: Request) -> Response:
        """Take a code and a device's key, give the certificate."""
        return await self._take(request, "enrol", self._limits.enrol_bytes)

    async def proof(self, request: Request) -> Response:
        """Prove that an entry is in the history."""
        return await self._take(request, "proof", self._limits.proof_bytes)

    async def repair(self, request: Request) -> Response:
        """Tell how rows that differ should be."""
        return await self._take(request, "repair", self._limits.sync_bytes)

    async def witness(self, request: Request) -> Response:
        """Hear of a history that this server has forgotten."""
        return await self._take(request, "witness", self._limits.proof_bytes)

    async def readmit(self, request: Request) -> Response:
        """Let a device in that this server has forgotten."""
        return await self._take(request, "readmit", self._limits.proof_bytes)

    async def branch(self, request: Request) -> Response:
        """Let a copy of a device go on as another."""
        return await self._take(request, "branch", self._limits.sync_bytes)

    async def put_file(self, request: Request) -> Response:
        """Take a piece of a file."""
        return await self._take(request, "putfile", self._limits.file_bytes)

    async def get_file(self, request: Request) -> Response:
        """Give a piece of a file."""
        return await self._take(request, "getfile", self._limits.proof_bytes)

    async def health(self, request: Request) -> Response:
        """Say that the server runs."""
        record = record_of(request.scope)
        record.route, record.quiet = "health", True
        return Response(b'{"status":"ok"}', media_type="application/json; charset=utf-8")

    async def metrics(self, request: Request) -> Response:
        """Show what a monitoring program asks for."""
        assert self._metrics is not None
        return self._metrics.answer(request, self._lanes)

    async def page(self, request: Request) -> Response:
        """Say what this server is."""
        record = record_of(request.scope)
        record.route, record.quiet = "page", True
        return start_page()

    def close(self) -> None:
        """Wait for the work in hand; blocks."""
        self._lanes.close()

    async def _take(self, request: Request, route: RouteName, limit: int) -> Response:
        record = record_of(request.scope)
        school: int = request.path_params["school"]
        record.route = route
        record.school = school if school <= MAX_SCHOOL else None
        self._by_source[route].require(rate_key(record.source))
        lane_number = school if self._schools.knows(school) else STRANGERS
        if route == "enrol":
            self._enrol_by_school.require(lane_number)
        self._lanes.admit(lane_number)
        declared = declared_size(request, limit)
        pace = Pace(self._limits.body_grace_seconds, self._limits.body_bytes_per_second)
        body = Body(self._lanes, pace, limit)
        try:
            content = await body.read(request, declared)
            work = partial(self._work, school, route, content, record.source, record.facts)
            answer = await self._lanes.admit(lane_number).run(work)
        finally:
            body.release()
        return Response(answer, media_type=CONTENT_TYPE)

    def _work(self, school: int, route: RouteName, body: bytes, source: str, facts: Facts) -> bytes:
        with collecting(facts):
            answer = self._schools.handle(school, route, body, source)
        if type(answer) is not bytes:
            raise TypeError("a handler returns bytes")
        return answer


async def _no_such_door(request: Request, error: Exception) -> Response:
    """Return the answer for a path or method that no route takes."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    record = record_of(request.scope)
    public = TransportError("transport.method" if status == 405 else "transport.route")
    record.outcome = public.key
    response = error_response(public)
    allowed = (getattr(error, "headers", None) or {}).get("Allow")
    if allowed:
        response.headers["Allow"] = allowed
    return response

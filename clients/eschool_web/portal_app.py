"""The pages at the school's own server, beside the doors of the replicas (ADR 0029).

The same views as on loopback, with another source: each request brings a session's cookie, and
gets a window on what its person may see. Every route declares its policy, as all of the server's.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from eschool_core.errors import AccessError, EschoolError
from eschool_core.labels import Language
from eschool_sync.server.audit import collecting, report
from eschool_sync.server.guard import RequestRecord, record_of
from eschool_sync.server.http import Policy, PolicyRoute
from eschool_sync.server.portal import FRESH_SECONDS, Portal
from eschool_sync.server.portal_routes import LOGIN_RATE, Portals
from eschool_sync.server.rates import Rate, RateLimiter
from eschool_sync.server.sources import rate_key
from eschool_sync.server.standing import Stage, Visit
from eschool_web import bodies
from eschool_web.answering import (
    answer_of,
    error_page,
    is_of_module,
    led_to,
    log_fault,
    static_file,
    told,
    told_key,
)
from eschool_web.asking import Asked, View
from eschool_web.cookies import Cookies, Ticket
from eschool_web.guard import FORM_TYPE, HEADERS, JSON_TYPES, Address, refusal_of, set_header
from eschool_web.portal_doors import PLACES, Doors, Knock
from eschool_web.portal_source import PortalSource
from eschool_web.refusals import RefusedRequest, status_of
from eschool_web.routes import (
    ATTACHING,
    FILES,
    FORMS,
    OWN_FILES,
    PAGES,
    PAPERS,
    QUIET_DATA,
    STATE,
    WRITING,
)
from eschool_web.views import own_access
from eschool_web.views.files import MAX_ATTACH_BYTES

TYPES: Final = frozenset({*JSON_TYPES, FORM_TYPE})
PERSON_RATE: Final = Rate(burst=300, per_second=5)
"""Of one session: a lesson's keys fit, a search through all diaries does not (SECURITY row 7)."""

MOST_AT_ONCE: Final = 4
"""Pages made at a time; the lanes of the replicas are others."""

OWN_PATH: Final = re.compile(r"/(?:[a-z0-9]+(?:/[a-z0-9]+)*)?")

Work = Callable[[Request, Knock], Response]


@dataclass(frozen=True, slots=True)
class Served:
    """How one route is served.

    Attributes:
        quiet: Asked by pages on their own: no sign that somebody is there.
        limit: Bytes of a body.
        rated: Counted among the attempts of its address.
    """

    path: str
    method: str
    policy: Policy
    work: Work
    rated: bool = False
    quiet: bool = False
    limit: int = bodies.MAX_BODY_BYTES


class PortalPages:
    """The pages' routes, to be handed to ``make_app`` as further ones.

    Args:
        portals: Of all schools.
        address: Under which the pages are reached, as browsers name it.
        language: Of the texts.
        monotonic: For rates.
    """

    def __init__(
        self,
        portals: Portals,
        address: Address,
        language: Language = "ru",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._portals = portals
        self._address = address
        self._language = language
        self._cookies = Cookies(address)
        self._doors = Doors(portals, self._cookies, language)
        self._by_source = RateLimiter(LOGIN_RATE, monotonic)
        self._by_session = RateLimiter(PERSON_RATE, monotonic)
        self._counting = threading.Lock()
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    def routes(self) -> list[PolicyRoute]:
        """Return every address, each with its policy."""
        doors = self._doors
        public, login, session = Policy.PUBLIC, Policy.LOGIN, Policy.SESSION
        acts: dict[str, Callable[[Knock], Response]] = {
            "/factor/new": doors.offer_factor,
            "/factor": doors.show_code,
            "/pledge": doors.pledge,
            "/logout": doors.log_out,
        }
        served = [
            Served("/static/{version}/{name}", "GET", public, lambda asked, _: static_file(asked)),
            Served("/login", "GET", public, lambda _, knock: doors.show_login(knock)),
            Served("/login", "POST", login, lambda _, knock: doors.log_in(knock), rated=True),
            Served("/slip", "GET", public, lambda _, knock: doors.show_slip(knock)),
            Served("/slip", "POST", login, lambda _, knock: doors.use_slip(knock), rated=True),
            Served("/factor", "GET", session, lambda _, knock: doors.show_factor_page(knock)),
            Served("/pledge", "GET", session, lambda _, knock: doors.show_pledge(knock)),
            *(
                Served(path, "POST", session, _knocking(act), rated=True)
                for path, act in acts.items()
            ),
            Served("/unlock", "POST", session, self._unlock, rated=True),
            Served("/prove", "POST", session, self._prove, rated=True),
            Served("/lock", "POST", session, self._lock),
            Served("/touch", "POST", session, self._touch),
            *self._of_views((*PAGES, *FILES, *OWN_FILES, *own_access.PAGES), "GET"),
            *self._of_views((*QUIET_DATA, *STATE), "GET", quiet=True),
            *self._of_views((*PAPERS, *WRITING, *FORMS, *own_access.FORMS), "POST"),
            *self._of_views(ATTACHING, "POST", limit=MAX_ATTACH_BYTES),
        ]
        return [self._route(entry) for entry in served]

    def _of_views(
        self,
        views: tuple[tuple[str, View], ...],
        method: str,
        *,
        quiet: bool = False,
        limit: int = bodies.MAX_BODY_BYTES,
    ) -> list[Served]:
        return [
            Served(
                path,
                method,
                Policy.SESSION,
                self._viewing(view, quiet=quiet),
                quiet=quiet,
                limit=limit,
            )
            for path, view in views
        ]

    def _route(self, entry: Served) -> PolicyRoute:
        async def serve(request: Request) -> Response:
            return await self._serve(request, entry)

        name = f"page{entry.path}"
        return PolicyRoute(
            entry.path, serve, methods=[entry.method], policy=entry.policy, name=name
        )

    async def _serve(self, request: Request, entry: Served) -> Response:
        """Check, do the work in a thread, answer with the pages' headers; nothing is raised."""
        record = record_of(request.scope)
        record.route, record.quiet = f"page{entry.path}", entry.quiet
        try:
            response = await self._worked(request, entry, record)
        except RefusedRequest as refused:
            record.outcome = refused.key
            said = told_key(refused.key, self._language)
            response = error_page(request, refused.status, said, self._language)
        except EschoolError as error:
            record.outcome = error.key
            response = error_page(
                request, status_of(error), told(error, self._language), self._language
            )
        except Exception as error:  # noqa: BLE001 - the border: no value leaves with a fault
            log_fault(error)
            record.outcome = "transport.incident"
            said = told_key("web.broken", self._language)
            response = error_page(request, 500, said, self._language)
        return with_headers(response)

    async def _worked(self, request: Request, entry: Served, record: RequestRecord) -> Response:
        refusal = refusal_of(request.method, request.headers, self._address, TYPES)
        if refusal is not None:
            raise refusal
        source = rate_key(record.source)
        if entry.rated:
            self._by_source.require(source)
        fields = await bodies.read_any(request, entry.limit) if request.method == "POST" else {}
        knock = Knock(request, source, fields)
        ticket = self._cookies.ticket(request)
        record.school = None if ticket is None else ticket.school
        async with self._places:
            return await asyncio.to_thread(self._in_thread, entry.work, knock, record)

    def _in_thread(self, work: Work, knock: Knock, record: RequestRecord) -> Response:
        with collecting(record.facts):
            try:
                return work(knock.request, knock)
            except AccessError as error:
                if error.key != "access.session":
                    raise
                record.outcome = error.key
                return self._ended(knock.request)

    def _ended(self, request: Request) -> Response:
        """Answer who has no session, or none any more."""
        if is_of_module(request):
            raise RefusedRequest(403, "access.session")
        response = led_to(request, "/login")
        if self._cookies.ticket(request) is not None:
            self._cookies.end(response)
        return response

    def _viewing(self, view: View, *, quiet: bool) -> Work:
        def work(request: Request, knock: Knock) -> Response:
            portal, ticket = self._portal(request)
            visit = portal.visit(ticket.token, quiet=quiet)
            if visit.stage is not Stage.OPEN:
                return self._first(request, knock, visit)
            with self._counting:
                self._by_session.require((ticket.school, visit.session.id))
            report(person=visit.person_id)
            with self._portals.windows(ticket.school).showing(portal.seen_by(visit)) as window:
                source = PortalSource(portal, ticket.token, visit, window, self._site(ticket))
                proven = portal.standing()[1] - visit.session.proved_at <= FRESH_SECONDS
                asked = Asked(
                    source,
                    self._language,
                    bodies.ids(request),
                    bodies.query(request),
                    knock.fields,
                    proven,
                )
                lock_seconds = portal.idle_seconds() if visit.is_staff else 0
                return answer_of(request, asked, view(asked), lock_seconds)

        return work

    def _site(self, ticket: Ticket) -> tuple[str, int]:
        return self._address.origin, ticket.school

    def _first(self, request: Request, knock: Knock, visit: Visit) -> Response:
        """Lead a session to what it has to do before it shows anything."""
        if visit.stage is Stage.LOCKED:
            if is_of_module(request):
                raise RefusedRequest(423, "web.locked")
            return self._doors.locked(knock)
        if is_of_module(request):
            raise RefusedRequest(403, "access.stage")
        return led_to(request, PLACES[visit.stage])

    def _unlock(self, request: Request, knock: Knock) -> Response:
        portal, ticket = self._portal(request)
        if is_of_module(request):
            return self._proven(portal, ticket, knock, "passphrase")
        try:
            portal.prove(ticket.token, knock.text("password"), knock.source)
        except EschoolError as error:
            if error.key == "access.session":
                raise
            return self._doors.locked(knock, error)
        return led_to(request, own_path(knock.text("back")))

    def _prove(self, request: Request, knock: Knock) -> Response:
        portal, ticket = self._portal(request)
        if portal.visit(ticket.token).stage is Stage.LOCKED:
            raise RefusedRequest(423, "web.locked")
        return self._proven(portal, ticket, knock, "passphrase")

    def _proven(self, portal: Portal, ticket: Ticket, knock: Knock, name: str) -> Response:
        try:
            portal.prove(ticket.token, knock.text(name), knock.source)
        except EschoolError as error:
            if error.key == "access.session":
                raise
            # A wrong password is an answer to the question, not a failed request.
            return JSONResponse({"refused": told(error, self._language)})
        return JSONResponse({"refused": None, "seconds": FRESH_SECONDS})

    def _lock(self, request: Request, knock: Knock) -> Response:
        portal, ticket = self._portal(request)
        portal.lock(ticket.token)
        return JSONResponse({"locked": True}, headers={"clear-site-data": '"cache", "storage"'})

    def _touch(self, request: Request, knock: Knock) -> Response:
        portal, ticket = self._portal(request)
        if portal.visit(ticket.token).stage is Stage.LOCKED:
            raise RefusedRequest(423, "web.locked")
        return JSONResponse({"seconds": portal.idle_seconds()})

    def _portal(self, request: Request) -> tuple[Portal, Ticket]:
        """Return the portal and the ticket that a request shows.

        Raises:
            AccessError: ``access.session``.
        """
        ticket = self._cookies.ticket(request)
        portal = None if ticket is None else self._portals.portal(ticket.school)
        if ticket is None or portal is None:
            raise AccessError("access.session")
        return portal, ticket


def with_headers(response: Response) -> Response:
    """Give an answer the headers of all pages.

    The referrer goes to ourselves alone: without one, browsers call the origin of a form ``null``,
    and a form could not be told from one that a foreign page sends.
    """
    headers: Mapping[str, str] = {**HEADERS, "referrer-policy": "same-origin"}
    for name, value in headers.items():
        set_header(response.headers, name, value)
    response.headers.setdefault("cache-control", "no-store")
    return response


def own_path(wanted: str) -> str:
    """Return a path of these pages, or the start where it might be anything else.

    >>> own_path("/diary/5"), own_path("//evil.example"), own_path("https://evil.example")
    ('/diary/5', '/', '/')
    """
    return wanted if OWN_PATH.fullmatch(wanted) else "/"


def _knocking(act: Callable[[Knock], Response]) -> Work:
    return lambda _, knock: act(knock)

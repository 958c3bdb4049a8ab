"""The portal's doors over HTTP: JSON, a bearer token, a policy for each; see ``portal``.

A token travels in a header and never in an address or a cookie of ours, so no foreign page can
make a browser send it. Pages that are served by the same process call ``Portals`` themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.breach import ReportBreach
from eschool_core.commands.catalogue import validated
from eschool_core.errors import AccessError, EschoolError, InputError
from eschool_core.queries.devices import devices
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.security.random_source import Random, SystemRandom
from eschool_sync.server.audit import collecting
from eschool_sync.server.directory import Directory
from eschool_sync.server.guard import record_of
from eschool_sync.server.http import MAX_SCHOOL, Policy, PolicyRoute
from eschool_sync.server.passwords import Passwords
from eschool_sync.server.portal import Portal
from eschool_sync.server.portal_bodies import (
    Body,
    Breach,
    Code,
    FirstLogin,
    Login,
    NewPassword,
    Nothing,
    OfDevice,
    OfSession,
    Secret,
    answer,
    is_told,
    read_body,
    refusal,
    token_of,
)
from eschool_sync.server.rates import Rate, RateLimiter
from eschool_sync.server.school import ServerSchool
from eschool_sync.server.sessions import SessionRow
from eschool_sync.server.sources import rate_key
from eschool_sync.server.standing import Entered
from eschool_sync.server.windows import Windows

LOGIN_RATE: Final = Rate(burst=300, per_second=5)
"""Of one address, behind which a whole school may sit."""

MOST_AT_ONCE: Final = 4
"""Comparisons of passwords at a time: each takes 46 MiB."""

Work = Callable[[Portal, str, Any, str], Any]


class Portals:
    """The portals of all schools of a directory, each made when first asked for."""

    def __init__(
        self,
        directory: Directory,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()
        self._random = random or SystemRandom()
        self._passwords = passwords or Passwords(self._random)
        self._made: dict[int, tuple[ServerSchool, Portal]] = {}
        self._windows: dict[int, Windows] = {}

    def numbers(self) -> list[int]:
        """Return the numbers of the schools, sorted."""
        return self._directory.numbers()

    def windows(self, school: int) -> Windows:
        """Return the windows on a school's rows."""
        return self._windows.setdefault(school, Windows(lambda: self._directory.connection(school)))

    def close(self) -> None:
        """Close the windows."""
        for windows in self._windows.values():
            windows.close()

    def portal(self, school: int) -> Portal | None:
        """Return a school's portal, or None where there is no such school."""
        if not self._directory.knows(school):
            return None
        served = self._directory.school(school)
        known = self._made.get(school)
        if known is None or known[0] is not served:
            known = (served, Portal(served, self._clock, self._random, self._passwords))
            self._made[school] = known
        return known[1]


class PortalRoutes:
    """The routes, to be handed to ``make_app`` as further ones."""

    def __init__(self, portals: Portals, clock: Clock | None = None) -> None:
        self._portals = portals
        self._rate = RateLimiter(LOGIN_RATE, (clock or SystemClock()).monotonic)
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    def routes(self) -> list[PolicyRoute]:
        """Return every route with its policy."""
        return [
            self._route("first-login", FirstLogin, _first_login, policy=Policy.LOGIN),
            self._route("login", Login, _log_in, policy=Policy.LOGIN),
            self._route("logout", Nothing, _log_out),
            self._route("session", Nothing, _session),
            self._route("lock", Nothing, _lock),
            self._route("prove", Secret, _prove),
            self._route("acknowledge", Nothing, _acknowledge),
            self._route("factor/new", Nothing, _offer_factor),
            self._route("factor", Code, _show_factor),
            self._route("password", NewPassword, _change_password),
            self._route("sessions", OfSession, _sessions),
            self._route("sessions/end", OfSession, _end_session),
            self._route("devices", Nothing, _devices),
            self._route("devices/revoke", OfDevice, _revoke_device),
            self._route("devices/code", Nothing, _device_code),
            self._route("breach", Breach, _report_breach),
        ]

    def _route(
        self, name: str, model: type[Body], work: Work, *, policy: Policy = Policy.SESSION
    ) -> PolicyRoute:
        path = f"/v1/{{school:int}}/portal/{name}"
        endpoint = partial(self._serve, name=f"portal/{name}", model=model, work=work)
        return PolicyRoute(path, _named(endpoint), methods=["POST"], policy=policy, name=name)

    async def _serve(
        self, request: Request, *, name: str, model: type[Body], work: Work
    ) -> Response:
        """Read the body, do the work in a thread, and answer; errors in the portal's form."""
        record = record_of(request.scope)
        school: int = request.path_params["school"]
        record.route, record.school = name, school if school <= MAX_SCHOOL else None
        try:
            self._rate.require(rate_key(record.source))
            body = await read_body(request, model)
            token = token_of(request)
            async with self._places:
                with collecting(record.facts):
                    value = await asyncio.to_thread(
                        self._work, school, work, token, body, record.source
                    )
        except EschoolError as error:
            if not is_told(error):
                raise
            record.outcome = error.key
            return refusal(error)
        return answer(value)

    def _work(self, school: int, work: Work, token: str, body: Body, source: str) -> Any:
        portal = self._portals.portal(school)
        if portal is None:
            # As somebody with a wrong login or an old token is told.
            raise AccessError("access.login" if not token else "access.session")
        return work(portal, token, body, rate_key(source))


def _named(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """Return a function: Starlette takes anything else for an application."""

    async def serve(request: Request) -> Response:
        return await endpoint(request)

    return serve


def _entered(entered: Entered) -> dict[str, Any]:
    return {"token": entered.token, "browser": entered.browser, "stage": entered.stage.value}


def _first_login(portal: Portal, token: str, body: FirstLogin, source: str) -> dict[str, Any]:
    return _entered(
        portal.first_sign_in(body.login, body.code, body.password, source, body.browser)
    )


def _log_in(portal: Portal, token: str, body: Login, source: str) -> dict[str, Any]:
    return _entered(portal.log_in(body.login, body.password, source, body.browser))


def _log_out(portal: Portal, token: str, body: Nothing, source: str) -> dict[str, Any]:
    portal.log_out(token)
    return {}


def _session(portal: Portal, token: str, body: Nothing, source: str) -> dict[str, Any]:
    visit = portal.visit(token)
    return {"person": visit.person_id, "staff": visit.is_staff, "stage": visit.stage.value}


def _lock(portal: Portal, token: str, body: Nothing, source: str) -> dict[str, Any]:
    portal.lock(token)
    return {}


def _prove(portal: Portal, token: str, body: Secret, source: str) -> dict[str, Any]:
    portal.prove(token, body.password, source)
    return {"stage": portal.visit(token).stage.value}


def _acknowledge(portal: Portal, token: str, body: Nothing, source: str) -> dict[str, Any]:
    portal.acknowledge(token)
    return {"stage": portal.visit(token).stage.value}


def _offer_factor(portal: Portal, token: str, body: Nothing, source: str) -> dict[str, Any]:
    return {"address": portal.offer_factor(token)}


def _show_factor(portal: Portal, token: str, body: Code, source: str) -> dict[str, Any]:
    browser = portal.show_factor(token, body.code, source, body.browser)
    return {"browser": browser, "stage": portal.visit(token).stage.value}


def _change_password(portal: Portal, token: str, body: NewPassword, source: str) -> dict[str, Any]:
    portal.change_password(token, body.password, body.new_password, source)
    return {}


def _sessions(portal: Portal, token: str, body: OfSession, source: str) -> dict[str, Any]:
    own = portal.visit(token).session.id
    listed = portal.sessions(token, body.person)
    return {"sessions": [_shown(session, own) for session in listed]}


def _shown(session: SessionRow, own: int) -> dict[str, Any]:
    return {
        "session": session.id,
        "created_at": session.created_at,
        "seen_at": session.seen_at,
        "current": session.id == own,
    }


def _end_session(portal: Portal, token: str, body: OfSession, source: str) -> dict[str, Any]:
    portal.end_session(token, body.session, body.person)
    return {}


def _devices(portal: Portal, token: str, body: Nothing, source: str) -> dict[str, Any]:
    used = portal.device_use(token)
    listed = portal.read(token, lambda store, person: devices(store, person, used))
    return {"devices": [one.as_json() for one in listed]}


def _revoke_device(portal: Portal, token: str, body: OfDevice, source: str) -> dict[str, Any]:
    outcome = portal.act(token, RevokeDevice(device=body.device))
    if outcome.key:
        # Somebody else's device and one that there is not look the same.
        raise InputError("access.no_device", device=body.device)
    return {}


def _device_code(portal: Portal, token: str, body: Nothing, source: str) -> dict[str, Any]:
    return {"code": portal.device_code(token)}


def _report_breach(portal: Portal, token: str, body: Breach, source: str) -> dict[str, Any]:
    command = validated(ReportBreach, body.model_dump())
    assert isinstance(command, ReportBreach)
    outcome = portal.report_breach(token, command)
    return {"verdict": outcome.verdict.name.lower(), "clause": outcome.clause}

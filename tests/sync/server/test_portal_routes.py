"""The portal over HTTP: tokens in headers, strict bodies, one answer for all that is closed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import httpx
import pyotp
import pytest
from starlette.applications import Starlette

from eschool_core.commands.access import IssueSlip
from eschool_core.commands.credentials import BlockAccess
from eschool_core.errors import AccessError
from eschool_core.ids import login_of
from eschool_core.imports.drafts import NameDraft
from eschool_sync.security.codes import code_hash, new_code
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.http import Policy, PolicyRoute, make_app
from eschool_sync.server.passwords import PasswordCost, Passwords
from eschool_sync.server.portal_routes import PortalRoutes, Portals
from tests.sync.harness import World, build, copied
from tests.sync.server.stage import Kept

PASSWORD = "тихий омут у моста"
DAY = 24 * 3600


class Site:
    """The application on a school, spoken to without a socket."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.audit = Kept()
        self.codes = SeededRandom(7)
        passwords = Passwords(SeededRandom(5), PasswordCost(64, 1, 1))
        self.portals = Portals(
            world.directory, clock=world.clock, random=SeededRandom(6), passwords=passwords
        )
        self.routes = PortalRoutes(self.portals, world.clock).routes()
        self.app: Starlette = make_app(
            world.directory, extra_routes=self.routes, audit=self.audit, clock=world.clock
        )

    def post(self, name: str, body: Any = None, token: str = "", **how: Any) -> httpx.Response:
        school = how.pop("school", self.world.number)
        headers = {"content-type": "application/json", **how.pop("headers", {})}
        if token:
            headers["authorization"] = f"Bearer {token}"
        content = how.pop("content", json.dumps({} if body is None else body))

        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(how.get("source", "10.0.0.1"), 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://school") as client:
                return await client.request(
                    how.get("method", "POST"),
                    f"/v1/{school}/portal/{name}",
                    content=content,
                    headers=headers,
                )

        return asyncio.run(call())

    def slip(self, name: str) -> dict[str, str]:
        """Give a slip; return the body of the first sign-in."""
        person, code = self.world.person(name), new_code(self.codes)
        expires = self.world.clock.wall() + DAY
        slip = IssueSlip(person_id=person, secret_hash=code_hash(code), expires_at=expires)
        self.world.act(slip)
        return {"login": login_of(person), "code": code, "password": PASSWORD}

    def opened(self, name: str) -> str:
        """Return the token of a session with all steps done."""
        entered = self.post("first-login", self.slip(name)).json()
        token = str(entered["token"])
        if entered["stage"] == "set_up_factor":
            address = self.post("factor/new", token=token).json()["address"]
            totp = pyotp.parse_uri(address)
            assert isinstance(totp, pyotp.TOTP)
            code = totp.at(self.world.clock.wall())
            assert self.post("factor", {"code": code}, token).status_code == 200
        assert self.post("acknowledge", token=token).json() == {"stage": "open"}
        return token


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("portal"))
    world.close()
    return world


@pytest.fixture
def site(origin: World, tmp_path: Path) -> Iterator[Site]:
    world = copied(origin, tmp_path / "world")
    yield Site(world)
    world.close()


def key(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, str(response.json().get("error", ""))


@pytest.mark.clause("3.2")
@pytest.mark.asvs("6.3.3")
def test_a_teacher_goes_from_the_slip_to_an_open_session(site: Site) -> None:
    token = site.opened("maths")
    told = site.post("session", token=token).json()
    assert told == {"person": site.world.person("maths"), "staff": True, "stage": "open"}
    login = login_of(site.world.person("maths"))
    again = site.post("login", {"login": login, "password": PASSWORD}).json()
    assert again["stage"] == "show_factor"
    assert again["token"] != token


@pytest.mark.asvs("8.1.1")
@pytest.mark.asvs("8.2.1")
@pytest.mark.parametrize("name", [route.name for route in PortalRoutes(Portals(None)).routes()])  # type: ignore[arg-type]
def test_every_route_declares_who_comes_in_and_lets_nobody_else(site: Site, name: str) -> None:
    [route] = [one for one in site.routes if one.name == name]
    assert isinstance(route, PolicyRoute)
    path = route.path.partition("/portal/")[2]
    bodies: dict[str, Any] = {
        "first-login": {"login": "1", "code": "2", "password": PASSWORD},
        "login": {"login": "1", "password": PASSWORD},
        "prove": {"password": PASSWORD},
        "factor": {"code": "123456"},
        "password": {"password": PASSWORD, "new_password": PASSWORD},
        "devices/revoke": {"device": 9},
        "breach": {"breach_kind": 1, "learned_day": 1},
    }
    told = {
        key(site.post(path, bodies.get(path), token, school=school))
        for token in ("", "00" * 32)
        for school in (site.world.number, 4711)
    }
    if route.policy is Policy.LOGIN:
        assert {error for _, error in told} <= {"access.login", "access.session"}
        assert {status for status, _ in told} == {401}
    elif path == "logout":
        assert {status for status, _ in told} <= {200, 401}
    else:
        assert {status for status, _ in told} == {401}


@pytest.mark.asvs("8.4.1")
def test_a_session_opens_nothing_in_another_school(site: Site) -> None:
    token = site.opened("guardian")
    other, _ = site.world.directory.found("Школа № 2", "Asia/Omsk", NameDraft("Чужой", "Олег"))
    assert key(site.post("session", token=token, school=other)) == (401, "access.session")
    assert site.post("session", token=token).status_code == 200


@pytest.mark.asvs("15.3.3")
@pytest.mark.asvs("1.5.3")
@pytest.mark.parametrize(
    "content",
    [
        '{"login": "1", "password": "x", "role": "head"}',
        '{"login": "1", "login": "2", "password": "x"}',
        '{"login": 1, "password": "x"}',
        '{"login": NaN, "password": "x"}',
        '{"login": "1"}',
        "[]",
        "nonsense",
        "[" * 5_000,
        b"\xff\xfe",
    ],
)
def test_only_the_object_that_is_asked_for_is_taken(site: Site, content: str | bytes) -> None:
    assert key(site.post("login", content=content)) == (400, "input.body")


@pytest.mark.asvs("row 22")
def test_a_large_body_and_another_type_are_refused(site: Site) -> None:
    assert key(site.post("login", content=" " * 20_000)) == (413, "transport.body_limit")
    plain = site.post("login", {}, headers={"content-type": "text/plain"})
    assert key(plain) == (415, "transport.content_type")


@pytest.mark.asvs("4.1.4")
@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_no_other_method_does_anything(site: Site, method: str) -> None:
    assert site.post("logout", method=method).status_code == 405


@pytest.mark.asvs("14.2.1")
def test_a_token_in_an_address_or_cookie_opens_nothing(site: Site) -> None:
    token = site.opened("guardian")
    assert site.post(f"session?token={token}").status_code == 401
    cookie = site.post("session", headers={"cookie": f"token={token}; session={token}"})
    assert cookie.status_code == 401
    assert "set-cookie" not in site.post("session", token=token).headers


@pytest.mark.asvs("16.2.5")
@pytest.mark.asvs("16.3.1")
def test_logins_and_denials_are_logged_with_ids_alone(site: Site) -> None:
    token = site.opened("guardian")
    login = login_of(site.world.person("guardian"))
    site.post("login", {"login": login, "password": "не тот пароль"})
    lines = [event.to_line() for event in site.audit.events]
    assert [event.outcome for event in site.audit.events if event.route == "portal/login"] == [
        "access.login"
    ]
    entered = [event for event in site.audit.events if event.route == "portal/first-login"]
    assert entered[0].facts == {"person": site.world.person("guardian")}
    for secret in (token, PASSWORD, "не тот пароль", login, "Абрамов"):
        assert not any(secret in line or json.dumps(secret)[1:-1] in line for line in lines)


@pytest.mark.asvs("6.3.1")
def test_who_guesses_is_told_how_long_to_wait(site: Site) -> None:
    site.opened("guardian")
    login = login_of(site.world.person("guardian"))
    wrong = {"login": login, "password": "не тот пароль"}
    answers = [site.post("login", wrong, source="203.0.113.9") for _ in range(8)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[0].headers["www-authenticate"] == "Bearer"


@pytest.mark.asvs("7.5.2")
@pytest.mark.asvs("7.4.5")
def test_own_sessions_and_devices_are_listed_and_ended(site: Site) -> None:
    token = site.opened("guardian")
    login = login_of(site.world.person("guardian"))
    other = site.post("login", {"login": login, "password": PASSWORD}).json()["token"]
    listed = site.post("sessions", token=token).json()["sessions"]
    assert sorted(one["current"] for one in listed) == [False, True]
    [stranger] = [one["session"] for one in listed if not one["current"]]
    assert site.post("sessions/end", {"session": stranger}, token).json() == {}
    assert site.post("session", token=other).status_code == 401
    assert site.post("devices", token=token).json() == {"devices": []}
    assert key(site.post("devices/revoke", {"device": 2}, token)) == (400, "access.no_device")


@pytest.mark.asvs("6.5.1")
@pytest.mark.asvs("6.5.5")
@pytest.mark.clause("4.6.8")
def test_a_code_for_a_device_is_got_after_the_password_and_works(site: Site) -> None:
    token = site.opened("maths")
    site.world.clock.advance(301)
    assert key(site.post("devices/code", token=token)) == (403, "access.stage")
    assert site.post("prove", {"password": PASSWORD}, token).json() == {"stage": "open"}
    code = site.post("devices/code", token=token).json()["code"]
    assert len(code.replace("-", "")) * 4 >= 64
    read = "SELECT expires_at FROM slip WHERE used_at = 0"
    [[expires]] = site.world.server.database.fetch(read)
    assert expires == site.world.clock.wall() + 600


@pytest.mark.asvs("6.5.2")
@pytest.mark.asvs("6.5.4")
def test_of_two_who_show_one_slip_at_once_exactly_one_gets_in(site: Site) -> None:
    body = site.slip("guardian")
    portal = site.portals.portal(site.world.number)
    assert portal is not None
    start, entered = Barrier(2), []

    def come(number: int) -> None:
        start.wait()
        with suppress(AccessError):
            entered.append(
                portal.first_sign_in(body["login"], body["code"], PASSWORD, f"10.0.0.{number}")
            )

    threads = [Thread(target=come, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entered) == 1


@pytest.mark.clause("6.3")
@pytest.mark.asvs("row 94")
def test_a_leak_can_be_told_from_a_session_that_is_not_open_yet(site: Site) -> None:
    token = site.post("first-login", site.slip("guardian")).json()["token"]
    site.world.clock.advance(60)
    learned = site.world.server.database.fetch("SELECT current_day FROM school")[0][0]
    told = site.post("breach", {"breach_kind": 1, "learned_day": learned}, token)
    assert told.json() == {"verdict": "accepted", "clause": ""}
    assert site.post("session", token=token).status_code == 401


@pytest.mark.asvs("7.4.2")
@pytest.mark.asvs("8.3.2")
def test_who_is_shut_out_gets_401_at_the_next_request(site: Site) -> None:
    token = site.opened("guardian")
    site.world.clock.advance(1)
    site.world.act(BlockAccess(person_id=site.world.person("guardian")), "officer")
    assert key(site.post("session", token=token)) == (401, "access.session")

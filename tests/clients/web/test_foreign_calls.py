"""Every address that writes, called in somebody's name by what is not our own page (rows 51, 52).

The addresses are those that the applications serve: one that is added is called by itself. The
caller shows the session's cookie, as a browser would for it, and asks nothing that a right forbids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

import httpx
import pytest
from eschool_web.app import make_pages
from eschool_web.guard import Address
from eschool_web.portal_app import PortalPages
from starlette.routing import Route

from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.server.standing import Stage
from tests.clients.web.pages import Served
from tests.clients.web.portal_stage import PASSWORD, Site, portal_site
from tests.clients.web.speaking import client_at, give

OTHER_PORT: Final = "http://127.0.0.1:9"
FOREIGN: Final = (
    ({"origin": "https://evil.example"}, 403, "web.refused.site"),
    ({"origin": "null"}, 403, "web.refused.site"),
    ({"origin": OTHER_PORT, "sec-fetch-site": "same-site"}, 403, "web.refused.site"),
    ({"sec-fetch-site": "cross-site"}, 403, "web.refused.site"),
    ({"sec-fetch-site": "none"}, 403, "web.refused.site"),
    ({"host": "evil.example"}, 421, "web.refused.host"),
    ({"content-type": "text/plain"}, 415, "web.refused.type"),
    ({"content-type": "multipart/form-data; boundary=x"}, 415, "web.refused.type"),
)
"""What a foreign page, a form, or a name that leads here may send, and how it is refused."""

JSON: Final = {"content-type": "application/json"}
KNOWN: Final = (
    "/api/do",
    "/api/import",
    "/api/paper/registers",
    "/diary/1/seen",
    "/lock",
    "/start",
)


BOTH: Final = {"/messages/1", "/messages/new", "/start"}
BOTH_AT_SERVER: Final = {
    "/factor", "/login", "/messages/1", "/messages/new", "/pledge", "/slip",
}  # fmt: skip
"""Addresses that show a form by GET and take it by POST; by GET nothing happens there either."""


def writing(routes: list[Route]) -> list[str]:
    """Return each address that takes POST, ids filled in."""
    return sorted(
        re.sub(r"\{\w+\}", "1", route.path) for route in routes if "POST" in (route.methods or ())
    )


def read_only(routes: list[Route]) -> set[str]:
    return {
        re.sub(r"\{\w+\}", "1", route.path) for route in routes if "GET" in (route.methods or ())
    }


def refusal(answer: httpx.Response) -> str:
    """Return the key of a refusal that a page's module gets; a page has none."""
    said = answer.headers["content-type"].startswith("application/json") and answer.json()
    return str(said["error"]["key"]) if said and "error" in said else ""


@pytest.fixture(scope="module")
def own_routes(pages: Served) -> list[Route]:
    routes = make_pages(pages.door, Address(pages.host)).routes
    return [route for route in routes if isinstance(route, Route)]


@pytest.fixture(scope="module")
def browser(pages: Served) -> Iterator[httpx.Client]:
    with client_at(pages) as client:
        yield client


@pytest.mark.asvs("3.5.1")
@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize(("headers", "status", "key"), FOREIGN)
def test_no_foreign_page_writes_locks_or_proves_at_any_address(
    browser: httpx.Client, pages: Served, replica: Replica, school: Sandbox,
    own_routes: list[Route], headers: dict[str, str], status: int, key: str,
) -> None:  # fmt: skip
    addresses = writing(own_routes)
    assert set(KNOWN) <= set(addresses)
    fields = {
        "lesson_id": school.cast.first.id,
        "pupil_id": school.cast.first_pupils[0],
        "value": 9,
    }
    body = json.dumps({"kind": "record_mark", "fields": fields, "passphrase": "x", "code": "x"})
    before = replica.next_number(), replica.status()
    for address in addresses:
        answer = browser.post(address, content=body, headers={**JSON, **headers})
        assert (address, answer.status_code, refusal(answer)) == (address, status, key)
    assert (replica.next_number(), replica.status()) == before
    assert pages.door.source is not None, "a foreign page has locked"
    assert not pages.door.proven()
    # The same call of our own page comes as far as the rule that judges it.
    told = give(browser, "record_mark", **fields)
    assert told is not None
    assert told["clause"] == "4.5.2"


@pytest.mark.asvs("3.5.3")
def test_what_writes_is_not_to_be_had_by_asking(
    browser: httpx.Client, pages: Served, replica: Replica, own_routes: list[Route]
) -> None:
    """A picture or a link of a foreign page asks by GET: there is nothing to be asked for."""
    before = replica.next_number(), replica.status()
    assert set(writing(own_routes)) & read_only(own_routes) == BOTH
    for address in writing(own_routes):
        for method in ("GET", "HEAD"):
            answer = browser.request(method, address)
            assert address in BOTH or answer.status_code in (404, 405), (method, address)
    assert (replica.next_number(), replica.status()) == before
    assert pages.door.source is not None
    assert not pages.door.proven()


@pytest.fixture(scope="module")
def site(school: Sandbox) -> Iterator[Site]:
    with portal_site(school) as made:
        yield made


@pytest.fixture(scope="module")
def portal_routes(site: Site) -> list[Route]:
    return list(PortalPages(site.portals, Address("journal.example", "https")).routes())


@pytest.mark.asvs("3.5.1")
@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize(("headers", "status", "key"), FOREIGN)
def test_no_foreign_page_writes_or_logs_out_at_the_server(
    site: Site, portal_routes: list[Route], headers: dict[str, str], status: int, key: str
) -> None:
    teacher, server = site.school.person("teacher"), site.school.stage.school
    token, addresses = site.token(teacher), writing(portal_routes)
    assert {"/logout", "/access/password", "/api/paper/registers", "/unlock"} <= set(addresses)
    fields = {
        "lesson_id": site.school.cast.first.id,
        "pupil_id": site.school.cast.first_pupils[0],
        "value": 9,
    }
    said = {"password": PASSWORD, "passphrase": PASSWORD, "text": "x", "login": "x"}
    body = json.dumps({"kind": "record_mark", "fields": fields, **said})
    before = server.head().seq
    with site.unlimited(), site.client(teacher) as client:
        for address in addresses:
            answer = client.post(address, content=body, headers={**JSON, **headers})
            assert (address, answer.status_code) == (address, status)
            assert refusal(answer) in ("", key)
        assert server.head().seq == before
        # The same call of our own page comes as far as the rule that judges it.
        told = give(client, "record_mark", **fields)
    assert told is not None
    assert told["clause"] == "4.5.2"
    assert site.portal.visit(token).stage is Stage.OPEN


@pytest.mark.asvs("3.5.3")
def test_what_writes_at_the_server_is_not_to_be_had_by_asking(
    site: Site, portal_routes: list[Route]
) -> None:
    teacher, server = site.school.person("teacher"), site.school.stage.school
    token, before = site.token(teacher), server.head().seq
    with site.unlimited(), site.client(teacher) as client:
        assert set(writing(portal_routes)) & read_only(portal_routes) == BOTH_AT_SERVER
        for address in writing(portal_routes):
            for method in ("GET", "HEAD"):
                answer = client.request(method, address)
                told = answer.status_code
                assert address in BOTH_AT_SERVER or told in (404, 405), (method, address)
    assert server.head().seq == before
    assert site.portal.visit(token).stage is Stage.OPEN

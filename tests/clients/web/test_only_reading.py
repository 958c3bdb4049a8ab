"""Every link that is offered opens, and whoever reads leaves nothing but the log of reads (row 52).

Every link of every page is followed as a person's browser would, by GET and again by HEAD, for each
role, on a replica and at the server; before and after, all rows are compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

import httpx
import pytest

from eschool_core.commands.privacy import NoteRead
from eschool_core.domain.privacy import PersonalRead
from eschool_core.domain.tables import TABLES
from eschool_core.store.store import Store
from eschool_sync.sandbox import Sandbox
from tests.browser.gallery import full_school
from tests.clients.web.conftest import DAY
from tests.clients.web.portal_stage import PASSWORD, portal_site
from tests.clients.web.speaking import client_of, prove

LINK: Final = re.compile(r'\b(?:href|src|data-file)="(/[^"#]*)')
ROLES: Final = ("teacher", "class_teacher", "deputy", "officer", "guardian")
MOST_PAGES: Final = 400
"""Of one role; pages that differ by an id alone count as one."""


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=14) as school:
        full_school(school)
        yield school


def rows(store: Store) -> dict[str, list[str]]:
    """Return every row there is, by table, but for the log of reads."""
    tables = [spec.table for spec in TABLES if spec.table is not PersonalRead]
    return {table.__name__: sorted(map(repr, store.select(table))) for table in tables}


def kind_of(address: str) -> str:
    return re.sub(r"\d{3,}", "#", address)


def followed(client: httpx.Client) -> list[str]:
    """Follow every link from the start page on; return what was asked, one address of a kind."""
    waiting, known, asked = ["/"], set[str](), list[str]()
    while waiting:
        assert len(asked) < MOST_PAGES, waiting
        address = waiting.pop(0)
        if kind_of(address) in known or address.startswith("/static/"):
            continue
        known.add(kind_of(address))
        asked.append(address)
        for method in ("GET", "HEAD", "GET"):
            answer = client.request(method, address, follow_redirects=True)
            assert answer.status_code == 200, (method, address, answer.status_code)
        if "html" in answer.headers.get("content-type", ""):
            waiting += [unescape(found) for found in LINK.findall(answer.text)]
    return asked


@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("role", ROLES)
def test_following_every_link_of_a_replicas_pages_changes_no_row(stage: Sandbox, role: str) -> None:
    replica = stage.replica(role)
    with client_of(replica) as (client, pages):
        given: list[object] = []
        do = pages.source.do
        pages.source.do = lambda command, **how: (given.append(command), do(command, **how))[1]  # type: ignore[method-assign, func-returns-value]
        prove(client)
        before = rows(replica.store)
        asked = followed(client)
        assert rows(replica.store) == before
        assert {type(command) for command in given} <= {NoteRead}
    assert len(asked) > 8, asked


@pytest.mark.asvs("3.5.3")
@pytest.mark.parametrize("role", ROLES)
def test_following_every_link_of_the_servers_pages_changes_no_row(
    stage: Sandbox, role: str
) -> None:
    store = stage.stage.school.store
    with (
        portal_site(stage) as site,
        site.unlimited(),
        site.client(stage.person(role)) as client,
    ):
        assert client.post("/prove", json={"passphrase": PASSWORD}).json()["refused"] is None
        before = rows(store)
        asked = followed(client)
        assert rows(store) == before
    assert len(asked) > 5, asked

"""Calendar feeds as a calendar program fetches them: with nothing but the address."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import icalendar
import pytest

from eschool_core.commands.credentials import BlockAccess
from eschool_core.commands.feeds import OpenFeed, RevokeFeed
from eschool_core.commands.grants import DismissStaff
from eschool_core.domain.feeds import CalendarFeed
from eschool_core.domain.people import Guardianship
from eschool_core.store.database import transaction
from eschool_sync.attachment import disposition
from eschool_sync.security.codes import feed_address, feed_hash, new_feed_secret
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.feeds import FEED_RATE, FeedRoutes
from eschool_sync.server.http import make_app
from tests.school import MONDAY
from tests.sync.harness import World, build, copied
from tests.sync.server.stage import Kept

HOST = "http://school"


class Site:
    """The application on a school, spoken to without a socket."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.audit = Kept()
        self.random = SeededRandom(3)
        extra = FeedRoutes(world.directory, world.clock).routes()
        self.app = make_app(
            world.directory, extra_routes=extra, audit=self.audit, clock=world.clock
        )

    def open(self, name: str, pupil_id: int = 0) -> str:
        """Open a feed; return its address."""
        secret = new_feed_secret(self.random)
        command = OpenFeed(secret_hash=feed_hash(secret), pupil_id=pupil_id)
        assert not self.world.act(command, name).key
        return feed_address(HOST, self.world.number, secret)

    def get(self, address: str, source: str = "10.0.0.1") -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=(source, 1))
            async with httpx.AsyncClient(transport=transport) as client:
                return await client.get(address)

        return asyncio.run(call())

    def feed(self) -> int:
        """Return the only feed there is."""
        [feed] = self.world.server.store.select(CalendarFeed)
        return feed.id


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("feeds"))
    world.close()
    return world


@pytest.fixture
def site(origin: World, tmp_path: Path) -> Iterator[Site]:
    world = copied(origin, tmp_path / "world")
    yield Site(world)
    world.close()


def summaries(response: httpx.Response) -> set[str]:
    """Return what an independent reader finds in an answer."""
    assert response.status_code == 200, response.content
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    events = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["summary"]) for event in events}


def closed(response: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    return response.status_code, response.content, sorted(response.headers.items())


def guardian_of(site: Site) -> tuple[int, Guardianship]:
    person = site.world.person("guardian")
    [kept] = site.world.server.store.select(Guardianship, guardian_id=person)
    return person, kept


def test_a_teacher_subscribes_to_the_own_lessons(site: Site) -> None:
    found = summaries(site.get(site.open("maths")))
    assert {"5А: Математика", "5Б: Математика"} <= found


def test_a_guardian_subscribes_to_the_childs_lessons(site: Site) -> None:
    _, kept = guardian_of(site)
    found = summaries(site.get(site.open("guardian", kept.pupil_id)))
    assert "5А: Математика" in found
    assert "5Б: Математика" not in found


@pytest.mark.asvs("14.3.2")
def test_an_answer_is_stored_by_nobody_and_is_no_page(site: Site) -> None:
    headers = site.get(site.open("maths")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["content-disposition"] == disposition("eschool.ics")
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.threat("T3")
@pytest.mark.asvs("8.2.2")
def test_whatever_opens_nothing_looks_the_same(site: Site) -> None:
    address = site.open("maths")
    assert site.get(address).status_code == 200
    site.world.act(RevokeFeed(feed_id=site.feed()), "maths")
    stranger = feed_address(HOST, site.world.number, "0" * 40)
    answers = [
        closed(site.get(address)),
        closed(site.get(stranger)),
        closed(site.get(feed_address(HOST, site.world.number + 1, "0" * 40))),
        closed(site.get(f"{HOST}/v1/{site.world.number}/calendar/ы.ics")),
        closed(site.get(f"{HOST}/v1/nothing")),
    ]
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.asvs("7.4.2")
def test_a_feed_ends_with_its_owners_access(site: Site) -> None:
    address = site.open("maths")
    last = MONDAY
    outcome = site.world.act(
        DismissStaff(person_id=site.world.person("maths"), last_day=last, order="9-к"), "officer"
    )
    assert not outcome.key
    assert site.get(address).status_code == 200
    site.world.advance(24 * 3600)
    site.world.server.turn_days()
    assert site.get(address).status_code == 404


@pytest.mark.clause("4.6.8")
def test_a_block_shuts_the_feeds_that_are_older(site: Site) -> None:
    _, kept = guardian_of(site)
    address = site.open("guardian", kept.pupil_id)
    assert not site.world.act(BlockAccess(person_id=kept.guardian_id, note="утечка"), "officer").key
    assert site.get(address).status_code == 404
    site.world.advance(60)
    assert site.get(site.open("guardian", kept.pupil_id)).status_code == 200


@pytest.mark.threat("T3")
def test_a_feed_of_a_ward_ends_with_the_guardianship(site: Site) -> None:
    _, kept = guardian_of(site)
    address = site.open("guardian", kept.pupil_id)
    store = site.world.server.store
    with transaction(site.world.server.database):
        store.put(kept.replace(last_day=MONDAY - 1))
    assert site.get(address).status_code == 404


@pytest.mark.asvs("2.4.1")
def test_a_secret_is_asked_for_seldom_whether_or_not_it_opens_anything(site: Site) -> None:
    for address in (site.open("maths"), feed_address(HOST, site.world.number, "1" * 40)):
        said = [site.get(address).status_code for _ in range(FEED_RATE.burst)]
        assert 429 not in said
        busy = site.get(address)
        assert (busy.status_code, "retry-after" in busy.headers) == (429, True)


@pytest.mark.asvs("14.2.1")
@pytest.mark.asvs("16.2.5")
def test_neither_log_nor_database_knows_the_secret(site: Site) -> None:
    address = site.open("maths")
    secret = address.rpartition("/")[2].removesuffix(".ics")
    site.get(address)
    assert secret not in repr(site.audit.events)
    rows = site.world.server.database.fetch("SELECT secret_hash FROM calendar_feed")
    assert bytes(rows[0][0]).hex() == feed_hash(secret) != secret
    assert secret.encode() not in b"".join(
        bytes(row[0]) for row in site.world.server.database.fetch("SELECT payload FROM log")
    )


@pytest.mark.asvs("3.5.3")
def test_a_fetch_writes_nothing(site: Site) -> None:
    address = site.open("maths")
    before = site.world.server.head().seq
    site.get(address)
    assert site.world.server.head().seq == before

"""Calendar feeds on the pages: an address shown once, of the own calendar alone, and its end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from eschool_core.commands.feeds import MOST_FEEDS
from eschool_core.domain.feeds import CalendarFeed
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.labels import catalogue
from eschool_core.regulation.policy import PARAMETERS
from eschool_sync.sandbox import Sandbox
from tests.clients.web.conftest import DAY
from tests.clients.web.portal_stage import Site, portal_site
from tests.clients.web.speaking import client_of

ADDRESS = re.compile(r'<code class="secret">([^<]+)</code>')


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Sandbox(DAY, seed=7) as school, portal_site(school) as made:
        yield made


@pytest.fixture
def guardian(site: Site) -> Iterator[httpx.Client]:
    with site.client(site.school.cast.guardian_id) as client:
        yield client


@pytest.mark.clause("6.2")
@pytest.mark.clause("2.10")
def test_a_guardian_gets_the_address_of_a_wards_calendar_once_and_revokes_it(
    site: Site, guardian: httpx.Client
) -> None:
    child = site.school.cast.child
    page = guardian.post("/feeds/open", data={"pupil": str(child)})
    [address] = ADDRESS.findall(page.text)
    assert page.headers["cache-control"] == "no-store"
    calendar = httpx.get(address)
    assert calendar.status_code == 200
    assert "BEGIN:VCALENDAR" in calendar.text
    again = guardian.get("/feeds").text
    assert address not in again
    [feed] = re.findall(r'name="feed" value="(\d+)"', again)
    ended = guardian.post("/feeds/revoke", data={"feed": feed})
    assert ended.headers["location"] == "/feeds?done=1"
    assert 'name="feed"' not in guardian.get("/feeds?done=1").text
    assert httpx.get(address).status_code == 404


@pytest.mark.clause("2.10")
@pytest.mark.asvs("8.2.2")
def test_nobody_opens_or_shuts_what_is_not_theirs(site: Site, guardian: httpx.Client) -> None:
    store, cast = site.school.stage.school.store, site.school.cast
    own = {row.pupil_id for row in store.select(Guardianship, guardian_id=cast.guardian_id)}
    stranger = next(row.id for row in store.select(Pupil) if row.id not in own)
    for wrong in (stranger, 0, 2**53 - 1):
        assert guardian.post("/feeds/open", data={"pupil": str(wrong)}).status_code == 404
    with site.client(cast.teacher_id) as teacher:
        page = teacher.post("/feeds/open", data={"pupil": "0"}).text
        assert ADDRESS.findall(page)
    [foreign] = store.select(CalendarFeed, person_id=cast.teacher_id)
    assert guardian.post("/feeds/revoke", data={"feed": str(foreign.id)}).status_code == 404
    assert not store.require(CalendarFeed, foreign.id).revoked_at


def test_there_is_an_end_to_addresses(site: Site, guardian: httpx.Client) -> None:
    child = {"pupil": str(site.school.cast.child)}
    store, person = site.school.stage.school.store, site.school.cast.guardian_id
    for _ in range(MOST_FEEDS - len(store.select(CalendarFeed, person_id=person, revoked_at=0))):
        assert ADDRESS.findall(guardian.post("/feeds/open", data=child).text)
    refused = guardian.post("/feeds/open", data=child).text
    assert not ADDRESS.findall(refused)
    assert 'role="alert"' in refused


def test_on_a_replica_the_address_opens_after_the_exchange(site: Site) -> None:
    replica = site.school.replica("class_teacher")
    with client_of(replica) as (client, _):
        page = client.post("/feeds/open", json={"pupil": "0"}).text
        [address] = ADDRESS.findall(page)
        assert "после обмена" in page
        path = address.partition("/v1/")[2]
        assert httpx.get(f"{site.url}/v1/{path}").status_code == 404
        replica.sync()
        assert httpx.get(f"{site.url}/v1/{path}").status_code == 200


@pytest.mark.clause("4.4.1")
def test_every_choice_of_the_schools_rules_is_said_in_words() -> None:
    choices = {word for parameter in PARAMETERS for word in parameter.choices}
    assert {word for word in choices if f"policy.word.{word}" not in catalogue()} == set()

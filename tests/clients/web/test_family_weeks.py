"""How the fifth index goes, at the server's pages: in the matrix, and week by week (4.4.4/5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest

from eschool_core.domain.enums import Role
from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.domain.school import Appointment
from eschool_sync.sandbox import Sandbox
from tests.clients.web.portal_stage import Site, portal_site
from tests.clients.web.speaking import client_of
from tests.clients.web.staging import DAY_SECONDS, a_fortnight

FIRST = date(2026, 11, 10)
"""A Tuesday of the second week of a term."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Four weeks: in the first two all families of a class look, later the cast's alone."""
    with Sandbox(FIRST, seed=3) as school, portal_site(school) as made:
        teacher = school.replica("teacher")
        a_fortnight(school, teacher)
        heard, guardian = school.stage.school.contacts, school.person("guardian")
        for week in range(4):
            for person_id in guardians(made) if week < 2 else ():
                heard.hear(person_id, school.clock.wall())
            made.tokens.clear()
            made.token(guardian)
            school.clock.advance(7 * DAY_SECONDS)
        yield made


def led_class(site: Site) -> int:
    """Return the class of the cast's class teacher."""
    store = site.school.stage.school.store
    leader = site.school.person("class_teacher")
    [found] = store.select(Appointment, person_id=leader, role=Role.CLASS_TEACHER)
    return found.class_id


def guardians(site: Site) -> list[int]:
    store = site.school.stage.school.store
    pupils = {entry.pupil_id for entry in store.select(Enrolment, class_id=led_class(site))}
    return [one.guardian_id for one in store.select(Guardianship) if one.pupil_id in pupils]


def text_of(site: Site, person: str, address: str) -> str:
    with site.client(site.school.person(person)) as client:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


@pytest.mark.clause("4.4.4/5")
def test_the_matrix_tells_the_trend_of_families_in_words_too(site: Site) -> None:
    page = text_of(site, "deputy", "/control/matrix").replace("&amp;", "&")
    address = f"/report?name=families&section=control&class={led_class(site)}"
    [cell] = re.findall(rf'<td class="poor"><a href="{re.escape(address)}">(.*?)</td>', page)
    [change] = re.findall(r'<span class="unseen">изменение </span>(−[\d,]+)</small>', cell)
    assert float(change.replace("−", "").replace(",", ".")) > 50


@pytest.mark.clause("4.4.4/5")
def test_the_list_of_families_leads_to_the_weeks_with_their_table(site: Site) -> None:
    listed = text_of(site, "deputy", "/report?name=families&section=control")
    address = f"/report?name=family_weeks&section=control&class={led_class(site)}"
    assert address in listed.replace("&amp;", "&")
    page = text_of(site, "deputy", address)
    assert page.count("<circle") == 4
    [title] = re.findall(r"<title>(Доля [^<]*)</title>", page)
    [body] = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    rows = re.findall(r">([\d.]{5})</th><td[^>]*>[^<]*</td><td[^>]*>[^<]*</td><td[^>]*>([^<]*)",
                      body)  # fmt: skip
    assert [share for _, share in rows][-4:][:2] == ["100,0", "100,0"]
    assert all(f"{week} – {share}" in title for week, share in rows)
    # Of the week before the counting began nobody knows.
    assert rows[0][1] == "н/д"


@pytest.mark.clause("4.1")
@pytest.mark.asvs("8.2.2")
def test_weeks_are_shown_to_who_watches_and_to_the_class_teacher_alone(site: Site) -> None:
    address = "/report?name=family_weeks&section=control"
    own = text_of(site, "class_teacher", address)
    assert own.count("<circle") == 4
    for person in ("guardian", "officer"):
        with site.client(site.school.person(person)) as client:
            answer = client.get(address)
        assert answer.status_code == 409, person
        assert "<table" not in answer.text


@pytest.mark.clause("4.4.4/5")
def test_on_the_deputys_own_replica_the_pages_say_that_only_the_server_knows(site: Site) -> None:
    with client_of(site.school.replica("deputy")) as (client, _):
        page = client.get(f"/report?name=family_weeks&section=control&class={led_class(site)}").text
        matrix = client.get("/control/matrix").text
    assert "знает только сервер" in page
    assert "<svg" not in page.split("<main", 1)[1]
    assert "н/д" in matrix

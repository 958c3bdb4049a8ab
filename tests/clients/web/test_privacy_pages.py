"""1.4 on the pages: consents are given and withdrawn there, and the officer reads the log."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from eschool_core.domain.people import Guardianship
from eschool_core.domain.privacy import ProcessingConsent
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from tests.clients.web.conftest import DAY
from tests.clients.web.speaking import class_of_child, client_of, give

pytestmark = pytest.mark.clause("1.4")


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=13) as school:
        yield school


@pytest.fixture(scope="module")
def leader(stage: Sandbox) -> Replica:
    return stage.replica("class_teacher")


@pytest.fixture(scope="module")
def class_id(stage: Sandbox) -> int:
    return class_of_child(stage)


def lacking(page: str) -> int:
    [found] = re.findall(r"Без действующего согласия: (\d+) из", page)
    return int(found)


def test_a_consent_is_recorded_and_withdrawn_on_the_class_teachers_page(
    stage: Sandbox, leader: Replica, class_id: int
) -> None:
    child = stage.cast.child
    giver = leader.store.select(Guardianship, pupil_id=child)[0].guardian_id
    with client_of(leader) as (client, _):
        address = f"/class/{class_id}/consents"
        before = lacking(client.get(address).text)
        assert give(
            client, "record_consent", pupil_id=child, given_by_id=giver,
            document="С-7", first_day=stage.stage.day,
        ) is None  # fmt: skip
        page = client.get(address).text
        assert lacking(page) == before - 1
        assert "С-7" in page
        [entry] = leader.store.select(ProcessingConsent)
        assert f'name="consent_id" data-as="number" value="{entry.id}"' in page
        assert give(
            client, "withdraw_consent", consent_id=entry.id, document="З-3",
            last_day=stage.stage.day,
        ) is None  # fmt: skip
        page = client.get(address).text
        assert "отозвано" in page
        assert "З-3" in page
    leader.sync()


def test_the_officer_sees_consents_of_every_class_and_who_read_what(
    stage: Sandbox, leader: Replica, class_id: int
) -> None:
    with client_of(stage.replica("teacher")) as (client, _):
        assert client.get(f"/class/{class_id}/consents").status_code == 404
    leader.sync()
    officer = stage.replica("officer")
    with client_of(officer) as (client, _):
        assert "Выберите класс" in client.get("/officer/consents").text
        assert lacking(client.get(f"/officer/consents?class={class_id}").text) > 0
        assert client.get(f"/officer/consents?class={class_id + 1}").status_code == 404
        page = client.get("/officer/reads").text
        assert "весь класс" in page
        assert "показано" in page
        assert "весь класс" not in client.get("/officer/reads?denied=1").text


@pytest.mark.parametrize("role", ["teacher", "class_teacher", "deputy"])
def test_nobody_else_finds_the_officers_pages(stage: Sandbox, role: str) -> None:
    with client_of(stage.replica(role)) as (client, _):
        for path in ("/officer/reads", "/officer/consents"):
            assert client.get(path).status_code == 404

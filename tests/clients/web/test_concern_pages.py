"""Telling of failing pupils on the pages, and «Ознакомлен» of those who were told (4.5.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from eschool_core.commands.concerns import SendConcern
from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.care_enums import ConcernKind
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.informing import Concern, ConcernDelivery
from eschool_core.domain.office import Notice
from eschool_sync.sandbox import Sandbox
from tests.clients.web.conftest import DAY
from tests.clients.web.portal_stage import Site, portal_site
from tests.clients.web.speaking import client_of, give

FORM = re.compile(r'<form data-act="send_concern">.*?</form>', re.DOTALL)
SEEN = "Ознакомлен<"


@pytest.fixture(scope="module")
def stage() -> Iterator[Sandbox]:
    """A school in which the child of the guardian fails the teacher's subject."""
    with Sandbox(DAY, seed=5) as school:
        teacher = school.replica("teacher")
        teacher.do(
            RecordMark(
                lesson_id=school.cast.first.id,
                pupil_id=school.cast.child,
                value=2,
                work_kind=WorkKind.ORAL,
            )
        )
        teacher.sync()
        yield school


@pytest.fixture(scope="module")
def concern(stage: Sandbox) -> int:
    """Sent by the teacher from the page."""
    teacher = stage.replica("teacher")
    with client_of(teacher) as (client, _):
        page = client.get("/concerns").text
        [form] = [one for one in FORM.findall(page) if str(stage.cast.child) in one]
        fields = {
            name: int(value)
            for name, value in re.findall(r'name="(\w+)" data-as="number" value="(\d+)"', form)
        }
        assert give(client, "send_concern", **fields) is None
        teacher.sync()
        page = client.get("/concerns").text
        assert not [one for one in FORM.findall(page) if str(stage.cast.child) in one]
        assert "Кто прочитал, видит классный руководитель" in page
    [row] = stage.stage.school.store.select(Concern)
    return row.id


def delivery(stage: Sandbox, person: int) -> ConcernDelivery:
    [row] = stage.stage.school.store.select(ConcernDelivery, person_id=person)
    return row


@pytest.mark.clause("4.5.4")
def test_a_guardian_confirms_in_the_inbox_and_the_class_teacher_sees_it(
    stage: Sandbox, concern: int
) -> None:
    guardian, leader = stage.replica("guardian"), stage.replica("class_teacher")
    for replica in (guardian, leader):
        replica.sync()
    with client_of(leader) as (client, _):
        page = client.get("/concerns").text
        assert page.count("ещё не прочитано") == len(
            stage.stage.school.store.select(ConcernDelivery)
        )
        assert 'data-act="see_concern"' in page
        assert give(client, "see_concern", concern_id=concern) is None
        page = client.get("/concerns").text
        assert 'data-act="see_concern"' not in page
        assert "✓ " in page
    with client_of(guardian) as (client, _):
        assert "средний балл 2,00" in client.get("/inbox").text
        assert SEEN in client.get("/inbox").text
        assert SEEN in client.get(f"/diary/{stage.cast.child}").text
        answer = client.post("/inbox/seen", json={"concern": str(concern), "pupil": "0"})
        assert answer.json() == {"to": "/inbox?told=1"}
        assert "Ознакомление отмечено" in client.get("/inbox?told=1").text
        guardian.sync()
        page = client.get("/inbox").text
        assert SEEN not in page
        assert "ознакомлен(а)" in page
        assert SEEN not in client.get(f"/diary/{stage.cast.child}").text
    leader.sync()
    assert delivery(stage, stage.cast.guardian_id).seen_at
    with client_of(leader) as (client, _):
        assert client.get("/concerns").text.count("✓ ") == 2


@pytest.mark.clause("4.5.4")
@pytest.mark.clause("2.10")
def test_at_the_server_it_is_confirmed_from_the_diary_without_a_script() -> None:
    with Sandbox(DAY, seed=6) as stage, portal_site(stage) as site:
        school, cast = stage.stage.school, stage.cast
        low = RecordMark(
            lesson_id=cast.first.id, pupil_id=cast.child, value=2, work_kind=WorkKind.ORAL
        )
        sent = SendConcern(
            journal_id=cast.first.journal_id,
            pupil_id=cast.child,
            concern_kind=ConcernKind.FAILING,
        )
        for command in (low, sent):
            assert school.act(command, cast.teacher_id).key == ""
        [concern] = school.store.select(Concern)
        stranger(site, concern.id)
        field = f'name="concern" value="{concern.id}"'
        with site.client(cast.guardian_id) as browser:
            assert field in browser.get(f"/diary/{cast.child}").text
            fields = {"concern": str(concern.id), "pupil": str(cast.child)}
            answer = browser.post("/inbox/seen", data=fields)
            assert answer.headers["location"] == f"/diary/{cast.child}?told=1"
            assert field not in browser.get(f"/diary/{cast.child}?told=1").text
            for wrong in ("", "x", "-1", "9" * 30):
                answer = browser.post("/inbox/seen", data={**fields, "concern": wrong})
                assert answer.status_code == 404
        assert delivery(stage, cast.guardian_id).seen_at
        assert [row.seen_at > 0 for row in school.store.select(Notice, object_id=concern.id)] == [
            row.person_id == cast.guardian_id
            for row in school.store.select(Notice, object_id=concern.id)
        ]


def stranger(site: Site, concern_id: int) -> None:
    with site.client(site.school.person("substitute")) as browser:
        fields = {"concern": str(concern_id), "pupil": "0"}
        assert browser.post("/inbox/seen", data=fields).status_code == 409


@pytest.mark.clause("4.5.4")
@pytest.mark.asvs("8.2.2")
def test_the_list_is_for_staff(stage: Sandbox) -> None:
    with client_of(stage.replica("guardian")) as (client, _):
        assert client.get("/concerns").status_code == 404

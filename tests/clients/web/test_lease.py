"""A copy that has not heard from the server for too long shows nothing and loses nothing (7.1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eschool_core.domain.journal import Mark
from eschool_sync.replica import Replica
from eschool_sync.replica.enrolment import enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.transport import LocalTransport
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.clients.web.conftest import DAY
from tests.clients.web.speaking import client_of, give

MONTHS = 90 * 86_400


@pytest.fixture
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=8) as school:
        yield school


@pytest.mark.clause("7.1")
def test_pages_close_when_the_lease_is_over_and_open_after_an_exchange(stage: Sandbox) -> None:
    teacher, lesson = stage.replica("teacher"), stage.cast.first
    with client_of(teacher) as (client, _):
        name = client.get(f"/journal/{lesson.journal_id}").text.split('class="who"')[2][:60]
        stage.clock.advance(MONTHS)
        for path in ("/today", f"/journal/{lesson.journal_id}", "/inbox"):
            answer = client.get(path)
            assert answer.status_code == 403, path
            assert name not in answer.text
            assert "давно" in answer.text
        data = client.get(f"/api/journal/{lesson.journal_id}")
        assert (data.status_code, data.json()["error"]["key"]) == (403, "access.lease")
        assert client.get("/api/state").status_code == 200
        # What is typed meanwhile is taken: it gives nothing away.
        fields = {"lesson_id": lesson.id, "pupil_id": stage.cast.first_pupils[0], "value": 4}
        assert give(client, "record_mark", **fields) is None
        teacher.sync()
        assert client.get("/today").status_code == 200
    marks = stage.stage.school.store.select(Mark, lesson_id=lesson.id)
    assert [mark.value for mark in marks if mark.value] == [4]


def test_a_copy_that_was_never_filled_says_so_and_opens_after_the_first_exchange(
    stage: Sandbox, tmp_path: Path
) -> None:
    person, school = stage.person("deputy"), stage.stage
    transport = LocalTransport(
        lambda route, body: school.directory.handle(school.number, route, body, "empty")
    )
    code, profile = (
        school.school.issue_code(person),
        Profile("https://school.invalid", school.number),
    )
    enrol_through(transport, profile, tmp_path / "copy", code, PASSPHRASE, clock=stage.clock)
    with (
        Replica.open(
            tmp_path / "copy", PASSPHRASE, clock=stage.clock, transport=transport
        ) as replica,
        client_of(replica) as (client, _),
    ):
        answer = client.get("/")
        assert answer.status_code == 403
        assert "ещё пуста" in answer.text
        assert client.get("/api/state").json()["synced"] == ""
        replica.sync()
        assert client.get("/", follow_redirects=True).url.path == "/control"

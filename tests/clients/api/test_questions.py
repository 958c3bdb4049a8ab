"""Every question has an answer of the described shape, the same as the library gives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import jsonschema_rs
import pytest
from eschool_api.live import MOST_LISTENERS
from eschool_api.reads import READS
from eschool_api.rows import OPEN

from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.domain.tables import SPEC_OF
from eschool_core.queries.today import today
from eschool_sync.sandbox import Sandbox
from tests.clients.api.conftest import Door, opened

LONG_SECONDS = 20


def described(door: Door, path: str) -> dict[str, Any]:
    """Return the schema that the description promises, with what it refers to."""
    made = door.get("/v1/openapi.json")
    schema = made["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    return {**schema["schema"], "components": made["components"]}


@pytest.mark.parametrize("read", READS, ids=[read.path for read in READS])
def test_each_answer_has_the_described_shape(door: Door, school: Sandbox, read: Any) -> None:
    ids = {
        "/journals/{id}": school.cast.first.journal_id,
        "/pupils/{id}/diary": school.cast.child,
        "/classes/{id}/cards": 1,
    }
    path = read.path.replace("{id}", str(ids.get(read.path, "")))
    with opened(school.replica("class_teacher")) as led:
        if read.opens is not None:
            [own, *_] = led.get("/v1/me")["led"]
            path, door = read.path.replace("{id}", str(own["class_id"])), led
        answer = door.get(f"/v1{path}")
        assert answer or read.many
        jsonschema_rs.validate(described(door, f"/v1{read.path}"), answer)


def test_today_is_what_the_library_says(door: Door) -> None:
    replica = door.replica
    expected = today(replica.store, replica.person_id, replica.today())
    assert door.get("/v1/today") == expected.as_json()
    assert len(door.get("/v1/today")["lessons"]) > 0


def test_rows_have_the_described_shape(door: Door) -> None:
    schema = described(door, "/v1/rows/{table}")
    found = {name: door.get(f"/v1/rows/{name}", limit=5) for name in OPEN}
    assert found["lesson"]
    for rows in found.values():
        jsonschema_rs.validate(schema, rows)


def test_rows_come_by_id_and_go_on_after_one(door: Door) -> None:
    first = door.get("/v1/rows/lesson", limit=3)
    rest = door.get("/v1/rows/lesson", limit=3, after=first[-1]["id"])
    numbers = [row["id"] for row in first + rest]
    assert len(numbers) == 6
    assert numbers == sorted(set(numbers))


@pytest.mark.clause("1.4")
def test_no_table_whose_reading_is_logged_is_open() -> None:
    closed = {"pupil_card", "guardianship", "pupil_file", "pupil_health", "message", "thread"}
    assert closed <= {str(table.__tablename__) for table in SPEC_OF}
    assert closed.isdisjoint(OPEN)
    assert {"lesson", "mark", "homework"} <= set(OPEN)


@pytest.mark.clause("1.4")
def test_opening_cards_of_another_class_is_refused_and_logged(door: Door, school: Sandbox) -> None:
    classes = {row["id"] for row in door.get("/v1/rows/school_class", limit=1000)}
    own = {entry["class_id"] for entry in door.get("/v1/me")["led"]}
    foreign = min(classes - own)
    before = len(door.get("/v1/rows/personal_read", limit=1000))
    key = door.refused("GET", f"/v1/classes/{foreign}/cards", 409)
    assert key == "1.4/scope"
    assert len(door.get("/v1/rows/personal_read", limit=1000)) == before + 1


def test_status_has_the_described_shape(door: Door) -> None:
    status = door.get("/v1/status")
    jsonschema_rs.validate(described(door, "/v1/status"), status)
    assert status["device"] == door.replica.device


def test_what_is_given_goes_with_the_next_exchange(door: Door, school: Sandbox) -> None:
    fields = {"lesson_id": school.cast.second.id, "text": "Дроби"}
    given = {"commands": [{"kind": RecordTopic.kind, "fields": fields}]}
    answer = door.client.post("/v1/do", json=given)
    assert answer.status_code == 200, answer.text
    [receipt] = answer.json()["receipts"]
    assert receipt["verdict"] == "accepted"
    assert door.get("/v1/status")["pending"] >= 1
    synced = door.client.post("/v1/sync").json()
    assert synced["accepted"] >= 1
    assert door.get("/v1/status")["pending"] == 0


def test_one_refused_command_takes_the_others_with_it(door: Door, school: Sandbox) -> None:
    lesson = school.cast.second.id
    topic = {"kind": RecordTopic.kind, "fields": {"lesson_id": lesson, "text": "Проценты"}}
    mark = {"lesson_id": lesson, "pupil_id": school.cast.second_pupils[0], "value": 77}
    before = door.get("/v1/rows/topic", where=f"lesson_id={lesson}")
    given = {"commands": [topic, {"kind": RecordMark.kind, "fields": mark}]}
    answer = door.client.post("/v1/do", json=given)
    assert answer.status_code in (409, 422), answer.text
    assert answer.json()["error"]["text"]
    assert door.get("/v1/rows/topic", where=f"lesson_id={lesson}") == before


@pytest.mark.clause("7.1")
def test_nothing_is_shown_when_the_lease_is_over(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eschool_api.service.lease_is_over", lambda *_: True)
    assert door.refused("GET", "/v1/me", 403) == "access.lease"
    assert door.refused("GET", "/v1/rows/lesson", 403) == "access.lease"
    assert door.refused("POST", "/v1/do", 403, json={"commands": [
        {"kind": RecordTopic.kind, "fields": {"lesson_id": 1, "text": "Дроби"}}
    ]}) == "access.lease"  # fmt: skip


def test_a_listener_hears_of_news_until_it_goes(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[threading.Event] = []

    def watch(ended: threading.Event) -> Iterator[int]:
        ends.append(ended)
        yield 41
        yield 42
        ended.wait(LONG_SECONDS)

    monkeypatch.setattr(door.replica, "watch", watch)
    with door.client.stream("GET", "/v1/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        heard = [next(line for line in lines if line.startswith("data:")) for _ in range(2)]
    assert heard == ["data: 41", "data: 42"]
    assert ends[0].wait(LONG_SECONDS)


def test_no_more_listen_than_there_are_threads_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def watch(ended: threading.Event) -> Iterator[int]:
        ended.wait(LONG_SECONDS)
        yield from ()

    monkeypatch.setattr(door.replica, "watch", watch)
    with ExitStack() as open_streams:
        streams = [
            open_streams.enter_context(door.client.stream("GET", "/v1/live")).iter_lines()
            for _ in range(MOST_LISTENERS)
        ]
        assert all(next(stream).startswith(":") for stream in streams)
        assert door.refused("GET", "/v1/live", 429) == "api.listeners"

"""A request that waits for its turn while the door is locked (4.5.7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future

import httpx
import pytest
from eschool_web.door import Door
from eschool_web.idle import Idle

from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.clients.web.pages import NEVER_MINUTES, opens, serving_locked, start_link

LIMIT_SECONDS = 30.0
LOCKED = 'id="unlock"'


class LockedAhead(Idle):
    """Lets a lock go ahead of the request that has just come."""

    def __init__(self, door: Door) -> None:
        super().__init__(NEVER_MINUTES)
        self._come = threading.Event()
        door.work.submit(self._come.wait, LIMIT_SECONDS)
        self.lock: Future[None] = door.work.submit(door.lock)

    def touch(self) -> None:
        self._come.set()


@pytest.fixture
def door(school: Sandbox, replica: Replica) -> Iterator[tuple[httpx.Client, Door]]:
    with serving_locked(opens(school, replica)) as (url, made):
        headers = {"origin": url, "sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=url, headers=headers, timeout=LIMIT_SECONDS) as client:
            code = start_link(url, made).partition("#")[2]
            assert client.post("/start", json={"code": code}).status_code == 200
            said = client.post("/unlock", json={"passphrase": PASSPHRASE}).json()
            assert said["refused"] is None
            yield client, made


@pytest.mark.clause("4.5.7")
@pytest.mark.threat("T2")
def test_a_page_that_comes_as_the_door_is_locked_asks_for_the_passphrase(
    door: tuple[httpx.Client, Door], caplog: pytest.LogCaptureFixture
) -> None:
    client, made = door
    assert LOCKED not in client.get("/today").text
    made.idle = ahead = LockedAhead(made)
    answer = client.get("/today")
    assert ahead.lock.done()
    assert answer.status_code == 200
    assert LOCKED in answer.text
    assert not caplog.records, "a lock is no fault"


@pytest.mark.clause("4.5.7")
def test_a_key_that_comes_as_the_door_is_locked_is_answered_so_that_the_page_keeps_it(
    door: tuple[httpx.Client, Door], school: Sandbox
) -> None:
    client, made = door
    lesson, pupil = school.cast.first, school.cast.first_pupils[0]
    mark = {"lesson_id": lesson.id, "pupil_id": pupil, "value": 5}
    made.idle = ahead = LockedAhead(made)
    answer = client.post("/api/do", json={"kind": "record_mark", "fields": mark})
    assert ahead.lock.done()
    assert answer.status_code == 423
    assert answer.json()["error"]["key"] == "web.locked"

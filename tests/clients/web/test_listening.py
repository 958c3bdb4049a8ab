"""News of the school come into open pages by themselves, and without a line nothing breaks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eschool_web import listening
from eschool_web.listening import Listening
from eschool_web.replica_source import ReplicaSource

from eschool_core.commands.lessons import RecordTopic
from eschool_core.domain.journal import Topic
from eschool_core.errors import AccessError
from eschool_sync.replica import Replica, enrol
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from eschool_sync.server.http import make_app
from eschool_sync.server.live import LiveRoutes
from eschool_sync.server.serving import Server
from tests.clients.web.conftest import DAY

SOON_SECONDS = 20.0
"""Far less than the minute between two exchanges."""


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


@pytest.fixture
def stage() -> Iterator[Sandbox]:
    with Sandbox(DAY, seed=2) as school:
        yield school


def write_topic(stage: Sandbox, text: str) -> None:
    command = RecordTopic(lesson_id=stage.cast.first.id, text=text)
    assert stage.stage.school.act(command, stage.cast.teacher_id).key == ""


@pytest.mark.parametrize("line", ["live", "none"])
def test_what_others_write_comes_at_once_where_the_server_tells(
    stage: Sandbox, tmp_path: Path, line: str
) -> None:
    """A server that tells of nothing is asked every minute as before."""
    live = LiveRoutes(stage.stage.directory)
    routes = live.routes() if line == "live" else []
    school = stage.stage
    with Server(make_app(school.directory, extra_routes=routes, ending=[live.end])) as server:
        code = school.school.issue_code(stage.cast.teacher_id)
        folder = tmp_path / "copy"
        enrol(folder, server.url, school.number, code, PASSPHRASE, clock=stage.clock)
        source = ReplicaSource(Replica.open(folder, PASSPHRASE, clock=stage.clock))
        try:
            until(lambda: bool(source.standing().last_sync) and not source.standing().syncing)

            def topics() -> list[str]:
                found = source.read(
                    lambda store: store.select(Topic, lesson_id=stage.cast.first.id)
                )
                return [topic.text for topic in found]

            write_topic(stage, "Степени")
            if line == "none":
                source.sync_soon()
            until(lambda: topics() == ["Степени"])
        finally:
            source.close()
    assert not source._listening._thread.is_alive()


def heard(seqs: list[int], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return how long it waits after each of some notices."""
    waits: list[float] = []
    given = threading.Event()

    class Ended(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return False

    def watch(_: threading.Event) -> Iterator[int]:
        yield from seqs
        given.set()

    made = Listening(watch, lambda: None)
    monkeypatch.setattr(made, "_ended", Ended())
    made.start()
    assert given.wait(SOON_SECONDS)
    made.join()
    return waits


def test_the_same_news_again_and_again_are_fetched_ever_less(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = heard([7] * 10 + [8], monkeypatch)
    assert waits[:3] == [1, 2, 4]
    assert waits[-2] == listening.LONGEST_PAUSE_SECONDS
    assert waits[-1] == listening.FIRST_PAUSE_SECONDS


def test_a_device_that_is_shut_out_listens_no_more() -> None:
    def watch(_: threading.Event) -> Iterator[int]:
        raise AccessError("access.device")

    made = Listening(watch, lambda: None)
    made.start()
    until(lambda: not made._thread.is_alive())

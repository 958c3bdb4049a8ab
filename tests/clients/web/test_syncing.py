"""Entries of a teacher's pages go by themselves, soon after there is a server again (UX.md, §1)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from eschool_web import syncing
from eschool_web.replica_source import ReplicaSource
from eschool_web.syncing import UNREACHED, Syncing, wait_seconds

from eschool_core.commands.lessons import RecordTopic
from eschool_core.domain.journal import Topic
from eschool_core.errors import BusyError, EschoolError, TransportError
from eschool_sync.replica import Replica, enrol
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server
from tests.clients.web.conftest import DAY
from tests.clients.web.test_listening import SOON_SECONDS, until

LOOKED_AT_SECONDS = 15.0
"""So long somebody may look at a page that says «не отправлено» when the server is back."""


@pytest.mark.parametrize("failures", [1, 2, 5, 1_100, 10**6])
def test_where_nobody_answers_it_knocks_again_soon(failures: int) -> None:
    waits = [wait_seconds(UNREACHED, failures) for _ in range(100)]
    assert max(waits) <= LOOKED_AT_SECONDS
    # Not every device at one moment.
    assert len(set(waits)) > 50
    assert min(waits) >= syncing.FIRST_WAIT_SECONDS


@pytest.mark.parametrize("trouble", ["busy.database", "transport.silent", "access.revoked"])
def test_a_server_that_answers_is_given_more_and_more_time(trouble: str) -> None:
    assert max(wait_seconds(trouble, 1) for _ in range(100)) <= 2 * syncing.FIRST_WAIT_SECONDS
    late = [wait_seconds(trouble, 10**6) for _ in range(100)]
    assert min(late) >= syncing.LONGEST_WAIT_SECONDS / 2
    assert max(late) <= syncing.LONGEST_WAIT_SECONDS
    assert wait_seconds("", 0) == syncing.BETWEEN_SECONDS


def test_another_trouble_is_counted_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could not be reached for an hour and then is busy is asked again in seconds."""
    lost, busy = TransportError(UNREACHED), BusyError("busy.database", retry_after=1)
    answers: Iterator[EschoolError | None] = iter([lost, lost, lost, busy, busy, None, lost])
    heard: list[tuple[str, int]] = []
    done = threading.Event()

    def sync() -> None:
        answer = next(answers, None)
        if len(heard) > 7:
            done.set()
        if answer is not None:
            raise answer

    def wait(trouble: str, failures: int) -> float:
        heard.append((trouble, failures))
        return 0.001

    monkeypatch.setattr(syncing, "wait_seconds", wait)
    made = Syncing(sync)
    made.start()
    assert done.wait(SOON_SECONDS)
    made.stop()
    assert heard[1:8] == [
        (UNREACHED, 1),
        (UNREACHED, 2),
        (UNREACHED, 3),
        ("busy.database", 1),
        ("busy.database", 2),
        ("", 1),
        (UNREACHED, 1),
    ]


@pytest.mark.clause("4.5.2")
def test_what_was_entered_without_a_server_goes_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syncing, "FIRST_WAIT_SECONDS", 0.1)
    with Sandbox(DAY, seed=2) as stage, ExitStack() as held:
        school, lesson_id = stage.stage, stage.cast.first.id
        app = make_app(school.directory)
        with Server(app) as server:
            code = school.school.issue_code(stage.cast.teacher_id)
            folder, port = tmp_path / "copy", server.port
            enrol(folder, server.url, school.number, code, PASSPHRASE, clock=stage.clock)
            source = ReplicaSource(Replica.open(folder, PASSPHRASE, clock=stage.clock))
            held.callback(source.close)
            until(lambda: bool(source.standing().last_sync))
        source.do(RecordTopic(lesson_id=lesson_id, text="Степени"))
        until(lambda: source.standing().trouble != "")
        assert source.standing().pending == 1
        with Server(make_app(school.directory), port=port):
            until(lambda: source.standing().pending == 0)
            assert source.standing().trouble == ""
            [topic] = school.school.store.select(Topic, lesson_id=lesson_id)
            assert topic.text == "Степени"

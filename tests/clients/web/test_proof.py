"""The passphrase once more: what an unlocked computer alone does not allow (T2)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from eschool_web.door import FREE_GUESSES, PROOF_SECONDS, Door
from eschool_web.replica_source import ReplicaSource
from eschool_web.sessions import Sessions

from eschool_core.commands.lessons import RecordAttendance, RecordMark
from eschool_core.domain.journal import Homework, Lesson, Topic
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Journal
from eschool_core.errors import AccessError, BusyError
from eschool_core.results import terms
from eschool_sync.replica import Replica
from eschool_sync.sandbox import Sandbox
from eschool_sync.sandbox.sandbox import PASSPHRASE
from tests.clients.web.pages import Served, serving
from tests.clients.web.speaking import begin


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def client(replica: Replica) -> Iterator[httpx.Client]:
    with serving(replica) as pages:
        headers = {"origin": pages.url, "sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=pages.url, headers=headers, timeout=30) as made:
            begin(made, pages)
            yield made


def term_mark(school: Sandbox, replica: Replica) -> dict[str, object]:
    """Return the command of a term mark that stands for nothing in particular."""
    store = replica.store
    journal = store.require(Journal, school.cast.first.journal_id)
    term = terms.term_on(store, journal, school.cast.first.day)
    assert term is not None
    fields = {
        "journal_id": journal.id,
        "pupil_id": school.cast.first_pupils[0],
        "term_id": term.id,
        "value": 4,
    }
    return {"kind": "set_term_mark", "fields": fields}


def given(replica: Replica) -> dict[int, int]:
    """Return the term marks that stand, by row; other tests use the school too."""
    return {mark.id: mark.value for mark in replica.store.select(TermMark) if mark.value}


def prove(client: httpx.Client, passphrase: str) -> str:
    refused = client.post("/prove", json={"passphrase": passphrase}).json()["refused"]
    return "" if refused is None else str(refused["key"])


@pytest.mark.threat("T2")
@pytest.mark.asvs("7.5.1")
def test_a_term_mark_waits_for_the_passphrase(
    client: httpx.Client, school: Sandbox, replica: Replica
) -> None:
    command = term_mark(school, replica)
    before = given(replica)
    for path, body in (("/api/do", command), ("/api/do-each", {"commands": [command]})):
        answer = client.post(path, json=body).json()
        refused = (answer["answers"][0] if "answers" in answer else answer)["refused"]
        assert refused["key"] == "web.proof"
        assert refused["remedy"]
    assert given(replica) == before
    assert prove(client, "somebody else's guess") == "access.passphrase"
    assert client.post("/api/do", json=command).json()["refused"]["key"] == "web.proof"
    assert prove(client, PASSPHRASE) == ""
    assert client.post("/api/do", json=command).json()["refused"] is None
    # Another test may have given this pupil one already: the same row then, with another value.
    assert [value for row, value in given(replica).items() if before.get(row) != value] == [4]
    taken_back = {**command, "fields": {**command["fields"], "value": 0}}  # type: ignore[dict-item]
    assert client.post("/api/do", json=taken_back).json()["refused"] is None


def earlier(school: Sandbox, replica: Replica) -> Lesson:
    """Return a lesson of a day before, with a mark and a miss."""
    lesson = [
        one
        for one in replica.store.select(Lesson, journal_id=school.cast.first.journal_id)
        if one.day < school.cast.first.day
    ][-1]
    marked, away = school.cast.first_pupils[:2]
    replica.do(RecordMark(lesson_id=lesson.id, pupil_id=marked, value=3))
    replica.do(RecordAttendance(lesson_id=lesson.id, pupil_id=away, presence=1))
    return lesson


@pytest.mark.threat("T2")
def test_what_stands_in_a_lesson_of_an_earlier_day_waits_for_the_passphrase(
    client: httpx.Client, school: Sandbox, replica: Replica
) -> None:
    """A forgotten mark may be entered; another one in its place needs the passphrase."""
    lesson, (marked, away, third) = earlier(school, replica), school.cast.first_pupils[:3]

    def asked(kind: str, pupil: int, **fields: object) -> str:
        body = {"kind": kind, "fields": {"lesson_id": lesson.id, "pupil_id": pupil, **fields}}
        refused = client.post("/api/do", json=body).json()["refused"]
        return "" if refused is None else str(refused["key"])

    changed = {"value": 5, "reason": "Ошибка ввода"}
    assert asked("record_mark", third, value=4) == ""
    assert asked("record_mark", marked, value=3) == ""
    assert asked("record_mark", marked, **changed) == "web.proof"
    assert asked("record_mark", marked, value=0, reason="Ошибка ввода") == "web.proof"
    assert asked("record_attendance", away, presence=0) == "web.proof"
    moved = {"to_lesson_id": lesson.id, "to_pupil_id": away, "reason": "Не тот ученик"}
    assert asked("move_mark", marked, **moved) == "web.proof"
    today = {"lesson_id": school.cast.first.id, "pupil_id": third, "value": 4}
    for value in (4, 5, 0):
        given = {"kind": "record_mark", "fields": {**today, "value": value}}
        assert client.post("/api/do", json=given).json()["refused"] is None
    assert prove(client, PASSPHRASE) == ""
    assert asked("record_mark", marked, **changed) == ""
    assert asked("record_attendance", away, presence=0) == ""


@pytest.mark.threat("T2")
@pytest.mark.parametrize("kind", ["record_topic", "record_homework"])
def test_another_text_in_a_lesson_of_an_earlier_day_waits_for_the_passphrase(
    client: httpx.Client, school: Sandbox, replica: Replica, kind: str
) -> None:
    """A forgotten topic or homework may be entered; it is changed with the passphrase alone."""
    past = [
        one
        for one in replica.store.select(Lesson, journal_id=school.cast.first.journal_id)
        if one.day < school.cast.first.day
    ][-2]

    def standing() -> list[str]:
        if kind == "record_topic":
            return [row.text for row in replica.store.select(Topic, lesson_id=past.id)]
        return [row.text for row in replica.store.select(Homework, lesson_id=past.id)]

    def asked(lesson_id: int, text: str) -> str:
        body = {"kind": kind, "fields": {"lesson_id": lesson_id, "text": text}}
        refused = client.post("/api/do", json=body).json()["refused"]
        return "" if refused is None else str(refused["key"])

    assert standing() == []
    for lesson in (past, school.cast.first):
        assert asked(lesson.id, "Степени") == ""
        assert asked(lesson.id, "Степени") == ""
    assert asked(school.cast.first.id, "Корни") == ""
    assert asked(past.id, "Корни") == "web.proof"
    assert standing() == ["Степени"]
    assert prove(client, PASSPHRASE) == ""
    assert asked(past.id, "Корни") == ""
    assert standing() == ["Корни"]


@pytest.fixture
def door(pages: Served) -> tuple[Door, Hand]:
    clock = Hand()
    made = Door(lambda _: pages.source, Sessions(), clock)
    made.unlock(PASSPHRASE)
    return made, clock


@pytest.mark.threat("T2")
def test_the_proof_ends_by_itself(door: tuple[Door, Hand]) -> None:
    opened, clock = door
    assert not opened.proven()
    opened.prove(PASSPHRASE)
    clock.seconds = PROOF_SECONDS - 1
    assert opened.proven()
    clock.seconds = PROOF_SECONDS
    assert not opened.proven()


@pytest.mark.asvs("6.3.1")
def test_guesses_at_the_proof_count_like_those_at_the_lock(door: tuple[Door, Hand]) -> None:
    opened, clock = door
    for _ in range(FREE_GUESSES):
        with pytest.raises(AccessError):
            opened.prove("guess")
    with pytest.raises(BusyError):
        opened.prove(PASSPHRASE)
    clock.seconds += 60
    opened.prove(PASSPHRASE)
    assert opened.proven()


def test_what_is_locked_proves_nothing(replica: Replica) -> None:
    source = ReplicaSource(replica, keep_in_step=False)
    opened = Door(lambda _: source, Sessions())
    opened.prove(PASSPHRASE)
    assert not opened.proven()

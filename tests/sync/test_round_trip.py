from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.commands.journals import PlanRow, SetPlan
from eschool_core.commands.people import Appoint
from eschool_core.commands.timetable import ScheduleLessons
from eschool_core.domain.enums import NoticeKind, Role, Verdict
from eschool_core.domain.journal import CellHistory, Homework, Lesson, Mark, PlanItem, Topic
from eschool_core.domain.office import Notice
from eschool_core.domain.people import Pupil
from eschool_core.errors import InputError, RegulationError, TransportError
from eschool_core.ids import make_id
from eschool_sync.protocol.push import MAX_COMMANDS, MAX_GROUP, MAX_PUSH_BYTES
from eschool_sync.replica import outbox as outbox_module
from tests.core.commands.acts import absent, homework, mark, roll, topic
from tests.school import MONDAY
from tests.sync.harness import (
    MATHS,
    Fault,
    Member,
    World,
    answer_cut,
    answer_lost,
    lesson,
    old_request_first,
    pupils,
    request_cut,
    request_lost,
    request_repeated,
    substitute,
)


def seqs(world: World) -> list[int]:
    return [row[0] for row in world.server.database.fetch("SELECT seq FROM log ORDER BY seq")]


def log_of(world: World, member: Member) -> list[tuple[int, int]]:
    """Return (number, verdict) of every command of a device in the log."""
    sql = "SELECT n, verdict FROM log WHERE device = ? ORDER BY seq"
    return [tuple(row) for row in world.server.database.fetch(sql, (member.replica.device,))]


def test_a_first_sync_brings_what_the_server_has(any_world: World) -> None:
    [maths] = any_world.synced("maths")
    any_world.check("maths")
    assert len(maths.replica.store.select(Pupil)) == 8
    assert maths.replica.status().seq == any_world.server.head().seq


def test_a_write_is_seen_at_once_and_after_reopening(world: World) -> None:
    maths = world.member("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 4))
    assert [row.value for row in maths.replica.store.select(Mark)] == [4]
    maths.reopen()
    assert [row.value for row in maths.replica.store.select(Mark)] == [4]
    assert maths.replica.status().pending == 1


def test_one_round_trip_sends_and_fetches(any_world: World) -> None:
    maths, russian = any_world.synced("maths", "russian")
    maths.do(mark(lesson(any_world), pupils(any_world)[0], 4))
    maths.do(topic(lesson(any_world)))
    maths.do(roll(lesson(any_world)))
    report = maths.sync()
    assert (report.rounds, report.accepted, report.rejected) == (1, 3, 0)
    report = russian.sync()
    assert (report.rounds, report.accepted) == (1, 0)
    assert [row.value for row in russian.replica.store.select(Mark)] == [4]
    any_world.check("maths", "russian")


def test_a_read_by_the_family_follows_the_teachers_sync(world: World) -> None:
    maths, guardian = world.synced("maths", "guardian")
    for pupil_id in pupils(world):
        maths.do(mark(lesson(world), pupil_id, 3))
    maths.do(homework(lesson(world), "§ 7"))
    maths.sync()
    guardian.sync()
    assert len(guardian.replica.store.select(Mark)) == 1
    assert [row.text for row in guardian.replica.store.select(Homework)] == ["§ 7"]
    world.check("maths", "guardian")


@pytest.mark.threat("T8")
@pytest.mark.threat("T9")
@pytest.mark.parametrize(
    "fault",
    [request_lost, answer_lost, request_cut, answer_cut, request_repeated, old_request_first],
    ids=lambda fault: str(fault.__name__),
)
def test_whatever_the_wire_does_each_command_has_one_effect(any_world: World, fault: Fault) -> None:
    [maths] = any_world.synced("maths")
    written = [maths.do(mark(lesson(any_world), pupil_id)) for pupil_id in pupils(any_world)]
    maths.wire.faults = [fault, fault, fault]
    for _ in range(4):
        try:
            maths.sync()
        except (TransportError, InputError):
            continue
    assert maths.sync().accepted == 0
    assert log_of(any_world, maths) == [(entry.number, Verdict.ACCEPTED) for entry in written]
    assert seqs(any_world) == list(range(1, len(seqs(any_world)) + 1))
    any_world.check("maths")


@pytest.mark.threat("T9")
def test_a_retry_may_be_longer_and_gets_the_stored_verdicts(world: World) -> None:
    maths = world.member("maths")
    first = maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.wire.faults = [answer_lost]
    with pytest.raises(TransportError):
        maths.sync()
    stored = world.server.database.fetch("SELECT outcome FROM log ORDER BY seq DESC LIMIT 1")
    second = maths.do(mark(lesson(world), pupils(world)[1], 4))
    report = maths.sync()
    assert report.accepted == 2
    assert log_of(world, maths) == [(first.number, 1), (second.number, 1)]
    kept = maths.database.fetch("SELECT outcome FROM outbox WHERE n = ?", (first.number,))
    assert kept == stored
    world.check("maths")


@pytest.mark.threat("T14")
def test_a_server_that_restarts_goes_on_where_it_was(any_world: World) -> None:
    [maths] = any_world.synced("maths")
    maths.do(mark(lesson(any_world), pupils(any_world)[0]))
    maths.wire.faults = [answer_lost]
    with pytest.raises(TransportError):
        maths.sync()
    any_world.restart()
    maths.sync()
    any_world.check("maths")


def test_more_commands_than_one_push_carries_go_in_several(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "MAX_COMMANDS", 20)
    maths = world.member("maths")
    for round_number in range(51):
        maths.do(mark(lesson(world), pupils(world)[round_number % 4], 2 + round_number % 4))
    report = maths.sync()
    assert (report.accepted, report.rounds) == (51, 3)
    world.check("maths")


def test_two_thousand_and_one_commands_arrive(world: World) -> None:
    """The true limit; the group beside them must not be torn."""
    maths = world.member("maths")
    acts = [mark(lesson(world), pupils(world)[n % 4], 2 + n % 4) for n in range(MAX_COMMANDS - 3)]
    # Kept through the same door, several in a transaction: the replica's disk is not the subject.
    for start in range(0, len(acts), 500):
        maths.replica.do_all(acts[start : start + 500])
    single = maths.do(topic(lesson(world)))
    group = maths.replica.do_all([homework(lesson(world)), roll(lesson(world)), *acts[:5]])
    report = maths.sync()
    assert report.accepted == len(acts) + 1 + len(group) == 2_005
    assert report.rounds == 2
    assert log_of(world, maths)[-8] == (single.number, Verdict.ACCEPTED)
    world.check("maths")


def test_a_push_is_limited_in_bytes_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "MAX_PUSH_BYTES", 10_000)
    maths = world.member("maths")
    for _ in range(10):
        maths.do(topic(lesson(world), "я" * 1_500))
    report = maths.sync()
    assert (report.accepted, report.rounds) == (10, 4)


def test_a_group_that_no_push_carries_is_refused_here(world: World) -> None:
    maths = world.member("maths")
    one = topic(lesson(world), "я" * 2_000)
    with pytest.raises(InputError) as caught:
        maths.replica.do_all([one] * (MAX_GROUP + 1))
    assert caught.value.key == "protocol.too_many"
    with pytest.raises(InputError) as caught:
        maths.replica.do_all([one] * (MAX_PUSH_BYTES // 4_000 + 1))
    assert caught.value.key == "protocol.too_large"
    assert maths.replica.status().pending == 0
    assert maths.undo_images() == 0


def test_what_breaks_a_clause_is_refused_here_and_never_sent(world: World) -> None:
    maths = world.member("maths")
    with pytest.raises(RegulationError) as caught:
        maths.do(mark(lesson(world), pupils(world)[0], 6))
    assert caught.value.key == "4.5.2/scale"
    assert maths.replica.status().pending == 0
    assert maths.undo_images() == 0


@pytest.mark.scenario("4.6.1:1")
@pytest.mark.clause("4.6.1")
@pytest.mark.asvs("8.2.3")
def test_the_class_teacher_reads_and_writes_nothing(world: World) -> None:
    maths, russian = world.synced("maths", "russian")
    maths.do(mark(lesson(world), pupils(world)[0], 3))
    world.settle()
    assert [row.value for row in russian.replica.store.select(Mark)] == [3]
    with pytest.raises(RegulationError) as caught:
        russian.do(mark(lesson(world), pupils(world)[0], 5))
    assert caught.value.key == "4.6.1/read-only"


def test_a_fact_that_only_the_server_knows_is_left_to_it(world: World) -> None:
    maths, _ = world.synced("maths", "deputy")
    foreign = world.school.lesson("5А", "Русский язык")
    receipt = maths.do(topic(foreign))
    assert receipt.outcome is None
    report = maths.sync()
    assert (report.accepted, report.rejected) == (0, 1)
    [refused] = maths.replica.refused()
    assert (refused.number, refused.key) == (receipt.number, "4.5.1/page")


def test_row_ids_follow_from_device_and_number(world: World) -> None:
    maths = world.member("maths")
    receipt = maths.do(mark(lesson(world), pupils(world)[0], 5))
    [written] = maths.replica.store.select(Mark)
    assert written.id == make_id(maths.replica.device, receipt.number)
    maths.sync()
    assert [row.id for row in maths.replica.store.select(Mark)] == [written.id]


def test_a_conflict_keeps_both_values_and_tells_both(any_world: World) -> None:
    day_lesson, pupil_id = lesson(any_world), pupils(any_world)[0]
    substitute(any_world)
    maths, second = any_world.synced("maths", "substitute")
    maths.do(mark(day_lesson, pupil_id, 5))
    second.do(mark(day_lesson, pupil_id, 2))
    maths.sync()
    report = second.sync()
    assert report.overwritten == 1
    maths.sync()
    for member in (maths, second):
        store = member.replica.store
        assert [row.value for row in store.select(Mark)] == [2]
        [earlier] = store.select(CellHistory)
        assert (earlier.author_id, earlier.replaced_by_id) == (maths.person, second.person)
        assert earlier.conflict == 1
        assert '"value": 5' in earlier.content
    told = {
        member.name: [n.key for n in member.replica.store.select(Notice)]
        for member in (maths, second)
    }
    assert told == {"maths": ["notice.overwritten"], "substitute": ["notice.overwrote"]}
    any_world.check("maths", "substitute")


def test_topic_and_homework_of_a_lesson_are_no_conflict(world: World) -> None:
    substitute(world)
    maths, second = world.synced("maths", "substitute")
    maths.do(topic(lesson(world)))
    second.do(homework(lesson(world)))
    world.settle()
    assert not maths.replica.store.select(Notice, kind=NoticeKind.OVERWRITTEN)
    assert len(maths.replica.store.select(Topic)) == len(maths.replica.store.select(Homework)) == 1


def test_a_change_of_what_was_seen_is_no_conflict(world: World) -> None:
    substitute(world)
    maths, second = world.synced("maths", "substitute")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.sync()
    second.sync()
    second.do(mark(lesson(world), pupils(world)[0], 4))
    assert second.sync().overwritten == 0
    assert not second.replica.store.select(Notice)


def test_pending_work_lies_on_top_of_what_arrives_meanwhile(world: World) -> None:
    """A command given while the server works is carried out again on the new rows."""
    substitute(world)
    maths, second = world.synced("maths", "substitute")
    day_lesson, (first, other, *_) = lesson(world), pupils(world)
    second.do(mark(day_lesson, first, 2))
    second.sync()

    def busy(wire: object, route: str, body: bytes) -> bytes:
        answer = maths.wire.deliver(route, body)
        maths.do(mark(day_lesson, first, 5))
        maths.do(absent(day_lesson, other))
        maths.wire.faults = [answer_lost]
        return answer

    maths.wire.faults = [busy]
    with pytest.raises(TransportError):
        maths.sync()
    store = maths.replica.store
    assert [row.value for row in store.select(Mark)] == [5]
    [earlier] = store.select(CellHistory)
    assert (earlier.author_id, earlier.conflict) == (second.person, 1)
    assert maths.replica.status().pending == 2
    assert maths.undo_images() > 0
    world.settle()
    world.check("maths", "substitute")


def test_what_was_done_before_the_first_sync_is_not_lost(world: World, tmp_path: Path) -> None:
    newcomer = world.member("physics")
    physics = world.school.lesson("10А+10Б", "Физика")
    assert newcomer.do(topic(physics)).outcome is None
    assert newcomer.sync().accepted == 1
    assert len(newcomer.replica.store.select(Topic)) == 1


def test_deleted_rows_go_from_every_replica(any_world: World) -> None:
    """A plan is entered anew: its old rows are deleted, not changed."""
    maths, russian = any_world.synced("maths", "russian")
    journal_id = any_world.school.journals[MATHS]
    for topics in (("Дроби", "Степени", "Корни"), ("Уравнения",)):
        plan = tuple(PlanRow(ordinal=at, section="", topic=name) for at, name in enumerate(topics))
        maths.do(SetPlan(journal_id=journal_id, items=plan))
        assert maths.sync().accepted == 1
        russian.sync()
        for member in (maths, russian):
            assert [row.topic for row in member.replica.store.select(PlanItem)] == list(topics)
        any_world.check("maths", "russian")


def test_a_term_of_lessons_takes_the_numbers_it_needs(world: World) -> None:
    """Commands of many rows take consecutive numbers, and the chain goes on behind them."""
    [deputy] = world.synced("deputy")
    journal_id = world.school.journals[MATHS]
    command = ScheduleLessons(journal_id=journal_id, first_day=MONDAY + 14, last_day=MONDAY + 260)
    assert command.numbers_taken() > 1
    receipt = deputy.do(command)
    before = len(deputy.replica.store.select(Lesson, journal_id=journal_id))
    assert deputy.sync().accepted == 1
    assert len(deputy.replica.store.select(Lesson, journal_id=journal_id)) == before > 20
    following = deputy.do(ScheduleLessons.model_validate(command.model_dump()))
    assert following.number == receipt.number + command.numbers_taken()
    deputy.sync()
    world.check("deputy")


def test_a_role_is_not_what_the_client_says(world: World) -> None:
    """Roles stand in rows that only the personnel's commands write."""
    maths = world.member("maths")
    command = Appoint(person_id=maths.person, role=Role.DEPUTY_STUDIES, first_day=MONDAY)
    with pytest.raises(RegulationError):
        maths.do(command)

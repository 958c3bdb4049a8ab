"""An answer that cannot tell every verdict: whole pushes, and nothing carried out twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.domain.journal import Mark, Topic
from eschool_core.errors import BusyError, TransportError
from eschool_sync.protocol.messages import MAX_VERDICTS, read_request
from eschool_sync.protocol.push import MAX_GROUP
from eschool_sync.replica.pushing import KNOWN
from eschool_sync.replica.tables import find_meta, put_meta
from eschool_sync.server import answers, restoring
from tests.core.commands.acts import mark, topic
from tests.drills.restored_server import Drill
from tests.drills.test_copied_replica import copied, expect_sound
from tests.sync.harness import Member, Wire, World, answer_lost, lesson, pupils, request_lost

DAY_SECONDS = 24 * 3600


@pytest.fixture(autouse=True)
def two_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer tells two verdicts, or those of one push."""
    monkeypatch.setattr(answers, "MOST_TOLD", 2)


def push_unheard(world: World, member: Member, count: int, value: int) -> None:
    """Enter marks that the server judges, and whose verdicts get lost."""
    for pupil in pupils(world)[:count]:
        member.do(mark(lesson(world), pupil, value))
    member.wire.faults[:] = [answer_lost]
    with pytest.raises(TransportError):
        member.sync()


def hear_one_answer(member: Member) -> None:
    """Sync once; the second request gets lost."""
    member.wire.faults[:] = [lambda wire, route, body: wire.deliver(route, body), request_lost]
    with pytest.raises(TransportError):
        member.sync()


def states(member: Member) -> list[int]:
    return [int(row[0]) for row in member.database.fetch("SELECT state FROM outbox ORDER BY n")]


def test_no_push_is_longer_than_an_answer() -> None:
    assert MAX_GROUP <= MAX_VERDICTS


def test_an_answer_tells_whole_pushes(world: World) -> None:
    [maths] = world.synced("maths")
    push_unheard(world, maths, 3, 5)
    push_unheard(world, maths, 2, 4)
    hear_one_answer(maths)
    assert states(maths) == [1, 1, 1, 0, 0]
    assert maths.sync().accepted == 2
    world.check("maths")


def test_pushes_that_fit_are_told_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_TOLD", 4)
    [maths] = world.synced("maths")
    for value in (5, 4, 3):
        push_unheard(world, maths, 2, value)
    hear_one_answer(maths)
    assert states(maths) == [1, 1, 1, 1, 0, 0]


def test_what_came_with_the_rows_is_not_carried_out_again(world: World) -> None:
    [maths] = world.synced("maths")
    push_unheard(world, maths, 3, 5)
    push_unheard(world, maths, 2, 4)
    hear_one_answer(maths)
    assert maths.undo_images() == 0
    assert maths.rows() == world.rows_in_scope(maths)
    maths.reopen()
    later = maths.do(topic(lesson(world), "Позже"))
    hear_one_answer(maths)
    assert states(maths) == [1, 1, 1, 1, 1, 0]
    assert maths.rows() == world.rows_in_scope(maths)
    assert maths.sync().accepted == 1
    assert states(maths) == [1, 1, 1, 1, 1, 1]
    assert find_meta(maths.database, KNOWN) is None
    pushes = [read_request(body).request.push for body in maths.wire.sent]
    # What the server has said that it knows is sent no more.
    assert [push is not None for push in pushes[-3:]] == [True, True, False], later
    world.check("maths")


def test_what_was_not_known_then_is_shown_over_the_rows(world: World) -> None:
    [maths] = world.synced("maths")
    push_unheard(world, maths, 3, 5)
    push_unheard(world, maths, 2, 4)
    hear_one_answer(maths)
    maths.do(topic(lesson(world), "Позже"))
    assert [row.text for row in maths.replica.store.select(Topic)] == ["Позже"]
    assert maths.undo_images() > 0


@pytest.mark.threat("T17")
@pytest.mark.parametrize("known", [2, 3, 99])
def test_a_copy_that_becomes_a_device_of_its_own_sends_all_that_waits(
    world: World, known: int
) -> None:
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world), "Общее"))
    maths.sync()
    twin = copied(world, maths, "twin")
    for member, value in ((maths, 5), (twin, 4)):
        for pupil in pupils(world)[:3]:
            member.do(mark(lesson(world), pupil, value))
    put_meta(twin.database, KNOWN, known)
    maths.sync()
    twin.sync()
    assert find_meta(twin.database, KNOWN) is None
    assert [row.value for row in world.server.store.select(Mark)] == [4, 4, 4]
    expect_sound(world, maths, twin)
    twin.replica.close()


@pytest.mark.threat("T17")
@pytest.mark.parametrize("cut", [False, True])
def test_a_copy_that_wrongly_takes_something_for_sent_is_mended_by_one_sync(
    world: World, *, cut: bool
) -> None:
    """The server misses what it takes for sent, and then finds it forked."""
    [maths] = world.synced("maths")
    twin = copied(world, maths, "twin")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.sync()
    for pupil in pupils(world)[:3]:
        twin.do(mark(lesson(world), pupil, 4))
    put_meta(twin.database, KNOWN, 2)
    if cut:
        # What it takes for sent, all of it, and the question for a number of its own.
        twin.wire.faults[:] = [Wire.deliver, Wire.deliver, request_lost]
        with pytest.raises(TransportError):
            twin.sync()
        assert twin.wire.faults == []
        # The rows are those of before, and so is what is thought of them.
        assert find_meta(twin.database, KNOWN) == 2
    assert twin.sync().became_device
    assert find_meta(twin.database, KNOWN) is None
    expect_sound(world, maths, twin)
    twin.replica.close()


@pytest.mark.threat("T16")
def test_what_is_sealed_and_asked_for_again_are_whole_pushes(drill: Drill) -> None:
    world, member = drill.world, drill.members[3]
    push_unheard(world, member, 3, 5)
    push_unheard(world, member, 2, 4)
    world.advance(24 * DAY_SECONDS)
    hear_one_answer(member)
    member.sync()
    sealed = member.database.fetch("SELECT pushed FROM sealed_push ORDER BY pushed")
    assert sealed == [(3,), (5,)]
    drill.restore()
    with pytest.raises(BusyError):
        member.sync()
    restoring.begin(world.server)
    with pytest.raises(BusyError, match="collecting"):
        member.sync()
    assert restoring.close_window(world.server) == restoring.Returned(2, 0)
    member.sync()
    assert sorted(row.value for row in world.server.store.select(Mark)) == [4, 4, 5]
    drill.sync_all()
    world.check(*world.members)


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """A school whose backup is older than what its substitute enters."""
    made = Drill(tmp_path, 5, 1)
    made.back_up()
    assert made.members[3].name == "substitute"
    return made

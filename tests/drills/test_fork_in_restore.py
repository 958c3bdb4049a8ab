"""A replica is copied and the server restored, both at once: nothing is lost (T16, T17)."""

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.review import HeldCommand
from eschool_core.errors import BusyError
from eschool_sync.replica.outbox import KEEP_SECONDS
from eschool_sync.server import restoring
from eschool_sync.server.copied import COPIED
from tests.core.commands.acts import mark, topic
from tests.drills.restored_server import Drill
from tests.drills.test_copied_replica import copied, expect_sound
from tests.sync.harness import Member, lesson, pupils

DAY_SECONDS = 24 * 3600


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """Two replicas, and a backup of the server."""
    made = Drill(tmp_path, 3, 1)
    made.back_up()
    return made


@pytest.fixture
def twins(drill: Drill) -> tuple[Member, Member]:
    """A replica and its copy: one mark is of both, one that the server took, one that waits."""
    world, maths = drill.world, drill.members[0]
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.sync()
    twin = copied(world, maths, "twin")
    maths.do(mark(lesson(world), pupils(world)[1], 4))
    maths.sync()
    twin.do(mark(lesson(world), pupils(world)[2], 3))
    return maths, twin


def busy(member: Member) -> None:
    with pytest.raises(BusyError):
        member.sync()


@pytest.mark.threat("T16")
@pytest.mark.threat("T17")
@pytest.mark.parametrize("offering", [(), (0,), (1,), (0, 1), (1, 0)])
@pytest.mark.parametrize("after", [(0, 1), (1, 0)])
def test_both_copies_come_back_to_a_restored_server(
    drill: Drill, twins: tuple[Member, Member], offering: tuple[int, ...], after: tuple[int, ...]
) -> None:
    """Whoever comes in the window, whoever comes first behind it."""
    world = drill.world
    drill.restore()
    busy(twins[0])
    restoring.begin(world.server)
    for place in offering:
        busy(twins[place])
    restoring.close_window(world.server)
    for place in after:
        twins[place].sync()
    assert sorted(row.value for row in world.server.store.select(Mark)) == [3, 4, 5]
    expect_sound(world, *twins)
    log = world.server.database.fetch("SELECT device, n FROM log WHERE pushed > 0")
    assert len(log) == len(set(log))
    twins[1].replica.close()


@pytest.mark.threat("T16")
def test_what_the_oldest_backup_has_forgotten_is_still_held(drill: Drill) -> None:
    """It was 34 days old when it was put back, and the device came ten days after that."""
    world, maths = drill.world, drill.members[0]
    world.advance(DAY_SECONDS)
    maths.do(topic(lesson(world), "Дроби"))
    maths.sync()
    world.advance(KEEP_SECONDS - 2 * DAY_SECONDS)
    maths.sync()
    drill.restore()
    restoring.begin(world.server)
    restoring.close_window(world.server)
    assert world.server.store.select(Topic) == []
    world.advance(10 * DAY_SECONDS)
    maths.sync()
    [row] = world.server.store.select(Topic)
    assert row.text == "Дроби"
    world.advance(KEEP_SECONDS + DAY_SECONDS)
    maths.sync()
    payloads = maths.database.fetch("SELECT payload FROM outbox")
    assert all(bytes(payload) == b"" for (payload,) in payloads)


@pytest.mark.threat("T16")
@pytest.mark.threat("T17")
def test_what_another_copy_has_brought_back_first_waits_for_a_person(drill: Drill) -> None:
    """Both copies have it; the one it was accepted from before the restore comes second."""
    world, maths = drill.world, drill.members[0]
    twin = copied(world, maths, "twin")
    twin.do(topic(lesson(world), "Общее"))
    third = copied(world, twin, "third")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.sync()
    drill.back_up()
    twin.sync()
    assert [row.text for row in world.server.store.select(Topic)] == ["Общее"]
    drill.restore()
    restoring.begin(world.server)
    restoring.close_window(world.server)
    third.sync()
    [kept] = world.server.store.select(Topic)
    twin.sync()
    assert [row.id for row in world.server.store.select(Topic)] == [kept.id]
    [waiting] = world.server.store.select(HeldCommand)
    assert (waiting.key, waiting.device) == (COPIED, twin.replica.device)
    assert twin.replica.status().held == 1
    assert third.replica.status().held == 0
    for member in (twin, third):
        member.replica.close()

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.office import Device
from eschool_core.domain.review import HeldCommand
from eschool_core.errors import BusyError, InputError
from eschool_sync.history.verify import Verifier
from eschool_sync.server import restoring
from eschool_sync.server.state import RESERVED_AT_ONCE, Phase
from tests.core.commands.acts import mark, topic
from tests.drills import restored_server
from tests.drills.restored_server import Drill
from tests.sync.harness import World, lesson, pupils


@pytest.mark.threat("T16")
def test_a_server_restored_twice_gets_everything_back(tmp_path: Path) -> None:
    """By command with 30 replicas: ``python -m tests.drills.restored_server``."""
    result = restored_server.run(tmp_path, replicas=5, restores=2, seed=7)
    assert result.acknowledged > 10
    assert (result.missing, result.altered, result.changed, result.twice) == (0, 0, 0, 0)
    assert {"busy.restored", "busy.collecting"} <= set(result.told)


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """Two replicas, and a backup of the server."""
    made = Drill(tmp_path, 3, 1)
    made.back_up()
    return made


def lost(drill: Drill) -> None:
    """Let the first replica write a mark, and let the server forget it."""
    world, maths = drill.world, drill.members[0]
    maths.do(mark(lesson(world), pupils(world)[0], 4))
    maths.do(topic(lesson(world), "Дроби"))
    maths.sync()
    drill.restore()


OWN = "SELECT device, n, take FROM log WHERE pushed = 0"


def own_numbers(world: World) -> set[tuple[int, int]]:
    """Return the numbers that acts in the log of a server have taken as its own."""
    return {
        (device, number)
        for device, first, take in world.server.database.fetch(OWN)
        for number in range(first, first + take)
    }


def entered(world: World, count: int) -> set[int]:
    """Let a teacher enter something at the server's pages; return the ids that it got."""
    acts = [topic(lesson(world), f"Тема {at}") for at in range(count)]
    ids, outcomes = world.server.act_together(acts, world.person("maths"))
    assert not [outcome.key for outcome in outcomes if outcome.key]
    return set(ids)


@pytest.mark.threat("T16")
@pytest.mark.parametrize("count", [1, 2 * RESERVED_AT_ONCE])
def test_a_copy_that_nobody_tells_of_gives_no_number_twice(drill: Drill, count: int) -> None:
    """No replica is ahead of it: only the server's own acts are gone, and nobody notices."""
    world = drill.world
    kept = own_numbers(world)
    given, ids = set[tuple[int, int]](), set[int]()
    for _ in range(3):
        made = entered(world, count)
        assert not made & ids
        ids |= made
        new = own_numbers(world) - kept
        assert new
        assert not new & given
        given |= new
        drill.restore()
        assert own_numbers(world) == kept
    entered(world, 1)
    assert not own_numbers(world) - kept & given
    drill.sync_all()
    assert world.server.state.phase == Phase.OPEN
    world.check(*world.members)
    server = world.server
    digest_key = bytes.fromhex(server.state.digest_key)
    done = Verifier(server.database, world.number, server.public_key, digest_key).verify([])
    assert done.is_sound, done.problems


@pytest.mark.threat("T16")
def test_it_takes_nothing_before_its_operator_has_acted(drill: Drill) -> None:
    lost(drill)
    maths, russian = drill.members
    assert restored_server.told(maths) == "busy.restored"
    assert drill.world.server.state.phase == Phase.SUSPENDED
    russian.do(topic(drill.world.school.lesson("5А", "Русский язык"), "После"))
    with pytest.raises(BusyError):
        russian.sync()
    assert russian.replica.status().pending == 1
    with pytest.raises(InputError):
        restoring.close_window(drill.world.server)


@pytest.mark.threat("T16")
def test_who_comes_after_the_window_still_brings_what_it_holds(drill: Drill) -> None:
    lost(drill)
    world = drill.world
    restoring.begin(world.server)
    restoring.close_window(world.server)
    maths = drill.members[0]
    assert world.server.store.select(Mark) == []
    maths.do(topic(lesson(world), "Новое"))
    maths.sync()
    [row] = world.server.store.select(Mark)
    assert row.value == 4
    [written] = world.server.store.select(Topic)
    assert written.text == "Новое"
    assert maths.replica.status().pending == 0
    drill.sync_all()
    world.check(*world.members)


@pytest.mark.threat("T16")
def test_what_does_not_pass_any_more_is_held_not_lost(drill: Drill) -> None:
    """Meanwhile the restored school has another load: the teacher has no right there any more."""
    world, maths = drill.world, drill.members[0]
    lost(drill)
    restoring.begin(world.server)
    with pytest.raises(BusyError):
        maths.sync()
    loads = "UPDATE teaching_load SET last_day = 1 WHERE staff_id = ?"
    world.server.database.execute(loads, (world.person("maths"),))
    restoring.close_window(world.server)
    kept = world.server.store.select(HeldCommand)
    assert {row.key for row in kept} == {"command.reoffered"}
    assert world.server.store.select(Mark) == []


@pytest.mark.threat("T16")
def test_a_device_that_was_forgotten_is_let_in_by_its_certificate(drill: Drill) -> None:
    world = drill.world
    late = drill.enrol("english")
    late.sync()
    drill.restore()
    assert world.server.store.first(Device, device=late.replica.device) is None
    assert restored_server.told(late) == "busy.restored"
    restoring.begin(world.server)
    with pytest.raises(BusyError):
        late.sync()
    row = world.server.store.first(Device, device=late.replica.device)
    assert row is not None
    assert row.person_id == world.person("english")
    restoring.close_window(world.server)
    late.sync()
    assert drill.enrol("maths").replica.device > late.replica.device


@pytest.mark.threat("T4")
def test_a_receipt_is_not_taken_for_another_command(drill: Drill) -> None:
    """A device that made up a past for a command is not believed."""
    world, maths = drill.world, drill.members[0]
    lost(drill)
    restoring.begin(world.server)
    maths.database.execute("UPDATE outbox SET received = received - 3600 WHERE pushed > 0")
    with pytest.raises(InputError) as caught:
        maths.sync()
    assert caught.value.key == "protocol.malformed"
    assert restoring.waiting(world.server) == 0

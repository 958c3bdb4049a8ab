"""A school on the server under faults of its own: a day that does not open, two processes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eschool_core.commands import school as school_commands
from eschool_sync.history.verify import Verifier
from eschool_sync.protocol.enrolling import EnrolRequest, read_enrol_response
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.directory import Directory
from eschool_sync.server.state import RESERVED_AT_ONCE, Phase
from tests.core.commands.acts import mark
from tests.sync.harness import World, lesson, pupils

DAY = 24 * 3_600
TURNS = "SELECT count(*) FROM log WHERE kind = 'turn_day'"


def test_a_day_that_does_not_open_stops_no_sync_and_is_tried_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    [maths] = world.synced("maths")

    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(school_commands, "find_gaps", fail)
    world.advance(DAY)
    [[before]] = world.server.store.rows(TURNS)
    maths.do(mark(lesson(world), pupils(world)[0]))
    assert maths.sync().accepted == 1
    maths.sync()
    [[after]] = world.server.store.rows(TURNS)
    assert after == before + 1


def test_a_start_leaves_own_numbers_out_and_the_history_is_whole(world: World) -> None:
    """However the process before has ended: what it may have given is never given again."""
    world.server.issue_code(world.person("maths"))
    numbers, reserved = [world.server.next_number()], world.server.state.reserved
    assert numbers[0] <= reserved
    for _ in range(2):
        world.restart()
        numbers.append(world.server.next_number())
        world.server.issue_code(world.person("maths"))
    assert numbers[1] == reserved + 1
    assert numbers[2] == numbers[1] + RESERVED_AT_ONCE + 1
    state = world.server.state
    verifier = Verifier(
        world.server.database,
        world.number,
        world.server.public_key,
        bytes.fromhex(state.digest_key),
    )
    assert verifier.verify([]).is_sound


def test_a_start_that_does_nothing_uses_no_number_up(world: World) -> None:
    world.restart()
    first = world.server.next_number()
    for _ in range(3):
        world.restart()
    assert world.server.next_number() == first


def test_what_one_process_reserves_no_other_forgets(world: World) -> None:
    """Neither by reserving itself, nor by what else it has to remember outside the database."""
    other = Directory(world.directory.folder, clock=world.clock)
    school = other.school(world.number)
    world.server.issue_code(world.person("maths"))
    school.issue_code(world.person("russian"))
    for _ in range(RESERVED_AT_ONCE):
        school.issue_code(world.person("russian"))
    reserved = school.state.reserved
    assert world.server.state.reserved < reserved
    world.server.change(lambda state: replace(state, phase=Phase.SUSPENDED))
    assert world.server.state.reserved == reserved
    given = school.next_number()
    world.server.issue_code(world.person("maths"))
    assert world.server.next_number() == given + 1
    other.close()


def test_a_second_process_gives_device_numbers_that_the_first_has_not(world: World) -> None:
    other = Directory(world.directory.folder, clock=world.clock)

    def enrolled(directory: Directory) -> int:
        code = world.server.issue_code(world.person("maths"))
        key = SigningKey.generate(SystemRandom())
        body = EnrolRequest(code, key.public_bytes, "").to_bytes()
        answer = directory.handle(world.number, "enrol", body, "test")
        return read_enrol_response(answer).device

    other.school(world.number)
    numbers = [enrolled(directory) for directory in (world.directory, world.directory, other)]
    other.close()
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]

"""A school on the server under faults of its own: a day that does not open, two processes."""

from __future__ import annotations

import pytest

from eschool_core.commands import school as school_commands
from eschool_sync.protocol.enrolling import EnrolRequest, read_enrol_response
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.directory import Directory
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

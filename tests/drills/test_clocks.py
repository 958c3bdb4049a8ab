"""A device's clock is set back, forward or to 1970: order, sync and verdicts stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_sync.protocol.envelope import Header
from tests.core.commands.acts import homework, mark, topic
from tests.drills.room import Room, opened
from tests.simulation.world import Device

HOUR, YEAR = 3_600, 31_556_952
STEPS = {
    "an hour back": -HOUR,
    "an hour forward": HOUR,
    "ten years back": -10 * YEAR,
    "ten years forward": 10 * YEAR,
    "to 1970": None,
}


def work(room: Room, device: Device) -> list[int]:
    """Enter something of each kind; return its verdicts."""
    device.replica.do(mark(room.lesson(), room.pupils()[0], 4))
    device.replica.do(homework(room.lesson(), "§ 1"))
    room.world.advance(3 * HOUR)
    device.replica.do(topic(room.lesson(), "После звонка"))
    device.replica.do(homework(room.lesson(), "§ 2"))
    device.replica.sync()
    return [verdict for _, verdict in room.log(device)]


@pytest.mark.threat("T11")
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_nothing_but_the_evidence_changes(tmp_path: Path, step: int | None) -> None:
    with opened(tmp_path / "right", "maths") as room:
        rightly = work(room, room.device("maths"))
    with opened(tmp_path / "wrong", "maths") as room:
        device = room.device("maths")
        device.clock.step_wall(-device.clock.wall() if step is None else step)
        shown = device.clock.wall()
        assert work(room, device) == rightly
        [(packed,)] = room.world.server.school.database.fetch(
            "SELECT header FROM log WHERE device = ? ORDER BY n LIMIT 1", (device.number,)
        )
        assert Header.read(bytes(packed)).evidence.wall == shown
        room.expect_equal(device)

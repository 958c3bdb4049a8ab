"""A server and replicas on plain files, with processes that can be cut off: for drills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.simulation.base import Base, base
from tests.simulation.disk import Disk
from tests.simulation.poison import Poison
from tests.simulation.world import Device, World
from tests.sync.harness import all_rows


class Straight:
    """A line on which nothing goes wrong."""

    def __init__(self, world: World) -> None:
        self._world = world

    def post(self, route: str, body: bytes, progress: object = None) -> bytes:
        """Carry a request and its answer."""
        return self._world.server.handle(route, body)

    def close(self) -> None:
        """Do nothing."""


class Room:
    """People at devices, and their server."""

    def __init__(self, folder: Path, disk: Disk, *names: str) -> None:
        self.base: Base = base(encrypted=False)
        self.base.write(folder, names)
        self.world = World(self.base, folder, disk, 1)
        for name in names:
            person, _ = self.base.devices[name]
            device = Device(
                name, person, name, folder / name, self.world, lambda _: Straight(self.world)
            )
            self.world.devices[name] = device
            device.start()

    def device(self, name: str) -> Device:
        """Return somebody's device."""
        return self.world.devices[name]

    def lesson(self) -> int:
        """Return the first lesson of mathematics in 5А."""
        return self.base.lessons[self._journal()][0]

    def pupils(self) -> list[int]:
        """Return the pupils of 5А."""
        return self.base.lines[self._journal()]

    def log(self, device: Device) -> list[tuple[int, int]]:
        """Return number and verdict of everything the server has of a device."""
        rows = self.world.server.school.database.fetch(
            "SELECT n, verdict FROM log WHERE device = ? ORDER BY n", (device.number,)
        )
        return [(int(number), int(verdict)) for number, verdict in rows]

    def expect_equal(self, device: Device) -> None:
        """Fail unless a replica shows what the server has for it."""
        held = {row[0] for row in device.database.fetch("SELECT part FROM part_state")}
        server = all_rows(self.world.server.school.database)
        wanted = {name: [row for row in rows if row[1] in held] for name, rows in server.items()}
        assert all_rows(device.database) == wanted
        assert device.replica.status().pending == 0

    def _journal(self) -> int:
        return self.base.school.journals["5А", "Математика"]


@contextmanager
def opened(folder: Path, *names: str) -> Iterator[Room]:
    """Open a room, with a defect in the handler of topics for texts that say so."""
    disk = Disk()
    with disk.mounted(), Poison().mixed_in():
        room = Room(folder, disk, *names)
        yield room
        room.world.close()

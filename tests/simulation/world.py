"""The server, the devices and what happens to their processes and files."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlcipher3 import dbapi2

from eschool_core import calendar
from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.errors import AccessError, BusyError, EschoolError, TransportError
from eschool_core.store.database import SqliteDatabase
from eschool_core.store.steps import Side
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica
from eschool_sync.replica.opened import EARLIER
from eschool_sync.replica.position import Identity
from eschool_sync.replica.replica import DATABASE_FILE as REPLICA_FILE
from eschool_sync.replica.tables import find_meta
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server import restoring
from eschool_sync.server.directory import DATABASE_FILE, STATE_FILE, Directory
from eschool_sync.server.state import Phase, ServerState
from tests.school import ZONE
from tests.simulation.base import SERVER_FOLDER, Base
from tests.simulation.disk import KEY, Disk, Process, ProcessDied
from tests.simulation.upgrade import make_older
from tests.sync.harness import NOON, as_told

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Transport
    from eschool_sync.server.school import ServerSchool

T = TypeVar("T")


@dataclass
class World:
    """Everything there is in one simulation."""

    base: Base
    folder: Path
    disk: Disk
    seed: int
    faults: Counter[str] = field(default_factory=Counter)
    copies: int = 0
    starts: int = 0

    def __post_init__(self) -> None:
        self.server = Server(self)
        self.devices: dict[str, Device] = {}

    def moved(self, folder: Path) -> Path:
        """Return a copy of a folder as it is at this moment; the old one stays with the dead."""
        self.copies += 1
        target = self.folder / f"copy-{self.copies}"
        shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*-shm"))
        return target

    def random(self) -> SeededRandom:
        """Return a source of chance for a new process; a copy of a replica has one of its own."""
        self.starts += 1
        return SeededRandom((self.seed << 24) + self.starts)

    def make_older(self, file: Path, side: Side, key: DatabaseKey) -> None:
        """Leave a database that nobody has open as an older program has left it."""
        with self.disk.process(Process("the program before")):
            database = SqliteDatabase(self.disk.open(file, key))
        make_older(database, side)
        database.close()

    def advance(self, seconds: int) -> None:
        """Let time pass for everybody."""
        self.server.clock.advance(seconds)
        for device in self.devices.values():
            device.clock.advance(seconds)

    def close(self) -> None:
        """End every process."""
        for device in self.devices.values():
            for handle in device.handles:
                handle.process.die()
        self.server.process.die()


class Server:
    """The server's process, which dies and starts again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.folder = world.folder / SERVER_FOLDER
        self.clock = ManualClock(NOON)
        self._backup = world.base.files[f"{SERVER_FOLDER}/{world.base.number}/{DATABASE_FILE}"]
        self.process = Process("server")
        self.start()

    def start(self) -> None:
        """Start a process on the files as they are."""
        self.process = Process("server", rescue=self._rescued)
        random = self._world.random()
        self.directory = Directory(self.folder, clock=self.clock, random=random)

    def restart(self) -> None:
        """End the process in good order and start another."""
        self.directory.close()
        self.start()

    def run(self, act: Callable[[ServerSchool], T]) -> T:
        """Let the server do something.

        Raises:
            TransportError: It died, or its disk was full; it is up again.
        """
        try:
            with self._world.disk.process(self.process):
                return act(self.directory.school(self._world.base.number))
        except ProcessDied:
            self.start()
            raise TransportError("transport.interrupted") from None
        except dbapi2.OperationalError as error:
            raise TransportError("transport.interrupted") from error
        finally:
            self.process.light(-1, "")

    def handle(self, route: str, body: bytes) -> bytes:
        """Answer a request."""
        number = self._world.base.number

        def answered(_: ServerSchool) -> bytes:
            try:
                return self.directory.handle(number, route, body, "local")
            except EschoolError as error:
                raise as_told(error, route) from error

        return self.run(answered)

    def today(self) -> int:
        """Return the school's date by the server's clock."""
        return calendar.local_day(self.clock.wall(), ZONE)

    def act(self, command: Command, actor: int = 0) -> Outcome:
        """Carry out one of the server's own acts."""
        return self.run(lambda school: school.act(command, actor))

    def back_up(self) -> None:
        """Keep a copy of the school's database; until the first one, that is the beginning's.

        Raises:
            TransportError: As ``run``.
        """
        copy = self._world.folder / "backup"
        self.run(lambda school: restoring.take_copy(school, copy, self._file))
        self._backup = copy.read_bytes()

    def put_back(self, *, killed: bool) -> None:
        """Put the copy in the place of the database, and tell nobody.

        Args:
            killed: The process had no time to write anything down; else it ends in good order.
        """
        if killed:
            self.process.die()
        else:
            self.directory.close()
        copy = self._world.folder / "backup"
        copy.write_bytes(self._backup)
        restoring.put_back(self._file, copy)
        self.start()

    def upgrade(self, fuse: int, fate: str) -> bool:
        """Let a newer program find older tables; return whether it waits for its operator.

        Args:
            fuse: Statements of the step until ``fate`` comes (``Process``).
        """
        number = self._world.base.number
        self.directory.close()
        key = DatabaseKey.from_bytes(bytes.fromhex(ServerState.load(self._state).database_key))
        self._world.make_older(self._file, "server", key)
        self.start()
        try:
            self.run(lambda school: school.head())
            waits = False
        except BusyError:
            waits = True
        self.process.light(fuse, fate)
        for _ in range(2):
            try:
                with self._world.disk.process(self.process):
                    self.directory.migrate(number)
            except ProcessDied:
                self.start()
            except dbapi2.OperationalError:
                pass
            finally:
                self.process.light(-1, "")
        return waits

    def operate(self) -> bool:
        """Do what the operator of a restored server has to do next; return whether it was due.

        Raises:
            TransportError: As ``run``.
        """
        phase = self.school.state.phase
        if phase == Phase.SUSPENDED:
            self.run(restoring.begin)
        elif phase == Phase.COLLECTING:
            self.run(restoring.close_window)
        return phase != Phase.OPEN

    @property
    def _file(self) -> Path:
        return self.folder / str(self._world.base.number) / DATABASE_FILE

    @property
    def _state(self) -> Path:
        return self._file.with_name(STATE_FILE)

    @property
    def school(self) -> ServerSchool:
        """The school, for looking at it."""
        with self._world.disk.process(self.process):
            return self.directory.school(self._world.base.number)

    def _rescued(self) -> None:
        self.folder = self._world.moved(self.folder)


@dataclass
class Handle:
    """One process that has a replica open.

    Attributes:
        busy: It waits for the server; only its owner's entries come in between.
    """

    process: Process
    replica: Replica
    line: Transport
    busy: bool = False


@dataclass
class Device:
    """A replica with its files, its clock and its processes.

    Attributes:
        name: Stays, while a copied replica becomes another device.
        family: Name of the replica that it is a copy of, or its own.
        kept: An old copy of its files.
    """

    name: str
    person: int
    family: str
    folder: Path
    world: World
    lines: Callable[[str], Transport]
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    handles: list[Handle] = field(default_factory=list)
    starts: int = 0
    kept: Path | None = None

    def start(self, fuse: int = -1, fate: str = "") -> Handle:
        """Open the replica in a process of its own.

        Args:
            fuse: Statements until ``fate`` comes (``Process``), if it comes while it opens.
        """
        self.starts += 1
        process = Process(f"{self.name}/{self.starts}")
        process.rescue = lambda: self._rescued(process)
        process.light(fuse, fate)
        line = self.lines(self.name)
        with self.world.disk.process(process):
            # A seed gives the same day on every computer, so this one's name stays out of it.
            replica = Replica(
                self.folder,
                KEY,
                line,
                clock=self.clock,
                random=self.world.random(),
                machine=b"",
            )
        process.light(-1, "")
        handle = Handle(process, replica, line)
        self.handles.append(handle)
        return handle

    def upgrade(self, fuse: int, fate: str) -> None:
        """Let a newer program open what an older one has left, with everything that waits.

        Args:
            fuse: Statements of the opening until ``fate`` comes (``Process``).
        """
        for handle in self.handles:
            handle.replica.close()
        self.handles.clear()
        self.world.make_older(self.folder / REPLICA_FILE, "replica", KEY)
        try:
            self.start(fuse, fate)
        except (ProcessDied, AccessError):
            self.start()

    def put_back(self) -> None:
        """Put the old copy in the place of its files."""
        assert self.kept is not None
        for handle in self.handles:
            handle.replica.close()
        self.handles.clear()
        self.folder, self.kept = self.kept, None
        self.start()

    @property
    def handle(self) -> Handle:
        """The process that has been open the longest."""
        return self.handles[0]

    @property
    def replica(self) -> Replica:
        """The replica as that process has it."""
        return self.handle.replica

    @property
    def database(self) -> Any:
        """Its database."""
        return self.replica.store.database

    @property
    def number(self) -> int:
        """The device that it is now."""
        return Identity.load(self.database).device

    def signer(self) -> Callable[[int], int]:
        """Return a function that tells as which device it has signed a command's number."""
        present, earlier = self.number, find_meta(self.database, EARLIER) or []

        def signed_as(number: int) -> int:
            return next((device for device, end in earlier if number < end), present)

        return signed_as

    def pending(self) -> int:
        """Return how many commands wait for their verdict; ``status`` tells much more."""
        [(count,)] = self.database.fetch("SELECT count(*) FROM outbox WHERE state = 0")
        return int(count)

    def ended(self, handle: Handle) -> None:
        """Take a process off the list; there is always one."""
        self.handles.remove(handle)
        if not self.handles:
            self.start()

    def close(self, handle: Handle) -> None:
        """End a process in good order."""
        handle.replica.close()
        self.ended(handle)

    def _rescued(self, process: Process) -> None:
        """Keep the files as the dying process leaves them; where another has them, so be it."""
        others = [handle for handle in self.handles if handle.process is not process]
        if not others:
            self.folder = self.world.moved(self.folder)

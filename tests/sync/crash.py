"""What runs in processes of its own: some are killed, some share a replica."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from eschool_core.errors import BusyError
from eschool_core.store.database import SqliteDatabase
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.server.directory import Directory
from tests.core.commands.acts import mark
from tests.sync.harness import Wire
from tests.sync.older_tables import take_step

MODULES = ["tests.sync.crash"]
BUSY_ROUNDS = 100
BREATH_SECONDS = 0.005


def take_and_die(folder: Path, school: int, wall: int, body: bytes, statement: int) -> None:
    """Take a request and be killed before the given statement of it runs."""
    directory = Directory(folder, clock=ManualClock(wall))
    connection: Any = directory.school(school).database
    _die_at(connection.connection, statement)
    directory.handle(school, "sync", body, "local")
    os._exit(0)


def sync_and_die(folder: Path, key: bytes, answer: bytes, wall: int, statement: int) -> None:
    """Apply an answer and be killed before the given statement of it runs."""

    class Recorded:
        def post(self, route: str, body: bytes, progress: object = None) -> bytes:
            return answer

        def close(self) -> None:
            """Nothing to close."""

    # The same computer as before, or the answer would be to another request.
    replica = Replica(
        folder,
        DatabaseKey.from_bytes(key),
        Recorded(),
        clock=ManualClock(wall),
        machine=folder.name.encode(),
    )
    database: Any = replica.store.database
    _die_at(database.connection, statement)
    replica.sync()
    os._exit(0)


def upgrade_and_die(folder: Path, key: bytes, wall: int, statement: int) -> None:
    """Open a replica of the version before and be killed before the given statement runs."""
    _step_and_die_at(statement)
    Replica(folder, DatabaseKey.from_bytes(key), _nowhere(), clock=ManualClock(wall))
    os._exit(0)


def migrate_and_die(folder: Path, school: int, statement: int) -> None:
    """Bring a school up and be killed before the given statement runs."""
    _step_and_die_at(statement)
    Directory(folder).migrate(school)
    os._exit(0)


def write_many(folder: Path, key: bytes, wall: int, acts: list[tuple[int, int, int]]) -> None:
    """Give commands on a replica that another process uses at the same time."""
    with Replica(
        folder, DatabaseKey.from_bytes(key), _nowhere(), clock=ManualClock(wall)
    ) as replica:
        for act in acts:
            _patiently(lambda act=act: replica.do(mark(*act)))
            # SQLite's lock is not fair: without a breath the sync beside would hardly get a turn.
            time.sleep(BREATH_SECONDS)


def sync_often(folder: Path, key: bytes, server: Path, school: int, wall: int, stop: Path) -> None:
    """Sync a replica that another process uses, until told to stop."""
    directory = Directory(server, clock=ManualClock(wall))
    wire = Wire(directory, school)
    with Replica(
        folder,
        DatabaseKey.from_bytes(key),
        wire,
        clock=ManualClock(wall),
        machine=folder.name.encode(),
    ) as replica:
        while not stop.exists():
            _patiently(replica.sync)
        _patiently(replica.sync)
    directory.close()


def _step_and_die_at(statement: int) -> None:
    take_step()
    original = SqliteDatabase.__init__

    def watched(self: SqliteDatabase, connection: Any) -> None:
        original(self, connection)
        _die_at(connection, statement)

    SqliteDatabase.__init__ = watched  # type: ignore[method-assign]


def _nowhere() -> Wire:
    return Wire(Directory(Path("nowhere")), 1)


def _patiently(act: Any) -> None:
    for _ in range(BUSY_ROUNDS):
        try:
            act()
        except BusyError:
            continue
        return
    raise RuntimeError("the replica was never free")


def _die_at(connection: Any, statement: int) -> None:
    seen = 0

    def count(_: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    connection.set_trace_callback(count)

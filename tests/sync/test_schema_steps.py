"""Tables follow the program: with a full outbox, in one piece whatever happens (T19)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from eschool_core.domain.journal import Mark, Topic
from eschool_core.errors import AccessError, BusyError, InputError
from eschool_core.store import steps
from eschool_core.store.database import Database
from eschool_core.store.schema import SCHEMA_VERSION
from eschool_core.store.steps import Side, newest, version_of
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica
from eschool_sync.server.migrating import migrate
from tests.core.commands.acts import mark, topic
from tests.sync import crash
from tests.sync.harness import Member, World, all_rows, lesson, pupils
from tests.sync.older_tables import STEP, make_older
from tests.sync.scratch import from_scratch
from tests.sync.test_processes import processes, run

__all__ = ["processes"]

TAKEN = steps.STEPS
NEXT = SCHEMA_VERSION + 1


@pytest.fixture
def stepped() -> Iterator[None]:
    """Let this process be the program that comes after the made step."""
    steps.STEPS = (*TAKEN, STEP)
    yield
    steps.STEPS = TAKEN


@pytest.fixture
def older(world: World) -> Member:
    """A closed replica of the version before, with entries that wait on top of confirmed ones."""
    [maths] = world.synced("maths")
    for pupil in pupils(world)[:3]:
        maths.do(mark(lesson(world), pupil, 4))
    maths.sync()
    maths.do(mark(lesson(world), pupils(world)[0], 5, reason="Ошибка"))
    maths.do(mark(lesson(world), pupils(world)[3], 3))
    maths.do(topic(lesson(world)))
    make_older(maths.database, "replica")
    maths.replica.close()
    return maths


def test_the_tables_that_are_made_are_those_of_the_last_step() -> None:
    assert newest() == SCHEMA_VERSION


def test_every_database_is_made_with_its_version(world: World) -> None:
    [maths] = world.synced("maths")
    assert version_of(maths.database) == version_of(world.server.database) == SCHEMA_VERSION


@pytest.mark.threat("T19")
def test_a_replica_follows_with_everything_that_waits(
    world: World, older: Member, stepped: None
) -> None:
    older.open()
    assert version_of(older.database) == NEXT
    assert older.replica.status().pending == 3
    confirmed = world.rows_in_scope(older)
    assert older.rows() == from_scratch(confirmed, older.database, older.clock)
    report = older.sync()
    assert (report.accepted + report.with_findings, report.mended_rows) == (3, 0)
    world.check("maths")


def test_it_follows_once(world: World, older: Member, stepped: None) -> None:
    older.open()
    rows = older.rows()
    older.reopen()
    assert (version_of(older.database), older.rows()) == (NEXT, rows)


@pytest.mark.threat("T19")
@pytest.mark.parametrize("statement", [1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 40, 60, 100])
def test_a_replica_that_is_killed_in_the_step_is_whole(
    world: World,
    older: Member,
    stepped: None,
    processes: object,
    statement: int,
) -> None:
    code = run(
        processes,  # type: ignore[arg-type]
        crash.upgrade_and_die,
        older.folder,
        older.key.to_bytes(),
        older.clock.wall(),
        statement,
    )
    assert code in (0, -9)
    older.open()
    assert version_of(older.database) == NEXT
    assert older.replica.status().pending == 3
    assert older.sync().mended_rows == 0
    world.check("maths")


def test_a_full_disk_leaves_the_replica_as_it_was(
    world: World, older: Member, stepped: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(database: Database, side: Side) -> None:
        original(database, side)
        raise AccessError("access.disk_full")

    original = steps.bring_up
    monkeypatch.setattr(steps, "bring_up", full)
    with pytest.raises(AccessError):
        older.open()
    monkeypatch.undo()
    older.open()
    assert older.replica.status().pending == 3
    older.sync()
    world.check("maths")


def test_an_older_program_leaves_a_newer_replica_alone(world: World) -> None:
    [maths] = world.synced("maths")
    maths.database.execute("UPDATE schema_version SET version = 7")
    maths.replica.close()
    clock = ManualClock(maths.clock.wall())
    with pytest.raises(InputError) as caught:
        Replica(maths.folder, maths.key, maths.wire, clock=clock)
    assert caught.value.key == "schema.newer"


def test_a_program_that_is_overtaken_while_it_runs_writes_nothing_more(world: World) -> None:
    """Another process on the same replica is of a newer version."""
    [maths] = world.synced("maths")
    other = Replica(maths.folder, maths.key, maths.wire, clock=maths.clock)
    other.store.database.execute("UPDATE schema_version SET version = 7")
    other.close()
    with pytest.raises(InputError) as caught:
        maths.do(topic(lesson(world)))
    assert caught.value.key == "schema.newer"


def server_key(world: World) -> bytes:
    return bytes.fromhex(world.server.state.digest_key)


def sums(database: Database) -> list[tuple[object, ...]]:
    rows = database.fetch("SELECT part, rows, digest, seq FROM part_state ORDER BY part")
    return [(int(part), int(count), bytes(value), int(seq)) for part, count, value, seq in rows]


def with_a_mark(world: World) -> World:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 4))
    maths.sync()
    return world


@pytest.fixture
def lived_in(world: World) -> World:
    """A school on SQLite before the made step."""
    return with_a_mark(world)


@pytest.fixture
def any_lived_in(any_world: World) -> World:
    """The same on either database."""
    return with_a_mark(any_world)


def test_a_school_waits_for_its_operator_and_then_goes_on(
    any_lived_in: World, stepped: None
) -> None:
    world, maths = any_lived_in, any_lived_in.members["maths"]
    rows, digests = all_rows(world.server.database), sums(world.server.database)
    make_older(world.server.database, "server")
    world.directory.close()
    with pytest.raises(BusyError) as caught:
        world.directory.school(world.number)
    assert caught.value.key == "busy.migrating"
    with pytest.raises(BusyError):
        maths.sync()
    assert world.directory.migrate(world.number) == (SCHEMA_VERSION, NEXT)
    assert world.directory.migrate(world.number) == (NEXT, NEXT)
    world.school.move(world.server)
    assert (all_rows(world.server.database), sums(world.server.database)) == (rows, digests)
    maths.sync()
    world.check("maths")


@pytest.mark.parametrize("statement", [2, 4, 6, 8, 12, 40, 80])
def test_a_school_that_is_killed_in_the_step_is_whole(
    lived_in: World, stepped: None, processes: object, statement: int
) -> None:
    world, maths = lived_in, lived_in.members["maths"]
    digests = sums(world.server.database)
    make_older(world.server.database, "server")
    world.directory.close()
    code = run(
        processes,  # type: ignore[arg-type]
        crash.migrate_and_die,
        world.directory.folder,
        world.number,
        statement,
    )
    assert code in (0, -9)
    before, after = world.directory.migrate(world.number)
    assert (before in (SCHEMA_VERSION, NEXT), after) == (True, NEXT)
    world.school.move(world.server)
    assert sums(world.server.database) == digests
    maths.sync()
    world.check("maths")


def test_a_step_that_fails_changes_nothing(world: World) -> None:
    broken = steps.Step(both=("ALTER TABLE mark ADD COLUMN colour TEXT", "NONSENSE"))
    database, key = world.server.database, server_key(world)
    steps.STEPS = (*TAKEN, broken)
    try:
        with pytest.raises(Exception, match="NONSENSE"):
            migrate(database, key)
    finally:
        steps.STEPS = TAKEN
    assert version_of(database) == SCHEMA_VERSION
    assert "colour" not in {row[1] for row in database.fetch("PRAGMA table_info(mark)")}


def test_columns_of_the_past_are_known() -> None:
    assert "weight" in steps.columns_at(SCHEMA_VERSION, Mark)
    steps.STEPS = (*TAKEN, STEP)
    try:
        assert "weight" not in steps.columns_at(SCHEMA_VERSION, Mark)
        assert "weight" in steps.columns_at(NEXT, Mark)
        assert steps.columns_at(SCHEMA_VERSION, Topic) == steps.columns_at(NEXT, Topic)
    finally:
        steps.STEPS = TAKEN


def test_nothing_is_left_beside_a_replica_that_followed(older: Member, stepped: None) -> None:
    """A copy would outlive what is purged."""
    older.open()
    names = {path.name for path in older.folder.iterdir()}
    assert names <= {"replica.db", "replica.db-wal", "replica.db-shm", "replica.keys",
                     "profile.json"}  # fmt: skip

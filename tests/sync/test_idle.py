from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.domain.tables import TABLES
from eschool_core.errors import AccessError
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER
from eschool_sync.history.head import MARK_BYTES
from eschool_sync.protocol.messages import SyncRequest, pack_unchanged
from eschool_sync.replica import opened
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey, issue_anchor
from eschool_sync.server.state import INCARNATION_BYTES
from tests.core.commands.acts import topic
from tests.sync.harness import Member, World, lesson, table_name

MOST_BYTES = 250
FULL = 2
FOLD = "PRAGMA wal_checkpoint(TRUNCATE)"
NAMES = "|".join(table_name(spec.table) for spec in TABLES)
DOMAIN = re.compile(rf"\b(FROM|JOIN|INTO|UPDATE)\s+({NAMES})\b", re.IGNORECASE)


@contextmanager
def traced(database: object) -> Iterator[list[str]]:
    """Yield the statements that a SQLite connection runs."""
    connection = getattr(database, "connection")  # noqa: B009 - only SQLite's has one
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        connection.set_trace_callback(None)


def on_domain(statements: list[str]) -> list[str]:
    return [statement for statement in statements if DOMAIN.search(statement)]


def test_the_pattern_finds_a_domain_table() -> None:
    of_domain = ["SELECT id FROM mark", "INSERT INTO mark (id)", "UPDATE lesson SET day = 1"]
    others = ["SELECT n FROM head WHERE device = 2", "DELETE FROM undo_image", "SELECT mark"]
    assert on_domain(of_domain + others) == of_domain


def test_an_idle_sync_touches_no_domain_table_on_either_side(world: World) -> None:
    [maths] = world.synced("maths")
    maths.sync()
    with traced(world.server.database) as at_server, traced(maths.database) as at_replica:
        report = maths.sync()
    assert at_server
    assert at_replica
    assert on_domain(at_server) == []
    assert on_domain(at_replica) == []
    assert not [statement for statement in at_server if not statement.startswith("SELECT")]
    assert (report.rounds, report.pulled_rows) == (1, 0)


def test_an_idle_sync_waits_for_no_disk_and_the_next_entry_does(world: World) -> None:
    [maths] = world.synced("maths")
    with traced(maths.database) as statements:
        maths.sync()
        maths.do(topic(lesson(world)))
    waits = [one for one in statements if "synchronous" in one or one in {"COMMIT", FOLD}]
    noted = ["PRAGMA synchronous = NORMAL", "COMMIT", "PRAGMA synchronous = FULL"]
    assert waits == ["COMMIT", *noted, "COMMIT"]
    assert maths.database.fetch("PRAGMA synchronous") == [(FULL,)]


@pytest.mark.threat("T13")
@pytest.mark.parametrize("quarters", range(4))
def test_when_the_power_fails_after_idle_syncs_only_their_times_are_lost(
    world: World, tmp_path: Path, quarters: int
) -> None:
    """Of a WAL that nobody waited for, any beginning may be on the disk."""
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world)))
    maths.sync()
    begun = maths.replica.status()
    world.clock.advance(60)
    for _ in range(2):
        assert maths.sync().rounds == 1
    shutil.copytree(maths.folder, tmp_path / "after")
    [wal] = (tmp_path / "after").glob("*-wal")
    written = wal.stat().st_size
    assert written > 0
    os.truncate(wal, written * quarters // 4)
    after = replace(maths, folder=tmp_path / "after")
    found = after.replica.status()
    assert found.last_sync in {begun.last_sync, world.clock.wall()}
    assert quarters or found.last_sync == begun.last_sync
    assert replace(found, last_sync=0, lease=None) == replace(begun, last_sync=0, lease=None)
    assert after.rows() == maths.rows()
    assert after.sync().rounds == 1
    assert after.replica.status().last_sync == world.clock.wall()


def test_what_another_process_has_spoilt_is_found_by_the_next_idle_sync(world: World) -> None:
    """Nothing is taken for granted after others have written."""
    [maths] = world.synced("maths")
    maths.sync()
    sound = maths.replica.status().parts
    other = replace(maths)
    other.database.execute("UPDATE part_state SET rows = rows + 1")
    maths.sync()
    assert maths.replica.status().parts == sound


def test_what_could_not_be_folded_in_is_folded_in_by_the_next_idle_sync(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader was at work: what was purged must not stay in the WAL (I6)."""
    [maths] = world.synced("maths")
    with monkeypatch.context() as patched:
        patched.setattr(opened, "checkpoint", lambda connection: False)
        maths.do(topic(lesson(world)))
        maths.sync()
    with traced(maths.database) as statements:
        report = maths.sync()
    assert report.rounds == 1
    assert FOLD in statements


@pytest.mark.parametrize("name", ["maths", "deputy", "guardian"])
def test_an_idle_sync_is_small(any_world: World, name: str) -> None:
    [member] = any_world.synced(name)
    report = member.sync()
    assert report.bytes_up + report.bytes_down <= MOST_BYTES


def test_it_stays_small_in_a_big_school() -> None:
    """With the largest numbers of schools, devices, commands and heads that will ever be."""
    seeded = SeededRandom(1)
    key = SigningKey.generate(seeded)
    largest = 2**31 - 1
    request = SyncRequest(
        *(
            largest,
            MAX_DEVICE,
            seeded.bytes(INCARNATION_BYTES),
            largest,
            MAX_NUMBER,
            seeded.bytes(16),
        ),
        *(None, None, 0, seeded.bytes(MARK_BYTES)),
    )
    answer = pack_unchanged(
        largest, seeded.bytes(16), issue_anchor(key, largest, largest).to_bytes()
    )
    assert len(request.sealed(key)) + len(answer) <= MOST_BYTES


def test_an_idle_sync_still_renews_the_time(world: World) -> None:
    [maths] = world.synced("maths")
    world.clock.advance(600)
    maths.clock.reboot()
    maths.sync()
    assert maths.replica.now() == world.clock.wall() == maths.replica.status().last_sync


def test_what_is_remembered_is_forgotten_with_the_next_command(world: World) -> None:
    """A device that was known a moment ago is shut out at its next request."""
    [maths] = world.synced("maths")
    maths.sync()
    world.act(RevokeDevice(device=maths.replica.device), "officer")
    with pytest.raises(AccessError):
        maths.sync()


def test_status_tells_the_result_of_the_last_comparison(world: World) -> None:
    maths: Member = world.member("physics")
    assert not maths.replica.status().digest_equal
    maths.sync()
    assert maths.replica.status().digest_equal
    maths.reopen()
    assert maths.replica.status().digest_equal

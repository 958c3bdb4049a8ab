"""How a replica stands: one object, each field of which is true."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import DamageError, TransportError
from eschool_core.store import digest
from eschool_core.store.database import transaction
from tests.core.commands.acts import mark, topic
from tests.drills.test_copied_replica import copied
from tests.sync.conftest import world, world_template
from tests.sync.harness import World, lesson, pupils
from tests.sync.test_bootstrap import newcomer

__all__ = ["world", "world_template"]
DAY_SECONDS = 24 * 3600


def test_before_the_first_sync_it_knows_that_it_knows_nothing(world: World) -> None:
    member, _ = newcomer(world, "maths")
    status = member.replica.status()
    assert (status.seq, status.proven_seq, status.rows, status.parts) == (0, 0, 0, ())
    assert (status.complete, status.lease, status.digest_equal) == (False, None, False)


def test_after_a_sync_everything_is_here_and_proven(world: World) -> None:
    [maths] = world.synced("maths")
    status = maths.replica.status()
    assert status.proven_seq == status.seq == world.server.head().seq
    assert status.complete
    assert status.missing_chunks == 0
    assert status.clock_offset_seconds == 0
    assert status.earlier_devices == ()
    assert sum(part.rows for part in status.parts) == status.rows
    by_part = {part.part: part for part in status.parts}
    assert by_part[1].kind == "school"
    journal = world.school.journals["5А", "Математика"]
    assert by_part[partition(PartitionKind.JOURNAL, journal)].object_id == journal
    held = {row[0] for row in maths.database.fetch("SELECT part FROM part_state")}
    assert set(by_part) == held


def test_it_is_one_object_that_json_can_carry(world: World) -> None:
    [maths] = world.synced("maths")
    told = json.loads(json.dumps(asdict(maths.replica.status())))
    assert told["parts"][0] == {"part": 1, "kind": "school", "object_id": 0,
                                "rows": told["parts"][0]["rows"]}  # fmt: skip
    assert told["lease"]["over"] is False


def test_what_is_not_equal_is_not_proven(world: World) -> None:
    [maths] = world.synced("maths")
    before = maths.replica.status().proven_seq
    with transaction(world.server.database):
        bad = (digest.to_bytes(7),)
        world.server.database.execute("UPDATE part_state SET digest = ? WHERE part = 1", bad)
    world.restart()
    maths.do(topic(lesson(world)))
    with pytest.raises(DamageError):
        maths.sync()
    status = maths.replica.status()
    assert (status.digest_equal, status.proven_seq) == (False, before)


def test_a_clock_that_is_wrong_is_told_until_a_restart(world: World) -> None:
    [maths] = world.synced("maths")
    maths.clock.step_wall(-7_200)
    maths.clock.advance(60)
    assert maths.replica.status().clock_offset_seconds == -7_200
    maths.clock.reboot()
    assert maths.replica.status().clock_offset_seconds is None


def test_the_lease_runs_out_by_school_days(world: World) -> None:
    [maths] = world.synced("maths")
    first = maths.replica.status().lease
    assert first is not None
    assert (first.allowed_days, first.days_left, first.over) == (14, 14, False)
    maths.clock.advance(3 * DAY_SECONDS)
    later = maths.replica.status().lease
    assert later is not None
    assert later.days_left == 11
    maths.clock.advance(40 * DAY_SECONDS)
    over = maths.replica.status().lease
    assert over is not None
    assert over.over
    assert over.days_left < 0


def test_a_first_load_that_was_cut_says_what_is_missing(world: World) -> None:
    member, wire = newcomer(world, "maths", 3)
    with pytest.raises(TransportError):
        member.sync()
    status = member.replica.status()
    assert not status.complete
    assert status.missing_chunks > 0
    assert status.parts
    wire.cut_at = 0
    member.sync()
    done = member.replica.status()
    assert (done.complete, done.missing_chunks) == (True, 0)
    assert len(done.parts) > len(status.parts)


@pytest.mark.threat("T17")
def test_a_copy_tells_its_owner_that_it_is_another_device(world: World) -> None:
    [maths] = world.synced("maths")
    twin = copied(world, maths, "twin")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    twin.do(mark(lesson(world), pupils(world)[1], 4))
    maths.sync()
    report = twin.sync()
    status = twin.replica.status()
    assert status.earlier_devices == (maths.replica.device,)
    assert status.device != maths.replica.device
    assert report.became_device == status.device
    assert maths.sync().became_device == 0
    assert maths.replica.status().earlier_devices == ()
    twin.replica.close()

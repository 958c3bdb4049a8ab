from __future__ import annotations

from pathlib import Path

import pytest

from eschool_sync.history.verify import Verifier
from eschool_sync.history.witness import Witness
from tests.core.commands.acts import mark
from tests.drills import tampering
from tests.sync.harness import World, lesson, pupils

EDITS = 150
"""By command there are 10,000: ``python -m tests.drills.tampering --mutations 10000``."""


def verifier(world: World) -> Verifier:
    server = world.server
    key = bytes.fromhex(server.state.digest_key)
    return Verifier(server.database, world.number, server.public_key, key)


@pytest.mark.threat("T7")
def test_every_edit_behind_the_logs_back_is_found(tmp_path: Path) -> None:
    world = tampering.prepared(tmp_path)
    result = tampering.run(world, EDITS, seed=3)
    world.close()
    assert result.missed == []
    assert result.found == result.mutations == EDITS
    assert len(result.tables) > 12


def test_a_school_on_either_database_is_what_its_log_says(any_world: World) -> None:
    maths, _ = any_world.synced("maths", "guardian")
    maths.do(mark(lesson(any_world), pupils(any_world)[0]))
    maths.sync()
    done = verifier(any_world).verify([maths.replica.witness().head()])
    assert done.is_sound, done.problems
    assert done.entries == any_world.server.head().seq
    assert done.head is not None
    assert done.head.root == any_world.server.head().root


@pytest.mark.threat("T7")
def test_a_tail_cut_with_everything_that_follows_is_found_by_a_replicas_head(world: World) -> None:
    """An older copy of the whole database is sound by itself; only a witness knows of more."""
    [maths] = world.synced("maths")
    world.directory.close()
    file = world.directory.folder / str(world.number) / "school.db"
    older = file.read_bytes()
    world.restart()
    maths.do(mark(lesson(world), pupils(world)[0]))
    maths.sync()
    kept = Witness.of_json(maths.replica.witness().to_json())
    world.directory.close()
    for name in ("school.db-wal", "school.db-shm"):
        file.with_name(name).unlink(missing_ok=True)
    file.write_bytes(older)
    world.restart()
    alone = verifier(world).verify()
    assert alone.is_sound
    with_head = verifier(world).verify([kept.head()])
    assert [found.key for found in with_head.problems] == ["verify.tail"]


@pytest.mark.threat("T7")
def test_a_trigger_that_waits_is_found(world: World) -> None:
    world.server.database.execute(
        "CREATE TRIGGER later AFTER INSERT ON mark BEGIN UPDATE mark SET value = 5; END"
    )
    assert [found.key for found in verifier(world).verify().problems] == ["verify.schema"]

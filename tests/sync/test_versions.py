"""A server newer than the program takes what was entered; rows come after the update."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eschool_core.domain.journal import Mark
from eschool_core.errors import TransportError
from eschool_core.store.database import transaction
from eschool_sync.protocol.version import OLDER_TAKEN, VERSION, check_taken
from eschool_sync.replica import outbox
from eschool_sync.replica.position import Position
from eschool_sync.replica.pushing import TAKEN
from eschool_sync.replica.tables import put_meta
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.parcels import answer_file
from tests.core.commands.acts import mark, topic
from tests.drills.test_copied_replica import copied
from tests.sync.harness import Member, Wire, World, answer_lost, lesson, pupils

NEWER = VERSION + OLDER_TAKEN
ALL = [1, 2, 3, 4, 5]


@pytest.fixture
def maths(world: World) -> Member:
    """A teacher with five entries that wait, before a server two versions on."""
    [member] = world.synced("maths")
    member.wire.sent.clear()
    for pupil in pupils(world)[:4]:
        member.do(mark(lesson(world), pupil, 5))
    member.do(topic(lesson(world)))
    world.server.version = NEWER
    return member


def judged(world: World, member: Member) -> list[int]:
    rows = world.server.database.fetch(
        "SELECT n FROM log WHERE device = ? ORDER BY n", (member.replica.device,)
    )
    return [int(row[0]) for row in rows]


def outdated(member: Member) -> None:
    with pytest.raises(TransportError) as caught:
        member.sync()
    assert caught.value.key == "transport.outdated"


@pytest.mark.parametrize("version", range(1, NEWER + 1))
def test_a_server_takes_its_own_version_and_the_two_before(version: int) -> None:
    check_taken(version, NEWER)
    with pytest.raises(TransportError):
        check_taken(version, version + OLDER_TAKEN + 1)
    with pytest.raises(TransportError):
        check_taken(version, version - 1)


@pytest.mark.threat("T19")
def test_an_old_program_gives_everything_and_hears_that_it_is_old(
    world: World, maths: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MAX_COMMANDS", 2)
    outdated(maths)
    assert judged(world, maths) == ALL
    assert len(maths.wire.sent) == 3
    # Nothing is settled here yet, and nothing that was entered disappears.
    assert maths.replica.status().pending == 5
    assert len(maths.replica.store.select(Mark)) == 4


def test_what_the_server_has_is_not_sent_again(world: World, maths: Member) -> None:
    outdated(maths)
    full = len(maths.wire.sent[-1])
    outdated(maths)
    assert len(maths.wire.sent[-1]) < full / 2
    maths.do(mark(lesson(world), pupils(world)[0], 4))
    outdated(maths)
    assert judged(world, maths) == [*ALL, 6]


@pytest.mark.threat("T16")
@pytest.mark.parametrize("taken", [2, 3, 99])
def test_what_a_newer_server_has_forgotten_is_sent_in_the_same_sync(
    world: World, maths: Member, taken: int
) -> None:
    put_meta(maths.database, TAKEN, taken)
    outdated(maths)
    assert judged(world, maths) == ALL


@pytest.mark.threat("T17")
def test_a_copy_that_an_old_program_made_sends_all_that_waits(world: World, maths: Member) -> None:
    outdated(maths)
    twin = copied(world, maths, "twin")
    maths.do(mark(lesson(world), pupils(world)[0], 4))
    outdated(maths)
    for pupil in pupils(world)[:3]:
        twin.do(mark(lesson(world), pupil, 3))
    put_meta(twin.database, TAKEN, 6)
    outdated(twin)
    assert judged(world, maths) == [*ALL, 6]
    assert len(judged(world, twin)) == 3
    world.server.version = VERSION
    for member in (maths, twin):
        member.sync()
        assert member.replica.status().pending == 0
    twin.replica.close()


def test_a_lost_answer_costs_nothing(world: World, maths: Member) -> None:
    maths.wire.faults = [answer_lost]
    with pytest.raises(TransportError):
        maths.sync()
    outdated(maths)
    assert judged(world, maths) == ALL


@pytest.mark.threat("T19")
def test_after_the_update_verdicts_and_rows_come(world: World, maths: Member) -> None:
    outdated(maths)
    maths.do(mark(lesson(world), pupils(world)[0], 4))
    world.server.version = VERSION  # now both speak the same
    report = maths.sync()
    assert report.accepted + report.with_findings == 6
    world.check("maths")


def test_a_server_four_versions_on_takes_nothing_and_nothing_is_lost(
    world: World, maths: Member
) -> None:
    world.server.version = NEWER + 1
    with pytest.raises(TransportError) as caught:
        maths.sync()
    assert caught.value.key == "transport.version"
    assert judged(world, maths) == []
    assert maths.replica.status().pending == 5


def test_an_empty_replica_sends_before_it_hears_that_no_rows_come(
    world: World, maths: Member
) -> None:
    """As after a rescue: it would load everything anew first."""

    def no_chunks(wire: Wire, route: str, body: bytes) -> bytes:
        assert route == "snapshot"
        raise TransportError("transport.version", ours=NEWER)

    with transaction(maths.database):
        position = Position.load(maths.database)
        replace(position, cursor=0, incarnation=b"").save(maths.database)
    maths.wire.faults = [no_chunks]
    outdated(maths)
    assert judged(world, maths) == ALL


def test_a_file_tells_the_same(world: World, maths: Member) -> None:
    _, answer = answer_file(world.directory, maths.replica.request_file(), SeededRandom(9))
    with pytest.raises(TransportError) as caught:
        maths.replica.take_answer(answer)
    assert caught.value.key == "transport.outdated"
    assert judged(world, maths) == ALL
    assert maths.replica.status().pending == 5

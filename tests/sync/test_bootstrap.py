"""A new replica from chunks: whole after any cut, usable early, nobody else's rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.lessons import RecordTopic
from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.partition import PartitionKind, kind_of
from eschool_core.errors import AccessError, InputError, TransportError
from eschool_core.queries.today import today
from eschool_sync.clock import ManualClock
from eschool_sync.protocol.snapshot import (
    Chunk,
    SnapshotRequest,
    read_chunk,
    read_snapshot_list,
    unpack_chunks,
)
from eschool_sync.replica.outbox import State
from eschool_sync.replica.position import Position
from eschool_sync.server import snapshots
from tests.core.commands.acts import mark, topic
from tests.school import MONDAY
from tests.sync.harness import (
    Member,
    Wire,
    World,
    answer_lost,
    lesson,
    pupils,
    request_lost,
    substitute,
)

MOST_REQUESTS = 40


class Routes(Wire):
    """A wire that remembers which routes were taken, and is cut at one request."""

    taken: list[str]
    cut_at: int = MOST_REQUESTS

    def deliver(self, route: str, body: bytes) -> bytes:
        """Return the server's answer, unless the line is cut now."""
        self.taken.append(route)
        if len(self.taken) == self.cut_at:
            raise TransportError("transport.interrupted")
        return super().deliver(route, body)


@pytest.fixture(autouse=True)
def small_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an answer carry one chunk, and a group's journal be worth one."""
    monkeypatch.setattr(snapshots, "MAX_SENT_BYTES", 1)
    monkeypatch.setattr(snapshots, "MIN_LINES", 1)


def newcomer(world: World, name: str, cut_at: int = MOST_REQUESTS) -> tuple[Member, Routes]:
    """Return a person at a second replica that has never synced."""
    folder = world.folder / "second" / name
    shutil.rmtree(folder, ignore_errors=True)
    device_clock = ManualClock(world.clock.wall())
    key = world.enrol(name, folder, device_clock)
    wire = Routes(world.directory, world.number)
    wire.taken, wire.cut_at = [], cut_at
    member = Member(name, world.person(name), folder, key, device_clock, wire, 77_000)
    world.members[f"{name}, second"] = member
    return member, wire


def ask(member: Member, *wanted: bytes) -> bytes:
    """Return the server's answer to a request for chunks, signed by the member's device."""
    opened = member.replica._opened
    request = SnapshotRequest(opened.identity.school, opened.identity.device, wanted)
    return member.wire.deliver("snapshot", request.sealed(opened.signing))


def offered(member: Member) -> list[bytes]:
    """Return the names of the chunks in a member's scope."""
    return [name for name, _ in read_snapshot_list(ask(member)).chunks]


@pytest.mark.parametrize("name", ["deputy", "officer", "guardian"])
def test_a_new_replica_is_what_its_person_may_see(world: World, name: str) -> None:
    newcomer(world, name)[0].sync()
    world.check(f"{name}, second")


def test_a_new_replica_is_what_the_server_has(any_world: World) -> None:
    member, wire = newcomer(any_world, "maths")
    report = member.sync()
    any_world.check("maths, second")
    assert wire.taken[0] == "snapshot"
    assert wire.taken[-1] == "sync"
    assert report.pulled_rows == member.replica.status().rows


def test_what_was_built_for_one_serves_the_next(world: World) -> None:
    newcomer(world, "maths")[0].sync()
    built = set(world.server.snapshots._by_hash)
    newcomer(world, "maths")[0].sync()
    assert set(world.server.snapshots._by_hash) == built


def test_a_line_cut_at_any_request_costs_that_request_alone(world: World) -> None:
    whole, wire = newcomer(world, "maths")
    whole.sync()
    requests = len(wire.taken)
    assert requests > 5
    for cut_at in range(1, requests + 1):
        member, wire = newcomer(world, "maths", cut_at)
        with pytest.raises(TransportError):
            member.sync()
        member.reopen()
        member.sync()
        world.check("maths, second")
        chunks = wire.taken.count("snapshot")
        # The list is asked for again, and the request that was cut: nothing else.
        assert chunks <= requests - 1 + 2, cut_at


def test_an_answer_that_was_lost_is_fetched_again(world: World) -> None:
    member, wire = newcomer(world, "maths")
    wire.faults = [answer_lost, answer_lost]
    for _ in range(2):
        with pytest.raises(TransportError):
            member.sync()
    member.sync()
    world.check("maths, second")


def test_the_first_chunks_make_the_lesson_of_the_day_usable(world: World) -> None:
    listed = read_snapshot_list(ask(newcomer(world, "maths")[0]))
    assert 0 < listed.first < len(listed.chunks)
    member, _ = newcomer(world, "maths", cut_at=2 + listed.first)
    with pytest.raises(TransportError):
        member.sync()
    lessons = today(member.replica.store, member.person, member.replica.today()).lessons
    assert lesson(world) in [entry.lesson_id for entry in lessons]
    receipt = member.do(mark(lesson(world), pupils(world)[0], 5))
    assert receipt.outcome is not None
    assert [row.value for row in member.replica.store.select(Mark)] == [5]
    member.sync()
    world.check("maths, second")
    assert [row.value for row in member.replica.store.select(Mark)] == [5]
    assert member.replica._opened.outbox.counts() == {State.ACCEPTED: 1}


@pytest.mark.threat("T18")
def test_chunks_of_before_another_process_got_everything_are_left_alone(world: World) -> None:
    [maths] = world.synced("maths")
    member, wire = newcomer(world, "maths")
    second = Wire(world.directory, world.number)
    other = Member("maths", member.person, member.folder, member.key, member.clock, second, 78_000)

    def overtaken(wire: Wire, route: str, body: bytes) -> bytes:
        """Let the school go on, and the other process fetch all of it, before an answer comes."""
        answer = wire.deliver(route, body)
        maths.do(topic(lesson(world), "Дроби"))
        maths.sync()
        other.sync()
        return answer

    wire.faults = [Wire.deliver, overtaken, request_lost]
    with pytest.raises(TransportError):
        member.sync()
    position = Position.load(member.database)
    assert (position.cursor, position.tree) == (world.server.head().seq,) * 2
    world.check("maths, second")
    other.replica.close()


def test_what_changed_since_a_chunk_was_built_comes_with_the_sync(world: World) -> None:
    newcomer(world, "maths")[0].sync()
    [maths] = world.synced("maths")
    at = lesson(world)
    maths.do(topic(at, "Дроби"))
    maths.do(mark(at, pupils(world)[0], 4))
    maths.sync()
    built = dict(world.server.snapshots._by_hash)
    member, _ = newcomer(world, "maths")
    member.sync()
    assert dict(world.server.snapshots._by_hash) == built
    assert [row.text for row in member.replica.store.select(Topic, lesson_id=at)] == ["Дроби"]
    world.check("maths, second")


def test_a_chunk_far_behind_is_built_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    newcomer(world, "maths")[0].sync()
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world), "Дроби"))
    maths.sync()
    monkeypatch.setattr(snapshots, "MAX_BEHIND", 0)
    built = set(world.server.snapshots._by_hash)
    member, _ = newcomer(world, "maths")
    member.sync()
    fresh = set(world.server.snapshots._by_hash)
    assert len(fresh - built) == 1
    assert len(built - fresh) == 1
    world.check("maths, second")


def test_a_scope_that_changes_in_the_middle_is_the_new_one_in_the_end(world: World) -> None:
    member, _ = newcomer(world, "maths", cut_at=5)
    with pytest.raises(TransportError):
        member.sync()
    substitute(world)
    world.advance(60)
    member.sync()
    world.check("maths, second")


def test_a_server_that_forgot_its_chunks_serves_by_sync(world: World) -> None:
    member, _ = newcomer(world, "maths", cut_at=4)
    with pytest.raises(TransportError):
        member.sync()
    world.restart()
    member.sync()
    world.check("maths, second")


@pytest.mark.threat("T26")
@pytest.mark.threat("T3")
def test_nobody_gets_a_chunk_of_what_that_person_may_not_see(world: World) -> None:
    names = offered(newcomer(world, "maths")[0])
    guardian, _ = newcomer(world, "guardian")
    own = set(offered(guardian))
    foreign = [name for name in names if name not in own]
    assert foreign
    for name in foreign:
        assert unpack_chunks(ask(guardian, name)) == []
        # A chunk that is not there looks the same.
        assert unpack_chunks(ask(guardian, bytes(32))) == []


@pytest.mark.threat("T15")
def test_a_revoked_device_gets_no_chunk(world: World) -> None:
    member, _ = newcomer(world, "maths")
    names = offered(member)
    world.act(RevokeDevice(device=member.replica.device), "officer")
    for wanted in ([], names[:1]):
        with pytest.raises(AccessError):
            ask(member, *wanted)


@pytest.mark.threat("T15")
def test_work_before_the_first_whole_sync_reaches_the_server_from_a_revoked_device(
    world: World,
) -> None:
    member, _ = newcomer(world, "maths", cut_at=5)
    with pytest.raises(TransportError):
        member.sync()
    world.act(RevokeDevice(device=member.replica.device), "officer")
    member.do(topic(lesson(world), "Дроби"))
    with pytest.raises(AccessError):
        member.sync()
    rows = world.server.database.fetch(
        "SELECT verdict FROM log WHERE device = ?", (member.replica.device,)
    )
    assert rows == [(Verdict.HELD,)]


def test_a_chunk_that_is_not_what_its_name_says_is_refused(world: World, tmp_path: Path) -> None:
    def changed(wire: Wire, route: str, body: bytes) -> bytes:
        answer = bytearray(wire.deliver(route, body))
        answer[-5] ^= 1
        return bytes(answer)

    member, wire = newcomer(world, "maths")
    wire.faults = [lambda wire, route, body: wire.deliver(route, body), changed]
    with pytest.raises(InputError):
        member.sync()
    assert member.replica.status().rows == 0
    member.sync()
    world.check("maths, second")


def test_chunks_hold_whole_partitions_and_each_one_once(world: World) -> None:
    member, _ = newcomer(world, "deputy")
    chunks: list[Chunk] = []
    for name in offered(member):
        [data] = unpack_chunks(ask(member, name))
        chunks.append(read_chunk(data, name))
    parts = [part for chunk in chunks for part in chunk.parts]
    assert len(parts) == len(set(parts))
    assert {kind_of(part) for part in parts} == {
        PartitionKind.SCHOOL,
        PartitionKind.CLASS,
        PartitionKind.NAME,
        PartitionKind.JOURNAL,
        PartitionKind.LINE,
        PartitionKind.RESULT,
    }


def test_memory_for_chunks_has_a_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "MAX_KEPT_BYTES", 1)
    member, _ = newcomer(world, "maths")
    member.sync()
    assert len(world.server.snapshots._kept) == 1
    world.check("maths, second")


def test_work_of_the_first_minutes_waits_for_no_chunk(world: World) -> None:
    member, _ = newcomer(world, "maths", cut_at=3)
    with pytest.raises(TransportError):
        member.sync()
    member.do(RecordTopic(lesson_id=lesson(world, MONDAY), text="Дроби"))
    member.sync()
    world.check("maths, second")
    assert [row.text for row in member.replica.store.select(Topic)] == ["Дроби"]

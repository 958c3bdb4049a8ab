"""Rows of a replica that differ from the server's: only they come again, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable

import msgpack
import pytest

from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.partition import PartitionKind, kind_of, partition
from eschool_core.errors import AccessError, DamageError, InputError, TransportError
from eschool_core.store import digest
from eschool_core.store.database import transaction
from eschool_sync.protocol.columns import pack_columns
from eschool_sync.protocol.compression import compress
from eschool_sync.protocol.frames import unpack_frames
from eschool_sync.protocol.messages import pack_parts
from eschool_sync.protocol.repairing import (
    REPAIR_CONTEXT,
    RepairRequest,
    Step,
    pack_rows,
    pack_sums,
    read_differing,
    read_mended,
    read_repair_request,
)
from eschool_sync.protocol.version import VERSION
from eschool_sync.replica import mending
from eschool_sync.security.signing import SigningKey
from eschool_sync.server import repairing
from tests.core.commands.acts import mark, topic
from tests.sync.harness import Member, Wire, World, lesson, pupils

Damage = Callable[[Member], None]


@pytest.fixture
def russian(world: World) -> Member:
    """A class teacher's replica with marks of a colleague."""
    maths, member = world.synced("maths", "russian")
    for pupil, value in zip(pupils(world)[:4], (5, 4, 3, 2), strict=True):
        maths.do(mark(lesson(world), pupil, value))
    maths.do(topic(lesson(world)))
    world.settle()
    member.wire.sent.clear()
    return member


def run(member: Member, sql: str) -> None:
    member.database.execute(sql)


def wrong(member: Member) -> None:
    """Make the sums wrong too, so that the next comparison notices."""
    run(member, "UPDATE part_state SET rows = rows + 1 WHERE part = 1")


def other_value(member: Member) -> None:
    run(member, "UPDATE mark SET value = 1 WHERE value = 3")
    wrong(member)


def row_lost(member: Member) -> None:
    run(member, "DELETE FROM mark WHERE value = 3")
    wrong(member)


def row_from_nowhere(member: Member) -> None:
    run(member, "UPDATE mark SET id = id + 7 WHERE value = 3")
    wrong(member)


def row_in_another_partition(member: Member) -> None:
    run(member, "UPDATE mark SET part = (SELECT part FROM mark WHERE value = 5) WHERE value = 3")
    wrong(member)


def partition_lost(member: Member) -> None:
    [row] = member.replica.store.select(Mark, value=3)
    run(member, f"DELETE FROM mark WHERE part = {row.part}")
    run(member, f"DELETE FROM part_state WHERE part = {row.part}")


def foreign_partition(member: Member) -> None:
    part = partition(PartitionKind.NAME, 12_345)
    run(member, f"UPDATE mark SET part = {part} WHERE value = 3")
    wrong(member)


def everything_lost(member: Member) -> None:
    run(member, "DELETE FROM mark")
    run(member, "DELETE FROM topic")
    wrong(member)


@pytest.mark.asvs("11.2.5")
@pytest.mark.parametrize(
    ("damage", "most"),
    [
        (wrong, 0),
        (other_value, 1),
        (row_lost, 1),
        (row_from_nowhere, 2),
        (row_in_another_partition, 2),
        (partition_lost, 1),
        (foreign_partition, 2),
        (everything_lost, 5),
    ],
)
def test_only_what_differs_comes_again(
    world: World, russian: Member, damage: Damage, most: int
) -> None:
    damage(russian)
    report = russian.sync()
    assert report.mended_rows <= most
    assert report.pulled_rows == 0
    assert report.bytes_down < 3_000
    world.check("russian")
    again = russian.sync()
    assert (again.rounds, again.mended_rows) == (1, 0)


def test_a_repair_keeps_what_is_pending_and_its_effect(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 3))
    maths.sync()
    other_value(maths)
    maths.do(mark(lesson(world), pupils(world)[1], 5))
    report = maths.sync()
    assert (report.accepted, report.mended_rows) == (1, 1)
    world.check("maths")


def passed(wire: Wire, route: str, body: bytes) -> bytes:
    return wire.deliver(route, body)


def test_a_school_that_goes_on_meanwhile_is_asked_again(world: World, russian: Member) -> None:
    """What differs changes between the comparison and the question for rows."""
    other_value(russian)
    [wrong_row] = russian.replica.store.select(Mark, value=1)

    def overtaken(wire: Wire, route: str, body: bytes) -> bytes:
        world.act(mark(lesson(world), pupils(world)[2], 4), "maths")
        return wire.deliver(route, body)

    russian.wire.faults = [passed, passed, overtaken]
    report = russian.sync()
    assert report.rounds > 3
    world.check("russian")
    [row] = russian.replica.store.select(Mark, id=wrong_row.id)
    assert row.value == 4


@pytest.mark.parametrize("lost_after", [0, 1, 2])
def test_a_line_that_is_cut_in_a_repair_leaves_everything_as_it_was(
    world: World, russian: Member, lost_after: int
) -> None:
    def cut(wire: Wire, route: str, body: bytes) -> bytes:
        wire.deliver(route, body)
        raise TransportError("transport.interrupted")

    other_value(russian)
    russian.wire.faults = [*[passed] * lost_after, cut]
    with pytest.raises(TransportError):
        russian.sync()
    assert russian.sync().mended_rows == 1
    world.check("russian")


def test_rows_that_look_alike_by_their_short_hash_come_with_their_partition(
    world: World, russian: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairing, "HASH_SHIFT", 128)
    monkeypatch.setattr("eschool_sync.replica.confirmed.HASH_SHIFT", 128)
    other_value(russian)
    report = russian.sync()
    assert report.mended_rows > 0
    world.check("russian")


def test_where_more_rows_differ_than_one_question_names_their_partitions_come(
    world: World, russian: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mending, "MAX_ROWS", 2)
    everything_lost(russian)
    russian.sync()
    world.check("russian")


def test_where_hashes_would_be_too_many_partitions_come_whole(
    world: World, russian: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairing, "MAX_HASHES", 1)
    everything_lost(russian)
    row_from_nowhere(russian)
    russian.sync()
    world.check("russian")


@pytest.mark.asvs("11.2.5")
def test_what_no_repair_makes_equal_is_an_alarm(world: World, russian: Member) -> None:
    """The server's own sums of a partition are wrong."""
    bad = (digest.to_bytes(7),)
    with transaction(world.server.database):
        world.server.database.execute("UPDATE part_state SET digest = ? WHERE part = 1", bad)
    world.restart()
    with pytest.raises(DamageError) as caught:
        russian.sync()
    assert caught.value.key == "damage.digest"
    assert len(russian.wire.sent) <= 5
    assert not russian.replica.status().digest_equal


class Asking:
    """Questions of a replica's device, made by hand."""

    def __init__(self, world: World, member: Member) -> None:
        self.world, self.member = world, member
        self.seq = world.server.head().seq

    def ask(self, step: Step, block: bytes, seq: int | None = None) -> bytes:
        replica = self.member.replica
        asked = RepairRequest(
            replica.school,
            replica.device,
            bytes.fromhex(self.world.server.state.incarnation),
            self.seq if seq is None else seq,
            step,
            block,
        )
        return self.member.wire.deliver("repair", asked.sealed(self.key))

    @property
    def key(self) -> SigningKey:
        return self.member.replica._opened.signing


@pytest.mark.threat("T6")
def test_nobody_gets_a_row_or_a_hash_of_another_scope(world: World, russian: Member) -> None:
    [english] = world.synced("english")
    asking = Asking(world, english)
    held = {row[0] for row in english.database.fetch("SELECT part FROM part_state")}
    rows = [row for row in world.server.store.select(Mark) if row.part not in held]
    assert rows
    foreign = sorted({row.part for row in rows})
    frames = read_mended(asking.ask(Step.ROWS, pack_rows([(Mark.number, r.id) for r in rows])))
    assert unpack_frames(frames or [])[0] == []
    parts = read_mended(asking.ask(Step.PARTS, pack_parts(foreign)))
    assert unpack_frames(parts or [])[0] == []
    told = read_differing(asking.ask(Step.COMPARE, pack_sums(dict.fromkeys(foreign, (0, b"")))))
    assert told.gone == foreign
    assert set(told.parts) == held
    assert {part for part, _, _ in told.hashes} <= held


def test_of_what_has_changed_since_nothing_is_said(world: World, russian: Member) -> None:
    asking = Asking(world, russian)
    everything = sorted({row[0] for row in russian.database.fetch("SELECT part FROM part_state")})
    assert read_mended(asking.ask(Step.PARTS, pack_parts(everything), seq=1)) is None
    told = read_differing(asking.ask(Step.COMPARE, pack_sums({1: (0, b"")}), seq=0))
    assert told.newer > 0
    topics = world.server.store.select(Topic)
    block = pack_rows([(Topic.number, row.id) for row in topics])
    assert read_mended(asking.ask(Step.ROWS, block, seq=1)) is None


@pytest.mark.threat("T4")
def test_a_question_with_another_signature_is_refused(world: World, russian: Member) -> None:
    asked = RepairRequest(
        russian.replica.school, russian.replica.device, b"", 0, Step.PARTS, pack_parts([1])
    )
    maths = world.member("maths")
    with pytest.raises(AccessError):
        russian.wire.deliver("repair", asked.sealed(maths.replica._opened.signing))


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [1, 2],
        [1, 2, b"i", 3, 3, b""],
        [1, 70_000, b"i", 3, 0, b""],
        [1, 2, "i", 3, 0, b""],
        [1, 2, b"i", -1, 0, b""],
    ],
)
def test_what_is_no_question_is_refused(russian: Member, fields: list[object]) -> None:
    body = msgpack.packb([VERSION, *fields])
    key = russian.replica._opened.signing
    with pytest.raises(InputError):
        read_repair_request(compress(key.sign(REPAIR_CONTEXT, body) + body))


def test_a_block_of_another_shape_is_refused(world: World, russian: Member) -> None:
    asking = Asking(world, russian)
    with pytest.raises(InputError):
        asking.ask(Step.ROWS, pack_columns([(1, 2, 3)], 3))
    with pytest.raises(InputError):
        asking.ask(Step.ROWS, pack_columns([(999, 2)], 2))
    with pytest.raises(InputError):
        asking.ask(Step.COMPARE, pack_columns([(1, 2, 3)], 3))


def test_marks_lie_in_lines_of_their_own(russian: Member) -> None:
    """Else the drills above would repair a single partition all the time."""
    rows = russian.replica.store.select(Mark)
    assert len({row.part for row in rows}) == 4
    assert {kind_of(row.part) for row in rows} == {PartitionKind.LINE}

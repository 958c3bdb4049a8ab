"""Copied replicas and shared computers are told of at the next sync (6.1)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.office import Notice
from eschool_core.errors import AccessError, TransportError
from eschool_core.store.database import transaction
from eschool_sync import computer
from eschool_sync.computer import NAME_BYTES, computer_name
from eschool_sync.protocol.messages import read_request
from eschool_sync.replica import Replica
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.parcels import answer_file
from tests.school import FIRST_DAY
from tests.sync.harness import Member, World, request_lost
from tests.sync.test_idle import on_domain, traced

STAFFROOM = b"staffroom"
UNKNOWN, SHARED = "notice.alert.unknown_device", "notice.alert.shared_device"
WEEK_SECONDS = 7 * 24 * 3600


def alerts(world: World) -> list[tuple[str, int]]:
    rows = world.server.store.select(Notice, kind=NoticeKind.ALERT)
    return [(row.key, row.person_id) for row in rows]


def used(world: World) -> list[tuple[bytes, int, int]]:
    """Return what the server keeps of computers: name, person, time."""
    rows = world.server.database.fetch("SELECT hash, person_id, seen_at FROM computer")
    return [(bytes(name), int(person), int(at)) for name, person, at in rows]


@pytest.fixture(autouse=True)
def no_computer_is_known(request: pytest.FixtureRequest) -> None:
    """Begin as a school does whose replicas have not told of their computers yet."""
    for name in {"world", "any_world"} & set(request.fixturenames):
        database = request.getfixturevalue(name).server.database
        with transaction(database):
            database.execute("DELETE FROM computer")


def at(member: Member, machine: bytes) -> Member:
    """Let a member go on at another computer."""
    member.machine = machine
    member.reopen()
    return member


def copied_to(member: Member, folder: Path, machine: bytes) -> Replica:
    """Return an open copy of a replica at another computer."""
    member.replica.close()
    shutil.copytree(member.folder, folder)
    member.open()
    return Replica(folder, member.key, member.wire, clock=member.clock, machine=machine)


def second_device(world: World, name: str, folder: Path, machine: bytes) -> Replica:
    """Return a further device that somebody has enrolled."""
    clock = world.member(name).clock
    key = world.enrol(name, folder, clock)
    return Replica(folder, key, world.wire(), clock=clock, machine=machine)


@pytest.mark.scenario("6.1:1")
@pytest.mark.clause("6.1")
def test_two_of_staff_at_one_computer_within_minutes_are_told_of(any_world: World) -> None:
    maths, english, officer = map(any_world.member, ("maths", "english", "officer"))
    at(maths, STAFFROOM).sync()
    assert alerts(any_world) == []
    any_world.advance(10 * 60)
    at(english, STAFFROOM).sync()
    told = alerts(any_world)
    assert {key for key, _ in told} == {SHARED}
    assert {maths.person, english.person, officer.person} <= {person for _, person in told}
    [notice] = english.replica.store.select(Notice, kind=NoticeKind.ALERT)
    assert notice.key == SHARED


@pytest.mark.clause("6.1")
def test_after_the_minutes_of_the_policy_a_computer_may_have_changed_hands(world: World) -> None:
    at(world.member("maths"), STAFFROOM).sync()
    world.advance(10 * 60 + 1)
    at(world.member("english"), STAFFROOM).sync()
    assert alerts(world) == []
    policy = SetPolicy(
        name="device_overlap_minutes", value="11", first_day=FIRST_DAY, act="приказ № 4"
    )
    world.act(policy)
    world.advance(11 * 60)
    world.member("maths").reopen().sync()
    assert {key for key, _ in alerts(world)} == {SHARED}


@pytest.mark.clause("6.1")
def test_who_shares_a_computer_is_told_again_after_a_week_only(world: World) -> None:
    maths = at(world.member("maths"), STAFFROOM)
    english = at(world.member("english"), STAFFROOM)
    maths.sync()
    english.sync()
    first = len(alerts(world))
    english.reopen().sync()
    world.advance(120)
    english.reopen().sync()
    assert len(alerts(world)) == first
    maths.reopen().sync()
    second = len(alerts(world))
    assert second > first
    world.advance(WEEK_SECONDS)
    maths.sync()
    english.sync()
    assert len(alerts(world)) > second


@pytest.mark.scenario("6.1:1")
@pytest.mark.clause("6.1")
def test_a_replica_copied_to_another_computer_is_told_of_once(world: World, tmp_path: Path) -> None:
    maths, officer = world.synced("maths", "officer")
    with copied_to(maths, tmp_path / "copy", b"elsewhere") as copy:
        copy.sync()
        told = alerts(world)
        assert {key for key, _ in told} == {UNKNOWN}
        assert {maths.person, officer.person} <= {person for _, person in told}
        world.advance(WEEK_SECONDS)
        copy.sync()
    maths.reopen().sync()
    assert alerts(world) == told


@pytest.mark.clause("6.1")
def test_a_further_device_that_was_enrolled_is_no_alarm(world: World, tmp_path: Path) -> None:
    for name in ("maths", "guardian"):
        world.synced(name)
        with second_device(world, name, tmp_path / name, name.encode() + b" at home") as second:
            second.sync()
        world.member(name).sync()
    assert alerts(world) == []


@pytest.mark.scenario("6.1:2")
@pytest.mark.clause("6.1")
def test_a_guardians_phone_and_computer_and_a_familys_own_are_no_alarm(
    world: World, tmp_path: Path
) -> None:
    guardian, pupil = world.synced("guardian", "pupil")
    with copied_to(guardian, tmp_path / "phone", b"phone") as phone:
        phone.sync()
    at(guardian, b"kitchen").sync()
    world.advance(60)
    at(pupil, b"kitchen").sync()
    assert alerts(world) == []


@pytest.mark.clause("6.1")
def test_a_pupil_at_a_teachers_computer_is_told_of(world: World) -> None:
    at(world.member("pupil"), b"desk").sync()
    at(world.member("maths"), b"desk").sync()
    assert {key for key, _ in alerts(world)} == {SHARED}


@pytest.mark.clause("6.1")
def test_a_device_that_was_shut_out_alarms_nobody(world: World, tmp_path: Path) -> None:
    [maths] = world.synced("maths")
    world.act(RevokeDevice(device=maths.replica.device), "officer")
    with copied_to(maths, tmp_path / "copy", b"elsewhere") as copy, pytest.raises(AccessError):
        copy.sync()
    assert alerts(world) == []


def test_a_request_by_file_says_nothing_of_the_computer(world: World) -> None:
    maths = at(world.member("maths"), STAFFROOM)
    world.advance(120)
    before = used(world)
    _, answer = answer_file(world.directory, maths.replica.request_file(), SeededRandom(1))
    assert maths.replica.take_answer(answer) is not None
    assert used(world) == before


def test_an_open_replica_tells_of_the_computer_every_five_minutes(world: World) -> None:
    maths = world.member("maths")
    told = []
    for seconds in (0, 1, 298, 1):
        world.advance(seconds)
        maths.sync()
        told.append(read_request(maths.wire.sent[-1]).request.computer)
    name = computer_name(b"maths", maths.replica._opened.identity.digest_key)
    assert told == [name, b"", b"", name]


def test_what_was_told_to_nobody_is_told_again(world: World) -> None:
    maths = world.member("maths")
    maths.wire.faults.append(request_lost)
    with pytest.raises(TransportError):
        maths.sync()
    maths.sync()
    assert read_request(maths.wire.sent[-1]).request.computer


def test_a_computer_in_use_costs_a_write_a_minute_at_most_and_no_domain_table(
    world: World,
) -> None:
    maths, english = at(world.member("maths"), STAFFROOM), at(world.member("english"), STAFFROOM)
    for member in (maths, english, maths, english):
        member.reopen().sync()
    english.reopen()
    with traced(world.server.database) as statements:
        english.sync()
    assert not [one for one in statements if not one.startswith("SELECT")]
    assert on_domain(statements) == []
    world.advance(60)
    english.reopen()
    with traced(world.server.database) as statements:
        english.sync()
    assert len([one for one in statements if "INTO computer" in one]) == 1
    assert (english.person, world.clock.wall()) in {(person, at) for _, person, at in used(world)}


def test_a_computer_has_another_name_at_each_school() -> None:
    one, other = computer_name(b"machine", b"k" * 32), computer_name(b"machine", b"l" * 32)
    assert one != other
    assert len(one) == len(other) == NAME_BYTES
    assert one == computer_name(b"machine", b"k" * 32) != computer_name(b"another", b"k" * 32)
    assert computer_name(b"", b"k" * 32) == b""


def test_what_the_system_calls_the_computer_reaches_no_server(world: World) -> None:
    maths = at(world.member("maths"), STAFFROOM)
    maths.sync()
    assert used(world)
    assert not [name for name, _, _ in used(world) if STAFFROOM in name or name in STAFFROOM]


def test_the_first_source_that_says_something_names_the_computer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, named = tmp_path / "empty", tmp_path / "named"
    empty.touch()
    named.write_bytes(b"0123456789abcdef\n")
    monkeypatch.setattr(computer, "_LINUX", (tmp_path / "none", empty, named))
    assert computer.machine_id() == b"0123456789abcdef"
    monkeypatch.setattr(computer, "_LINUX", (tmp_path / "none", empty))
    assert computer.machine_id() == b""

"""A replica's files are copied, or put back from an old copy, and both have written (T17)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import msgpack
import pytest

from eschool_core.app import Outcome
from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.links import AttachLink, DetachLink
from eschool_core.domain.enums import Verdict
from eschool_core.domain.informing import ResourceLink
from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.office import Device
from eschool_core.errors import AccessError, TransportError
from eschool_core.ids import device_of
from eschool_core.store.database import Database
from eschool_sync.history.verify import Verifier
from eschool_sync.protocol.branching import renamed
from eschool_sync.protocol.envelope import pack_payload
from eschool_sync.protocol.messages import read_request, read_response, unpack_outcome
from eschool_sync.replica import exchange
from eschool_sync.server import branching, pushes
from eschool_sync.server.copied import COPIED, is_same_content, judged_once
from eschool_sync.server.judge import Entry
from tests.core.commands.acts import mark, topic
from tests.sync.harness import Member, World, answer_lost, lesson, pupils, request_lost

pytestmark = pytest.mark.threat("T17")
LOG = "SELECT device, n, header, outcome FROM log WHERE pushed > 0 ORDER BY seq"
EARLIER_SECONDS = 3600


@pytest.fixture
def copies(world: World) -> Iterator[tuple[World, Member, Member]]:
    """A teacher's replica with a synced past, and a copy of its files."""
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world), "Общее"))
    maths.sync()
    twin = copied(world, maths, "twin")
    yield world, maths, twin
    twin.replica.close()


def copied(world: World, member: Member, name: str) -> Member:
    """Return a copy of a member's files, open beside the first."""
    member.replica.close()
    folder = world.folder / name
    shutil.copytree(member.folder, folder)
    member.open()
    return Member(name, member.person, folder, member.key, member.clock, world.wire(), 99)


def put_back(member: Member, old: Path) -> None:
    """Put an old copy in the place of a member's files."""
    member.replica.close()
    shutil.rmtree(member.folder)
    shutil.copytree(old, member.folder)
    member.open()


def expect_sound(world: World, *members: Member) -> None:
    """Both have everything, go on working, and the history is whole."""
    for member in members:
        member.sync()
    for place, member in enumerate(members):
        member.do(topic(lesson(world), f"Дальше {place}"))
        assert member.sync().accepted == 1
    for member in members:
        member.sync()
        status = member.replica.status()
        assert (status.pending, status.held, status.digest_equal) == (0, 0, True)
        assert member.replica.refused() == []
        assert member.sync().rounds == 1
    first, second = members[0], members[-1]
    assert first.rows() == second.rows()
    assert len({member.replica.device for member in members}) == len(members)
    expect_sound_history(world, *members)


def expect_sound_history(world: World, *members: Member) -> None:
    """The log is what was signed, and makes the rows."""
    server = world.server
    digest_key = bytes.fromhex(server.state.digest_key)
    verifier = Verifier(server.database, world.number, server.public_key, digest_key)
    done = verifier.verify([member.replica.witness().head() for member in members])
    assert done.is_sound, done.problems


def values(world: World) -> list[int]:
    """Return the value of each mark that stands."""
    return sorted(row.value for row in world.server.store.select(Mark))


@pytest.mark.parametrize("second_first", [False, True])
@pytest.mark.parametrize(("mine", "theirs"), [(1, 1), (3, 1), (1, 3), (2, 2), (1, 0), (0, 1)])
def test_both_branches_are_kept_and_judged(
    copies: tuple[World, Member, Member], mine: int, theirs: int, *, second_first: bool
) -> None:
    world, maths, twin = copies
    written = []
    for member, count, value in ((maths, mine, 5), (twin, theirs, 4)):
        for place in range(count):
            pupil = pupils(world)[place if member is maths else -1 - place]
            member.do(mark(lesson(world), pupil, value))
            written.append((pupil, value))
    order = (twin, maths) if second_first else (maths, twin)
    for member in order:
        member.sync()
    verdicts = world.server.database.fetch(LOG)
    assert len(verdicts) == 1 + mine + theirs
    # Where both wrote the same cell the later one stands, and the earlier is in its history.
    by_cell = dict(written if not second_first else [*written[mine:], *written[:mine]])
    assert values(world) == sorted(by_cell.values())
    expect_sound(world, *order)


def test_a_command_that_names_a_row_of_its_own_branch_finds_it(
    copies: tuple[World, Member, Member],
) -> None:
    world, maths, twin = copies
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.do(mark(lesson(world), pupils(world)[1], 5))
    maths.sync()
    twin.replica.do_all([topic(lesson(world), "В группе"), mark(lesson(world), pupils(world)[2])])
    twin.sync()
    devices = {device_of(row.id) for row in world.server.store.select(Mark)}
    assert devices == {maths.replica.device, twin.replica.device}
    expect_sound(world, maths, twin)


def test_the_system_officer_and_the_owner_see_the_new_device(
    copies: tuple[World, Member, Member],
) -> None:
    world, maths, twin = copies
    for member in (maths, twin):
        member.do(topic(lesson(world), f"От {member.name}"))
        member.sync()
    [officer] = world.synced("officer")
    world.settle()
    world.check("maths", "officer")
    for member in (maths, officer):
        listed = member.replica.store.select(Device, person_id=maths.person)
        assert {row.device for row in listed} >= {maths.replica.device, twin.replica.device}


def test_only_ids_of_the_branch_are_renamed() -> None:
    def row_id(device: int, number: int) -> int:
        return (device << 27 | number) << 10 | 3

    value = [row_id(7, 4), row_id(7, 5), row_id(8, 5), 5, "7", None, True, [row_id(7, 9)]]
    assert renamed(value, 7, 12, 5) == [
        *(row_id(7, 4), row_id(12, 5), row_id(8, 5), 5, "7", None, True),
        [row_id(12, 9)],
    ]


def test_the_time_of_an_entry_stays_what_it_was(copies: tuple[World, Member, Member]) -> None:
    """Signed anew a week later, it is judged by the evidence of the moment it was made."""
    world, maths, twin = copies
    twin.do(topic(lesson(world), "Вовремя"))
    [entry] = twin.replica._opened.outbox.pending()
    maths.do(topic(lesson(world), "Другое"))
    maths.sync()
    twin.clock.advance(EARLIER_SECONDS)
    twin.sync()
    [(_, _, header, _)] = world.server.database.fetch(f"{LOG} DESC LIMIT 1")
    assert entry.envelope.header.read(bytes(header)).evidence == entry.envelope.header.evidence


def test_a_replica_put_back_from_an_old_copy_goes_on(world: World) -> None:
    [maths] = world.synced("maths")
    maths.replica.close()
    shutil.copytree(maths.folder, world.folder / "old")
    maths.open()
    for pupil in pupils(world):
        maths.do(mark(lesson(world), pupil, 5))
    maths.sync()
    before = maths.replica.device
    put_back(maths, world.folder / "old")
    maths.do(topic(lesson(world), "После восстановления"))
    assert maths.sync().accepted == 1
    assert maths.replica.device != before
    assert len(world.server.store.select(Mark)) == len(pupils(world))
    assert [row.text for row in world.server.store.select(Topic)] == ["После восстановления"]
    expect_sound(world, maths)


def test_what_was_sent_before_the_old_copy_came_back_is_not_sent_twice(world: World) -> None:
    """The copy was made between entry and sync: one command is in it and on the server."""
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.replica.close()
    shutil.copytree(maths.folder, world.folder / "old")
    maths.open()
    maths.do(mark(lesson(world), pupils(world)[1], 4))
    maths.sync()
    put_back(maths, world.folder / "old")
    maths.do(mark(lesson(world), pupils(world)[2], 3))
    maths.sync()
    assert len(world.server.database.fetch(LOG)) == 3
    assert values(world) == [3, 4, 5]
    expect_sound(world, maths)


def test_a_refused_entry_of_before_can_still_be_corrected(
    copies: tuple[World, Member, Member],
) -> None:
    """Its list stays; what replaces it is a new command of the new device."""
    world, maths, twin = copies
    for member in (maths, twin):
        member.do(topic(lesson(world), f"От {member.name}"))
    maths.sync()
    twin.sync()
    twin.database.execute("UPDATE outbox SET state = 3 WHERE n = 1")
    twin.replica.do(topic(lesson(world), "Исправлено"), replaces=1)
    assert twin.sync().accepted == 1
    assert twin.replica.refused() == []


@pytest.mark.parametrize("fault", [request_lost, answer_lost])
def test_a_lost_message_gives_one_number_all_the_same(
    copies: tuple[World, Member, Member], fault: object
) -> None:
    world, maths, twin = copies
    for member in (maths, twin):
        member.do(topic(lesson(world), f"От {member.name}"))
    maths.sync()
    # The push goes through and is refused; the request for a number is the second message.
    twin.wire.faults = [lambda wire, route, body: wire.deliver(route, body), fault]  # type: ignore[list-item]
    with pytest.raises(TransportError):
        twin.sync()
    twin.sync()
    own = world.server.store.select(Device, person_id=maths.person)
    assert len(own) == 2
    expect_sound(world, maths, twin)


def test_another_process_on_the_same_replica_goes_on_as_the_new_device(
    copies: tuple[World, Member, Member],
) -> None:
    world, maths, twin = copies
    beside = Member("beside", twin.person, twin.folder, twin.key, twin.clock, world.wire(), 98)
    for member in (maths, twin):
        member.do(topic(lesson(world), f"От {member.name}"))
    maths.sync()
    twin.sync()
    beside.do(topic(lesson(world), "Из второго окна"))
    assert beside.sync().accepted == 1
    assert beside.replica.device == twin.replica.device
    beside.replica.close()
    expect_sound(world, maths, twin)


def test_a_copy_of_a_device_that_was_shut_out_gets_no_number(
    copies: tuple[World, Member, Member],
) -> None:
    world, maths, twin = copies
    for member in (maths, twin):
        member.do(topic(lesson(world), f"От {member.name}"))
    maths.sync()
    assert (
        world.act(RevokeDevice(device=maths.replica.device), "officer").verdict is Verdict.ACCEPTED
    )
    with pytest.raises((AccessError, TransportError)):
        twin.sync()
    assert twin.replica.status().pending == 1
    assert len(world.server.store.select(Device, person_id=maths.person)) == 1


def test_who_has_not_forked_gets_no_number(world: World) -> None:
    """Nor does anybody who has too many devices: the entries stay, and the owner enrols."""
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world), "Одно"))
    with pytest.raises(TransportError) as caught:
        maths.replica._exchange._branching.become_another()
    assert caught.value.key == "sync.fork"
    maths.sync()
    with pytest.raises(TransportError):
        maths.replica._exchange._branching.become_another()
    assert len(world.server.store.select(Device, person_id=maths.person)) == 1


def test_a_copied_key_does_not_eat_the_numbers(
    copies: tuple[World, Member, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, maths, twin = copies
    monkeypatch.setattr(branching, "MAX_DEVICES", 1)
    for member in (maths, twin):
        member.do(topic(lesson(world), f"От {member.name}"))
    maths.sync()
    with pytest.raises(TransportError) as caught:
        twin.sync()
    assert caught.value.key == "sync.fork"
    assert twin.replica.status().pending == 1


def test_a_sync_that_comes_to_no_end_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    [maths] = world.synced("maths")
    monkeypatch.setattr(exchange, "MAX_ROUNDS", 5)
    deliver = maths.wire.deliver

    def insatiable(route: str, body: bytes) -> bytes:
        request = read_request(body).request
        answer = read_response(deliver(route, body), request)
        return replace(answer, more=True).to_bytes()

    monkeypatch.setattr(maths.wire, "deliver", insatiable)
    maths.do(topic(lesson(world), "Принято"))
    with pytest.raises(TransportError) as caught:
        maths.sync()
    assert (caught.value.key, caught.value.params["rounds"]) == ("sync.unsettled", 5)
    assert len(world.server.store.select(Topic)) == 1


@pytest.fixture
def copy_of_copy(world: World) -> Iterator[tuple[World, Member, Member, Member]]:
    """A replica that has gone on, its copy with a group and a mark waiting, and a copy of that."""
    [maths] = world.synced("maths")
    maths.sync()
    twin = copied(world, maths, "twin")
    twin.replica.do_all([topic(lesson(world), "Общее"), mark(lesson(world), pupils(world)[0], 5)])
    twin.do(mark(lesson(world), pupils(world)[1], 4))
    third = copied(world, twin, "third")
    maths.do(mark(lesson(world), pupils(world)[-1], 3))
    maths.sync()
    yield world, maths, twin, third
    twin.replica.close()
    third.replica.close()


def outcomes(world: World) -> list[tuple[int, int, Outcome]]:
    """Return device, number and outcome of each entry of a replica, in order."""
    return [
        (device, number, unpack_outcome(msgpack.unpackb(packed)))
        for device, number, _, packed in world.server.database.fetch(LOG)
    ]


def expect_judged_once(world: World, first: int, second: int, number: int) -> None:
    """The second copy's entries were not judged again, and say whose verdict counts."""
    told = outcomes(world)
    assert [each.verdict for device, _, each in told if device == first] == [Verdict.ACCEPTED] * 3
    copies = [(n, each) for device, n, each in told if device == second]
    assert [each.verdict for _, each in copies] == [Verdict.REJECTED] * 3
    [culprit, fallen, alone] = [each for _, each in copies]
    assert (culprit.key, dict(culprit.params)) == (COPIED, {"device": first, "number": number})
    assert (fallen.key, alone.key) == ("command.group_fell", COPIED)
    assert values(world) == [3, 4, 5]
    assert [row.text for row in world.server.store.select(Topic)] == ["Общее"]
    expect_sound_history(world)


def test_what_two_copies_both_hold_is_judged_once(
    copy_of_copy: tuple[World, Member, Member, Member],
) -> None:
    """Neither was sent under the old number, so both copies sign it anew."""
    world, maths, twin, third = copy_of_copy
    twin.sync()
    third.sync()
    [number, *_] = [n for device, n, _ in outcomes(world) if device == twin.replica.device]
    expect_judged_once(world, twin.replica.device, third.replica.device, number)
    assert [entry.key for entry in third.replica.refused()] == [
        COPIED,
        "command.group_fell",
        COPIED,
    ]
    assert maths.replica.refused() == twin.replica.refused() == []


def test_it_is_judged_once_where_the_first_copy_had_its_number_and_had_not_sent(
    copy_of_copy: tuple[World, Member, Member, Member],
) -> None:
    world, _, twin, third = copy_of_copy
    twin.wire.faults = [
        lambda wire, route, body: wire.deliver(route, body),  # the fork is told
        lambda wire, route, body: wire.deliver(route, body),  # a number is given
        request_lost,
    ]
    with pytest.raises(TransportError):
        twin.sync()
    third.sync()
    twin.sync()
    [number, *_] = [n for device, n, _ in outcomes(world) if device == third.replica.device]
    expect_judged_once(world, third.replica.device, twin.replica.device, number)


def test_another_entry_under_the_same_number_is_judged(
    copy_of_copy: tuple[World, Member, Member, Member],
) -> None:
    """What each copy has entered for itself is its own, whatever number it bears."""
    world, _, twin, third = copy_of_copy
    twin.do(mark(lesson(world), pupils(world)[2], 5))
    third.do(mark(lesson(world), pupils(world)[2], 2))
    twin.sync()
    third.sync()
    told = [each.verdict for device, _, each in outcomes(world) if device == third.replica.device]
    assert told == [*[Verdict.REJECTED] * 3, Verdict.ACCEPTED]
    assert values(world) == [2, 3, 4, 5]


def test_what_names_a_row_of_a_shared_entry_is_refused_and_can_be_entered_anew(
    world: World,
) -> None:
    """The row bears the first copy's id: the author of the second sees it there, and names it."""
    [maths] = world.synced("maths")
    twin = copied(world, maths, "twin")
    link = AttachLink(lesson_id=lesson(world), url="https://example.org/a", title="Задачи")
    twin.do(link)
    third = copied(world, twin, "third")
    [own] = third.replica.store.select(ResourceLink)
    third.do(DetachLink(link_id=own.id))
    maths.do(topic(lesson(world), "Дальше"))
    maths.sync()
    twin.sync()
    third.sync()
    assert [entry.key for entry in third.replica.refused()] == [COPIED, "data.missing"]
    [shown] = third.replica.store.select(ResourceLink)
    [kept] = world.server.store.select(ResourceLink)
    assert shown.id == kept.id != own.id
    third.do(DetachLink(link_id=shown.id))
    assert third.sync().accepted == 1
    assert world.server.store.select(ResourceLink) == []
    for member in (twin, third):
        member.replica.close()


class Reading:
    """A database that keeps what was read of payloads."""

    def __init__(self, database: Database, payloads: list[object]) -> None:
        self._database = database
        self._payloads = payloads

    def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[Any]:
        rows = list(self._database.fetch(sql, params))
        self._payloads.extend(rows if "payload" in sql else [])
        return rows


def test_of_other_devices_only_what_shares_a_salt_is_read(
    copy_of_copy: tuple[World, Member, Member, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another device of the same person has entries under the same numbers, and none is read."""
    world, _, twin, third = copy_of_copy
    folder = world.folder / "phone"
    key = world.enrol("maths", folder, world.clock)
    phone = Member("phone", twin.person, folder, key, world.clock, world.wire(), 7)
    for at in range(8):
        phone.do(topic(lesson(world), f"С телефона {at}"))
    phone.sync()
    twin.sync()
    payloads: list[object] = []

    def watched(database: Database, device: Device, entries: Sequence[Entry]) -> list[Entry]:
        return judged_once(cast(Database, Reading(database, payloads)), device, entries)

    monkeypatch.setattr(pushes, "judged_once", watched)
    third.sync()
    phone.replica.close()
    assert len(payloads) == 3


def test_the_ids_of_the_copy_do_not_make_it_another_entry() -> None:
    """A payload that names a row of its own branch differs in the device of the id alone."""
    named = [(7 << 27 | 4) << 10, "текст"]
    mine, theirs = pack_payload(named), pack_payload(renamed(named, 7, 12, 1))
    assert mine != theirs
    assert is_same_content(mine, theirs, 7, 12)
    assert not is_same_content(mine, pack_payload([named[0], "иное"]), 7, 12)

"""The server itself sees that its database was put back, and who was shut out stays so (§5.7)."""

from __future__ import annotations

import errno
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from eschool_core.app import Outcome, rejected
from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.office import Device
from eschool_core.errors import AccessError, BusyError, InputError
from eschool_sync.clock import ManualClock
from eschool_sync.protocol.readmitting import pack_witness
from eschool_sync.replica.position import Position
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server import restoring, state
from eschool_sync.server.directory import STATE_FILE, Directory
from eschool_sync.server.heads import Heads
from eschool_sync.server.memory import REMEMBER_SECONDS, Memory
from eschool_sync.server.state import UNKNOWN_DEVICES, Phase, ServerState
from tests.core.commands.acts import mark, topic
from tests.drills.kept import Kept
from tests.drills.restored_server import told
from tests.postgres import new_database
from tests.school import memory
from tests.sync.harness import build, lesson, pupils


@pytest.mark.threat("T16")
@pytest.mark.parametrize("killed", [False, True])
def test_a_server_sees_by_itself_that_its_database_was_put_back(
    kept: Kept, *, killed: bool
) -> None:
    """Ended in order it remembers all, killed what was there ten minutes ago."""
    world = kept.world
    world.act(topic(lesson(world), "Потеряно"), "maths")
    world.advance(REMEMBER_SECONDS)
    world.act(topic(lesson(world), "И это"), "maths")
    kept.put_back(killed=killed)
    assert kept.phase == Phase.SUSPENDED
    # This replica is not ahead: only the server knows.
    assert told(world.member("russian")) == "busy.restored"
    kept.go_on()
    assert told(world.member("russian")) == ""
    world.check("russian")


@pytest.mark.threat("T16")
def test_a_server_that_was_killed_goes_on(kept: Kept) -> None:
    """Its database has more than is remembered, never less."""
    world = kept.world
    for moment in (0, REMEMBER_SECONDS, 60):
        world.advance(moment)
        world.act(topic(lesson(world), f"Через {moment}"), "maths")
        world.kill()
        world.restart()
        assert kept.phase == Phase.OPEN
    assert told(world.member("maths")) == ""
    world.restart()
    assert kept.phase == Phase.OPEN


@pytest.mark.threat("T16")
def test_another_history_of_the_same_length_is_seen(kept: Kept) -> None:
    """The copy went on elsewhere and has as many commands, but others."""
    world = kept.world
    world.act(topic(lesson(world), "Здесь"), "maths")
    kept.put_back()
    world.server.change(lambda now: replace(now, phase=Phase.OPEN))
    world.act(topic(lesson(world), "Там"), "maths")
    world.act(topic(lesson(world), "И дальше"), "maths")
    world.kill()
    world.restart()
    assert kept.phase == Phase.SUSPENDED


@pytest.mark.threat("T16")
@pytest.mark.parametrize("killed", [False, True])
def test_a_database_of_before_this_incarnation_is_seen(kept: Kept, *, killed: bool) -> None:
    """It lacks nothing of the history, but the head in it is signed by the incarnation before."""
    world, head = kept.world, kept.world.server.head()
    kept.put_back()
    assert kept.phase == Phase.OPEN
    world.server.suspend()
    kept.go_on()
    assert world.server.head().root == head.root
    kept.put_back(killed=killed)
    assert kept.phase == Phase.SUSPENDED
    kept.go_on()
    assert told(world.member("russian")) == ""
    world.restart()
    assert kept.phase == Phase.OPEN


@pytest.mark.threat("T16")
def test_an_incarnation_that_was_cut_off_before_it_signed_signs_when_it_opens(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = kept.world
    world.server.suspend()

    def cut(self: Heads, now: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Heads, "resign", cut)
        with pytest.raises(KeyboardInterrupt):
            restoring.begin(world.server)
    world.kill()
    world.restart()
    assert kept.phase == Phase.COLLECTING
    restoring.close_window(world.server)
    assert world.server.heads.is_own(world.server.head())
    # Who has never synced takes the head as it is; nothing that was added since signs it.
    assert told(world.member("english")) == ""
    world.restart()
    assert kept.phase == Phase.OPEN


@pytest.mark.threat("T16")
@pytest.mark.parametrize("suspended", [True, False])
def test_a_server_goes_on_as_the_incarnation_that_another_process_has_begun(
    kept: Kept, *, suspended: bool
) -> None:
    """Also where it had nothing to see, and a head shown to it late is not taken for its own."""
    world = kept.world
    shown = pack_witness(Position.load(world.member("maths").database).tree_head)
    if suspended:
        world.server.suspend()
    with closing(Directory(world.directory.folder)) as operators:
        restoring.begin(operators.school(world.number))
        restoring.hear_witness(world.server, shown)
        assert kept.phase == Phase.COLLECTING
        assert told(world.member("maths")) == "busy.collecting"
        restoring.close_window(operators.school(world.number))
    assert told(world.member("maths")) == ""
    assert world.server.heads.is_own(world.server.head())
    world.act(topic(lesson(world), "Дальше"), "maths")
    assert told(world.member("maths")) == ""
    world.check("maths")
    world.restart()
    assert kept.phase == Phase.OPEN


@pytest.mark.threat("T16")
def test_a_process_of_the_incarnation_before_says_nothing_of_the_database(kept: Kept) -> None:
    """Such as one that sends notices, and ends when the operator has gone on."""
    world = kept.world
    path = kept.file.with_name(STATE_FILE)
    beside = Directory(world.directory.folder)
    beside.school(world.number)
    world.server.suspend()
    kept.go_on()
    world.act(topic(lesson(world), "Дальше"), "maths")
    remembered = ServerState.load(path)
    beside.close()
    assert ServerState.load(path) == remembered
    assert remembered.phase == Phase.OPEN


@pytest.mark.threat("T16")
@pytest.mark.parametrize("remembered", [True, False])
def test_a_device_enrolled_in_the_lost_time_is_not_shut_out(
    kept: Kept, *, remembered: bool
) -> None:
    """Nobody is ahead of the server; without its memory the device's certificate tells it."""
    world = kept.world
    late = world.member("physics")
    if remembered:
        kept.put_back(killed=True)
        assert kept.phase == Phase.SUSPENDED
    else:
        kept.forget()
        assert kept.phase == Phase.OPEN
    assert world.server.store.first(Device, device=late.replica.device) is None
    assert told(late) == "busy.restored"
    assert kept.phase == Phase.SUSPENDED
    maths = world.member("maths")
    maths.do(topic(lesson(world), "Ждёт"))
    assert told(maths) == "busy.restored"
    restoring.begin(world.server)
    assert told(late) == "busy.collecting"
    restoring.close_window(world.server)
    assert [told(late), told(maths)] == ["", ""]
    assert [row.text for row in world.server.store.select(Topic)] == ["Ждёт"]
    assert world.member("head").replica.device > late.replica.device


@pytest.mark.threat("T16")
def test_a_certificate_of_before_the_incarnation_suspends_nothing(kept: Kept) -> None:
    """The operator knows of the restore, and this device comes after the window."""
    world = kept.world
    late = world.member("physics")
    kept.put_back()
    kept.go_on()
    assert told(late) == ""
    assert kept.phase == Phase.OPEN
    world.check("physics")


@pytest.mark.threat("T16")
def test_a_state_file_that_was_put_back_too_leaves_a_gap(kept: Kept) -> None:
    """A whole machine was put back: the school has certified a number that it does not know."""
    world, path = kept.world, kept.file.with_name(STATE_FILE)
    before = path.read_bytes()
    late = world.member("physics")
    world.directory.close()
    path.write_bytes(before)
    kept.put_back()
    assert kept.phase == Phase.OPEN
    assert told(late) == "busy.restored"
    number = late.replica.device
    assert world.server.state.highest_device == number + UNKNOWN_DEVICES
    kept.go_on()
    assert world.server.state.server_device > number
    assert told(late) == ""


@pytest.mark.threat("T15")
@pytest.mark.threat("T16")
@pytest.mark.parametrize("enrolled", ["before the copy", "after it"])
@pytest.mark.parametrize("noticed", [True, False])
def test_who_was_shut_out_in_the_lost_time_stays_shut_out(
    kept: Kept, enrolled: str, *, noticed: bool
) -> None:
    """Also where nobody notices that the database was put back."""
    world = kept.world
    stolen = world.member("maths" if enrolled == "before the copy" else "physics")
    number = stolen.replica.device
    kept.revoke(stolen)
    if noticed:
        kept.put_back(killed=True)
        assert kept.phase == Phase.SUSPENDED
        restoring.begin(world.server)
        assert told(stolen) == "busy.collecting"
        restoring.close_window(world.server)
    else:
        kept.forget()
        if enrolled == "after it":
            assert told(stolen) == "busy.restored"
            kept.go_on()
    assert told(stolen) == "access.revoked"
    row = world.server.store.first(Device, device=number)
    assert row is not None
    assert row.revoked_at
    assert told(world.member("russian")) == ""


@pytest.mark.threat("T15")
def test_who_cannot_be_shut_out_anew_is_let_in_no_more_all_the_same(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried once a sync; the memory alone is enough to refuse."""
    world, maths = kept.world, kept.world.member("maths")
    kept.revoke(maths)
    kept.forget()
    tried: list[object] = []

    def refused(command: object) -> Outcome:
        tried.append(command)
        return rejected(InputError("data.missing", table="device", id=0))

    monkeypatch.setattr(world.server, "act", refused)
    maths.do(topic(lesson(world), "Не принято"))
    assert told(maths) == "access.revoked"
    assert len(tried) == 1
    assert world.server.store.select(Topic) == []


@pytest.mark.threat("T16")
def test_what_suspends_a_server_is_remembered_in_one_write(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut between two would leave a number known and the server open."""
    world, saved = kept.world, list[tuple[int, int]]()
    save = ServerState.save

    def noting(self: ServerState, path: Path) -> None:
        saved.append((self.phase, self.highest_device))
        save(self, path)

    monkeypatch.setattr(ServerState, "save", noting)
    number = world.server.state.highest_device + 1
    world.server.suspend(knowing=number)
    assert saved == [(Phase.SUSPENDED, number + UNKNOWN_DEVICES)]


@pytest.mark.threat("T15")
def test_what_a_device_shut_out_had_waiting_is_held_all_the_same(kept: Kept) -> None:
    """Nobody has noticed that the database was put back to before that."""
    world, maths = kept.world, kept.world.member("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    kept.revoke(maths)
    kept.forget()
    assert told(maths) == "access.revoked"
    assert world.server.store.select(Mark) == []
    [(verdict,)] = world.server.database.fetch(
        "SELECT verdict FROM log WHERE device = ?", (maths.replica.device,)
    )
    assert verdict == 4


@pytest.mark.threat("T13")
def test_a_full_disk_under_the_state_file_stops_nobody(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, maths = kept.world, kept.world.member("maths")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    world.advance(REMEMBER_SECONDS)
    before = world.server.state.seq
    maths.do(topic(lesson(world), "Диск полон"))
    with monkeypatch.context() as patched:
        patched.setattr(state, "write_atomically", full)
        assert told(maths) == ""
    assert world.server.state.seq == before
    world.advance(REMEMBER_SECONDS)
    maths.do(topic(lesson(world), "И снова место"))
    assert told(maths) == ""
    assert world.server.state.seq == world.server.head().seq


def numbers_of_a_process(path: Path) -> list[int]:
    """Take twenty device numbers, as a server or a command beside it does."""
    known = Memory(ServerState.load(path), path, memory(), ManualClock(0))
    given = []
    for _ in range(20):
        known.change(ServerState.next_device)
        given.append(known.state.highest_device)
    return given


def test_several_processes_give_no_device_number_twice(kept: Kept) -> None:
    """Each reads the state, changes it and writes it."""
    first = kept.world.server.state.highest_device
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        own = pool.map(numbers_of_a_process, [kept.file.with_name(STATE_FILE)] * 4)
        given = [number for numbers in own for number in numbers]
    assert sorted(given) == list(range(first + 1, first + 81))


@pytest.mark.postgres
@pytest.mark.threat("T16")
def test_a_database_of_postgresql_that_was_put_back_is_seen(
    tmp_path: Path, postgres_url: str
) -> None:
    url = new_database(postgres_url)
    world = build(tmp_path / "world", url)
    world.directory.close()
    older = new_database(url, like=url)
    world.restart()
    world.act(topic(lesson(world), "Потеряно"), "maths")
    world.directory.close()
    folder = world.directory.folder
    for address, phase in ((url, Phase.OPEN), (older, Phase.SUSPENDED)):
        directory = Directory(folder, address, clock=world.clock, random=SeededRandom(7))
        assert directory.school(world.number).state.phase == phase
        directory.close()


@pytest.mark.threat("T16")
def test_a_suspended_server_takes_no_strangers_certificate(kept: Kept) -> None:
    """Only who holds the key of a certified device is told anything."""
    world = kept.world
    late = world.member("physics")
    kept.forget()
    signing = late.replica._opened.signing
    late.replica._opened.signing = world.member("russian").replica._opened.signing
    with pytest.raises(AccessError):
        late.sync()
    assert kept.phase == Phase.OPEN
    late.replica._opened.signing = signing
    with pytest.raises(BusyError):
        late.sync()

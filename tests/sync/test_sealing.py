"""Own entries of a lost journal: the school can have them again, nobody here reads them."""

from __future__ import annotations

from pathlib import Path

import msgpack
import pytest

from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Mark, Topic
from eschool_core.errors import BusyError, InputError
from eschool_sync.protocol.envelope import salt_of
from eschool_sync.protocol.sealed_push import open_contents, seal_contents
from eschool_sync.replica.rescue import rescue
from eschool_sync.replica.sealing import LOST
from eschool_sync.replica.tables import put_meta
from eschool_sync.security.agreeing import seal_for
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey
from eschool_sync.server import restoring
from tests.core.commands.acts import mark, topic
from tests.drills.restored_server import Drill
from tests.drills.test_copied_replica import copied
from tests.school import MONDAY
from tests.sync.harness import Member, World, lesson, pupils, substitute

CANARY = "Канарейкина тема"
DAY_SECONDS = 24 * 3600


def entered(world: World, member: Member) -> None:
    member.do(topic(lesson(world), CANARY))
    member.do(mark(lesson(world), pupils(world)[0], 4))


def payloads(member: Member) -> list[bytes]:
    return [bytes(row[0]) for row in member.database.fetch("SELECT payload FROM outbox ORDER BY n")]


def lose(world: World, member: Member) -> None:
    """Let the substitution end: the journal is purged."""
    world.advance(DAY_SECONDS)
    assert member.sync().parts_out > 8


@pytest.fixture
def second(world: World) -> Member:
    """A substitute with two entries that the school took."""
    substitute(world, last_day=MONDAY)
    [member] = world.synced("substitute")
    entered(world, member)
    member.sync()
    return member


@pytest.mark.asvs("8.3.2")
def test_what_was_entered_in_a_lost_journal_can_be_read_no_more(
    world: World, second: Member
) -> None:
    assert any(CANARY.encode() in payload for payload in payloads(second))
    lose(world, second)
    assert payloads(second) == [b"", b""]
    [(body,)] = second.database.fetch("SELECT body FROM sealed_push")
    assert CANARY.encode() not in bytes(body)
    [(runs,)] = second.database.fetch("SELECT count(*) FROM salt_run")
    assert runs == 1, "the open one: with a salt a payload could be guessed"
    second.replica.close()
    for path in second.folder.iterdir():
        assert CANARY.encode() not in path.read_bytes()
    second.open()
    world.check("substitute")


def who_lost_something(world: World) -> Member:
    """Return a teacher from whom some partition was taken before."""
    [maths] = world.synced("maths")
    put_meta(maths.database, LOST, 1)
    return maths


def test_what_is_accepted_later_is_sealed_as_well(world: World) -> None:
    maths = who_lost_something(world)
    entered(world, maths)
    assert all(payloads(maths))
    maths.sync()
    assert payloads(maths) == [b"", b""]
    world.check("maths")


def lost_with(world: World, state: int) -> Member:
    """Return a teacher who lost something while the second of three entries was in ``state``."""
    [maths] = world.synced("maths")
    entered(world, maths)
    maths.sync()
    maths.database.execute("UPDATE outbox SET state = ? WHERE n = 2", (state,))
    put_meta(maths.database, LOST, 1)
    maths.do(topic(lesson(world), "Ещё"))
    maths.sync()
    assert [bool(payload) for payload in payloads(maths)] == [False, True, False]
    return maths


def test_a_refused_entry_stays_readable_so_that_it_can_be_corrected(world: World) -> None:
    maths = lost_with(world, Verdict.REJECTED)
    [refused] = maths.replica.refused()
    assert refused.command is not None
    maths.replica.dismiss(refused.number)
    assert payloads(maths) == [b"", b"", b""]


@pytest.mark.parametrize("applied", [True, False])
def test_a_held_entry_stays_readable_until_it_is_applied(
    world: World,
    applied: bool,  # noqa: FBT001
) -> None:
    maths = lost_with(world, Verdict.HELD)
    maths.replica._opened.outbox.decide({2: applied})
    assert [bool(payload) for payload in payloads(maths)] == [False, not applied, False]


def test_who_loses_nothing_seals_nothing(world: World) -> None:
    [maths] = world.synced("maths")
    entered(world, maths)
    maths.sync()
    maths.sync()
    assert all(payloads(maths))
    assert maths.database.fetch("SELECT * FROM sealed_push") == []


@pytest.fixture
def drill(tmp_path: Path) -> Drill:
    """A school whose backup is older than what the substitute enters and then loses."""
    made = Drill(tmp_path, 5, 1)
    world = made.world
    made.back_up()
    member = made.members[3]
    assert member.name == "substitute"
    entered(world, member)
    member.sync()
    world.advance(24 * DAY_SECONDS)
    member.sync()
    assert payloads(member) == [b"", b""]
    return made


@pytest.mark.threat("T16")
@pytest.mark.parametrize("in_time", [True, False])
def test_a_restored_server_gets_back_what_nobody_can_read(drill: Drill, in_time: bool) -> None:  # noqa: FBT001
    world, member = drill.world, drill.members[3]
    drill.restore()
    with pytest.raises(BusyError):
        member.sync()
    restoring.begin(world.server)
    if in_time:
        with pytest.raises(BusyError):
            member.sync()
    restoring.close_window(world.server)
    member.sync()
    log = world.server.database.fetch("SELECT payload FROM log WHERE pushed > 0 ORDER BY n")
    assert [CANARY.encode() in bytes(payload) for (payload,) in log] == [True, False]
    assert [row.text for row in world.server.store.select(Topic)] == [CANARY]
    assert [row.value for row in world.server.store.select(Mark)] == [4]
    drill.sync_all()
    world.check(*world.members)
    assert payloads(member) == [b"", b""]


@pytest.mark.threat("T16")
def test_a_rescued_replica_still_has_what_it_cannot_read(drill: Drill) -> None:
    world, member = drill.world, drill.members[3]
    member.replica.close()
    rescue(member.folder, member.key)
    member.open()
    drill.restore()
    restoring.begin(world.server)
    with pytest.raises(BusyError):
        member.sync()
    restoring.close_window(world.server)
    assert [row.value for row in world.server.store.select(Mark)] == [4]


KEY = SigningKey.generate(SeededRandom(1))
CONTENTS = [(7, salt_of(b"k" * 32, 7), b"\x90")]


def sealed(whose: tuple[int, int] = (77, 5)) -> bytes:
    return seal_contents(KEY.public_bytes, whose, CONTENTS, SeededRandom(2))


def test_the_school_opens_what_was_sealed_for_it() -> None:
    opened = open_contents(KEY.seed(), (77, 5), sealed(), 10)
    assert opened == {7: CONTENTS[0][1:]}


@pytest.mark.parametrize("place", [0, 9, 20, 30, 60, -1])
def test_a_changed_byte_opens_nothing(place: int) -> None:
    broken = bytearray(sealed())
    broken[place] ^= 1
    with pytest.raises(InputError):
        open_contents(KEY.seed(), (77, 5), bytes(broken), 10)


def test_it_opens_for_its_school_and_device_alone() -> None:
    for whose, seed in (((77, 6), KEY.seed()), ((78, 5), KEY.seed()), ((77, 5), bytes(32))):
        with pytest.raises(InputError):
            open_contents(seed, whose, sealed(), 10)


def test_what_is_no_list_of_contents_is_refused() -> None:
    for content in ([[7, b"short", b""]], [[7, "text", b""]], [7], [[7, b"s" * 16]]):
        packed = msgpack.packb(content)
        header = sealed()[:21]
        body = seal_for(KEY.public_bytes, header, packed, b"eschool/sealed-push/1", SeededRandom(3))
        with pytest.raises(InputError):
            open_contents(KEY.seed(), (77, 5), body, 10)


@pytest.mark.threat("T17")
def test_a_copy_leaves_what_it_cannot_read_with_the_number_it_had(
    world: World, second: Member
) -> None:
    """It waits again after a restore, and cannot be signed anew."""
    lose(world, second)
    second.database.execute("UPDATE outbox SET state = 0")
    twin = copied(world, second, "twin")
    server = world.server.database
    server.execute(
        "UPDATE device_head SET hash = ? WHERE device = ?", (bytes(32), twin.replica.device)
    )
    twin.replica._exchange._branching.become_another()
    assert twin.replica.status().pending == 0
    assert twin.replica.device != second.replica.device
    twin.replica.close()

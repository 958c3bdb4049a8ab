"""A sync by files on a stick: any order, any number of times, and nothing but one's own."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from eschool_core.commands.outages import DeclareOutage
from eschool_core.domain.enums import FindingState
from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.office import FindingRecord
from eschool_core.errors import AccessError, DamageError, EschoolError, InputError, TransportError
from eschool_core.regulation import checks
from eschool_core.store import digest
from eschool_core.store.database import transaction
from eschool_sync.protocol import parcel
from eschool_sync.protocol.parcel import Answer, Direction, Label
from eschool_sync.security.agreeing import agreeing_private, agreeing_public, seal_for, unseal
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.parcels import answer_file
from tests.core.commands.acts import homework, mark, topic
from tests.school import MONDAY
from tests.sync.harness import World, build, lesson, pupils
from tests.sync.harness import closing as closed_after

WEEK = 7 * 24 * 3600


def answered(world: World, request: bytes) -> bytes:
    """Return what the server writes for a request file."""
    return answer_file(world.directory, request, SeededRandom(len(request)))[1]


def test_entries_go_out_and_news_come_in_without_a_line(any_world: World) -> None:
    maths, russian = any_world.synced("maths", "russian")
    maths.wire.sent.clear()
    maths.do(mark(lesson(any_world), pupils(any_world)[0], 5))
    russian.do(topic(any_world.school.lesson("5А", "Русский язык"), "Местоимения"))
    russian.sync()
    report = maths.replica.take_answer(answered(any_world, maths.replica.request_file()))
    assert report is not None
    assert report.accepted == 1
    assert maths.wire.sent == []
    assert maths.replica.status().pending == 0
    any_world.settle()
    any_world.check("maths", "russian")


def test_a_new_replica_is_filled_by_a_file(world: World) -> None:
    primary = world.member("primary")
    answer = answered(world, primary.replica.request_file())
    assert primary.replica.take_answer(answer) is not None
    world.check("primary")
    # Once more: the replica has gone on since.
    assert primary.replica.take_answer(answer) is None
    world.check("primary")


def test_files_may_come_in_any_order_and_again(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    first = maths.replica.request_file()
    maths.do(mark(lesson(world), pupils(world)[1], 4))
    second = maths.replica.request_file()
    late, early, again = (answered(world, each) for each in (second, first, second))
    assert maths.replica.take_answer(again) is not None
    for overtaken in (early, late, again):
        assert maths.replica.take_answer(overtaken) is None
    world.check("maths")
    assert sorted(row.value for row in maths.replica.store.select(Mark)) == [4, 5]
    [[judged]] = world.server.database.fetch(
        "SELECT count(*) FROM log WHERE device = ?", (maths.replica.device,)
    )
    assert judged == 2


def test_an_early_answer_takes_away_nothing_that_a_later_file_carried(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    first = maths.replica.request_file()
    maths.do(mark(lesson(world), pupils(world)[1], 4))
    early = answered(world, first)
    late = answered(world, maths.replica.request_file())
    assert maths.replica.take_answer(early) is not None
    assert maths.replica.status().pending == 1
    assert maths.replica.take_answer(late) is None
    third = answered(world, maths.replica.request_file())
    assert maths.replica.take_answer(third) is not None
    world.check("maths")


def test_files_and_a_line_may_be_mixed(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    request = maths.replica.request_file()
    assert maths.sync().accepted == 1
    assert maths.replica.take_answer(answered(world, request)) is None
    world.check("maths")


@pytest.mark.parametrize("part", [0, 5, 20, 60, 200, -1])
def test_a_cut_file_changes_nothing(world: World, part: int) -> None:
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world)))
    request = maths.replica.request_file()
    answer = answered(world, request)
    before, head = maths.rows(), world.server.head()
    with pytest.raises(EschoolError) as caught:
        answered(world, request[:part])
    assert caught.value.key == ("parcel.damaged" if part else "parcel.not_ours")
    with pytest.raises(EschoolError):
        maths.replica.take_answer(answer[:part])
    assert (maths.rows(), world.server.head()) == (before, head)
    assert maths.replica.take_answer(answer) is not None


@pytest.mark.threat("T5")
def test_no_bit_of_a_file_can_be_turned(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world)))
    request = maths.replica.request_file()
    answer = answered(world, request)
    head, status = world.server.head(), maths.replica.status()
    for at in [*range(70), *range(70, len(request), 97)]:
        turned = bytearray(request)
        turned[at] ^= 1
        with pytest.raises(EschoolError):
            answered(world, bytes(turned))
    for at in [*range(70), *range(70, len(answer), 97)]:
        turned = bytearray(answer)
        turned[at] ^= 1
        with pytest.raises(EschoolError):
            maths.replica.take_answer(bytes(turned))
    assert (world.server.head(), maths.replica.status()) == (head, status)


def test_another_device_and_another_school_are_refused(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    maths, english = world.synced("maths", "english")
    request = maths.replica.request_file()
    with pytest.raises(InputError) as caught:
        english.replica.take_answer(answered(world, request))
    assert caught.value.key == "parcel.foreign_device"
    with closed_after(build(tmp_path_factory.mktemp("other"))) as other:
        with pytest.raises(InputError) as caught:
            answer_file(other.directory, request, SeededRandom(1))
        assert caught.value.key == "parcel.foreign_school"
        [stranger] = other.synced("maths")
        with pytest.raises(InputError) as caught:
            stranger.replica.take_answer(answered(world, request))
        assert caught.value.key == "parcel.foreign_school"


def test_a_request_is_no_answer_and_the_reverse(world: World) -> None:
    [maths] = world.synced("maths")
    request = maths.replica.request_file()
    answer = answered(world, request)
    for taking in (lambda: maths.replica.take_answer(request), lambda: answered(world, answer)):
        with pytest.raises(InputError) as caught:
            taking()
        assert caught.value.key == "parcel.direction"
    with pytest.raises(InputError) as caught:
        maths.replica.take_answer(b"PK\x03\x04 something else")
    assert caught.value.key == "parcel.not_ours"
    newer = bytearray(answer)
    newer[8] = 2
    with pytest.raises(TransportError) as version:
        maths.replica.take_answer(bytes(newer))
    assert version.value.key == "transport.version"


@pytest.mark.threat("T5")
def test_an_answer_that_the_school_did_not_sign_is_refused(world: World) -> None:
    """Who knows the device's public key can seal for it, and is still not the school."""
    [maths] = world.synced("maths")
    maths.replica.request_file()
    label = Label(Direction.ANSWER, world.number, maths.replica.device)
    answer = Answer(bytes(8), failed=False, body=b"")
    [[key]] = world.server.database.fetch(
        "SELECT public_key FROM device WHERE device = ?", (maths.replica.device,)
    )
    forged = parcel.pack_answer(label, answer, SigningKey(bytes(32)), bytes(key), SeededRandom(3))
    with pytest.raises(AccessError) as caught:
        maths.replica.take_answer(forged)
    assert caught.value.key == "access.signature"


@pytest.mark.threat("T5")
def test_nobody_reads_a_lost_stick(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(homework(lesson(world), "упражнение 17"))
    request = maths.replica.request_file()
    answer = answered(world, request)
    stranger = SigningKey.generate(SeededRandom(5)).seed()
    label = parcel.read_label(answer, Direction.ANSWER)
    with pytest.raises(DamageError):
        parcel.unpack_request(request, stranger)
    with pytest.raises(DamageError):
        parcel.unpack_answer(answer, label, stranger, world.server.public_key)
    assert parcel.unpack_request(request, bytes.fromhex(world.server.state.school_seed))


@pytest.mark.threat("T15")
def test_a_revoked_device_is_told_after_its_entries_were_taken(world: World) -> None:
    from eschool_core.commands.access import RevokeDevice

    [maths] = world.synced("maths")
    receipt = maths.do(topic(lesson(world)))
    request = maths.replica.request_file()
    world.act(RevokeDevice(device=maths.replica.device))
    with pytest.raises(AccessError) as caught:
        maths.replica.take_answer(answered(world, request))
    assert caught.value.key == "access.revoked"
    log = world.server.database.fetch("SELECT n FROM log WHERE device = ?", (maths.replica.device,))
    assert [row[0] for row in log] == [receipt.number]


def test_rows_that_differ_are_asked_for_anew_with_the_next_file(world: World) -> None:
    [maths] = world.synced("maths")
    maths.database.execute("UPDATE part_state SET rows = rows + 1 WHERE part = 1")
    maths.do(topic(lesson(world)))
    with pytest.raises(DamageError) as caught:
        maths.replica.take_answer(answered(world, maths.replica.request_file()))
    assert caught.value.key == "parcel.unequal"
    assert not maths.replica.status().digest_equal
    assert maths.replica.take_answer(answered(world, maths.replica.request_file())) is not None
    world.check("maths")


def test_sums_that_differ_after_everything_came_anew_are_an_alarm(world: World) -> None:
    [maths] = world.synced("maths")
    wrong = (digest.to_bytes(7),)
    with transaction(world.server.database):
        world.server.database.execute("UPDATE part_state SET digest = ? WHERE part = 1", wrong)
    world.restart()
    keys = []
    for _ in range(2):
        with pytest.raises(DamageError) as caught:
            maths.replica.take_answer(answered(world, maths.replica.request_file()))
        keys.append(caught.value.key)
    assert keys == ["parcel.unequal", "damage.digest"]


@pytest.mark.clause("4.5.3")
def test_a_file_that_lay_about_does_not_set_the_clock_back(world: World) -> None:
    """An old answer would make today's late entries look like last week's timely ones."""
    [maths] = world.synced("maths")
    answer = answered(world, maths.replica.request_file())
    world.advance(WEEK)
    maths.reopen()
    before = maths.replica.now()
    assert maths.replica.take_answer(answer) is not None
    assert maths.replica.now() >= before
    receipt = maths.do(topic(lesson(world)))
    assert receipt.number
    assert maths.replica.now() >= before


def test_the_agreed_secret_is_that_of_the_signing_key() -> None:
    for number in range(20):
        seed = SeededRandom(number).bytes(32)
        private = agreeing_private(seed)
        public = agreeing_public(SigningKey(seed).public_bytes)
        assert private.public_key().public_bytes_raw() == public
        assert isinstance(private, X25519PrivateKey)
        sealed = seal_for(
            SigningKey(seed).public_bytes, b"head", b"content", b"test", SeededRandom(99)
        )
        assert unseal(seed, sealed, 4, b"test") == b"content"
        with pytest.raises(DamageError):
            unseal(seed, sealed, 4, b"another purpose")


def test_topics_of_a_week_arrive_from_a_stick(world: World) -> None:
    """The same file taken by the server three times is one set of entries."""
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world), "Дроби"))
    request = maths.replica.request_file()
    answers = [answered(world, request) for _ in range(3)]
    assert maths.replica.take_answer(answers[2]) is not None
    assert len(world.server.store.select(Topic)) == 1
    world.check("maths")


@pytest.mark.clause("4.5.3")
def test_a_week_without_a_line_is_settled_in_one_act(world: World) -> None:
    """Homework of undetermined time came by stick; one act of the deputy head settles it."""
    maths, deputy = world.synced("maths", "deputy")
    maths.clock.reboot()
    maths.reopen()
    maths.do(homework(lesson(world)))
    request = maths.replica.request_file()
    world.advance(WEEK)
    answered(world, request)
    assert deputy.replica.take_answer(answered(world, deputy.replica.request_file())) is not None
    undetermined = checks.HOMEWORK_UNDETERMINED.id
    [found] = deputy.replica.store.select(FindingRecord, check_id=undetermined)
    assert found.state == FindingState.OPEN
    deputy.do(DeclareOutage(act="12", first_day=MONDAY, last_day=MONDAY + 6))
    answered(world, deputy.replica.request_file())
    [found] = world.server.store.select(FindingRecord, check_id=undetermined)
    assert found.state != FindingState.OPEN

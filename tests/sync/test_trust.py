from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.people import Appoint
from eschool_core.domain.enums import NoticeKind, Role, Verdict
from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.office import Device, Notice
from eschool_core.errors import AccessError, EschoolError, InputError, TransportError
from eschool_core.imports.drafts import NameDraft
from eschool_sync.clock import ManualClock
from eschool_sync.protocol.compression import compress, decompress
from eschool_sync.protocol.enrolling import EnrolRequest, read_enrol_response
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.push import Run, pack_push
from eschool_sync.replica import Replica, enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey, issue_anchor
from tests.core.commands.acts import mark, topic
from tests.school import MONDAY, ZONE
from tests.sync.forger import RUN_KEY, Forger
from tests.sync.harness import (
    PASSPHRASE,
    URL,
    Member,
    World,
    all_rows,
    lesson,
    pupils,
)

MUTATIONS = 20_000
REFUSED = (InputError, AccessError, TransportError)
HOUR = 3_600


def refused(member: Member, body: bytes) -> str:
    """Send a body that must be refused; return the key that its sender sees."""
    with pytest.raises(EschoolError) as caught:
        member.wire.deliver("sync", body)
    assert isinstance(caught.value, REFUSED)
    return caught.value.key


class TestForgery:
    @pytest.mark.threat("T4")
    def test_no_mutation_of_a_signed_body_is_accepted(self, world: World) -> None:
        """One byte changed, inserted, removed or repeated anywhere: nothing passes, no row."""
        [maths] = world.synced("maths")
        forger = Forger(maths)
        acts = [mark(lesson(world), pupil_id) for pupil_id in pupils(world)]
        body = forger.request(forger.push([forger.envelope(act) for act in acts]))
        plain, head, rows = decompress(body, 2**20), world.server.head(), snapshot(world)
        source = random.Random(1)
        accepted = 0
        for _ in range(MUTATIONS):
            try:
                world.server.sync(compress(mutated(plain, source)))
                accepted += 1
            except REFUSED:
                continue
        assert accepted == 0
        assert (world.server.head(), snapshot(world)) == (head, rows)
        assert world.server.sync(body)

    @pytest.mark.threat("T4")
    @pytest.mark.asvs("2.2.1")
    @pytest.mark.parametrize(
        "changes",
        [
            {"take": 2},
            {"kind": "record_topic"},
            {"version": 2},
            {"base_seq": 0},
            {"group": 1},
            {"replaces": 1},
            {"evidence": Evidence(0, 0, 0, 0, 0, 0)},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_a_header_that_was_changed_after_signing_is_refused(
        self, world: World, changes: dict[str, object]
    ) -> None:
        [maths] = world.synced("maths")
        forger, head = Forger(maths), world.server.head()
        push = forger.push([forger.envelope(mark(lesson(world), pupils(world)[0]))])
        entry = push.envelopes[0]
        if "evidence" in changes:
            seen = replace(entry.header.evidence, wall=1)
            changes = {"evidence": seen}
        header = replace(entry.header, **changes)  # type: ignore[arg-type]
        forged = replace(push, envelopes=(replace(entry, header=header),))
        assert refused(maths, forger.request(forged)) == "access.denied"
        assert world.server.head() == head

    @pytest.mark.threat("T4")
    def test_a_payload_that_was_changed_after_signing_is_refused(self, world: World) -> None:
        [maths] = world.synced("maths")
        forger, head = Forger(maths), world.server.head()
        one = forger.envelope(mark(lesson(world), pupils(world)[0], 2))
        other = Forger(maths).envelope(mark(lesson(world), pupils(world)[0], 5))
        push = forger.push([one])
        forged = replace(push, envelopes=(replace(one, payload=other.payload),))
        assert refused(maths, forger.request(forged)) == "access.denied"
        assert refused(maths, forger.request(replace(push, signature=bytes(64)))) == "access.denied"
        salted = pack_push(push, [Run(2**27 - 1, bytes(len(RUN_KEY)))])
        assert refused(maths, forger.request(salted)) == "access.denied"
        assert world.server.head() == head

    @pytest.mark.threat("T4")
    def test_a_push_of_another_device_counts_for_nobody_else(self, world: World) -> None:
        maths, english = world.synced("maths", "english")
        theirs, mine = Forger(english), Forger(maths)
        push = theirs.push([theirs.envelope(topic(lesson(world)))])
        assert refused(maths, mine.request(push)) == "access.denied"

    @pytest.mark.threat("T4")
    @pytest.mark.asvs("row 30")
    def test_strangers_all_look_the_same(self, world: World) -> None:
        """Wrong key, other school, unknown device, another person's name, no such school."""
        [maths] = world.synced("maths")
        forger = Forger(maths)
        stranger = SigningKey.generate(SeededRandom(99))
        own = forger.request(None)
        fields = [
            1,
            forger.identity.school,
            forger.identity.device,
            b"",
            0,
            0,
            b"",
            None,
            None,
            0,
            b"",
        ]
        in_another_name = forger.envelope(topic(lesson(world)), actor=world.person("russian"))
        told = {
            "wrong key": refused(maths, forger.resealed(fields, stranger)),
            "other school": refused(maths, forger.request(None, school=world.number + 1)),
            "unknown device": refused(maths, forger.request(None, device=4_000)),
            "the server's device": refused(maths, forger.request(None, device=1)),
            "another's device": refused(
                maths, forger.request(None, device=world.member("english").replica.device)
            ),
            "another's name": refused(maths, forger.request(forger.push([in_another_name]))),
        }
        maths.wire.school = world.number + 1
        told["no such school"] = refused(maths, own)
        assert set(told.values()) == {"access.denied"}, told

    @pytest.mark.scenario("4.6.1:1")
    @pytest.mark.clause("4.6.1")
    @pytest.mark.asvs("8.2.3")
    @pytest.mark.threat("T4")
    def test_the_class_teachers_forged_command_is_rejected(self, any_world: World) -> None:
        [russian] = any_world.synced("russian")
        forger = Forger(russian)
        sent = [
            forger.envelope(mark(lesson(any_world), pupils(any_world)[0], 5)),
            forger.envelope(topic(lesson(any_world))),
        ]
        given = forger.send(*sent)
        outcomes = [given[entry.header.number] for entry in sent]
        assert [(o.verdict, o.key, o.clause) for o in outcomes] == [
            (Verdict.REJECTED, "4.6.1/read-only", "4.6.1")
        ] * 2
        assert not any_world.server.store.select(Mark)
        assert not any_world.server.store.select(Topic)

    @pytest.mark.scenario("4.2/4:1")
    @pytest.mark.clause("4.2/4")
    @pytest.mark.threat("T4")
    def test_a_mark_of_the_system_officer_is_denied_everywhere_and_its_attempt_logged(
        self, world: World
    ) -> None:
        [officer] = world.synced("officer")
        command = mark(lesson(world), pupils(world)[0], 5)
        # No journal is on this replica: the command is judged where it arrives.
        assert officer.do(command).outcome is None
        assert officer.sync().rejected == 1
        [entry] = officer.replica.refused()
        assert (entry.verdict, entry.key) == (Verdict.REJECTED, "4.2/4/marks")
        at_server = world.server.act(command, officer.person)
        forger = Forger(officer)
        sent = forger.envelope(command)
        by_sync = forger.send(sent)[sent.header.number]
        assert [(o.verdict, o.key) for o in (at_server, by_sync)] == [
            (Verdict.REJECTED, "4.2/4/marks")
        ] * 2
        assert not world.server.store.select(Mark)
        # Who tried what, by which device and when, stays in the log that is hashed.
        logged = world.server.database.fetch(
            "SELECT actor_id, verdict, received_at FROM log WHERE kind = 'record_mark' ORDER BY seq"
        )
        now = world.clock.wall()
        assert [tuple(row) for row in logged] == [(officer.person, int(Verdict.REJECTED), now)] * 3

    @pytest.mark.asvs("8.3.1")
    def test_a_role_cannot_be_taken(self, world: World) -> None:
        maths, guardian = world.synced("maths", "guardian")
        for member in (maths, guardian):
            forger = Forger(member)
            appoint = Appoint(person_id=member.person, role=Role.HEAD, first_day=MONDAY)
            acts = (appoint, mark(lesson(world), pupils(world)[0], 5))
            given = forger.send(*[forger.envelope(act) for act in acts])
            own_page = member is maths
            verdicts = [outcome.verdict for outcome in given.values()]
            assert verdicts[0] is Verdict.REJECTED
            assert (verdicts[1] is Verdict.ACCEPTED) == own_page

    @pytest.mark.threat("T5")
    def test_an_anchor_of_another_school_proves_no_time(self, world: World) -> None:
        [maths] = world.synced("maths")
        forger = Forger(maths)
        foreign = issue_anchor(SigningKey.generate(SeededRandom(7)), world.number, 5).to_bytes()
        forger.position = replace(forger.position, contact_time=5, contact_anchor=foreign)
        body = forger.request(forger.push([forger.envelope(topic(lesson(world)))]))
        assert refused(maths, body) == "access.denied"

    @pytest.mark.threat("T8")
    def test_a_captured_push_has_no_second_effect(self, world: World) -> None:
        [maths] = world.synced("maths")
        maths.do(mark(lesson(world), pupils(world)[0], 5))
        maths.sync()
        captured = maths.wire.sent[-1]
        maths.do(mark(lesson(world), pupils(world)[0], 2))
        maths.sync()
        before = (world.server.head(), snapshot(world))
        for _ in range(3):
            maths.wire.deliver("sync", captured)
        assert (world.server.head(), snapshot(world)) == before

    def test_a_gap_in_the_numbers_is_told(self, world: World) -> None:
        [maths] = world.synced("maths")
        forger = Forger(maths)
        forger.envelope(topic(lesson(world)))
        second = forger.envelope(topic(lesson(world)))
        body = forger.request(forger.push([second]))
        assert refused(maths, body) == "sync.gap"

    def test_numbers_that_do_not_follow_are_refused(self, world: World) -> None:
        [maths] = world.synced("maths")
        forger, head = Forger(maths), world.server.head()
        first = forger.envelope(topic(lesson(world)))
        third = forger.envelope(topic(lesson(world)), number=3)
        again = forger.envelope(topic(lesson(world)), number=3)
        for push in (forger.push([first, third]), forger.push([first, third, again])):
            assert refused(maths, forger.request(push)) == "protocol.malformed"
        assert world.server.head() == head

    @pytest.mark.threat("T17")
    @pytest.mark.parametrize("known", [1, 3])
    def test_another_history_under_the_same_numbers_is_a_fork(
        self, world: World, known: int
    ) -> None:
        [maths] = world.synced("maths")
        clone = Forger(maths)
        for value in range(2, 2 + known):
            maths.do(mark(lesson(world), pupils(world)[0], value))
        maths.sync()
        branch = [clone.envelope(topic(lesson(world))) for _ in range(known + 1)]
        for pushed in (branch[:known], branch, branch[known:]):
            assert refused(maths, clone.request(clone.push(pushed))) == "sync.fork"
        assert world.server.store.select(Topic) == []


class TestRevokedDevice:
    @pytest.mark.threat("T15")
    @pytest.mark.asvs("row 47")
    def test_what_it_sends_waits_and_what_it_asks_is_refused(self, any_world: World) -> None:
        maths, _ = any_world.synced("maths", "officer")
        for pupil_id in pupils(any_world):
            maths.do(mark(lesson(any_world), pupil_id))
        maths.replica.do_all([topic(lesson(any_world)), topic(lesson(any_world), "Степени")])
        outcome = any_world.act(RevokeDevice(device=maths.replica.device), "officer")
        assert outcome.verdict is Verdict.ACCEPTED
        before = maths.rows()
        with pytest.raises(AccessError) as caught:
            maths.sync()
        assert caught.value.key == "access.revoked"
        log = any_world.server.database.fetch(
            "SELECT verdict FROM log WHERE device = ?", (maths.replica.device,)
        )
        assert [row[0] for row in log] == [Verdict.HELD] * 6
        assert any_world.server.store.select(Mark) == []
        told = any_world.server.store.select(Notice, person_id=maths.person)
        of_commands = {NoticeKind.REJECTED, NoticeKind.HELD, NoticeKind.OVERWRITTEN}
        assert {notice.kind for notice in told} & of_commands == {NoticeKind.HELD}
        assert maths.rows() == before

    @pytest.mark.threat("T15")
    def test_asking_again_changes_nothing(self, world: World) -> None:
        maths, _ = world.synced("maths", "officer")
        maths.do(topic(lesson(world)))
        world.act(RevokeDevice(device=maths.replica.device), "officer")
        heads = set()
        for _ in range(3):
            with pytest.raises(AccessError):
                maths.sync()
            heads.add(world.server.head())
        assert len(heads) == 1

    def test_another_device_of_the_same_person_goes_on(self, world: World, tmp_path: Path) -> None:
        maths, _ = world.synced("maths", "officer")
        world.act(RevokeDevice(device=maths.replica.device), "officer")
        folder, device_clock = tmp_path / "second", ManualClock(world.clock.wall())
        key = world.enrol("maths", folder, device_clock)
        with Replica(folder, key, world.wire(), clock=device_clock) as second:
            assert second.person_id == maths.person
            second.do(topic(lesson(world)))
            second.sync()
            second.do(mark(lesson(world), pupils(world)[0]))
            assert second.sync().accepted == 1


class TestCodes:
    def enrol(self, world: World, code: str, folder: Path) -> None:
        enrol_through(world.wire(), Profile(URL, world.number), folder, code, PASSPHRASE)

    @pytest.mark.asvs("row 39")
    def test_a_code_works_once_and_ten_minutes(self, world: World, tmp_path: Path) -> None:
        person = world.person("physics")
        codes = {
            "late": world.server.issue_code(person),
            "replaced": world.server.issue_code(world.person("head")),
            "used": "",
        }
        world.server.issue_code(world.person("head"))
        world.clock.advance(10 * 60 + 1)
        codes["used"] = world.server.issue_code(person)
        world.clock.advance(10 * 60)
        self.enrol(world, codes["used"], tmp_path / "good")
        devices, numbers = len(world.server.store.select(Device)), world.server.state.highest_device
        for name, code in {**codes, "unknown": "0000-0000", "empty": "", "odd": "ёж"}.items():
            with pytest.raises(AccessError) as caught:
                self.enrol(world, code, tmp_path / name)
            assert caught.value.key == "access.enrolment", name
            assert not (tmp_path / name).exists()
        assert len(world.server.store.select(Device)) == devices
        assert world.server.state.highest_device == numbers

    def test_a_code_is_read_as_people_type_it(self, world: World, tmp_path: Path) -> None:
        code = world.server.issue_code(world.person("physics"))
        self.enrol(world, f"  {code.upper().replace('-', ' ')} ", tmp_path / "typed")

    def test_a_folder_with_a_replica_is_left_alone(self, world: World) -> None:
        maths = world.member("maths")
        code = world.server.issue_code(maths.person)
        with pytest.raises(InputError) as caught:
            self.enrol(world, code, maths.folder)
        assert caught.value.key == "input.replica_exists"
        assert maths.reopen().person_id == maths.person

    def test_a_lost_request_leaves_the_code_and_no_folder(
        self, world: World, tmp_path: Path
    ) -> None:
        code = world.server.issue_code(world.person("physics"))
        wire = world.wire()
        wire.faults = [lost]
        profile = Profile(URL, world.number)
        with pytest.raises(TransportError):
            enrol_through(wire, profile, tmp_path / "p", code, PASSPHRASE)
        assert not (tmp_path / "p").exists()
        enrol_through(wire, profile, tmp_path / "p", code, PASSPHRASE)

    def test_nobody_enrols_for_a_stranger(self, world: World) -> None:
        with pytest.raises(InputError):
            world.server.issue_code(12_345)
        with pytest.raises(InputError):
            world.server.issue_code(world.person("maths"), seconds=8 * 24 * HOUR)
        with pytest.raises(InputError):
            world.server.issue_code(world.person("maths"), seconds=-1)

    def test_an_answer_of_another_server_makes_no_replica(
        self, world: World, tmp_path: Path
    ) -> None:
        """A certificate for another key than the device's own."""
        code = world.server.issue_code(world.person("physics"))
        answer = world.wire().post("enrol", EnrolRequest(code, bytes(32), "").to_bytes())
        assert read_enrol_response(answer).person == world.person("physics")
        wire = world.wire()
        wire.faults = [lambda *_: answer]
        with pytest.raises(InputError):
            enrol_through(wire, Profile(URL, world.number), tmp_path / "p", "1", PASSPHRASE)
        assert not (tmp_path / "p").exists()

    def test_devices_get_numbers_that_outlive_the_database(self, world: World) -> None:
        before = world.server.state.highest_device
        world.member("physics")
        world.restart()
        assert world.server.state.highest_device == before + 1


@pytest.mark.asvs("8.4.1")
def test_a_school_knows_nothing_of_another(world: World, tmp_path: Path) -> None:
    """Two schools of one server with the same ids: neither device nor code opens the other."""
    [maths] = world.synced("maths")
    other, _ = world.directory.found("Школа № 2", ZONE, NameDraft("Второй", "Пётр"))
    forger = Forger(maths)
    maths.wire.school = other
    assert refused(maths, forger.request(None, school=other)) == "access.denied"
    assert refused(maths, forger.request(None)) == "access.denied"
    code = world.server.issue_code(maths.person)
    with pytest.raises(AccessError):
        enrol_through(maths.wire, Profile(URL, other), tmp_path / "p", code, PASSPHRASE)
    names = {row[3] for row in all_rows(world.directory.school(other).database)["staff"]}
    assert names == {"Второй"}


@pytest.mark.parametrize(
    ("name", "zone", "family"),
    [("", ZONE, "Имя"), ("Школа", "Mars/Base", "Имя"), ("Школа", ZONE, ""), ("Ш\0", ZONE, "Имя")],
)
def test_a_school_with_a_wrong_name_is_not_founded(
    world: World, name: str, zone: str, family: str
) -> None:
    before = (world.directory.numbers(), sorted(world.directory.folder.iterdir()))
    with pytest.raises(InputError):
        world.directory.found(name, zone, NameDraft(family, "Иван"))
    assert (world.directory.numbers(), sorted(world.directory.folder.iterdir())) == before


def lost(wire: object, route: str, body: bytes) -> bytes:
    raise TransportError("transport.unreachable")


def snapshot(world: World) -> object:
    database = world.server.database
    log = database.fetch("SELECT count(*) FROM log")
    return all_rows(database), log, database.fetch("SELECT part, digest FROM part_state")


def mutated(data: bytes, source: random.Random) -> bytes:
    """Return ``data`` with one thing changed."""
    at = source.randrange(len(data))
    kind = source.randrange(5)
    if kind <= 1:
        return data[:at] + bytes([data[at] ^ 1 << source.randrange(8)]) + data[at + 1 :]
    if kind == 2:
        return data[:at] + bytes([source.randrange(256)]) + data[at:]
    if kind == 3:
        return data[:at] + data[at + 1 :]
    end = min(len(data), at + source.randrange(1, 40))
    return data[:end] + data[at:end] + data[end:]


def test_the_helper_changes_something_each_time() -> None:
    source = random.Random(2)
    assert all(mutated(bytes(range(64)), source) != bytes(range(64)) for _ in range(500))

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.groups import ChangeGroup
from eschool_core.commands.journals import SetLoad
from eschool_core.commands.people import Appoint, EndAppointment
from eschool_core.domain.enums import ExcuseKind, GroupChangeGround, Role
from eschool_core.domain.journal import JournalLine, Lesson, Mark, Topic
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.school import Appointment, School, TeachingLoad
from eschool_core.domain.tables import TABLES
from eschool_sync.replica.replica import DATABASE_FILE
from eschool_sync.server.scope import scope_of
from tests.core.commands.acts import absent, homework, mark, roll, topic
from tests.school import FIRST_DAY, LAST_DAY, MONDAY
from tests.sync.harness import Member, World, lesson, pupils, substitute
from tests.sync.oracle import RULES, Knowledge

ROLES = (
    "maths", "english", "english_2", "russian", "primary", "physics", "substitute", "deputy",
    "head", "officer", "hr", "nobody", "guardian", "pupil",
)  # fmt: skip
PAGE_BYTES, RESERVED, SALT = 4096, 80, 16
DAY = 24 * 3_600


def fill(world: World) -> None:
    """Let every kind of row be there: entries of several journals, excuses, findings, notices."""
    substitute(world)
    maths, english, russian, second = world.synced("maths", "english", "russian", "substitute")
    for pupil_id in pupils(world):
        maths.do(mark(lesson(world), pupil_id, 4))
    second.do(mark(lesson(world), pupils(world)[0], 2))
    maths.do(absent(lesson(world), pupils(world)[1]))
    maths.do(topic(lesson(world), "Обыкновенные дроби"))
    maths.do(homework(lesson(world), "§ 7, № 14"))
    english_lesson = world.school.lesson("5А/1", "Английский язык")
    english.do(mark(english_lesson, pupils(world)[0], 5))
    english.do(topic(english_lesson, "Past simple"))
    english.do(roll(world.school.lesson("5А/2", "Английский язык")))
    russian.do(
        ExcuseAbsence(
            pupil_id=pupils(world)[1], excuse=ExcuseKind.SICK, first_day=MONDAY,
            last_day=MONDAY,
        )
    )  # fmt: skip
    world.settle()


def seen(member: Member) -> set[tuple[str, int]]:
    rows = member.rows()
    return {(table, int(str(row[0]))) for table, listed in rows.items() for row in listed}


def test_the_oracle_speaks_of_every_table() -> None:
    assert set(RULES) == {spec.table for spec in TABLES}


@pytest.mark.scenario("4.5.1:1")
@pytest.mark.asvs("8.2.2")
@pytest.mark.asvs("15.3.1")
@pytest.mark.threat("T26")
def test_each_role_holds_exactly_the_rows_that_it_may_see(world: World) -> None:
    fill(world)
    world.synced(*ROLES)
    world.settle(1)
    known = Knowledge.of(world.server.database)
    for name in ROLES:
        member = world.members[name]
        expected = known.visible(member.person)
        assert seen(member) - expected == set(), f"{name} sees too much"
        assert expected - seen(member) == set(), f"{name} misses something"
    tables = {table for member in world.members.values() for table, _ in seen(member)}
    assert len(tables) >= 27, "too few kinds of rows to prove anything"
    world.check()


@pytest.mark.threat("T3")
def test_a_guardian_holds_no_name_of_another_child(world: World) -> None:
    fill(world)
    guardian, child = world.synced("guardian", "pupil")
    for member in (guardian, child):
        assert [row.id for row in member.replica.store.select(Pupil)] == [pupils(world)[0]]
        lines = member.replica.store.select(JournalLine)
        assert {line.pupil_id for line in lines} == {pupils(world)[0]}
        assert member.replica.store.select(Guardianship) == []
        text = json.dumps(member.rows(), default=repr, ensure_ascii=False)
        for pupil_id in pupils(world)[1:]:
            assert str(pupil_id) not in text
        assert "Белова" not in text


def test_the_class_teacher_sees_every_journal_of_the_class(world: World) -> None:
    fill(world)
    [russian] = world.synced("russian")
    marked = {row.lesson_id for row in russian.replica.store.select(Mark)}
    assert marked == {lesson(world), world.school.lesson("5А/1", "Английский язык")}


class TestChangeOfRole:
    @pytest.mark.asvs("8.3.2")
    def test_a_gained_journal_arrives_whole(self, any_world: World) -> None:
        maths, second = any_world.synced("maths", "substitute")
        maths.do(mark(lesson(any_world), pupils(any_world)[0], 4))
        maths.sync()
        assert not second.replica.store.select(Lesson)
        assert not second.replica.store.select(Mark)
        substitute(any_world)
        report = second.sync()
        assert (report.rounds, report.parts_out) == (1, 0)
        assert report.parts_in > 8
        assert [row.value for row in second.replica.store.select(Mark)] == [4]
        assert {row.id for row in second.replica.store.select(Pupil)} == set(pupils(any_world))
        any_world.check("substitute")

    @pytest.mark.asvs("8.3.2")
    @pytest.mark.threat("T26")
    def test_a_lost_journal_is_purged(self, any_world: World) -> None:
        substitute(any_world, last_day=MONDAY)
        maths, second = any_world.synced("maths", "substitute")
        maths.do(mark(lesson(any_world), pupils(any_world)[0], 4))
        any_world.settle()
        assert second.replica.store.select(Mark)
        any_world.advance(DAY)
        report = second.sync()
        assert report.parts_out > 8
        for table in (Mark, Lesson, JournalLine, Pupil):
            assert second.replica.store.select(table) == []
        any_world.check("substitute")

    @pytest.mark.asvs("8.3.2")
    def test_who_handed_a_journal_over_sees_nothing_new_of_it(self, world: World) -> None:
        store, maths = world.server.store, world.person("maths")
        journal_id = store.require(Lesson, lesson(world)).journal_id
        part = partition(PartitionKind.JOURNAL, journal_id)
        assert part in scope_of(store, maths)
        [load] = store.select(TeachingLoad, journal_id=journal_id, staff_id=maths)
        yesterday = store.select(School)[0].current_day - 1
        command = SetLoad(
            journal_id=journal_id,
            staff_id=maths,
            weekly_periods=load.weekly_periods,
            first_day=load.first_day,
            last_day=yesterday,
        )
        assert not world.server.act(command).key
        assert part not in scope_of(store, maths)

    def test_pending_work_on_a_lost_journal_gets_its_verdict(self, world: World) -> None:
        substitute(world, last_day=MONDAY)
        [second] = world.synced("substitute")
        in_time = second.do(topic(lesson(world), "Ещё вчера"))
        world.advance(DAY)
        report = second.sync()
        assert report.accepted + report.held == 1
        assert second.replica.store.select(Topic) == []
        assert second.undo_images() == 0
        assert second.replica.status().pending == 0
        assert in_time.number == 1
        world.check("substitute")

    @pytest.mark.threat("T26")
    @pytest.mark.asvs("row 68")
    def test_nothing_of_a_purged_journal_is_left_in_the_file(self, world: World) -> None:
        """Neither in plain nor behind the key: free pages and the WAL are read as well."""
        topics = [f"Канарейка номер {number} в журнале" for number in range(60)]
        [maths] = world.synced("maths")
        substitute(world, last_day=MONDAY)
        [second] = world.synced("substitute")
        for text in topics:
            maths.do(topic(lesson(world), text))
        world.settle()
        canaries = [text.encode() for text in topics] + [
            name.encode() for name in ("Абрамов", "Белова", "Власов", "Громова")
        ]
        assert all(bare(second, canary) for canary in canaries)
        assert not any(canary in raw(second.folder) for canary in canaries)
        world.advance(DAY)
        second.sync()
        assert [canary.decode() for canary in canaries if bare(second, canary)] == []
        second.replica.close()
        left = [canary.decode() for canary in canaries if canary in decrypted(second)]
        assert left == []
        assert not any(canary in raw(second.folder) for canary in canaries)
        second.open()

    def test_a_new_class_teacher_gains_the_class_and_the_old_one_loses_it(
        self, world: World
    ) -> None:
        russian, physics = world.synced("russian", "physics")
        fifth = world.school.classes["5А"]
        [led] = world.server.store.select(Appointment, person_id=russian.person, class_id=fifth)
        world.act(EndAppointment(appointment_id=led.id, last_day=MONDAY))
        world.advance(DAY)
        role = Role.CLASS_TEACHER
        world.act(
            Appoint(person_id=physics.person, role=role, class_id=fifth, first_day=MONDAY + 1)
        )
        world.settle()
        known = Knowledge.of(world.server.database)
        for member in (russian, physics):
            assert seen(member) == known.visible(member.person)
        guardians = {row.pupil_id for row in physics.replica.store.select(Guardianship)}
        assert guardians == set(pupils(world))
        assert russian.replica.store.select(Guardianship) == []
        world.check("russian", "physics")

    def test_a_pupil_who_changes_group_appears_at_the_new_teacher(self, world: World) -> None:
        """With the line that was left behind: marks of the first weeks are not lost."""
        english, english_2 = world.synced("english", "english_2")
        moved = pupils(world)[0]
        english.do(mark(world.school.lesson("5А/1", "Английский язык"), moved, 5))
        english.sync()
        world.act(
            ChangeGroup(
                pupil_id=moved, from_group_id=world.school.groups["5А/1"],
                to_group_id=world.school.groups["5А/2"], first_day=MONDAY + 1,
                ground=GroupChangeGround.ORDER, document="№ 3", document_day=MONDAY,
            )
        )  # fmt: skip
        known = Knowledge.of(world.server.database)
        for member in (english, english_2):
            member.sync()
            assert [row.value for row in member.replica.store.select(Mark)] == [5]
            assert seen(member) == known.visible(member.person)
        assert len(english_2.replica.store.select(JournalLine, pupil_id=moved)) == 2
        world.check("english", "english_2")

    def test_a_second_journal_needs_no_second_copy_of_what_is_here(self, world: World) -> None:
        [english] = world.synced("english")
        before = len(seen(english))
        second_journal(world, english)
        report = english.sync()
        assert 0 < report.pulled_rows < len(seen(english)) - before + 5 < 60
        world.check("english")


class TestUnknownScope:
    def test_a_server_that_forgot_a_scope_asks_for_it(self, any_world: World) -> None:
        [english] = any_world.synced("english")
        english.do(topic(any_world.school.lesson("5А/1", "Английский язык")))
        second_journal(any_world, english)
        any_world.server.database.execute("DELETE FROM scope_set")
        any_world.restart()
        report = english.sync()
        assert (report.rounds, report.accepted) == (2, 1)
        any_world.check("english")

    def test_a_scope_that_is_still_the_same_needs_no_list(self, world: World) -> None:
        [maths] = world.synced("maths")
        world.server.database.execute("DELETE FROM scope_set")
        world.restart()
        assert maths.sync().rounds == 1
        world.check("maths")


def test_a_day_that_turns_brings_findings_to_those_they_concern(world: World) -> None:
    maths, deputy = world.synced("maths", "deputy")
    before = len(maths.rows()["finding_record"])
    world.advance(DAY)
    maths.sync()
    deputy.sync()
    own = len(maths.rows()["finding_record"])
    assert before < own < len(deputy.rows()["finding_record"])
    world.check("maths", "deputy")


def test_nobodys_scope_depends_on_the_order_of_rows(world: World) -> None:
    for name in ROLES:
        parts = scope_of(world.server.store, world.person(name))
        assert parts == sorted(set(parts))


def second_journal(world: World, member: Member) -> None:
    """Give a teacher Russian in 5А besides what is taught already."""
    world.act(
        SetLoad(
            journal_id=world.school.journals["5А", "Русский язык"], staff_id=member.person,
            weekly_periods=1, first_day=FIRST_DAY, last_day=LAST_DAY,
        )
    )  # fmt: skip


def bare(member: Member, canary: bytes) -> bool:
    """Whether a row that the replica shows holds a text."""
    return any(
        canary.decode() in str(value)
        for table, rows in member.rows().items()
        if table != "staff"
        for row in rows
        for value in row
    )


def raw(folder: Path) -> bytes:
    """Return the bytes of every file of a replica, as they lie on the disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def decrypted(member: Member) -> bytes:
    """Return every page of a closed replica in plain, those of the free list as well."""
    stored = (member.folder / DATABASE_FILE).read_bytes()
    assert not (member.folder / f"{DATABASE_FILE}-wal").exists()
    assert len(stored) % PAGE_BYTES == 0
    key = bytes.fromhex(member.key.raw_form().strip("x'\"")[:64])
    plain = []
    for start in range(0, len(stored), PAGE_BYTES):
        page = stored[start : start + PAGE_BYTES]
        content = page[SALT if start == 0 else 0 : -RESERVED]
        vector = page[-RESERVED : -RESERVED + 16]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        plain.append(decryptor.update(content) + decryptor.finalize())
    whole = b"".join(plain)
    assert b"CREATE TABLE outbox" in whole, "the pages are not read rightly"
    return whole

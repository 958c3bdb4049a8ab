"""Erasure at term: after five years a journal goes, after twenty-five its register (5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eschool_core import calendar
from eschool_core.commands.archive import (
    DecideDestruction,
    DrawUpRegister,
    ProposeDestruction,
    SealJournal,
    WaiveSection,
)
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.debts import RecordCouncilDecision
from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.commands.people import HireStaff
from eschool_core.domain.archive import ArchiveEntry, RegisterRow
from eschool_core.domain.enums import FindingState
from eschool_core.domain.files import LessonFile
from eschool_core.domain.journal import CellHistory, JournalLine, Lesson, Mark
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import PartitionKind, kind_of, object_of
from eschool_core.domain.people import Pupil
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState, CouncilDecisionKind
from eschool_core.domain.results import CouncilDecision
from eschool_core.domain.school import AcademicYear
from eschool_core.errors import BusyError, InputError
from eschool_core.queries.archive import register
from eschool_core.results.year_gaps import year_gaps
from eschool_sync.backup.tables import tables_of
from eschool_sync.history.erasure import Plan, plan_erasure
from eschool_sync.history.verify import Verified, Verifier
from eschool_sync.replica.files import file_of
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.directory import DATABASE_FILE, Directory
from eschool_sync.server.erasing import (
    FILE,
    Erased,
    due,
    erase,
    erase_returned,
    read_erased,
    returned,
)
from eschool_sync.server.file_bytes import keep_whole
from eschool_sync.server.restoring import put_back, take_copy
from tests.postgres import new_database
from tests.school import LAST_DAY, MONDAY, clock
from tests.sync.harness import Member, World, build, copied
from tests.terms import MATHS, YEAR_OVER, close, fill, fill_year, set_terms

CANARY = "Канарейкина работа"
JOURNAL_UNTIL = date(2032, 12, 31)
"""Five years from 1 January after the year 2026/27."""

JOURNAL_OVER = date(2033, 1, 1)
REGISTER_UNTIL = date(2052, 12, 31)
DAY = 24 * 3600


@dataclass
class Archive:
    """A school whose year 2026/27 is over, with a sealed journal and a register."""

    world: World

    @property
    def file(self) -> Path:
        return self.world.folder / "server" / str(self.world.number) / FILE

    def entry(self, kind: ArchiveKind) -> ArchiveEntry:
        [found] = self.world.server.store.select(ArchiveEntry, kind=int(kind))
        return found

    def go_to(self, day: date) -> None:
        """Let time pass until noon of a day."""
        noon = clock(calendar.day_number(day), 12)
        self.world.advance(noon - self.world.clock.wall())
        self.world.server.turn_days()

    def approve(self, kind: ArchiveKind) -> int:
        """Propose the act as the deputy and approve it as the head."""
        entry = self.entry(kind)
        today = calendar.local_day(self.world.clock.wall(), "Asia/Novokuznetsk")
        self.world.act(ProposeDestruction(entry_id=entry.id, act="1-а", act_day=today), "deputy")
        self.world.act(DecideDestruction(entry_id=entry.id, approve=1), "head")
        return entry.id

    def erase(self, entry_id: int) -> Erased:
        return erase(self.world.server, entry_id, self.file, self.world.clock.wall())

    def erase_due(self, kind: ArchiveKind) -> Erased:
        entry_id = self.approve(kind)
        assert due(self.world.server) == [entry_id]
        return self.erase(entry_id)

    def verify(self) -> Verified:
        server = self.world.server
        key = bytes.fromhex(server.state.digest_key)
        return Verifier(server.database, self.world.number, server.public_key, key).verify()

    def payloads(self) -> bytes:
        return b"".join(bytes(row[0]) for row in self.world.server.database.fetch(
            "SELECT payload FROM log"
        ))  # fmt: skip

    def texts(self) -> str:
        """Return every text that the database holds, whatever table it is in."""
        database = self.world.server.database
        return repr([database.fetch(f"SELECT * FROM {name}") for name in tables_of(database)])

    def take_copy(self) -> str:
        """Copy the database as it stands; return where the copy is."""
        world = self.world
        if not world.postgres_url:
            copy = world.folder / "before.db"
            take_copy(world.server, copy, server_file(world))
            return str(copy)
        world.directory.close()
        copied = new_database(world.postgres_url, like=world.postgres_url)
        world.school.move(world.directory.school(world.number))
        return copied

    def put_back(self, copy: str) -> None:
        """Put a copy in the place of the database, as a restore does."""
        world = self.world
        world.directory.close()
        if world.postgres_url:
            world.postgres_url = copy
            world.directory = Directory(
                world.directory.folder, copy, clock=world.clock, random=SeededRandom(7)
            )
        else:
            put_back(server_file(world), Path(copy))
        world.school.move(world.directory.school(world.number))


def play(world: World) -> None:
    """Let a year pass with a mark and a topic, close it, seal the journal, draw the register up."""
    school, server = world.school, world.server
    lesson, pupil = school.lesson(*MATHS, MONDAY), school.pupils["5А"][0]
    teacher = world.member("maths")
    teacher.do(RecordTopic(lesson_id=lesson, text=CANARY))
    teacher.sync()
    for value in (5, 4):
        world.act(
            RecordMark(lesson_id=lesson, pupil_id=pupil, value=value, comment=CANARY), "maths"
        )
    given = file_of(lesson, "задание.txt", CANARY.encode(), for_homework=False)
    world.act(given, "maths")
    [file] = server.store.select(LessonFile)
    keep_whole(server.database, file, CANARY.encode())
    world.advance(YEAR_OVER - world.clock.wall())
    set_terms(school.must, school.year)
    for ordinal in (1, 2, 3, 4):
        fill(school, ordinal=ordinal)
    fill_year(school, {})
    for finding in server.store.select(FindingRecord, state=int(FindingState.OPEN)):
        world.act(WaiveFinding(finding_id=finding.id, reason="№ 79"), "deputy")
    school.must(close(school, ordinal=0), "deputy")
    year = server.store.require(AcademicYear, school.year)
    own = {school.classes["5А"]}
    for gap in year_gaps(server.store, year):
        if own & set(gap.class_ids) and not gap.waived:
            world.act(
                WaiveSection(
                    year_id=year.id, section=gap.section, object_id=gap.object_id, reason="№ 80"
                ),
                "deputy",
            )
    world.act(SealJournal(journal_id=school.journals[MATHS]), "deputy")
    world.act(DrawUpRegister(class_id=school.classes["5А"]), "deputy")


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("erasure"))
    world.synced("deputy", "maths")
    play(world)
    world.synced("deputy", "maths")
    world.close()
    world.members.clear()
    return world


@pytest.fixture(scope="module")
def term_over(origin: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The same school five years and a day later."""
    world = copied(origin, tmp_path_factory.mktemp("term") / "world")
    Archive(world).go_to(JOURNAL_OVER)
    world.close()
    return world


@pytest.fixture
def archive(term_over: World, tmp_path: Path) -> Iterator[Archive]:
    world = copied(term_over, tmp_path / "world")
    archive = Archive(world)
    archive.go_to(JOURNAL_OVER)
    yield archive
    world.close()


@pytest.mark.clause("5.3/1")
@pytest.mark.asvs("14.2.7")
def test_a_journal_goes_five_years_and_a_day_after(archive: Archive) -> None:
    assert archive.verify().is_sound
    assert CANARY.encode() in archive.payloads()
    files = "SELECT content FROM file_piece"
    assert archive.world.server.database.fetch(files) == [(CANARY.encode(),)]
    done = archive.erase_due(ArchiveKind.JOURNAL)
    assert archive.world.server.database.fetch(files) == []
    assert done.rows > 0
    assert done.payloads > 0
    assert CANARY not in archive.texts()
    assert CANARY.encode() not in archive.payloads()
    assert archive.entry(ArchiveKind.JOURNAL).state == ArchiveState.ERASED
    assert due(archive.world.server) == []
    found = archive.verify()
    assert found.problems == ()
    assert found.is_sound


@pytest.mark.clause("5.3/1")
def test_nothing_goes_without_an_approved_act(archive: Archive) -> None:
    entry_id = archive.entry(ArchiveKind.JOURNAL).id
    before = archive.texts()
    with pytest.raises(InputError) as refused:
        archive.erase(entry_id)
    assert refused.value.key == "archive.state"
    assert archive.texts() == before
    assert not archive.file.exists()


@pytest.mark.clause("5.3/1")
def test_on_the_last_day_of_five_years_it_is_still_kept(origin: World, tmp_path: Path) -> None:
    world = copied(origin, tmp_path / "world")
    archive = Archive(world)
    archive.go_to(JOURNAL_UNTIL)
    entry = archive.entry(ArchiveKind.JOURNAL)
    command = ProposeDestruction(entry_id=entry.id, act="1-а", act_day=1)
    assert world.server.act(command, world.person("deputy")).clause == "5.3/1"
    world.close()


@pytest.mark.scenario("5.3/2:1")
@pytest.mark.clause("5.3/2")
@pytest.mark.asvs("14.2.7")
def test_a_register_outlives_its_journals_and_goes_after_twenty_five(archive: Archive) -> None:
    archive.erase_due(ArchiveKind.JOURNAL)
    archive.go_to(REGISTER_UNTIL)
    store = archive.world.server.store
    entry = archive.entry(ArchiveKind.REGISTER)
    title, rows = register(store, entry.id)
    names = [row["name"] for row in rows]
    assert len(rows) == 4, title
    archive.go_to(date(2053, 1, 1))
    archive.erase_due(ArchiveKind.REGISTER)
    assert store.select(RegisterRow) == []
    with pytest.raises(InputError):
        register(store, entry.id)
    rows_left = repr([archive.world.server.database.fetch("SELECT effects FROM remains")])
    assert not [name for name in names if name in rows_left]
    found = archive.verify()
    assert found.problems == ()


def lines(world: World) -> set[int]:
    return {
        line.id
        for line in world.server.store.select(JournalLine, journal_id=world.school.journals[MATHS])
    }


def test_other_journals_and_people_stay(archive: Archive) -> None:
    store = archive.world.server.store
    journal, own = archive.world.school.journals[MATHS], lines(archive.world)

    def kept() -> list[tuple[object, ...]]:
        lessons = [row for row in store.select(Lesson) if row.journal_id != journal]
        return [row.values() for row in (*lessons, *store.select(Pupil))]

    before = kept()
    archive.erase_due(ArchiveKind.JOURNAL)
    assert kept() == before
    assert store.select(Lesson, journal_id=journal) == []
    for table in (Mark, CellHistory):
        parts = {(kind_of(row.part), object_of(row.part)) for row in store.select(table)}
        assert not parts & {(PartitionKind.LINE, line) for line in own}
        assert (PartitionKind.JOURNAL, journal) not in parts


@pytest.mark.threat("T7")
def test_a_change_of_what_stays_in_place_of_the_erased_is_found(archive: Archive) -> None:
    archive.erase_due(ArchiveKind.JOURNAL)
    database = archive.world.server.database
    changes = (
        "UPDATE remains SET blank = 1 - blank WHERE seq = (SELECT min(seq) FROM remains)",
        "DELETE FROM remains WHERE seq = (SELECT max(seq) FROM remains)",
        "DELETE FROM remains",
        "UPDATE remains SET effects = x'90' WHERE seq = (SELECT max(seq) FROM remains)",
        "UPDATE remains SET effects = x'c1' WHERE seq = (SELECT max(seq) FROM remains)",
        "UPDATE log SET payload = x'90' WHERE seq = (SELECT min(seq) FROM remains WHERE blank = 1)",
        "UPDATE log SET payload = x'', salt = x'' WHERE seq = 1",
    )
    for sql in changes:
        database.execute("BEGIN")
        database.execute(sql)
        assert not archive.verify().is_sound, sql
        database.execute("ROLLBACK")
    assert archive.verify().is_sound


@pytest.mark.threat("T14")
def test_a_crash_leaves_all_or_nothing_and_the_next_run_ends_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = archive.approve(ArchiveKind.JOURNAL)
    before = archive.texts()
    with monkeypatch.context() as patched:
        patched.setattr(
            "eschool_sync.server.erasing.BLANK", "UPDATE nothing SET a = ?, b = ?, c = ?"
        )
        with pytest.raises(Exception, match="nothing"):
            archive.erase(entry_id)
    assert archive.texts() == before
    # What will be erased is known outside the database before it is.
    assert read_erased(archive.file)[entry_id]
    assert archive.verify().is_sound
    archive.erase(entry_id)
    assert CANARY not in archive.texts()
    assert archive.verify().is_sound


@pytest.mark.threat("T16")
@pytest.mark.asvs("14.2.7")
def test_a_backup_from_before_the_erasure_is_made_to_forget_again(archive: Archive) -> None:
    world = archive.world
    copy = archive.take_copy()
    archive.erase_due(ArchiveKind.JOURNAL)
    assert list(returned(world.server, archive.file)) == []
    archive.put_back(copy)
    assert CANARY.encode() in archive.payloads()
    [entry_id] = returned(world.server, archive.file)
    [done] = erase_returned(world.server, archive.file, world.clock.wall())
    assert done.entry_id == entry_id
    assert CANARY not in archive.texts()
    assert archive.verify().is_sound
    assert list(returned(world.server, archive.file)) == []


def server_file(world: World) -> Path:
    return world.folder / "server" / str(world.number) / DATABASE_FILE


@pytest.mark.clause("5.3/1")
@pytest.mark.asvs("14.2.7")
def test_replicas_forget_at_their_next_sync(archive: Archive) -> None:
    """Whoever held the journal: the deputy its rows, its teacher also the own commands on it."""
    world = archive.world
    deputy, teacher = world.member("deputy"), world.member("maths")
    assert CANARY in texts_of(deputy)
    assert CANARY in texts_of(teacher)
    archive.erase_due(ArchiveKind.JOURNAL)
    for member in (deputy, teacher):
        member.sync()
        assert CANARY not in texts_of(member)
        assert not any(CANARY.encode() in payload for payload in outbox_of(member))
    deputy.sync()


def texts_of(member: Member) -> str:
    return repr(member.rows())


def outbox_of(member: Member) -> list[bytes]:
    return [bytes(row[0]) for row in member.database.fetch("SELECT payload FROM outbox")]


@pytest.mark.clause("5.3/2")
@pytest.mark.asvs("14.2.7")
def test_a_register_takes_what_the_council_decided_before_with_it(archive: Archive) -> None:
    """Another protocol replaced the first: both go, and neither before the register."""
    server, pupil = archive.world.server, archive.world.school.pupils["5А"][0]
    for kind, protocol in (
        (CouncilDecisionKind.PROMOTED, "№ 14"),
        (CouncilDecisionKind.REPEAT, "№ 15"),
    ):
        archive.world.act(
            RecordCouncilDecision(
                pupil_id=pupil,
                year_id=archive.world.school.year,
                decision=kind,
                next_grade=5,
                protocol=f"{CANARY} {protocol}",
                protocol_day=LAST_DAY,
            ),
            "deputy",
        )
    archive.erase_due(ArchiveKind.JOURNAL)
    [decision] = server.store.select(CouncilDecision)
    [earlier] = server.store.select(CellHistory, table_number=CouncilDecision.number)
    assert (earlier.row_id, "№ 14" in earlier.content) == (decision.id, True)
    archive.go_to(date(2053, 1, 1))
    archive.erase_due(ArchiveKind.REGISTER)
    assert server.store.select(CouncilDecision) == []
    assert server.store.select(CellHistory, table_number=CouncilDecision.number) == []
    assert CANARY not in archive.texts()
    assert CANARY.encode() not in archive.payloads()
    assert archive.verify().problems == ()


@pytest.mark.threat("T14")
def test_what_is_written_while_an_erasure_is_worked_out_is_waited_for(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = archive.approve(ArchiveKind.JOURNAL)
    world = archive.world

    def overtaken(*arguments: Any) -> Plan:
        plan = plan_erasure(*arguments)
        assert not world.server.database.in_transaction
        world.act(HireStaff(family="Новикова", given="Нина"), "officer")
        return plan

    with monkeypatch.context() as patched:
        patched.setattr("eschool_sync.server.erasing.plan_erasure", overtaken)
        with pytest.raises(BusyError):
            archive.erase(entry_id)
    assert CANARY.encode() in archive.payloads()
    assert not archive.file.exists()
    archive.erase(entry_id)
    assert CANARY.encode() not in archive.payloads()


@pytest.mark.asvs("14.2.7")
def test_with_postgresql_it_goes_as_well(postgres_url: str, tmp_path: Path) -> None:
    world = build(tmp_path, postgres_url)
    try:
        play(world)
        archive = Archive(world)
        archive.go_to(JOURNAL_OVER)
        assert CANARY.encode() in archive.payloads()
        archive.erase_due(ArchiveKind.JOURNAL)
        assert CANARY.encode() not in archive.payloads()
        assert archive.verify().problems == ()
    finally:
        world.close()

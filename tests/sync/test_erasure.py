"""Erasure at term: after five years a journal goes, after twenty-five its register (5.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

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
from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.domain.archive import ArchiveEntry, RegisterRow
from eschool_core.domain.enums import FindingState
from eschool_core.domain.journal import CellHistory, JournalLine, Lesson, Mark
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import PartitionKind, kind_of, object_of
from eschool_core.domain.people import Pupil
from eschool_core.domain.result_enums import ArchiveKind, ArchiveState
from eschool_core.domain.school import AcademicYear
from eschool_core.errors import InputError
from eschool_core.queries.archive import register
from eschool_core.results.year_gaps import year_gaps
from eschool_sync.history.verify import Verified, Verifier
from eschool_sync.server.erasing import FILE, Erased, due, erase, read_erased, returned
from tests.school import MONDAY, clock
from tests.sync.harness import World, build, copied
from tests.terms import MATHS, YEAR_OVER, close, fill, fill_year, set_terms

CANARY = "Канарейкина работа"
JOURNAL_UNTIL = date(2032, 12, 31)
"""Five years from 1 January after the year 2026/27."""

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
        tables = database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
        return repr([database.fetch(f"SELECT * FROM {name}") for (name,) in tables])


def play(world: World) -> None:
    """Let a year pass with a mark and a topic, close it, seal the journal, draw the register up."""
    school, server = world.school, world.server
    lesson, pupil = school.lesson(*MATHS, MONDAY), school.pupils["5А"][0]
    world.act(RecordTopic(lesson_id=lesson, text=CANARY), "maths")
    for value in (5, 4):
        world.act(
            RecordMark(lesson_id=lesson, pupil_id=pupil, value=value, comment=CANARY), "maths"
        )
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


@pytest.fixture
def archive(origin: World, tmp_path: Path) -> Iterator[Archive]:
    world = copied(origin, tmp_path / "world")
    world.advance(YEAR_OVER - world.clock.wall())
    yield Archive(world)
    world.close()


@pytest.mark.clause("5.3/1")
@pytest.mark.asvs("14.2.7")
def test_a_journal_goes_five_years_and_a_day_after(archive: Archive) -> None:
    archive.go_to(date(2033, 1, 1))
    assert archive.verify().is_sound
    assert CANARY.encode() in archive.payloads()
    done = archive.erase_due(ArchiveKind.JOURNAL)
    assert done.rows > 0
    assert done.payloads > 0
    assert CANARY not in archive.texts()
    assert CANARY.encode() not in archive.payloads()
    assert archive.entry(ArchiveKind.JOURNAL).state == ArchiveState.ERASED
    assert due(archive.world.server) == []
    found = archive.verify()
    assert found.problems == ()
    assert found.is_sound

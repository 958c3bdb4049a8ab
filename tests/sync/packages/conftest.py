"""A school whose class 5А has closed its year and sealed everything, and its data bank."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from eschool_core.commands.archive import DrawUpRegister, SealJournal, WaiveSection
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.issuing import REGISTER
from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.domain.enums import FindingState
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.school import AcademicYear, School, SchoolClass
from eschool_core.forms.archive_papers import register_paper
from eschool_core.forms.wishes import of_table
from eschool_core.results.checklist import journals_of
from eschool_core.results.year_gaps import year_gaps
from eschool_sync.packages.packing import Done, Wanted, pack
from eschool_sync.security.signing import SigningKey
from tests.school import MONDAY
from tests.sync.harness import World, build
from tests.terms import MATHS, YEAR_OVER, close, fill, fill_year, set_terms

FORMULA = "=1+1"
"""A topic that a spreadsheet would run."""


@dataclass
class Bank:
    """A data bank with the two packages of 5А."""

    world: World
    folder: Path
    done: Done

    @property
    def key(self) -> bytes:
        return self.world.server.public_key

    @property
    def signing_key(self) -> SigningKey:
        return SigningKey(bytes.fromhex(self.world.server.state.school_seed))

    @property
    def journals(self) -> Path:
        return next(one.folder for one in self.done.packed if one.folder.name.endswith("journals"))

    @property
    def register(self) -> Path:
        return next(one.folder for one in self.done.packed if one.folder.name.endswith("register"))


def seal(world: World) -> None:
    """Let a year pass with marks, close it and seal all that 5А has."""
    school, server = world.school, world.server
    lesson, pupil = school.lesson(*MATHS, MONDAY), school.pupils["5А"][0]
    world.act(RecordTopic(lesson_id=lesson, text=FORMULA), "maths")
    for value in (5, 4):
        world.act(RecordMark(lesson_id=lesson, pupil_id=pupil, value=value), "maths")
    world.advance(YEAR_OVER - world.clock.wall())
    set_terms(school.must, school.year)
    for ordinal in (1, 2, 3, 4):
        fill(school, ordinal=ordinal)
    fill_year(school, {})
    for finding in server.store.select(FindingRecord, state=int(FindingState.OPEN)):
        world.act(WaiveFinding(finding_id=finding.id, reason="№ 79"), "deputy")
    school.must(close(school, ordinal=0), "deputy")
    year = server.store.require(AcademicYear, school.year)
    for gap in year_gaps(server.store, year):
        if not gap.waived:
            world.act(
                WaiveSection(
                    year_id=year.id, section=gap.section, object_id=gap.object_id, reason="№ 80"
                ),
                "deputy",
            )
    klass = server.store.require(SchoolClass, school.classes["5А"])
    for journal in journals_of(server.store, klass):
        world.act(SealJournal(journal_id=journal.id), "deputy")
    world.act(DrawUpRegister(class_id=klass.id), "deputy")
    issue_register(world, klass)


def issue_register(world: World, klass: SchoolClass) -> None:
    """Issue the register as the rows give it now, as ``eschool archive register`` does."""
    store = world.server.store
    [school] = store.select(School)
    year = store.require(AcademicYear, klass.year_id)
    paper = register_paper(store, klass, year.first_day, school.current_day)
    wish = of_table(paper.tables[0], REGISTER, klass.id)
    world.act(wish.command(school.current_day, world.clock.wall()), "deputy")


@pytest.fixture(scope="package")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    world = build(tmp_path_factory.mktemp("packages"))
    seal(world)
    folder = tmp_path_factory.mktemp("bank")
    [school] = world.server.store.select(School)
    klass = world.server.store.require(SchoolClass, world.school.classes["5А"])
    done = pack(world.server, folder, Wanted([klass], school.current_day))
    yield Bank(world, folder, done)
    world.close()


@pytest.fixture
def bank(origin: Bank, tmp_path: Path) -> Bank:
    """A copy, to be damaged."""
    folder = tmp_path / "bank"
    shutil.copytree(origin.folder, folder)
    packed = [replace(one, folder=folder / one.folder.name) for one in origin.done.packed]
    return Bank(origin.world, folder, Done(packed))

"""The year's end: gaps, the register that outlives its journals, times of keeping (4.4.5, 5.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from pydantic import ValidationError

from eschool_core import calendar
from eschool_core.commands.archive import (
    DecideDestruction,
    DrawUpRegister,
    ProposeDestruction,
    SealJournal,
    WaiveSection,
)
from eschool_core.commands.base import Command
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.closing import CloseTerm
from eschool_core.commands.debts import RecordCouncilDecision, RecordRetake
from eschool_core.commands.erasing import erased_rows
from eschool_core.commands.packages import RecordPackage
from eschool_core.commands.school import SetPolicy, TurnDay
from eschool_core.domain.archive import ArchiveEntry, ArchivePackage, RegisterRow, SectionWaiver
from eschool_core.domain.enums import ExcuseKind, Role
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, Pupil, PupilCard
from eschool_core.domain.result_enums import (
    ArchiveKind,
    ArchiveState,
    CouncilDecisionKind,
    ResultKind,
    YearSection,
)
from eschool_core.domain.results import TermMark
from eschool_core.domain.row import Row
from eschool_core.domain.school import AcademicYear, Journal, SchoolClass, Subject
from eschool_core.queries.archive import archive, gaps, register
from eschool_core.regulation.retention import keep_until
from eschool_core.results.register import register_lines
from eschool_core.results.year_gaps import (
    YearGap,
    class_gaps,
    journal_gaps,
    register_gaps,
    year_gaps,
)
from tests.core.commands.acts import absent
from tests.school import (
    FIRST_DAY,
    LAST_DAY,
    MONDAY,
    TUESDAY,
    SmallSchool,
    built_school,
    clock,
    verdict,
)
from tests.terms import MATHS, TEACHERS, YEAR_OVER, close, fill, fill_year, set_terms

KEPT_UNTIL = date(2032, 12, 31)
"""Five years from 1 January after the year 2026/27."""


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


@pytest.fixture(autouse=True)
def year(school: SmallSchool) -> None:
    """The year is over and closed for 5А."""
    close_year(school)


def close_year(school: SmallSchool) -> None:
    """Close the year for 5А; the first pupil was away twice and has a 2 in maths."""
    pupil = school.pupils["5А"][0]
    set_terms(school.must, school.year)
    for day in (MONDAY, TUESDAY):
        school.must(absent(school.lesson(*MATHS, day), pupil), "maths", at=clock(day, 12))
    excuse = ExcuseAbsence(
        pupil_id=pupil, excuse=ExcuseKind.SICK, first_day=MONDAY, last_day=MONDAY, document="№ 4"
    )
    school.must(excuse, "russian")
    school.now = YEAR_OVER
    for ordinal in (1, 2, 3, 4):
        fill(school, ordinal=ordinal)
    fill_year(school, {pupil: 2})
    school.must(close(school, ordinal=0), "deputy")


def open_gaps(school: SmallSchool) -> list[YearGap]:
    """Return the gaps that 5А's register waits for and that nobody has waived."""
    found = year_gaps(school.store, school.one(AcademicYear))
    return [gap for gap in found if school.classes["5А"] in gap.class_ids and not gap.waived]


def waive(school: SmallSchool, gap: YearGap) -> WaiveSection:
    return WaiveSection(
        year_id=school.year,
        section=gap.section,
        object_id=gap.object_id,
        reason="приказ 80",
    )


def waive_all(school: SmallSchool) -> None:
    for gap in open_gaps(school):
        school.must(waive(school, gap), "deputy")


def drawn_up(school: SmallSchool) -> ArchiveEntry:
    waive_all(school)
    school.must(DrawUpRegister(class_id=school.classes["5А"]), "deputy")
    return school.one(ArchiveEntry, object_id=school.classes["5А"])


@pytest.mark.clause("4.4.5/1")
@pytest.mark.clause("4.4.5/1/gaps")
class TestGaps:
    def test_a_list_of_what_is_missing_by_person(self, school: SmallSchool) -> None:
        school.must(TurnDay(day=FIRST_DAY + 2))
        listed = {(gap.section, gap.object_id): gap for gap in open_gaps(school)}
        maths = listed[YearSection.TOPICS, school.journals[MATHS]]
        assert (maths.person_ids, maths.count) == ((school.staff["maths"],), 2)
        assert listed[YearSection.PLAN, school.journals[MATHS]].count == 1
        decisions = listed[YearSection.DECISIONS, school.classes["5А"]]
        assert decisions.person_ids == (school.staff["deputy"],)
        data = listed[YearSection.PERSONAL_DATA, school.classes["5А"]]
        assert (data.person_ids, data.count) == ((school.staff["russian"],), 4)
        shown = gaps(school.store, LAST_DAY)
        assert {(entry.section, entry.place) for entry in shown} >= {
            (YearSection.TOPICS, "5А · Математика"),
            (YearSection.DECISIONS, "5А"),
        }

    def test_of_one_journal_or_class_the_same_is_found_as_of_all(self, school: SmallSchool) -> None:
        school.must(TurnDay(day=FIRST_DAY + 2))
        [mark, *_] = school.store.select(TermMark, kind=int(ResultKind.YEAR))
        school.store.delete(mark)
        year = school.store.require(AcademicYear, school.year)
        whole = year_gaps(school.store, year)
        assert {gap.section for gap in whole} >= {YearSection.TOPICS, YearSection.YEAR_MARKS}
        for journal in school.store.select(Journal):
            own = [gap for gap in whole if gap.object_id == journal.id]
            assert list(journal_gaps(school.store, year, journal)) == own
        for school_class in school.store.select(SchoolClass):
            own = [gap for gap in whole if gap.object_id == school_class.id]
            assert own
            assert list(class_gaps(school.store, year, school_class)) == own
            waited_for = [gap for gap in whole if school_class.id in gap.class_ids]
            assert len(waited_for) > len(own)
            assert list(register_gaps(school.store, year, school_class)) == waited_for

    @pytest.mark.scenario("4.4.5/1:1", "4.4.5/1:2")
    def test_an_open_gap_blocks_and_a_waiver_with_reason_lets_it_pass(
        self, school: SmallSchool
    ) -> None:
        draw = DrawUpRegister(class_id=school.classes["5А"])
        outcome = school.do(draw, "deputy")
        assert verdict(outcome) == "4.4.5/1/gaps"
        assert dict(outcome.params) == {"count": len(open_gaps(school))}
        [first, *_] = open_gaps(school)
        assert verdict(school.do(waive(school, first), "russian")) == "4.1/role"
        waive_all(school)
        assert verdict(school.do(draw, "deputy")) == "accepted"
        row = school.all(SectionWaiver)[0]
        assert (row.reason, row.waived_by_id) == ("приказ 80", school.staff["deputy"])
        reasons = {entry.waived for entry in gaps(school.store, LAST_DAY)}
        assert "приказ 80" in reasons

    def test_a_gap_that_is_filled_is_none(self, school: SmallSchool) -> None:
        for pupil in school.pupils["5А"]:
            owes = pupil == school.pupils["5А"][0]
            kind = CouncilDecisionKind.CONDITIONAL if owes else CouncilDecisionKind.PROMOTED
            decision = RecordCouncilDecision(
                pupil_id=pupil,
                year_id=school.year,
                decision=kind,
                next_grade=6,
                protocol="Протокол 7",
                protocol_day=LAST_DAY,
            )
            school.must(decision, "deputy")
            for card in school.all(PupilCard, pupil_id=pupil):
                school.store.put(card.replace(birth_day=100))
        assert YearSection.DECISIONS not in {gap.section for gap in open_gaps(school)}

    def test_there_is_nothing_to_waive_where_nothing_is_missing(self, school: SmallSchool) -> None:
        command = WaiveSection(
            year_id=school.year,
            section=YearSection.CORRECTIONS,
            object_id=school.journals[MATHS],
            reason="x",
        )
        assert verdict(school.do(command, "deputy")) == "archive.no_gap"

    def test_the_year_is_closed_first(self, school: SmallSchool) -> None:
        other = DrawUpRegister(class_id=school.classes["5Б"])
        assert verdict(school.do(other, "deputy")) == "archive.year_open"
        mixed = SealJournal(journal_id=school.journals["10А+10Б", "Физика"])
        assert verdict(school.do(mixed, "deputy")) == "archive.year_open"


@pytest.mark.clause("5.3/2")
class TestRegister:
    def test_it_is_complete_in_itself(self, school: SmallSchool, pupil: int) -> None:
        retake = RecordRetake(
            journal_id=school.journals[MATHS],
            pupil_id=pupil,
            value=3,
            protocol="Протокол 8",
            protocol_day=LAST_DAY + 10,
        )
        school.must(retake, "deputy")
        entry = drawn_up(school)
        title, lines = register(school.store, entry.id)
        assert title == "2026/27 · 5А"
        assert [line["name"] for line in lines] == [
            "Абрамов Саша", "Белова Саша", "Власов Саша", "Громова Саша",
        ]  # fmt: skip
        [maths] = [s for s in lines[0]["subjects"] if s["subject"] == "Математика"]
        assert maths["terms"] == {"1": "4", "2": "4", "3": "4", "4": "4"}
        # The retake stands with date and protocol, the earlier value among the corrections.
        assert (maths["year"], maths["document"]) == ("3", "Протокол 8, 2027-06-05")
        assert lines[0]["corrections"][0][:2] == ["2", "Протокол 8"]
        assert lines[0]["missed"] == {
            "all": 2, "sick": 1, "unknown": 1, "valid": 0, "none": 0,
        }  # fmt: skip

    @pytest.mark.scenario("5.3/2:1")
    def test_it_opens_when_journals_names_and_subjects_are_gone(
        self, school: SmallSchool, pupil: int
    ) -> None:
        entry = drawn_up(school)
        before = register(school.store, entry.id)
        tables: tuple[type[Row], ...] = (TermMark, JournalLine, Subject, Pupil)
        for table in tables:
            for row in school.all(table):
                school.store.delete(row)
        assert register(school.store, entry.id) == before

    def test_the_first_grade_has_attendance_and_the_decision_only(
        self, school: SmallSchool
    ) -> None:
        school.must(CloseTerm(class_id=school.classes["1А"]), "deputy")
        for gap in year_gaps(school.store, school.one(AcademicYear)):
            if school.classes["1А"] in gap.class_ids:
                school.must(waive(school, gap), "deputy")
        school.must(DrawUpRegister(class_id=school.classes["1А"]), "deputy")
        entry = school.one(ArchiveEntry)
        _, lines = register(school.store, entry.id)
        assert [line["subjects"] for line in lines] == [[], [], [], []]

    def test_once(self, school: SmallSchool) -> None:
        drawn_up(school)
        again = DrawUpRegister(class_id=school.classes["5А"])
        assert verdict(school.do(again, "deputy")) == "archive.already"
        assert len(school.all(RegisterRow)) == 4


@pytest.mark.clause("5.3/1")
@pytest.mark.clause("5.3/1/kept")
@pytest.mark.clause("5.3/2")
@pytest.mark.clause("5.3/2/kept")
class TestKeeping:
    def sealed(self, school: SmallSchool) -> ArchiveEntry:
        waive_all(school)
        school.must(SealJournal(journal_id=school.journals[MATHS]), "deputy")
        return school.one(ArchiveEntry, object_id=school.journals[MATHS])

    def propose(self, entry: ArchiveEntry) -> ProposeDestruction:
        return ProposeDestruction(entry_id=entry.id, act="Акт 1", act_day=LAST_DAY)

    def decide(self, entry: ArchiveEntry, approve: int = 1) -> DecideDestruction:
        return DecideDestruction(entry_id=entry.id, approve=approve)

    def test_a_journal_is_kept_five_years_and_then_destroyed_by_an_act_of_two(
        self, school: SmallSchool
    ) -> None:
        entry = self.sealed(school)
        assert calendar.date_of(entry.keep_until) == KEPT_UNTIL
        assert entry.title == "2026/27 · 5А · Математика"
        last = clock(entry.keep_until, 23, 59, 59)
        refused = school.do(self.propose(entry), "deputy", at=last)
        assert verdict(refused) == "5.3/1/kept"
        assert dict(refused.params) == {"date": "2032-12-31"}
        school.now = clock(entry.keep_until + 1, 9)
        assert verdict(school.do(self.decide(entry), "head")) == "archive.state"
        school.must(self.propose(entry), "deputy")
        assert verdict(school.do(self.propose(entry), "deputy")) == "archive.state"
        assert verdict(school.do(self.decide(entry), "deputy")) == "4.1/role"
        school.must(self.decide(entry), "head")
        row = school.one(ArchiveEntry)
        assert (row.state, row.act) == (ArchiveState.DESTROYED, "Акт 1")
        assert (row.proposed_by_id, row.approved_by_id) == (
            school.staff["deputy"],
            school.staff["head"],
        )

    @pytest.mark.scenario("5.3/1:1")
    def test_journals_of_2022_23_stay_through_2027_and_go_in_2029_by_an_act_alone(
        self, school: SmallSchool
    ) -> None:
        until = keep_until(date(2023, 5, 31), 5, "next_january")
        entry = self.sealed(school).replace(keep_until=calendar.day_number(until))
        school.store.put(entry)
        for day in (date(2027, 6, 1), date(2028, 12, 31)):
            at = clock(calendar.day_number(day), 9)
            assert verdict(school.do(self.propose(entry), "deputy", at=at)) == "5.3/1/kept"
        school.now = clock(calendar.day_number(date(2029, 1, 1)), 9)
        assert verdict(school.do(self.decide(entry), "head")) == "archive.state"
        with pytest.raises(ValidationError, match="act"):
            ProposeDestruction(entry_id=entry.id, act="", act_day=LAST_DAY)
        school.must(self.propose(entry), "deputy")
        school.must(self.decide(entry), "head")
        assert school.one(ArchiveEntry).state == ArchiveState.DESTROYED

    @pytest.mark.clause("2.2/self-approval")
    def test_nobody_approves_an_own_act(self, school: SmallSchool) -> None:
        entry = self.sealed(school)
        school.now = clock(entry.keep_until + 1, 9)
        school.must(self.propose(entry), "head")
        assert verdict(school.do(self.decide(entry), "head")) == "2.2/self-approval"
        school.add_staff("acting")
        school.appoint("acting", Role.HEAD)
        school.must(self.decide(entry, 0), "acting")
        assert school.one(ArchiveEntry).state == ArchiveState.KEPT

    def test_a_register_is_kept_twenty_five(self, school: SmallSchool) -> None:
        entry = drawn_up(school)
        assert calendar.date_of(entry.keep_until) == date(2052, 12, 31)
        in_year_24 = clock(calendar.day_number(date(2051, 6, 1)), 9)
        outcome = school.do(self.propose(entry), "deputy", at=in_year_24)
        assert verdict(outcome) == "5.3/2/kept"
        assert register(school.store, entry.id)[1]

    def test_the_act_of_the_school_says_from_when_it_counts(self, school: SmallSchool) -> None:
        act = SetPolicy(name="retention_start", value="year_end", first_day=FIRST_DAY, act="№ 1")
        school.must(act, "deputy")
        assert calendar.date_of(self.sealed(school).keep_until) == date(2032, 5, 26)

    def test_what_is_due_is_listed(self, school: SmallSchool) -> None:
        entry = self.sealed(school)
        drawn_up(school)
        assert len(archive(school.store, entry.keep_until)) == 2
        assert archive(school.store, entry.keep_until, due_only=True) == ()
        [due] = archive(school.store, entry.keep_until + 1, due_only=True)
        assert due.entry_id == entry.id


@pytest.mark.clause("5.3")
@pytest.mark.parametrize(
    ("year_end", "years", "start", "last"),
    [
        (date(2023, 5, 31), 5, "next_january", date(2028, 12, 31)),
        (date(2023, 5, 31), 5, "year_end", date(2028, 5, 31)),
        (date(2024, 2, 29), 5, "year_end", date(2029, 3, 1)),
        (date(2023, 8, 31), 25, "next_january", date(2048, 12, 31)),
    ],
)
def test_the_last_day_of_keeping(year_end: date, years: int, start: str, last: date) -> None:
    assert keep_until(year_end, years, start) == last


def test_every_journal_of_the_class_has_its_teachers(school: SmallSchool) -> None:
    assert set(TEACHERS) == {where for where in school.journals if where[0].startswith("5А")}


def grow(school: SmallSchool, ordinals: range) -> None:
    """Add pupils to 5А who stand in every journal in which its first pupil stands."""
    store, first = school.store, school.pupils["5А"][0]
    [entry] = school.all(Enrolment, pupil_id=first)
    lines = school.all(JournalLine, pupil_id=first)
    for ordinal in ordinals:
        pupil_id = first + 1_000_000_000 + ordinal
        part = partition(PartitionKind.NAME, pupil_id)
        store.put(Pupil(id=pupil_id, part=part, family=f"Новых {ordinal}", given="Саша"))
        store.put(entry.replace(id=pupil_id, part=part, pupil_id=pupil_id))
        for place, line in enumerate(lines, start=1):
            line_id = pupil_id + place * 1_000_000
            of_line = partition(PartitionKind.LINE, line_id)
            store.put(line.replace(id=line_id, part=of_line, pupil_id=pupil_id))


def queries_of(school: SmallSchool, act: Callable[[], object]) -> int:
    """Return how many queries something makes."""
    said: list[str] = []
    connection = school.store.database.connection  # type: ignore[attr-defined]
    connection.set_trace_callback(said.append)
    try:
        act()
    finally:
        connection.set_trace_callback(None)
    found = sum(line.lstrip().startswith("SELECT") for line in said)
    assert found
    return found


@pytest.mark.clause("4.4.5/1")
class TestLargeClasses:
    """More pupils take not one query more."""

    def test_gaps(self, school: SmallSchool) -> None:
        [year] = school.all(AcademicYear)
        grow(school, range(1))
        before = queries_of(school, lambda: year_gaps(school.store, year))
        grow(school, range(1, 20))
        assert queries_of(school, lambda: year_gaps(school.store, year)) == before
        counted = {
            gap.object_id: gap.count
            for gap in open_gaps(school)
            if gap.section == YearSection.YEAR_MARKS
        }
        assert counted[school.journals[MATHS]] == 20

    def test_the_register(self, school: SmallSchool) -> None:
        [school_class] = school.all(SchoolClass, id=school.classes["5А"])
        before = queries_of(school, lambda: register_lines(school.store, school_class))
        grow(school, range(20))
        assert queries_of(school, lambda: register_lines(school.store, school_class)) == before
        assert len(register_lines(school.store, school_class)) == 24

    def test_commands(self, school: SmallSchool) -> None:
        other = built_school()
        close_year(other)
        assert self.queries(school, 1) == self.queries(other, 20)

    def queries(self, school: SmallSchool, size: int) -> list[int]:
        """Return how many a waiver, a sealing and a register take with so many pupils more."""
        grow(school, range(size))
        first, second, *_ = open_gaps(school)
        # The new rows are summed up with the first command after them.
        school.must(waive(school, second), "deputy")
        given: list[Command] = [
            waive(school, first),
            SealJournal(journal_id=school.journals[MATHS]),
            DrawUpRegister(class_id=school.classes["5А"]),
        ]
        found = [queries_of(school, partial(school.must, given[0], "deputy"))]
        waive_all(school)
        found += [queries_of(school, partial(school.must, each, "deputy")) for each in given[1:]]
        assert len(school.all(RegisterRow)) == size + 4
        return found


@pytest.mark.clause("4.4.5/3")
class TestPackages:
    def record(self, school: SmallSchool, package: ArchiveKind, digest: str = "a") -> RecordPackage:
        return RecordPackage(
            class_id=school.classes["5А"],
            package=package,
            digest=digest * 64,
            files=20,
            history_size=1000,
        )

    def test_a_register_is_handed_over_once_and_kept_as_long_as_it(
        self, school: SmallSchool
    ) -> None:
        early = school.do(self.record(school, ArchiveKind.REGISTER_PACKAGE), "deputy")
        assert verdict(early) == "archive.not_sealed"
        entry = drawn_up(school)
        school.must(self.record(school, ArchiveKind.REGISTER_PACKAGE), "deputy")
        package = school.one(ArchivePackage)
        kept = school.store.require(ArchiveEntry, package.entry_id)
        assert (kept.keep_until, kept.title) == (entry.keep_until, "2026/27 · 5А")
        assert (kept.sealed_by_id, kept.sealed_at) == (school.staff["deputy"], school.now)
        again = school.do(self.record(school, ArchiveKind.REGISTER_PACKAGE), "deputy")
        assert verdict(again) == "archive.already"
        school.must(self.record(school, ArchiveKind.REGISTER_PACKAGE, "b"), "deputy")
        listed = {one.digest for one in archive(school.store, LAST_DAY)}
        assert listed == {"", "a" * 64, "b" * 64}

    def test_journals_are_handed_over_when_every_one_is_sealed(self, school: SmallSchool) -> None:
        waive_all(school)
        *first, last = [school.journals[where] for where in TEACHERS]
        for journal in first:
            school.must(SealJournal(journal_id=journal), "deputy")
        command = self.record(school, ArchiveKind.JOURNAL_PACKAGE)
        refused = school.do(command, "deputy")
        assert (verdict(refused), dict(refused.params)) == ("archive.not_sealed", {"count": 1})
        school.must(SealJournal(journal_id=last), "deputy")
        school.must(command, "deputy")
        kept = school.store.require(ArchiveEntry, school.one(ArchivePackage).entry_id)
        assert calendar.date_of(kept.keep_until) == KEPT_UNTIL

    def test_it_is_destroyed_like_what_is_in_it(self, school: SmallSchool) -> None:
        drawn_up(school)
        school.must(self.record(school, ArchiveKind.REGISTER_PACKAGE), "deputy")
        entry = school.store.require(ArchiveEntry, school.one(ArchivePackage).entry_id)
        propose = ProposeDestruction(entry_id=entry.id, act="Акт 1", act_day=LAST_DAY)
        early = school.do(propose, "deputy", at=clock(entry.keep_until, 23, 59, 59))
        assert verdict(early) == "5.3/2/kept"
        school.must(propose, "deputy", at=clock(entry.keep_until + 1, 9))
        assert list(erased_rows(school.store, entry)) == []

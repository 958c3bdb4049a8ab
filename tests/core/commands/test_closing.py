"""Closing a term: its checklist, the barrier, reopening by order, what comes too late (4.5.5)."""

from __future__ import annotations

import pytest

from eschool_core.commands.base import Command
from eschool_core.commands.closing import ReopenTerm
from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.school import TurnDay
from eschool_core.commands.timetable import RecordLesson
from eschool_core.domain.enums import FindingState
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import DateKind, ResultValue
from eschool_core.domain.results import AcademicDebt, TermClosing, TermMark
from tests.core.commands.acts import absent, homework, mark, roll, topic, work, work_mark
from tests.school import MONDAY, SmallSchool, clock, offline, verdict
from tests.terms import (
    FRIDAY_11,
    MATHS,
    Q1_OVER,
    YEAR_OVER,
    close,
    due,
    fill,
    fill_year,
    set_terms,
    term_id,
    term_mark,
    year_mark,
)

pytestmark = pytest.mark.clause("4.5.5")
HELD = "held 4.5.5/closed"


@pytest.fixture(autouse=True)
def terms(school: SmallSchool) -> None:
    set_terms(school.must, school.year)
    school.now = Q1_OVER


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


def closed(school: SmallSchool) -> None:
    fill(school)
    school.must(close(school), "deputy")


@pytest.mark.clause("4.5.5/missing")
@pytest.mark.clause("4.5.5/not-over")
class TestChecklist:
    def test_a_term_closes_on_its_last_day_with_every_mark(self, school: SmallSchool) -> None:
        assert verdict(school.do(close(school), "deputy")) == "4.5.5/missing"
        fill(school)
        early = clock(FRIDAY_11 - 1, 23, 59, 59)
        assert verdict(school.do(close(school), "deputy", at=early)) == "4.5.5/not-over"
        assert verdict(school.do(close(school), "deputy")) == "accepted"
        row = school.one(TermClosing)
        assert (row.class_id, row.term_id, row.closed_by_id) == (
            school.classes["5А"],
            term_id(school),
            school.staff["deputy"],
        )
        assert verdict(school.do(close(school), "deputy")) == "term.closed_already"

    @pytest.mark.clause("4.5.5/gaps")
    @pytest.mark.clause("4.5.6")
    def test_missing_topics_are_filled_or_waived_first(self, school: SmallSchool) -> None:
        fill(school)
        school.must(TurnDay(day=FRIDAY_11 + 1))
        outcome = school.do(close(school), "deputy", at=clock(FRIDAY_11 + 1, 9))
        assert verdict(outcome) == "4.5.5/gaps"
        gaps = [
            row
            for row in school.all(FindingRecord, check_id="4.5.6/topic", state=FindingState.OPEN)
            if row.lesson_id not in lessons_of_other_classes(school)
        ]
        assert dict(outcome.params) == {"count": len(gaps)}
        [filled, *waived] = gaps
        school.must(topic(filled.lesson_id), author_of(school, filled.staff_id))
        for finding in waived:
            school.must(WaiveFinding(finding_id=finding.id, reason="карантин"), "deputy")
        assert verdict(school.do(close(school), "deputy", at=clock(FRIDAY_11 + 1, 9))) == "accepted"

    @pytest.mark.clause("4.5.5/gaps")
    @pytest.mark.clause("4.5.6/work-topic")
    def test_marks_for_a_work_without_topic_keep_a_term_open(self, school: SmallSchool) -> None:
        fill(school)
        lesson = school.lesson(*MATHS)
        school.must(topic(lesson), "maths", at=clock(MONDAY, 12))
        given = work_mark(lesson, school.pupils["5А"][0])
        school.must(given, "maths", at=clock(MONDAY, 12))
        school.must(TurnDay(day=FRIDAY_11 + 1))
        at = clock(FRIDAY_11 + 1, 9)
        for row in school.all(FindingRecord, check_id="4.5.6/topic", state=FindingState.OPEN):
            school.must(WaiveFinding(finding_id=row.id, reason="карантин"), "deputy")
        outcome = school.do(close(school), "deputy", at=at)
        assert (verdict(outcome), dict(outcome.params)) == ("4.5.5/gaps", {"count": 1})
        school.must(work(lesson, "Сила трения"), "maths", at=at)
        assert verdict(school.do(close(school), "deputy", at=at)) == "accepted"

    def test_another_class_is_not_asked(self, school: SmallSchool) -> None:
        fill(school)
        school.must(close(school), "deputy")
        assert verdict(school.do(close(school, "5Б"), "deputy")) == "4.5.5/missing"

    def test_a_term_of_other_classes_is_none_of_this(self, school: SmallSchool) -> None:
        assert verdict(school.do(close(school, "10А"), "deputy")) == "term.not_of_class"

    def test_the_first_grade_closes_without_marks(self, school: SmallSchool) -> None:
        assert verdict(school.do(close(school, "1А"), "deputy")) == "accepted"


def author_of(school: SmallSchool, staff_id: int) -> str:
    return next(name for name, known in school.staff.items() if known == staff_id)


def lessons_of_other_classes(school: SmallSchool) -> set[int]:
    groups = ("5А", "5А/1", "5А/2")
    foreign = [journal for (group, _), journal in school.journals.items() if group not in groups]
    rows = school.store.rows("SELECT id, journal_id FROM lesson")
    return {row[0] for row in rows if row[1] in foreign}


@pytest.mark.threat("T6")
class TestBarrier:
    def late(self, school: SmallSchool, pupil: int) -> list[Command]:
        lesson = school.lesson(*MATHS)
        return [
            mark(lesson, pupil),
            absent(lesson, pupil),
            roll(lesson),
            topic(lesson),
            work(lesson, "Дроби"),
            homework(lesson),
            term_mark(school, pupil, 5, "пересмотр"),
            RecordLesson(
                journal_id=school.journals[MATHS],
                day=MONDAY,
                period=7,
                start_minute=815,
                end_minute=860,
            ),
        ]

    def test_whatever_comes_after_it_is_held_and_changes_nothing(
        self, school: SmallSchool, pupil: int
    ) -> None:
        closed(school)
        before = school.dump()
        for command in self.late(school, pupil):
            assert verdict(school.do(command, "maths")) == HELD, command.kind
        assert school.dump() == before

    def test_it_does_not_matter_when_it_was_made(self, school: SmallSchool, pupil: int) -> None:
        seen = school.seq
        closed(school)
        in_time = offline(clock(MONDAY, 13), clock(MONDAY, 13), clock(FRIDAY_11 + 3, 9))
        for command in self.late(school, pupil):
            assert verdict(school.do(command, "maths", at=in_time, base=seen)) == HELD

    def test_the_next_term_and_other_classes_go_on(self, school: SmallSchool, pupil: int) -> None:
        closed(school)
        school.schedule(*MATHS, MONDAY + 14, MONDAY + 18)
        at = clock(MONDAY + 14, 12)
        command = mark(school.lesson(*MATHS, MONDAY + 14), pupil)
        assert verdict(school.do(command, "maths", at=at)) == "accepted"
        other = school.lesson("5Б", "Математика")
        assert verdict(school.do(topic(other), "maths")) == "accepted"

    def test_a_half_year_journal_is_not_behind_a_quarter(self, school: SmallSchool) -> None:
        closed(school)
        lesson = school.lesson("10А+10Б", "Физика")
        assert verdict(school.do(topic(lesson), "physics")) == "accepted"


@pytest.mark.clause("4.5.5/reopening")
class TestReopening:
    def reopen(self, school: SmallSchool) -> ReopenTerm:
        return ReopenTerm(
            class_id=school.classes["5А"],
            term_id=term_id(school),
            act="Приказ 31",
            reason="ошибка в ведомости",
        )

    @pytest.mark.scenario("4.5.5:3")
    def test_only_the_head_by_order_and_the_event_stays(
        self, school: SmallSchool, pupil: int
    ) -> None:
        assert verdict(school.do(self.reopen(school), "head")) == "term.not_closed"
        closed(school)
        command = term_mark(school, pupil, 5, "пересмотр")
        assert verdict(school.do(command, "maths")) == HELD
        assert verdict(school.do(self.reopen(school), "deputy")) == "4.5.5/reopening"
        school.must(self.reopen(school), "head")
        assert verdict(school.do(command, "maths")) == "accepted"
        school.must(close(school), "deputy")
        first, second = school.all(TermClosing)
        assert (first.reopening_act, first.reason) == ("Приказ 31", "ошибка в ведомости")
        assert first.reopened_by_id == school.staff["head"]
        assert second.reopened_at == 0
        assert verdict(school.do(command, "maths")) == HELD


class TestDeferral:
    @pytest.mark.scenario("academic_debt:4")
    def test_a_missing_mark_is_mended_without_reopening(
        self, school: SmallSchool, pupil: int
    ) -> None:
        reason = "пропущено 5 из 6 уроков"
        school.must(term_mark(school, pupil, ResultValue.NOT_ATTESTED, reason), "maths")
        closed(school)
        command = term_mark(school, pupil, 3, "работы сданы")
        assert verdict(school.do(command, "maths")) == HELD
        put_off = due(
            school,
            FRIDAY_11 + 20,
            pupil_id=pupil,
            journal_id=school.journals[MATHS],
            date_kind=DateKind.DEFERRAL,
        )
        school.must(put_off, "deputy")
        too_late = clock(FRIDAY_11 + 21, 0)
        assert verdict(school.do(command, "maths", at=too_late)) == HELD
        at = clock(FRIDAY_11 + 15, 12)
        assert verdict(school.do(command, "maths", at=at)) == "accepted"
        [row] = [row for row in school.all(TermMark) if row.document]
        assert (row.value, row.document) == (3, "№ 21")
        assert school.one(TermClosing).reopened_at == 0
        # Mended once: what stands now is a mark of a closed term like any other.
        again = term_mark(school, pupil, 5, "ещё")
        assert verdict(school.do(again, "maths", at=at)) == HELD


class TestYear:
    @pytest.mark.scenario("academic_debt:1")
    def test_closing_it_opens_debts(self, school: SmallSchool, pupil: int) -> None:
        school.now = YEAR_OVER
        for ordinal in (1, 2, 3, 4):
            school.must(term_mark(school, pupil, 2, ordinal=ordinal), "maths")
            fill(school, ordinal=ordinal)
        fill_year(school, {pupil: 2})
        school.must(close(school, ordinal=0), "deputy")
        debt = school.one(AcademicDebt)
        assert debt.part == school.line(*MATHS, pupil).part + TO_RESULT
        assert verdict(school.do(year_mark(school, pupil, 3, "x"), "maths")) == HELD
        lesson = school.lesson(*MATHS)
        assert verdict(school.do(mark(lesson, pupil), "maths")) == HELD

    def test_every_year_mark_is_there(self, school: SmallSchool) -> None:
        outcome = school.do(close(school, ordinal=0), "deputy", at=YEAR_OVER)
        assert verdict(outcome) == "4.5.5/missing"

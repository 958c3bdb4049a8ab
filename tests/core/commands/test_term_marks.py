"""Term and year marks: who sets them, with what reasons, by which date (2.6, 3.6, 4.5.2, 4.5.5)."""

from __future__ import annotations

from datetime import date

import pytest

from eschool_core import calendar
from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.journals import RecordSubstitution
from eschool_core.commands.school import SetPolicy
from eschool_core.commands.terms import SetAssessment
from eschool_core.domain.enums import ExemptionKind, SubstitutionKind, TermKind, Timeliness
from eschool_core.domain.journal import CellHistory
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.result_enums import AssessmentMode, DateKind, ResultValue
from eschool_core.domain.results import TermMark
from eschool_core.domain.row import Row
from eschool_core.regulation.interval import Interval
from eschool_core.store.store import Store
from tests.core.commands.acts import mark
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool, clock, findings, offline, verdict
from tests.terms import (
    FRIDAY_11,
    MATHS,
    Q1_OVER,
    due,
    fill,
    set_terms,
    term_id,
    term_mark,
    year_mark,
)

pytestmark = pytest.mark.clause("4.5.5")


@pytest.fixture(autouse=True)
def terms(school: SmallSchool) -> None:
    set_terms(school.must, school.year)
    school.now = Q1_OVER


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


def marked(school: SmallSchool, pupil: int, *values: int) -> None:
    """Give marks on the lessons of maths, one each."""
    days = (MONDAY, TUESDAY, MONDAY + 2, MONDAY + 7, MONDAY + 8, MONDAY + 9)
    for day, value in zip(days, values, strict=False):
        school.must(mark(school.lesson(*MATHS, day), pupil, value, "опоздала"), "maths")


class TestDeviation:
    @pytest.mark.scenario("2.6:1")
    @pytest.mark.clause("2.6")
    @pytest.mark.clause("2.6/reason")
    def test_a_mark_far_from_the_mean_asks_a_reason(self, school: SmallSchool, pupil: int) -> None:
        marked(school, pupil, 3, 3, 3, 3, 4)  # mean 3.2
        outcome = school.do(term_mark(school, pupil, 5), "maths")
        assert verdict(outcome) == "2.6/reason"
        assert dict(outcome.params) == {"value": "5", "proposed": "3"}
        assert school.all(TermMark) == []

    @pytest.mark.scenario("2.6:1")
    @pytest.mark.clause("2.6")
    @pytest.mark.clause("2.6/deviation")
    def test_with_a_reason_the_deputy_head_sees_it(self, school: SmallSchool, pupil: int) -> None:
        marked(school, pupil, 3, 3, 3, 3, 4)
        command = term_mark(school, pupil, 5, "итоговая работа на «5»")
        assert findings(school.do(command, "maths")) == ["2.6/deviation"]
        row = school.one(TermMark)
        assert (row.value, row.proposed, row.mean) == (5, 3, 320)
        finding = school.one(FindingRecord, check_id="2.6/deviation")
        assert finding.staff_id == school.staff["maths"]

    def test_the_first_mark_of_a_cell_looks_through_no_findings_of_others(
        self, school: SmallSchool, pupil: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A term's end gives thousands of marks; each would read every open deviation."""
        marked(school, pupil, 4, 4, 5)
        asked: list[type[Row]] = []
        select = Store.select

        def noted(self: Store, table: type[Row], **values: int | str) -> list[Row]:
            asked.append(table)
            return select(self, table, **values)

        monkeypatch.setattr(Store, "select", noted)
        school.must(term_mark(school, pupil, 4), "maths")
        assert FindingRecord not in asked
        school.must(term_mark(school, pupil, 5, "исправлено"), "maths")
        assert FindingRecord in asked

    def test_what_is_proposed_needs_no_reason(self, school: SmallSchool, pupil: int) -> None:
        marked(school, pupil, 4, 4, 5)
        assert findings(school.do(term_mark(school, pupil, 4), "maths")) == []

    def test_a_deviation_that_is_mended_is_closed(self, school: SmallSchool, pupil: int) -> None:
        marked(school, pupil, 3, 3)
        school.must(term_mark(school, pupil, 5, "ошибка"), "maths")
        school.must(term_mark(school, pupil, 3), "maths")
        assert [row.state for row in school.all(FindingRecord, check_id="2.6/deviation")] == [2]

    def test_who_could_not_know_of_a_mark_is_not_asked(
        self, school: SmallSchool, pupil: int
    ) -> None:
        marked(school, pupil, 5)
        seen = school.seq
        school.do(mark(school.lesson(*MATHS, TUESDAY), pupil, 2, "опоздал"), "maths", device=99)
        outcome = school.do(term_mark(school, pupil, 5), "maths", base=seen)
        assert findings(outcome) == ["2.6/deviation"]

    @pytest.mark.scenario("4.4.1:1")
    @pytest.mark.clause("4.4.1")
    def test_the_rounding_table_is_the_acts_and_earlier_terms_keep_theirs(
        self, school: SmallSchool, pupil: int
    ) -> None:
        strict = SetPolicy(
            name="least_means", value="260, 360, 460", first_day=FRIDAY_11 + 1, act="№ 3"
        )
        school.must(strict, "deputy")
        marked(school, pupil, 3, 4)  # 3.5: «4» by the old table
        assert verdict(school.do(term_mark(school, pupil, 3), "maths")) == "2.6/reason"
        assert verdict(school.do(term_mark(school, pupil, 4), "maths")) == "accepted"


@pytest.mark.clause("4.5.2/scale")
@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "4.5.2/scale"), (2, "accepted"), (6, "4.5.2/mode"), (11, "4.5.2/mode")],
)
def test_a_term_mark_is_on_the_scale(
    school: SmallSchool, pupil: int, value: int, expected: str
) -> None:
    assert verdict(school.do(term_mark(school, pupil, value), "maths")) == expected


@pytest.mark.scenario("3.6:5")
@pytest.mark.clause("3.6")
@pytest.mark.clause("3.6/mark")
@pytest.mark.parametrize("value", [5, ResultValue.PASS, ResultValue.NOT_ATTESTED])
def test_the_first_grade_gets_no_term_mark_of_any_kind(school: SmallSchool, value: int) -> None:
    first = school.pupils["1А"][0]
    command = term_mark(school, first, value, "итог", where=("1А", "Математика"))
    assert verdict(school.do(command, "primary")) == "3.6/mark"


@pytest.mark.clause("4.5.5/not-attested")
class TestNotAttested:
    def test_it_needs_a_reason(self, school: SmallSchool, pupil: int) -> None:
        bare = term_mark(school, pupil, ResultValue.NOT_ATTESTED)
        assert verdict(school.do(bare, "maths")) == "4.5.5/not-attested"
        reasoned = term_mark(school, pupil, ResultValue.NOT_ATTESTED, "пропущено 5 из 6 уроков")
        assert verdict(school.do(reasoned, "maths")) == "accepted"

    def test_it_is_not_for_a_term_elsewhere(self, school: SmallSchool) -> None:
        late = school.add_pupil("5А", "Поздний", first_day=MONDAY + 15)
        reasoned = term_mark(school, late, ResultValue.NOT_ATTESTED, "не учился")
        assert verdict(school.do(reasoned, "maths")) == "4.5.5/not-attested"
        assert verdict(school.do(term_mark(school, late, 4, "x"), "maths")) == "term.not_studied"


@pytest.mark.clause("4.5.5/exempt")
def test_an_exemption_stands_on_its_document(school: SmallSchool, pupil: int) -> None:
    bare = term_mark(school, pupil, ResultValue.EXEMPT)
    assert verdict(school.do(bare, "maths")) == "4.5.5/exempt"
    school.must(
        ExemptPupil(
            pupil_id=pupil,
            subject_id=school.subjects["Математика"],
            exemption_kind=ExemptionKind.SUBJECT,
            first_day=FIRST_DAY,
            last_day=FRIDAY_11,
            document="Справка 9",
        ),
        "russian",
    )
    assert verdict(school.do(bare, "maths")) == "accepted"
    assert school.one(TermMark).document == "Справка 9"


@pytest.mark.clause("4.5.2")
@pytest.mark.clause("4.5.2/mode")
class TestModes:
    def set_mode(self, school: SmallSchool, mode: AssessmentMode, pupil_id: int = 0) -> str:
        document = "Приказ 4" if pupil_id else ""
        command = SetAssessment(
            journal_id=school.journals[MATHS], mode=mode, pupil_id=pupil_id, document=document
        )
        return verdict(school.do(command, "deputy"))

    def test_pass_or_fail_instead_of_marks(self, school: SmallSchool, pupil: int) -> None:
        self.set_mode(school, AssessmentMode.PASS_FAIL)
        assert verdict(school.do(term_mark(school, pupil, 4), "maths")) == "4.5.2/mode"
        passed = term_mark(school, pupil, ResultValue.PASS)
        assert verdict(school.do(passed, "maths")) == "accepted"

    def test_without_marks_neither_current_nor_term_marks(
        self, school: SmallSchool, pupil: int
    ) -> None:
        self.set_mode(school, AssessmentMode.NONE)
        lesson = school.lesson(*MATHS)
        assert verdict(school.do(mark(lesson, pupil, 4, "x"), "maths")) == "4.5.2/mode"
        assert verdict(school.do(term_mark(school, pupil, 4), "maths")) == "4.5.2/mode"

    def test_one_pupil_on_a_document(self, school: SmallSchool, pupil: int) -> None:
        bare = SetAssessment(
            journal_id=school.journals[MATHS], mode=AssessmentMode.NONE, pupil_id=pupil
        )
        assert verdict(school.do(bare, "deputy")) == "data.field"
        self.set_mode(school, AssessmentMode.PASS_FAIL, pupil)
        assert verdict(school.do(term_mark(school, pupil, 4), "maths")) == "4.5.2/mode"
        other = school.pupils["5А"][1]
        assert verdict(school.do(term_mark(school, other, 4), "maths")) == "accepted"

    @pytest.mark.scenario("3.6:5")
    @pytest.mark.clause("3.6")
    def test_the_first_grade_cannot_be_given_marks(self, school: SmallSchool) -> None:
        command = SetAssessment(
            journal_id=school.journals["1А", "Математика"], mode=AssessmentMode.MARKS
        )
        assert verdict(school.do(command, "deputy")) == "3.6/mark"


class TestWho:
    @pytest.mark.scenario("4.2/1:2")
    @pytest.mark.clause("4.2/1")
    @pytest.mark.clause("4.6.1")
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("deputy", "4.2/1/marks"),
            ("head", "4.2/1/marks"),
            ("russian", "4.6.1/read-only"),
            ("officer", "4.2/4/marks"),
            ("physics", "4.5.1/page"),
        ],
    )
    def test_nobody_but_the_teacher(
        self, school: SmallSchool, pupil: int, name: str, expected: str
    ) -> None:
        assert verdict(school.do(term_mark(school, pupil, 4), name)) == expected

    @pytest.mark.scenario("4.5.1:3")
    @pytest.mark.clause("4.5.1")
    def test_who_stands_in_by_order_signs_with_the_order(
        self, school: SmallSchool, pupil: int
    ) -> None:
        school.must(
            RecordSubstitution(
                journal_id=school.journals[MATHS],
                absent_id=school.staff["maths"],
                substitute_id=school.staff["substitute"],
                substitution_kind=SubstitutionKind.ACTING,
                first_day=FRIDAY_11,
                last_day=FRIDAY_11,
                act="Приказ 44",
            ),
            "deputy",
        )
        assert verdict(school.do(term_mark(school, pupil, 4), "substitute")) == "accepted"
        row = school.one(TermMark)
        assert (row.author_id, row.act) == (school.staff["substitute"], "Приказ 44")


class TestDates:
    def made(self, school: SmallSchool, pupil: int, at: int | Interval) -> list[str]:
        return findings(school.do(term_mark(school, pupil, 4), "maths", at=at))

    @pytest.mark.scenario("4.5.5:1")
    @pytest.mark.clause("4.5.5/late")
    @pytest.mark.clause("4.5.5/undetermined")
    @pytest.mark.parametrize(
        ("at", "found", "timeliness"),
        [
            (clock(FRIDAY_11, 23, 59, 59), [], Timeliness.PROVEN),
            (clock(FRIDAY_11 + 1, 0), ["4.5.5/late"], Timeliness.LATE),
            (
                offline(clock(FRIDAY_11, 9), clock(FRIDAY_11, 10), clock(FRIDAY_11 + 3, 9)),
                [],
                Timeliness.CREDIBLE,
            ),
            (
                offline(clock(FRIDAY_11, 9), None, clock(FRIDAY_11 + 3, 9)),
                ["4.5.5/undetermined"],
                Timeliness.UNDETERMINED,
            ),
        ],
    )
    def test_late_in_an_open_term_is_a_finding(
        self,
        school: SmallSchool,
        pupil: int,
        at: int | Interval,
        found: list[str],
        timeliness: Timeliness,
    ) -> None:
        school.must(due(school, FRIDAY_11), "deputy")
        assert self.made(school, pupil, at) == found
        assert school.one(TermMark).timeliness == timeliness

    @pytest.mark.scenario("4.5.5:1")
    @pytest.mark.clause("4.5.5/late")
    def test_the_order_names_25_december_and_the_mark_is_made_on_the_26th(
        self, school: SmallSchool, pupil: int
    ) -> None:
        last = calendar.day_number(date(2026, 12, 25))
        school.must(due(school, last, ordinal=2), "deputy")
        for mate, day, found in ((0, last, []), (1, last + 1, ["4.5.5/late"])):
            act = term_mark(school, school.pupils["5А"][mate], 4, ordinal=2)
            assert findings(school.do(act, "maths", at=clock(day, 9))) == found
        late, in_time = Timeliness.LATE, Timeliness.PROVEN
        assert [row.timeliness for row in school.all(TermMark)] == [in_time, late]

    def test_the_date_of_the_grade_goes_before_the_date_for_all(
        self, school: SmallSchool, pupil: int
    ) -> None:
        school.must(due(school, FRIDAY_11 + 5), "deputy")
        school.must(due(school, FRIDAY_11, grade=5), "deputy")
        assert self.made(school, pupil, clock(FRIDAY_11 + 1, 9)) == ["4.5.5/late"]

    def test_one_who_leaves_has_an_earlier_date(self, school: SmallSchool, pupil: int) -> None:
        school.must(due(school, FRIDAY_11), "deputy")
        early = due(school, MONDAY, pupil_id=pupil, date_kind=DateKind.EARLY)
        school.must(early, "deputy")
        assert self.made(school, pupil, clock(TUESDAY, 9)) == ["4.5.5/late"]
        assert self.made(school, school.pupils["5А"][1], clock(TUESDAY, 9)) == []

    @pytest.mark.clause("4.5.5/not-begun")
    @pytest.mark.asvs("2.3.1")
    def test_no_mark_of_a_term_that_has_not_begun(self, school: SmallSchool, pupil: int) -> None:
        command = term_mark(school, pupil, 4, ordinal=2)
        assert verdict(school.do(command, "maths")) == "4.5.5/not-begun"


@pytest.mark.clause("2.2")
def test_a_term_mark_changed_on_a_later_day_needs_a_reason(school: SmallSchool, pupil: int) -> None:
    school.must(term_mark(school, pupil, 4), "maths")
    assert verdict(school.do(term_mark(school, pupil, 5), "maths")) == "accepted"
    later = clock(FRIDAY_11 + 1, 9)
    assert verdict(school.do(term_mark(school, pupil, 4), "maths", at=later)) == "2.2/reason"
    command = term_mark(school, pupil, 4, "описка")
    assert verdict(school.do(command, "maths", at=later)) == "accepted"
    assert [row.reason for row in school.all(CellHistory)] == ["", "описка"]


class TestYear:
    @pytest.mark.clause("4.5.5/missing")
    @pytest.mark.asvs("2.3.1")
    def test_the_terms_come_first(self, school: SmallSchool, pupil: int) -> None:
        at = clock(MONDAY + 200, 9)
        assert verdict(school.do(year_mark(school, pupil, 4), "maths", at=at)) == "4.5.5/missing"
        for ordinal in (1, 2, 3):
            school.must(term_mark(school, pupil, 3, ordinal=ordinal), "maths", at=at)
        outcome = school.do(year_mark(school, pupil, 4), "maths", at=at)
        assert dict(outcome.params) == {"terms": "4"}

    @pytest.mark.clause("2.6")
    def test_it_is_proposed_from_the_terms(self, school: SmallSchool, pupil: int) -> None:
        at = clock(MONDAY + 200, 9)
        for ordinal, value in enumerate((3, 4, 4, 4), start=1):
            school.must(term_mark(school, pupil, value, ordinal=ordinal), "maths", at=at)
        assert verdict(school.do(year_mark(school, pupil, 3), "maths", at=at)) == "2.6/reason"
        assert findings(school.do(year_mark(school, pupil, 4), "maths", at=at)) == []
        row = school.one(TermMark, kind=2)
        assert (row.value, row.proposed, row.mean, row.term_id) == (4, 4, 375, 0)

    def test_not_before_the_last_term(self, school: SmallSchool, pupil: int) -> None:
        fill(school)
        assert verdict(school.do(year_mark(school, pupil, 4), "maths")) == "4.5.5/missing"


def test_upper_grades_have_half_years(school: SmallSchool) -> None:
    pupil = school.pupils["10А"][0]
    where = ("10А", "Математика")
    quarter = term_mark(school, pupil, 4, where=where)
    assert verdict(school.do(quarter, "primary")) == "term.not_of_journal"
    half = term_mark(school, pupil, 4, where=where, kind=TermKind.HALF_YEAR)
    assert verdict(school.do(half, "primary")) == "accepted"
    assert school.one(TermMark).term_id == term_id(school, 1, TermKind.HALF_YEAR)

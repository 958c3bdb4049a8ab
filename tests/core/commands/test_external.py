"""Marks of a former school, works owed, groups changed: what else counts in a term (2.6, §6)."""

from __future__ import annotations

import pytest

from eschool_core.commands.external import DecideExternalMark, EnterExternalMark
from eschool_core.commands.groups import ChangeGroup
from eschool_core.commands.owed import GiveOwedWork, SettleOwedWork
from eschool_core.commands.school import SetPolicy, TurnDay
from eschool_core.domain.enums import GroupChangeGround
from eschool_core.domain.journal import Mark
from eschool_core.domain.office import Notice
from eschool_core.domain.result_enums import ExternalState, OwedState, ResultKind
from eschool_core.domain.results import ExternalMark, OwedWork
from eschool_core.domain.school import Journal, Term
from eschool_core.results.proposal import Proposal, propose_term, propose_year
from tests.core.commands.acts import absent, mark
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool, clock, verdict
from tests.terms import FRIDAY_11, MATHS, QUARTERS, set_terms, term_id, term_mark

pytestmark = pytest.mark.clause("2.6")


@pytest.fixture(autouse=True)
def terms(school: SmallSchool) -> None:
    set_terms(school.must, school.year)
    school.now = clock(MONDAY + 3, 12)


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


def proposed(
    school: SmallSchool, pupil: int, where: tuple[str, str] = MATHS, ordinal: int = 1
) -> Proposal:
    journal = school.store.require(Journal, school.journals[where])
    term = school.store.require(Term, term_id(school, ordinal))
    return propose_term(school.store, journal, term, pupil)[pupil]


def keys(proposal: Proposal) -> list[str]:
    return [reason.key for reason in proposal.reasons]


class TestFormerSchool:
    def enter(
        self, school: SmallSchool, pupil: int, value: int, **fields: int
    ) -> EnterExternalMark:
        values = {"term_id": term_id(school), "day": FIRST_DAY, **fields}
        return EnterExternalMark(
            journal_id=school.journals[MATHS],
            pupil_id=pupil,
            value=value,
            source="Школа № 2",
            document="Ведомость 5",
            **values,
        )

    def decide(self, school: SmallSchool, accept: int = 1) -> DecideExternalMark:
        return DecideExternalMark(external_mark_id=school.all(ExternalMark)[-1].id, accept=accept)

    def test_entered_by_the_class_teacher_accepted_by_the_teacher(
        self, school: SmallSchool, pupil: int
    ) -> None:
        school.must(mark(school.lesson(*MATHS), pupil, 3, "x"), "maths")
        command = self.enter(school, pupil, 5)
        assert verdict(school.do(command, "maths")) == "4.1/role"
        school.must(command, "russian")
        assert proposed(school, pupil).mean_hundredths == 300
        assert verdict(school.do(self.decide(school), "russian")) == "4.6.1/read-only"
        school.must(self.decide(school), "maths")
        row = school.one(ExternalMark)
        assert (row.state, row.decided_by_id) == (ExternalState.ACCEPTED, school.staff["maths"])
        assert verdict(school.do(self.decide(school), "maths")) == "external.decided"

    @pytest.mark.clause("4.4.4/2")
    def test_it_counts_by_policy_and_is_no_mark_of_this_school(
        self, school: SmallSchool, pupil: int
    ) -> None:
        school.must(mark(school.lesson(*MATHS), pupil, 3, "x"), "maths")
        school.must(self.enter(school, pupil, 5), "russian")
        school.must(self.decide(school), "maths")
        found = proposed(school, pupil)
        assert (found.value, found.mean_hundredths) == (4, 400)
        assert [entry.source for entry in found.marks] == ["lesson", "external"]
        assert "proposal.external" in keys(found)
        # Density and the columns of lessons count rows of this table alone.
        assert [row.value for row in school.all(Mark)] == [3]
        shown = SetPolicy(name="external_marks", value="shown", first_day=FIRST_DAY, act="№ 1")
        school.must(shown, "deputy")
        assert proposed(school, pupil).mean_hundredths == 300

    def test_a_declined_one_counts_for_nothing(self, school: SmallSchool, pupil: int) -> None:
        school.must(self.enter(school, pupil, 5), "russian")
        school.must(self.decide(school, 0), "maths")
        assert keys(proposed(school, pupil)) == ["proposal.no_marks"]

    @pytest.mark.scenario("newcomer:4")
    @pytest.mark.clause("4.4.3/4")
    def test_a_term_elsewhere_is_taken_from_the_document_or_a_dash(
        self, school: SmallSchool
    ) -> None:
        late = school.add_pupil("5А", "Поздний", first_day=MONDAY + 15)
        found = proposed(school, late)
        assert (found.value, found.studied, keys(found)) == (None, False, ["proposal.not_studied"])
        school.must(self.enter(school, late, 5, mark_kind=ResultKind.TERM), "russian")
        school.must(self.decide(school), "maths")
        found = proposed(school, late)
        assert (found.value, keys(found)) == (5, ["proposal.former_school"])

    def test_it_counts_in_the_year(self, school: SmallSchool) -> None:
        late = school.add_pupil("5А", "Поздний", first_day=MONDAY + 15)
        school.must(self.enter(school, late, 5, mark_kind=ResultKind.TERM), "russian")
        school.must(self.decide(school), "maths")
        at = clock(QUARTERS[3][0], 12)
        for ordinal in (2, 3, 4):
            school.must(term_mark(school, late, 3, ordinal=ordinal), "maths", at=at)
        journal = school.store.require(Journal, school.journals[MATHS])
        found = propose_year(school.store, journal, late)[late]
        assert (found.value, found.mean_hundredths) == (4, 350)

    @pytest.mark.clause("3.6")
    def test_none_for_the_first_grade(self, school: SmallSchool) -> None:
        first = school.pupils["1А"][0]
        command = self.enter(school, first, 5)
        values = command.model_copy(update={"journal_id": school.journals["1А", "Математика"]})
        assert verdict(school.do(values, "primary")) in ("3.6/mark", "4.5.2/mode")
        assert school.all(ExternalMark) == []


class TestOwed:
    def give(self, school: SmallSchool, pupil: int, due: int = MONDAY + 9) -> GiveOwedWork:
        return GiveOwedWork(lesson_id=school.lesson(*MATHS), pupil_id=pupil, due_day=due)

    @pytest.mark.clause("4.5.2")
    def test_it_expires_with_a_reminder_and_counts_as_the_act_says(
        self, school: SmallSchool, pupil: int
    ) -> None:
        school.must(mark(school.lesson(*MATHS, TUESDAY), pupil, 5, "x"), "maths")
        school.must(self.give(school, pupil), "maths")
        assert proposed(school, pupil).mean_hundredths == 500
        school.must(TurnDay(day=MONDAY + 8))
        told = school.all(Notice, person_id=school.staff["maths"], key="notice.owed_due")
        assert len(told) == 1
        school.must(TurnDay(day=MONDAY + 10))
        assert school.one(OwedWork).state == OwedState.EXPIRED
        assert school.one(Notice, key="notice.owed_expired").person_id == school.staff["maths"]
        found = proposed(school, pupil)
        assert (found.mean_hundredths, "proposal.owed" in keys(found)) == (350, True)
        act = SetPolicy(name="owed_expired", value="not_counted", first_day=FIRST_DAY, act="№ 1")
        school.must(act, "deputy")
        assert proposed(school, pupil).mean_hundredths == 500

    def test_a_mark_settles_it(self, school: SmallSchool, pupil: int) -> None:
        school.must(self.give(school, pupil), "maths")
        school.must(mark(school.lesson(*MATHS), pupil, 4, "сдал"), "maths")
        school.must(TurnDay(day=MONDAY + 10))
        assert school.one(OwedWork).state == OwedState.HANDED_IN
        assert proposed(school, pupil).mean_hundredths == 400

    def test_a_mark_after_it_expired_still_counts_instead(
        self, school: SmallSchool, pupil: int
    ) -> None:
        school.must(self.give(school, pupil), "maths")
        school.must(TurnDay(day=MONDAY + 10))
        late = clock(MONDAY + 10, 12)
        school.must(mark(school.lesson(*MATHS), pupil, 4, "сдал"), "maths", at=late)
        assert proposed(school, pupil).mean_hundredths == 400

    def test_it_is_forgiven_with_a_comment(self, school: SmallSchool, pupil: int) -> None:
        lesson = school.lesson(*MATHS)
        settle = SettleOwedWork(lesson_id=lesson, pupil_id=pupil, state=OwedState.FORGIVEN)
        assert verdict(school.do(settle, "maths")) == "owed.nothing"
        school.must(self.give(school, pupil), "maths")
        assert verdict(school.do(settle, "maths")) == "data.field"
        named = settle.model_copy(update={"comment": "болел весь месяц"})
        school.must(named, "maths")
        assert school.one(OwedWork).state == OwedState.FORGIVEN

    @pytest.mark.parametrize("due", [MONDAY - 1, MONDAY + 2])
    def test_its_date_lies_ahead(self, school: SmallSchool, pupil: int, due: int) -> None:
        assert verdict(school.do(self.give(school, pupil, due), "maths")) == "data.field"


@pytest.mark.scenario("4.6.4/2:2")
@pytest.mark.clause("4.6.4/2")
def test_marks_of_the_former_group_stay_there_and_count(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    school.must(mark(school.lesson("5А/1", "Английский язык"), pupil, 2, "x"), "english")
    school.must(
        ChangeGroup(
            pupil_id=pupil,
            from_group_id=school.groups["5А/1"],
            to_group_id=school.groups["5А/2"],
            first_day=MONDAY + 3,
            ground=GroupChangeGround.APPLICATION,
            document="Заявление 3",
            document_day=MONDAY,
            applicant_id=school.guardian(pupil),
        ),
        "russian",
    )
    at = clock(MONDAY + 7, 12)
    second = school.lesson("5А/2", "Английский язык", MONDAY + 7)
    school.must(mark(second, pupil, 5), "english_2", at=at)
    found = proposed(school, pupil, ("5А/2", "Английский язык"))
    assert found.mean_hundredths == 350
    assert [entry.source for entry in found.marks] == ["earlier_group", "lesson"]
    assert "proposal.earlier_group" in keys(found)


@pytest.mark.clause("4.5.5")
def test_who_missed_too_much_is_proposed_as_not_attested(school: SmallSchool, pupil: int) -> None:
    for day in (MONDAY, TUESDAY, MONDAY + 2, MONDAY + 7, MONDAY + 8):
        school.must(absent(school.lesson(*MATHS, day), pupil), "maths", at=clock(FRIDAY_11, 9))
    school.must(TurnDay(day=FRIDAY_11))
    found = proposed(school, pupil)
    assert (found.value, keys(found)) == (13, ["proposal.missed", "proposal.no_marks"])
    assert found.reasons[0].params == {"missed": 5, "held": 8}

"""A question about many journals, classes or people takes as many statements as one about few."""

from __future__ import annotations

import pytest

from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.plans import plan_hours
from eschool_core.commands.timetable_drafts import DraftTimetable, SetDraftSlots
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.school import Journal
from eschool_core.queries.concerns import concerns
from eschool_core.queries.duties.duty import Rule
from eschool_core.queries.duties.paper_slips import paper_slip_duties
from eschool_core.queries.duties.registry import RULES, duties
from eschool_core.queries.duties.view import View
from eschool_core.queries.plan_state import plan_states
from eschool_core.queries.timetable_draft import draft_answer
from tests.core.commands.acts import mark, work
from tests.core.queries.counting import statements
from tests.school import LAST_DAY, MONDAY, SmallSchool, clock
from tests.terms import YEAR_OVER, due, set_terms

NEW_CLASSES = ("9А", "9Б", "9В")
FAILED = 2


def enlarge(school: SmallSchool) -> None:
    """Open three more classes, each with pupils who fail in a journal with a written test."""
    for weekday, name in enumerate(NEW_CLASSES):
        school.add_class(name, 9)
        for number in range(4):
            school.add_pupil(name, f"Новиков{number}")
        where = (name, "Физика")
        school.add_journal(*where, "physics", ((weekday, 7),))
        fail(school, where, "physics", MONDAY + weekday)


def fail(school: SmallSchool, where: tuple[str, str], teacher: str, day: int) -> None:
    """Give every pupil of a class a two for the written test of a lesson."""
    lesson = school.lesson(*where, day)
    at = clock(day, 15)
    school.must(work(lesson, "Проверка", WorkKind.TEST), teacher, at=at)
    for pupil in school.pupils[where[0]]:
        school.must(mark(lesson, pupil, FAILED), teacher, at=at)


@pytest.fixture
def taught(school: SmallSchool) -> SmallSchool:
    """The school with terms, the dates of their marks and one class that fails."""
    set_terms(school.must, school.year)
    school.must(due(school, MONDAY + 11))
    school.must(due(school, LAST_DAY, 0))
    fail(school, ("5А", "Математика"), "maths", MONDAY)
    return school


@pytest.mark.clause("4.5.4")
@pytest.mark.clause("4.5.5")
@pytest.mark.clause("4.6.5")
@pytest.mark.parametrize("moment", [clock(MONDAY + 12, 9), YEAR_OVER], ids=["autumn", "year_end"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_duties_of_a_bigger_school_take_no_more_statements(
    taught: SmallSchool, monkeypatch: pytest.MonkeyPatch, rule: Rule, moment: int
) -> None:
    def question() -> list[object]:
        return list(rule(View(taught.store, moment)))

    few, for_few = len(question()), statements(taught, monkeypatch, question)
    enlarge(taught)
    many, for_many = len(question()), statements(taught, monkeypatch, question)
    assert many >= few
    assert for_many == for_few


@pytest.mark.clause("4.5.4")
@pytest.mark.clause("4.5.5")
@pytest.mark.parametrize("clause", ["4.5.2", "4.5.4", "4.5.5", "4.6.2", "4.6.7"])
def test_the_bigger_school_has_more_duties_of_each_kind(taught: SmallSchool, clause: str) -> None:
    def count() -> int:
        found = duties(taught.store, clock(MONDAY + 12, 9)).duties
        return sum(duty.clause == clause for duty in found)

    few = count()
    enlarge(taught)
    assert count() > few > 0


@pytest.mark.clause("4.5.4")
def test_the_cases_of_many_journals_take_no_more_statements(
    taught: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def question() -> int:
        found = concerns(taught.store, sorted(taught.journals.values()), MONDAY + 11)
        return len(found.proposed)

    few, for_few = question(), statements(taught, monkeypatch, question)
    enlarge(taught)
    assert question() == few + 4 * len(NEW_CLASSES)
    assert statements(taught, monkeypatch, question) == for_few


@pytest.mark.clause("4.4.2")
def test_the_clashes_of_a_bigger_draft_take_no_more_statements(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = school.must(
        DraftTimetable(year_id=school.year, name="II", first_day=MONDAY + 7), "deputy"
    )

    def write(*journals: int) -> None:
        for journal_id in journals:
            slots = ((0, 4, 5, ""),)
            command = SetDraftSlots(draft_id=draft, journal_id=journal_id, slots=slots)
            school.must(command, "deputy")

    def question() -> int:
        return len(draft_answer(school.store, draft, MONDAY).clashes)

    first, second, *others, _ = school.journals.values()
    write(first, second)
    few, for_few = question(), statements(school, monkeypatch, question)
    write(*others)
    assert question() > few
    assert statements(school, monkeypatch, question) == for_few


@pytest.mark.clause("4.6.5")
def test_printed_lists_take_no_statement_for_each_guardian(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def question() -> int:
        return len(list(paper_slip_duties(View(school.store, clock(MONDAY + 7, 9)))))

    def file(pupil: int) -> None:
        filed = FilePaperApplication(
            pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 4", first_day=MONDAY
        )
        school.must(filed, "russian")

    first, *others = school.pupils["5А"]
    file(first)
    few, for_few = question(), statements(school, monkeypatch, question)
    for pupil in others:
        file(pupil)
    assert question() == few * (1 + len(others)) > 0
    assert statements(school, monkeypatch, question) == for_few


@pytest.mark.clause("2.3")
def test_the_plans_of_many_journals_take_as_many_statements_as_of_few(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def question() -> int:
        return len(plan_states(school.store, MONDAY))

    few, for_few = question(), statements(school, monkeypatch, question)
    for weekday, group in enumerate(("5А", "5Б")):
        school.add_journal(group, "Хор", "substitute", ((weekday, 7),))
    assert question() == few + 2
    assert statements(school, monkeypatch, question) == for_few


@pytest.mark.clause("2.3")
def test_hours_of_all_journals_are_those_of_each(school: SmallSchool) -> None:
    for state in plan_states(school.store, MONDAY):
        hours = plan_hours(school.store, school.store.require(Journal, state.journal_id))
        assert (state.planned, state.expected) == (hours.planned, hours.expected)

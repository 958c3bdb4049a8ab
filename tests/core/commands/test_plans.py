from __future__ import annotations

import pytest

from eschool_core.commands.journals import PlanRow, SetLoad, SetPlan
from eschool_core.commands.plans import ApprovePlan, CopyPlan
from eschool_core.commands.school import CreateSubject
from eschool_core.domain.journal import PlanItem
from eschool_core.domain.planning import PlanApproval
from eschool_core.imports.plan import read_plan
from eschool_core.queries.plan_state import PlanState, plan_states
from tests.core.imports.files import Cell, workbook
from tests.core.reports.tables import asked, made
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool, verdict

# The load of the test school is three lessons a week, for 34 weeks.
HOURS = 102
MATHS = ("5А", "Математика")


def plan(school: SmallSchool, hours: int, group: str = "5А") -> SetPlan:
    rows = tuple(
        PlanRow(ordinal=number, section="Числа", topic=f"Тема {number}", planned_day=MONDAY)
        for number in range(1, hours + 1)
    )
    return SetPlan(journal_id=school.journals[group, "Математика"], items=rows)


def state(school: SmallSchool) -> PlanState:
    [found] = plan_states(school.store, MONDAY, [school.journals[MATHS]])
    return found


@pytest.mark.clause("2.3")
def test_a_plan_of_the_curriculums_hours_is_approved_without_a_word(school: SmallSchool) -> None:
    approve = ApprovePlan(journal_id=school.journals[MATHS])
    assert verdict(school.do(approve, "deputy")) == "planning.no_plan"
    school.must(plan(school, HOURS), "maths")
    assert (state(school).difference, state(school).approved_at) == (0, None)
    assert verdict(school.do(approve, "maths")) == "4.1/role"
    school.must(approve, "deputy")
    assert state(school).approved_at is not None


@pytest.mark.clause("2.3")
def test_an_hour_too_few_is_kept_as_a_draft_and_approved_only_with_a_reason(
    school: SmallSchool,
) -> None:
    school.must(plan(school, HOURS - 1), "maths")
    assert len(school.all(PlanItem)) == HOURS - 1
    assert state(school).difference == -1
    bare = ApprovePlan(journal_id=school.journals[MATHS])
    outcome = school.do(bare, "deputy")
    assert (outcome.key, dict(outcome.params)["difference"]) == ("2.3/deviation", "−1")
    school.must(bare.model_copy(update={"reason": "уплотнение"}), "deputy")
    approval = school.one(PlanApproval)
    assert (approval.planned_hours, approval.expected_hours, approval.reason) == (
        HOURS - 1,
        HOURS,
        "уплотнение",
    )


@pytest.mark.clause("2.3")
def test_a_changed_plan_is_a_draft_again(school: SmallSchool) -> None:
    school.must(plan(school, HOURS), "maths")
    school.must(ApprovePlan(journal_id=school.journals[MATHS]), "deputy")
    school.must(plan(school, HOURS - 2), "maths")
    assert school.all(PlanApproval) == []


@pytest.mark.clause("2.3")
def test_a_plan_is_copied_to_a_parallel_class_without_its_dates(school: SmallSchool) -> None:
    school.must(plan(school, 3), "maths")
    copy = CopyPlan(
        source_id=school.journals[MATHS], journal_id=school.journals["5Б", "Математика"]
    )
    assert verdict(school.do(copy, "english")) == "4.5.1/page"
    school.must(copy, "maths")
    copied = [row for row in school.all(PlanItem) if row.part >> 6 == copy.journal_id]
    assert [(row.ordinal, row.topic, row.planned_day) for row in copied] == [
        (1, "Тема 1", 0),
        (2, "Тема 2", 0),
        (3, "Тема 3", 0),
    ]
    other = copy.model_copy(update={"journal_id": school.journals["5А", "Русский язык"]})
    assert verdict(school.do(other, "deputy")) == "planning.other_subject"


HISTORY = ("5А", "История")


@pytest.fixture
def history(school: SmallSchool) -> SmallSchool:
    """A journal of two hours a week: 68 in 34 weeks."""
    school.subjects["История"] = school.must(CreateSubject(name="История"))
    journal_id = school.add_journal(*HISTORY, "substitute")
    school.must(
        SetLoad(
            journal_id=journal_id,
            staff_id=school.staff["substitute"],
            weekly_periods=2,
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
        )
    )
    return school


def imported(school: SmallSchool, rows: int) -> SetPlan:
    """Return the plan that a teacher's workbook of so many rows is read as."""
    head: list[Cell] = ["№ п/п", "Тема урока", "Кол-во часов"]
    listed: list[list[Cell]] = [[number, f"Тема {number}", 1] for number in range(1, rows + 1)]
    read = read_plan(workbook({"КТП": [head, *listed]}))
    assert read.not_taken == ()
    items = tuple(
        PlanRow(ordinal=item.number, section=item.section, topic=item.topic, hours=item.hours)
        for item in read.items
    )
    return SetPlan(journal_id=school.journals[HISTORY], items=items)


@pytest.mark.scenario("2.3:1")
@pytest.mark.clause("2.3")
def test_a_workbook_of_sixty_eight_rows_is_sixty_eight_items(history: SmallSchool) -> None:
    history.must(imported(history, 68), "substitute")
    assert len(history.all(PlanItem)) == 68
    [shown] = plan_states(history.store, MONDAY, [history.journals[HISTORY]])
    assert shown.difference == 0
    history.must(ApprovePlan(journal_id=history.journals[HISTORY]), "deputy")


@pytest.mark.scenario("2.3:2", "2.3:3", "2.3:4")
@pytest.mark.clause("2.3")
@pytest.mark.clause("4.4.3/5")
def test_sixty_seven_hours_are_kept_and_approved_with_a_reason_alone(
    history: SmallSchool,
) -> None:
    history.must(imported(history, 67), "substitute")
    assert len(history.all(PlanItem)) == 67
    [shown] = plan_states(history.store, MONDAY, [history.journals[HISTORY]])
    assert (shown.difference, shown.approved_at) == (-1, None)
    bare = ApprovePlan(journal_id=history.journals[HISTORY])
    refused = history.do(bare, "deputy")
    assert (refused.key, dict(refused.params)["difference"]) == ("2.3/deviation", "−1")
    history.must(bare.model_copy(update={"reason": "уплотнение"}), "deputy")
    table = made(history, "hours", asked(history, MONDAY, MONDAY + 5, day=MONDAY + 6))
    [row] = [row for row in table.rows if "История" in row.cells]
    assert (table.value(row, "plan_deviation"), table.value(row, "plan_reason")) == (
        -1,
        "уплотнение",
    )

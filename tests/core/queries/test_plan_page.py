from __future__ import annotations

from datetime import date

import pytest

from eschool_core.commands.journals import PlanRow, SetPlan
from eschool_core.commands.lessons import RecordTopic
from eschool_core.domain.journal import PlanItem
from eschool_core.domain.partition import SCHOOL
from eschool_core.errors import InputError
from eschool_core.queries.plan_page import plan_page
from tests.core.queries.conftest import replica_of
from tests.school import MONDAY, TUESDAY, SmallSchool

MATHS = ("5А", "Математика")


def plan(school: SmallSchool, *hours: int) -> None:
    rows = tuple(
        PlanRow(ordinal=number, section="Дроби", topic=f"Тема {number}", hours=count)
        for number, count in enumerate(hours, start=1)
    )
    school.must(SetPlan(journal_id=school.journals[MATHS], items=rows), "maths")


def give(school: SmallSchool, ordinal: int, day: int) -> None:
    item = school.one(PlanItem, ordinal=ordinal)
    lesson = school.lesson(*MATHS, day)
    command = RecordTopic(lesson_id=lesson, text=item.topic, plan_item_id=item.id)
    school.must(command, "maths", at=school.now + (day - MONDAY) * 86_400)


@pytest.mark.clause("2.3")
def test_rows_fall_on_the_lessons_one_after_another(school: SmallSchool) -> None:
    plan(school, 1, 2, 1)
    shown = plan_page(school.store, school.journals[MATHS], MONDAY)
    assert [entry.by_order for entry in shown.items] == [
        (date(2026, 9, 1),),
        (date(2026, 9, 2), date(2026, 9, 7)),
        (date(2026, 9, 8),),
    ]


@pytest.mark.clause("2.3")
def test_what_is_given_partly_given_due_and_ahead(school: SmallSchool) -> None:
    plan(school, 1, 1, 2, 1)
    give(school, 2, MONDAY)
    give(school, 3, TUESDAY)
    shown = plan_page(school.store, school.journals[MATHS], TUESDAY)
    assert [entry.state for entry in shown.items] == ["due", "given", "partly", "ahead"]
    assert [entry.recorded for entry in shown.items][1] == (date(2026, 9, 7),)


@pytest.mark.clause("2.3")
def test_hours_of_plan_and_lessons_are_compared(school: SmallSchool) -> None:
    plan(school, 4, 5)
    give(school, 1, MONDAY)
    shown = plan_page(school.store, school.journals[MATHS], TUESDAY)
    assert (shown.plan_hours, shown.lessons, shown.difference) == (9, 8, -1)
    assert (shown.lessons_past, shown.hours_given, shown.lag) == (3, 1, 2)


def test_a_journal_without_a_plan_is_empty(school: SmallSchool) -> None:
    shown = plan_page(school.store, school.journals[MATHS], TUESDAY)
    assert (shown.items, shown.lag) == ((), 0)


def test_a_journal_outside_the_replica_is_refused(school: SmallSchool) -> None:
    journal_id = school.journals[MATHS]
    with pytest.raises(InputError) as caught:
        plan_page(replica_of(school, SCHOOL), journal_id, MONDAY)
    assert caught.value.key == "lookup.journal_not_here"

"""Who stands in for one lesson, at a replica: what is there to read and to write (4.5.1)."""

from __future__ import annotations

import pytest

from eschool_core.commands.journals import PlanRow, RecordSubstitution, SetPlan
from eschool_core.domain.enums import SubstitutionKind, Verdict
from eschool_core.domain.journal import Mark
from eschool_core.queries.journal_page import journal_page
from eschool_core.queries.plan_page import plan_page
from eschool_core.regulation import checks
from tests.core.commands.acts import absent, homework, mark, topic
from tests.school import FIRST_DAY, MONDAY
from tests.sync.forger import Forger
from tests.sync.harness import MATHS, World, lesson, pupils, request_lost

DAY = 24 * 3_600


def stand_in(world: World) -> None:
    """Let the substitute take the maths lesson of 5А on Monday, which has begun already."""
    journal = world.school.journals[MATHS]
    rows = (PlanRow(ordinal=1, section="Числа", topic="Дроби"),)
    world.act(SetPlan(journal_id=journal, items=rows))
    [maths] = world.synced("maths")
    maths.do(homework(lesson(world), "§ 3, № 12"))
    maths.do(absent(lesson(world), pupils(world)[0]))
    maths.sync()
    world.act(
        RecordSubstitution(
            journal_id=journal,
            absent_id=world.person("maths"),
            substitute_id=world.person("substitute"),
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=MONDAY,
            last_day=MONDAY,
            lesson_id=lesson(world),
        )
    )


def forged(world: World, lesson_id: int) -> tuple[Verdict, str]:
    """Return what becomes of a mark that the substitute's device sends unjudged."""
    [second] = world.synced("substitute")
    forger = Forger(second)
    envelope = forger.envelope(mark(lesson_id, pupils(world)[2], 4))
    outcome = forger.send(envelope)[envelope.header.number]
    return outcome.verdict, outcome.key


@pytest.mark.scenario("4.5.1:2")
@pytest.mark.clause("4.5.1")
def test_the_roll_the_plan_and_the_last_homework_are_there_without_network(world: World) -> None:
    stand_in(world)
    [second] = world.synced("substitute")
    second.wire.faults.append(request_lost)
    journal, store = world.school.journals[MATHS], second.replica.store
    page = journal_page(store, journal, FIRST_DAY, MONDAY)
    assert page == journal_page(world.server.store, journal, FIRST_DAY, MONDAY)
    plan = plan_page(store, journal, MONDAY)
    assert plan == plan_page(world.server.store, journal, MONDAY)
    assert [row.topic for row in plan.items] == ["Дроби"]


@pytest.mark.scenario("4.5.1:2")
@pytest.mark.clause("4.5.1")
def test_the_lessons_column_is_written_offline_and_no_other_by_a_forged_command(
    world: World,
) -> None:
    stand_in(world)
    [second] = world.synced("substitute")
    second.do(mark(lesson(world), pupils(world)[1], 4))
    second.do(topic(lesson(world)))
    second.sync()
    assert second.replica.refused() == []
    world.check("substitute")
    yesterday = world.school.lesson(*MATHS, FIRST_DAY)
    assert forged(world, yesterday) == (Verdict.REJECTED, checks.FOREIGN_PAGE.id)
    assert world.server.store.select(Mark, lesson_id=yesterday) == []


@pytest.mark.scenario("4.5.1:2")
@pytest.mark.clause("4.5.1")
@pytest.mark.clause("4.7.1")
def test_after_the_limit_for_entering_marks_the_column_is_closed_to_a_forged_command(
    world: World,
) -> None:
    stand_in(world)
    world.synced("substitute")
    world.advance(60 * DAY)
    verdict, key = forged(world, lesson(world))
    assert (verdict, key) == (Verdict.REJECTED, checks.SUBSTITUTION_LIMIT.id)
    assert world.server.store.select(Mark, lesson_id=lesson(world)) == []

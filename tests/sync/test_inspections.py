"""Results of a check are nobody's but the deputy's and the head's until their release (5.1)."""

from __future__ import annotations

import pytest

from eschool_core.commands.inspection_answers import AcknowledgeResult
from eschool_core.commands.inspections import (
    DraftInspection,
    RegisterInspectionOrder,
    RegisterNote,
    ReleaseInspection,
)
from eschool_core.domain.inspection import Inspection, InspectionItem, InspectionResult
from eschool_core.domain.inspection_enums import ResultState
from tests.core.commands.acts import homework
from tests.school import FIRST_DAY, MONDAY
from tests.sync.harness import World, lesson

HOURS = 3_600


@pytest.mark.scenario("5.1:2")
@pytest.mark.clause("5.1")
def test_a_check_is_drafted_offline_and_seen_by_its_persons_only_after_release(
    world: World,
) -> None:
    maths, russian, deputy, head = world.synced("maths", "russian", "deputy", "head")
    world.clock.advance(10 * HOURS)
    maths.do(homework(lesson(world)))
    world.settle()
    # Offline: the deputy's replica holds the findings.
    deputy.do(DraftInspection(aim="Журналы", first_day=FIRST_DAY, last_day=MONDAY + 1))
    [check] = deputy.replica.store.select(Inspection)
    assert deputy.replica.store.select(InspectionItem, inspection_id=check.id)
    deputy.do(RegisterNote(inspection_id=check.id, note_number="3-с", note_day=MONDAY))
    world.settle()
    for member in (maths, russian):
        assert member.replica.store.select(Inspection) == []
        assert member.replica.store.select(InspectionItem) == []
        assert member.replica.store.select(InspectionResult) == []
    head.do(RegisterInspectionOrder(inspection_id=check.id, order_number="17-о", order_day=MONDAY))
    world.settle()
    deputy.do(ReleaseInspection(inspection_id=check.id))
    world.settle()
    for member in (maths, russian):
        results = member.replica.store.select(InspectionResult)
        assert results
        assert {result.staff_id for result in results} == {member.person}
    own = maths.replica.store.select(InspectionResult)[0]
    maths.do(AcknowledgeResult(result_id=own.id, objection="Не было связи"))
    world.settle()
    answered = deputy.replica.store.require(InspectionResult, own.id)
    assert (answered.state, answered.objection) == (ResultState.OBJECTED, "Не было связи")
    world.check("maths", "russian", "deputy", "head")

"""What the commands about inspections act on: one check in each state, a result of maths."""

from __future__ import annotations

from eschool_core.commands.base import Command
from eschool_core.commands.inspection_answers import AcknowledgeResult, RemedyResult
from eschool_core.commands.inspections import (
    AddInspectionItem,
    DraftInspection,
    DropInspectionItem,
    RegisterInspectionOrder,
    RegisterNote,
    ReleaseInspection,
)
from eschool_core.domain.inspection import InspectionItem, InspectionResult
from tests.school import FIRST_DAY, MONDAY, SmallSchool


def of_inspections(school: SmallSchool) -> dict[str, Command]:
    """Put the checks there and return the commands."""
    draft, noted, ordered, released = (_draft(school) for _ in range(4))
    item = school.all(InspectionItem, inspection_id=draft)[-1]
    for check in (noted, ordered, released):
        school.must(RegisterNote(inspection_id=check, note_number="3-с", note_day=MONDAY), "deputy")
    for check in (ordered, released):
        school.must(
            RegisterInspectionOrder(inspection_id=check, order_number="17-о", order_day=MONDAY),
            "head",
        )
    school.must(ReleaseInspection(inspection_id=released), "deputy", take=4)
    open_, signed = school.all(
        InspectionResult, inspection_id=released, staff_id=school.staff["maths"], remediable=1
    )[:2]
    school.must(AcknowledgeResult(result_id=signed.id), "maths")
    return {
        "draft_inspection": DraftInspection(aim="Журналы", first_day=FIRST_DAY, last_day=MONDAY),
        "add_inspection_item": AddInspectionItem(
            inspection_id=draft, staff_id=school.staff["maths"], text="Мало отметок"
        ),
        "drop_inspection_item": DropInspectionItem(item_id=item.id),
        "register_note": RegisterNote(inspection_id=draft, note_number="4-с", note_day=MONDAY),
        "register_inspection_order": RegisterInspectionOrder(
            inspection_id=noted, order_number="18-о", order_day=MONDAY
        ),
        "release_inspection": ReleaseInspection(inspection_id=ordered),
        "acknowledge_result": AcknowledgeResult(result_id=open_.id),
        "remedy_result": RemedyResult(result_id=signed.id, remedy="Записано"),
    }


def _draft(school: SmallSchool) -> int:
    check = school.must(
        DraftInspection(aim="Журналы", first_day=FIRST_DAY, last_day=MONDAY), "deputy", take=4
    )
    for text in ("Мало отметок", "Нет тем"):
        school.must(
            AddInspectionItem(inspection_id=check, staff_id=school.staff["maths"], text=text),
            "deputy",
        )
    return check

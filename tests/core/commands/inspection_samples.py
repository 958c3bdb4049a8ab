"""One lawful sample of each command about inspections."""

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
from tests.school import FIRST_DAY, MONDAY, SmallSchool


def inspection_samples(school: SmallSchool) -> list[Command]:
    """Return the samples; what they name by 1 is put there by whoever gives them."""
    return [
        DraftInspection(aim="Ведение журналов", first_day=FIRST_DAY, last_day=MONDAY),
        AddInspectionItem(inspection_id=1, staff_id=school.staff["maths"], text="Мало отметок"),
        DropInspectionItem(item_id=1),
        RegisterNote(
            inspection_id=1,
            note_number="3-с",
            note_day=MONDAY,
            conclusions="Журналы ведутся",
            recommendations="Заполнить темы",
            due_day=MONDAY + 7,
        ),
        RegisterInspectionOrder(inspection_id=1, order_number="17-о", order_day=MONDAY),
        ReleaseInspection(inspection_id=1),
        AcknowledgeResult(result_id=1, objection="Тема была записана"),
        RemedyResult(result_id=1, remedy="Тема записана"),
    ]

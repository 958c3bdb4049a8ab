"""5.1: results of a check that were made known are answered, and remedied by their day."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.domain.inspection import InspectionResult
from eschool_core.domain.partition import PartitionKind
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View

CLAUSE = "5.1"


def inspection_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each result with a day by which it is to be answered.

    Facts such as «late» are done when they are acknowledged, what can be mended when it is.
    """
    if view.person_id and not view.knows(PartitionKind.STAFF, [view.person_id]):
        return
    for result in view.store.select(InspectionResult):
        if not result.due_day or not view.wants(result.staff_id):
            continue
        at = result.remedied_at if result.remediable else result.answered_at
        yield view.duty(
            CLAUSE,
            str(result.id),
            result.staff_id,
            result.due_day,
            {
                "note": result.note_number,
                "order": result.order_number,
                "date": calendar.date_of(result.order_day).isoformat(),
            },
            done=Done(at, result.staff_id) if at else None,
            object_id=result.inspection_id,
            text="duty.5.1.remedy" if result.remediable else "duty.5.1.answer",
        )

"""5.1: results of a check that were made known are answered, and remedied by their day."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.domain.inspection import InspectionResult
from eschool_core.domain.partition import PartitionKind
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.duties.duty import Done, Duty, Missing
from eschool_core.queries.duties.view import View
from eschool_core.queries.inspections import Place, places_of

CLAUSE = "5.1"


def inspection_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each result with a day by which it is to be answered.

    Facts such as «late» are done when they are acknowledged, what can be mended when it is.
    """
    if view.person_id and not view.knows(PartitionKind.STAFF, [view.person_id]):
        return
    wanted = [
        result
        for result in view.store.select(InspectionResult)
        if result.due_day and view.wants(result.staff_id)
    ]
    places = places_of(view.store) if wanted else {}
    for result in wanted:
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
            missing=() if at else _what(result, places.get(result.lesson_id)),
            object_id=result.inspection_id,
            text="duty.5.1.remedy" if result.remediable else "duty.5.1.answer",
        )


def _what(result: InspectionResult, place: Place | None) -> Iterator[Missing]:
    """Yield what was found, by which results of one order are told apart, and in which lesson."""
    if result.check_id:
        yield Missing(result.check_id, decoded(result.params or "{}"))
    else:
        yield Missing("duty.5.1.words", {"words": result.text})
    if place is not None:
        group, subject, day, period = place
        about: dict[str, str | int] = {"date": day.isoformat(), "period": period}
        yield Missing("gap.lesson", {**about, "group": group, "subject": subject})

"""6.3: whoever learns of a breach tells the school by the end of the next working day."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.domain.access import BreachReport
from eschool_core.domain.partition import ACCESS
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View

CLAUSE = "6.3"


def breach_duties(view: View) -> Iterator[Duty]:
    """Yield the reports of staff, each with its day and whether it came in time.

    A breach that nobody has reported yet is nobody's row, so only what is done is listed; it is
    known where accounts are kept.
    """
    if view.year is None or not view.store.holds(ACCESS):
        return
    for report in view.store.select(BreachReport):
        if not view.wants(report.reporter_id) or report.reporter_id not in view.names:
            continue
        if report.learned_day < view.year.first_day:
            continue
        yield view.duty(
            CLAUSE,
            str(report.id),
            report.reporter_id,
            calendar.local_day(report.due_at, view.zone),
            {"date": calendar.date_of(report.learned_day).isoformat()},
            done=Done(report.reported_at, report.reporter_id),
            object_id=report.person_id,
        )

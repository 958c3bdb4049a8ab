"""3.5: deputy heads look into the keeping of journals once a month, or once a term."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.care import ControlCheck
from eschool_core.domain.enums import Role
from eschool_core.domain.inspection import Inspection
from eschool_core.domain.partition import OFFICE
from eschool_core.domain.school import Term
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View, months

CLAUSE = "3.5"


def control_duties(view: View) -> Iterator[Duty]:
    """Yield a duty of the deputy head for studies for each period of the control plan.

    The policy ``control_period`` says whether a period is a month or a term; a check by any
    deputy head within it is enough, and so is an inspection whose note (справка) was registered
    in it: a draft is none.
    """
    if view.year is None:
        return
    held = view.store.holds(OFFICE)
    checks = _checks(view)
    for first, last in _periods(view):
        holder = view.holder(Role.DEPUTY_STUDIES, last)
        if not view.wants(holder):
            continue
        if not held:
            view.partial = True
            return
        earliest = next((check for check in checks if first <= check[0] <= last), None)
        yield view.duty(
            CLAUSE,
            calendar.date_of(last).isoformat(),
            holder,
            last,
            {
                "first": calendar.date_of(first).isoformat(),
                "last": calendar.date_of(last).isoformat(),
            },
            done=None if earliest is None else Done(view.midnight(earliest[0]), earliest[1]),
        )


def _checks(view: View) -> list[tuple[int, int]]:
    """Return (day, person) of what counts as control, the earliest first."""
    recorded = [(entry.day, entry.checked_by_id) for entry in view.store.select(ControlCheck)]
    noted = [
        (entry.note_day, entry.author_id)
        for entry in view.store.select(Inspection)
        if entry.note_day
    ]
    return sorted(recorded + noted)


def _periods(view: View) -> list[tuple[int, int]]:
    year = view.year
    if year is None:
        return []
    if facts.policy_value(view.store, "control_period", view.day) == "term":
        terms = view.store.select(Term, year_id=year.id)
        spans = sorted({(term.first_day, term.last_day) for term in terms})
        return [span for span in spans if span[0] <= view.day]
    last = min(view.day, year.last_day)
    return [(month, calendar.next_month(month) - 1) for month in months(year.first_day, last)]

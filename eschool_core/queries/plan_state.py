"""Hours of a plan against the curriculum, and whether it is approved (2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eschool_core.commands.plans import hours_of_year
from eschool_core.domain.planning import PlanApproval
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, year_on, zone_of
from eschool_core.queries.lookup import journals
from eschool_core.queries.names import staff_names
from eschool_core.store.store import Store


@dataclass(frozen=True, slots=True)
class PlanState(Answer):
    """One journal's plan.

    Attributes:
        difference: Hours of the plan beyond the curriculum, negative where too few.
        reason: Why an approved plan differs.
        approved_at: None for a draft.
    """

    journal_id: int
    group: str
    subject: str
    planned: int
    expected: int
    difference: int
    reason: str
    approved_at: datetime | None
    approved_by: str


def plan_states(store: Store, day: int, journal_ids: list[int] | None = None) -> list[PlanState]:
    """Return the plans of the year of ``day``, by class and subject; of some journals or all."""
    zone, names = zone_of(store), staff_names(store)
    year = year_on(store, day)
    if year is None:
        return []
    approvals = {entry.journal_id: entry for entry in store.select(PlanApproval)}
    of_year, found = hours_of_year(store, year), []
    for place in journals(store, day):
        if journal_ids is not None and place.journal_id not in journal_ids:
            continue
        hours = of_year[place.journal_id]
        approval = approvals.get(place.journal_id)
        found.append(
            PlanState(
                journal_id=place.journal_id,
                group=place.group,
                subject=place.subject,
                planned=hours.planned,
                expected=hours.expected,
                difference=hours.difference,
                reason="" if approval is None else approval.reason,
                approved_at=None if approval is None else local(approval.approved_at, zone),
                approved_by="" if approval is None else names.get(approval.approved_by_id, ""),
            )
        )
    return found

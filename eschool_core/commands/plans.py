"""Calendar plans against the curriculum: approval, and a copy for parallel classes (2.3)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import ClassVar, Protocol

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.domain.journal import PlanItem
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.planning import PlanApproval
from eschool_core.domain.school import AcademicYear, Journal, TeachingLoad
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Cover
from eschool_core.store.store import Store

HOURS_BY_PART = "SELECT part, SUM(hours) FROM plan_item GROUP BY part"


class OfJournal(Protocol):
    """What belongs to a journal."""

    @property
    def journal_id(self) -> int:
        """The journal."""


@dataclass(frozen=True, slots=True)
class PlanHours:
    """Hours of a plan, and of the curriculum over the teaching weeks of the year."""

    planned: int
    expected: int

    @property
    def difference(self) -> int:
        """Hours too many, or too few where negative."""
        return self.planned - self.expected


def plan_hours(store: Store, journal: Journal) -> PlanHours:
    """Return both sums; the curriculum's hours are the loads in force when teaching begins.

    A load counts lessons over the whole cycle of weeks; halves of an hour are rounded up.
    """
    year = store.require(AcademicYear, journal.year_id)
    weeks = facts.policy_number(store, "plan_weeks", year.first_day)
    loads = store.select(TeachingLoad, journal_id=journal.id)
    part = partition(PartitionKind.JOURNAL, journal.id)
    planned = sum(item.hours for item in store.select(PlanItem, part=part))
    return PlanHours(planned, _expected(year, weeks, loads))


def hours_of_year(store: Store, year: AcademicYear) -> dict[int, PlanHours]:
    """Return both sums of every journal of a year, in three statements whatever their number."""
    weeks = facts.policy_number(store, "plan_weeks", year.first_day)
    loads: dict[int, list[TeachingLoad]] = defaultdict(list)
    for load in store.select(TeachingLoad):
        loads[load.journal_id].append(load)
    planned = {int(row[0]): int(row[1]) for row in store.rows(HOURS_BY_PART)}
    return {
        journal.id: PlanHours(
            planned.get(partition(PartitionKind.JOURNAL, journal.id), 0),
            _expected(year, weeks, loads[journal.id]),
        )
        for journal in store.select(Journal, year_id=year.id)
    }


def _expected(year: AcademicYear, weeks: int, loads: list[TeachingLoad]) -> int:
    begin = min((load.first_day for load in loads), default=0)
    periods = sum(load.weekly_periods for load in loads if load.first_day == begin)
    cycle = year.cycle_weeks
    return (2 * periods * weeks + cycle) // (2 * cycle)


class ApprovePlan(Command):
    """Approve the plan of a journal as it stands.

    Attributes:
        reason: Why its hours are not those of the curriculum: уплотнение, ИУП.
    """

    kind: ClassVar[str] = "approve_plan"
    journal_id: ObjectId
    reason: ShortText = ""


def approve_plan(store: Store, command: ApprovePlan, occasion: Occasion) -> Findings:
    """Write the approval with both sums; a later change of the plan withdraws it.

    Raises:
        InputError: There is no plan yet.
        RegulationError: The hours differ and no reason is given (2.3).
    """
    journal = store.require(Journal, command.journal_id)
    hours = plan_hours(store, journal)
    if not hours.planned:
        raise InputError("planning.no_plan")
    if hours.difference and not command.reason:
        raise RegulationError(
            checks.PLAN_DEVIATION,
            planned=hours.planned,
            expected=hours.expected,
            difference=signed_hours(hours.difference),
        )
    withdraw_approval(store, journal.id)
    store.put(
        PlanApproval(
            id=occasion.new_id(),
            part=partition(PartitionKind.JOURNAL, journal.id),
            journal_id=journal.id,
            planned_hours=hours.planned,
            expected_hours=hours.expected,
            reason=command.reason,
            approved_by_id=occasion.actor_id,
            approved_at=occasion.interval.made_at,
        )
    )
    return []


def withdraw_approval(store: Store, journal_id: int) -> None:
    """Make a plan a draft again."""
    for approval in store.select(PlanApproval, journal_id=journal_id):
        store.delete(approval)


def signed_hours(difference: int) -> str:
    """Return a difference with its sign, as people write it.

    >>> signed_hours(-1), signed_hours(2)
    ('−1', '+2')
    """
    return f"{'−' if difference < 0 else '+'}{abs(difference)}"


class CopyPlan(Command):
    """Copy the plan of a journal to that of a parallel class or group."""

    kind: ClassVar[str] = "copy_plan"
    source_id: ObjectId
    journal_id: ObjectId


def copy_plan(store: Store, command: CopyPlan, occasion: Occasion) -> Findings:
    """Write the rows of the source, without their dates, in place of an earlier plan: a draft.

    Raises:
        InputError: The source has no plan, or teaches another subject.
    """
    source = store.require(Journal, command.source_id)
    target = store.require(Journal, command.journal_id)
    if source.subject_id != target.subject_id or source.id == target.id:
        raise InputError("planning.other_subject")
    items = store.select(PlanItem, part=partition(PartitionKind.JOURNAL, source.id))
    if not items:
        raise store.absent("planning.no_plan")
    part = partition(PartitionKind.JOURNAL, target.id)
    for earlier in store.select(PlanItem, part=part):
        store.delete(earlier)
    withdraw_approval(store, target.id)
    store.add_many([item.replace(id=occasion.new_id(), part=part, planned_day=0) for item in items])
    return []


def plans_journal(store: Store, what: OfJournal, occasion: Occasion) -> None:
    """Let pass the journal's teacher and the deputy head for studies (2.3).

    Raises:
        RightsError: Anybody else (4.5.1).
    """
    deputy = rights.role_cover(store, occasion, *rights.STUDIES)
    if occasion.actor_id == 0 or deputy is Cover.THROUGHOUT:
        return
    journal = store.require(Journal, what.journal_id)
    rights.writes_journal(store, occasion, journal, None)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(ApprovePlan, rights.by_role(*rights.STUDIES), approve_plan),
    CommandSpec(CopyPlan, plans_journal, copy_plan),
)

"""A journal's calendar plan (КТП) beside its lessons: what is due, what was given (2.3)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Literal

from eschool_core import calendar
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.journal import Lesson, PlanItem
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.queries.answer import Answer
from eschool_core.store.store import Store

State = Literal["given", "partly", "due", "ahead"]

ITEMS = "part = ? ORDER BY ordinal, id"
LESSONS = "journal_id = ? ORDER BY day, period, id"
RECORDED = (
    "SELECT t.plan_item_id, l.day FROM topic t JOIN lesson l ON l.id = t.lesson_id "
    "WHERE l.journal_id = ? AND t.plan_item_id <> 0 ORDER BY l.day, l.period, l.id"
)


@dataclass(frozen=True, slots=True)
class PlanLine(Answer):
    """One row of the plan.

    Attributes:
        planned: The day that the plan itself names, if it does.
        by_order: The days of the lessons that the rows, taken one after another, fall on.
        recorded: The days on which its topic was recorded from the plan.
        state: ``given``: recorded in as many lessons as it has hours; ``partly``: in fewer;
            ``due``: in none, though its lessons are over; ``ahead``: still to come.
    """

    plan_item_id: int
    ordinal: int
    section: str
    topic: str
    hours: int
    planned: date | None
    work_kind: WorkKind | None
    homework: str
    by_order: tuple[date, ...]
    recorded: tuple[date, ...]
    state: State


@dataclass(frozen=True, slots=True)
class PlanPage(Answer):
    """The plan of a journal.

    Attributes:
        plan_hours: Sum over the rows.
        lessons: In the journal, of the whole year.
        lessons_past: Those before the asked day.
        hours_given: Lessons with a topic recorded from the plan.
        difference: Lessons less plan hours: below zero the plan does not fit in.
        lag: Lessons past, up to the plan's hours, less hours given.
    """

    journal_id: int
    items: tuple[PlanLine, ...]
    plan_hours: int
    lessons: int
    lessons_past: int
    hours_given: int
    difference: int
    lag: int


def plan_page(store: Store, journal_id: int, day: int) -> PlanPage:
    """Return the plan as it stands at the beginning of ``day``.

    Raises:
        InputError: ``lookup.journal_not_here``: the journal lies outside this replica.
    """
    part = partition(PartitionKind.JOURNAL, journal_id)
    if not store.holds(part):
        raise InputError("lookup.journal_not_here")
    items = store.where(PlanItem, ITEMS, part)
    days = [lesson.day for lesson in store.where(Lesson, LESSONS, journal_id)]
    recorded: dict[int, list[int]] = defaultdict(list)
    for item_id, lesson_day in store.rows(RECORDED, journal_id):
        recorded[item_id].append(lesson_day)
    lines = []
    begin = 0
    for item in items:
        lines.append(_line(item, days[begin : begin + item.hours], recorded[item.id], day))
        begin += item.hours
    past = sum(lesson_day < day for lesson_day in days)
    given = sum(len(line.recorded) for line in lines)
    return PlanPage(
        journal_id=journal_id,
        items=tuple(lines),
        plan_hours=begin,
        lessons=len(days),
        lessons_past=past,
        hours_given=given,
        difference=len(days) - begin,
        lag=max(0, min(past, begin) - given),
    )


def _line(item: PlanItem, by_order: list[int], recorded: list[int], day: int) -> PlanLine:
    return PlanLine(
        plan_item_id=item.id,
        ordinal=item.ordinal,
        section=item.section,
        topic=item.topic,
        hours=item.hours,
        planned=calendar.date_of(item.planned_day) if item.planned_day else None,
        work_kind=WorkKind(item.work_kind) if item.work_kind else None,
        homework=item.homework,
        by_order=tuple(calendar.date_of(number) for number in by_order),
        recorded=tuple(calendar.date_of(number) for number in recorded),
        state=_state(item.hours, by_order, recorded, day),
    )


def _state(hours: int, by_order: list[int], recorded: list[int], day: int) -> State:
    if len(recorded) >= hours:
        return "given"
    if recorded:
        return "partly"
    return "due" if by_order and by_order[-1] < day else "ahead"

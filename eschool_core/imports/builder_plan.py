"""A calendar plan becomes the plan of a journal (2.3)."""

from __future__ import annotations

from collections.abc import Sequence

from eschool_core.calendar import day_number
from eschool_core.commands.journals import MAX_PLAN_ITEMS, PlanRow, SetPlan
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch, make, take_for
from eschool_core.imports.drafts import PlanDraft, PlanItemDraft


def build_plan(
    batch: CommandBatch, draft: PlanDraft, journal_id: int, *, weeks: Sequence[int] = ()
) -> int:
    """Add the command that sets a journal's plan; return the id of its first item.

    Args:
        batch: Where the command goes.
        draft: The plan.
        journal_id: Its journal; an earlier plan of it is replaced.
        weeks: First day of each school week, for plans that count weeks and name no dates.

    Raises:
        InputError: There are no items or too many, or a text is longer than a plan takes.
    """
    if not 0 < len(draft.items) <= MAX_PLAN_ITEMS:
        raise InputError("import.plan_size", items=len(draft.items), limit=MAX_PLAN_ITEMS)
    rows = tuple(_row(item, weeks) for item in draft.items)
    command = make(SetPlan, "", journal_id=journal_id, items=rows)
    return batch.add(command, take_for(len(rows)))


def _row(item: PlanItemDraft, weeks: Sequence[int]) -> PlanRow:
    return make(
        PlanRow,
        str(item.number),
        ordinal=item.number,
        section=item.section,
        topic=item.topic,
        hours=item.hours,
        planned_day=_planned_day(item, weeks),
        work_kind=item.work_kind or 0,
        homework=item.homework,
    )


def _planned_day(item: PlanItemDraft, weeks: Sequence[int]) -> int:
    if item.planned is not None:
        return max(0, day_number(item.planned))
    if item.week is not None and 0 < item.week <= len(weeks):
        return weeks[item.week - 1]
    return 0

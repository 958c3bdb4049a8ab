"""Finding a row of the calendar plan (КТП) by its number."""

from __future__ import annotations

from eschool_core.domain.journal import PlanItem
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.store.store import Store

MAX_ORDINAL = 1_000


def find_item(store: Store, journal_id: int, ordinal: int | None) -> PlanItem | None:
    """Return the row of a journal's plan, or None where none is asked for.

    Raises:
        InputError: ``cli.plan.no_item``: the plan has no such row.
    """
    if ordinal is None:
        return None
    part = partition(PartitionKind.JOURNAL, journal_id)
    item = store.first(PlanItem, part=part, ordinal=ordinal)
    if item is None:
        raise InputError("cli.plan.no_item", ordinal=ordinal)
    return item

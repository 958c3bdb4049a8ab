"""Writing a cell: earlier values are kept, and nobody's value is replaced silently."""

from __future__ import annotations

from eschool_core.commands.base import Occasion
from eschool_core.commands.telling import tell
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.journal import CellHistory
from eschool_core.domain.json_text import json_text
from eschool_core.domain.row import Cell, columns
from eschool_core.store.store import Store

ENVELOPE = ("id", "part", "seq", "author_id", "device", "made_at")


def content_of(cell: Cell) -> dict[str, int | str]:
    """Return what people wrote in a cell, without its envelope."""
    values = zip(columns(type(cell)), cell.values(), strict=True)
    return {
        name: value
        for name, value in values
        if name not in ENVELOPE and isinstance(value, int | str)
    }


def write_cell(
    store: Store,
    occasion: Occasion,
    earlier: Cell | None,
    cell: Cell,
    reason: str = "",
    *,
    other_id: int = 0,
) -> None:
    """Write ``cell``; keep ``earlier`` in its history and tell both sides of a conflict.

    Somebody else's value that this actor had not seen (its seq is later than the command's base)
    is replaced as the later in server order, and both people are told (design §5.5).

    Args:
        store: Where the cell is.
        occasion: Of the command.
        earlier: What stands there, as it was read; None where nothing does.
        cell: What stands there now.
        reason: Why it was changed.
        other_id: The cell at the other end, where a value was moved.
    """
    if earlier is None:
        store.add(cell)
        return
    _keep(store, occasion, earlier, reason, other_id)
    store.change(earlier, cell)


def signed(occasion: Occasion) -> dict[str, int]:
    """Return who wrote a cell, on which device and when."""
    return {
        "author_id": occasion.actor_id,
        "device": occasion.device,
        "made_at": occasion.interval.made_at,
    }


def unseen(occasion: Occasion, earlier: Cell) -> bool:
    """Return whether somebody wrote ``earlier`` of which this actor cannot have known."""
    return earlier.seq > occasion.base_seq and earlier.device != occasion.device


def _keep(store: Store, occasion: Occasion, earlier: Cell, reason: str, other_id: int) -> None:
    conflict = unseen(occasion, earlier)
    history = CellHistory(
        id=occasion.new_id(),
        part=earlier.part,
        table_number=earlier.number,
        row_id=earlier.id,
        content=json_text(content_of(earlier)),
        author_id=earlier.author_id,
        device=earlier.device,
        made_at=earlier.made_at,
        replaced_by_id=occasion.actor_id,
        replaced_at=occasion.interval.made_at,
        reason=reason,
        conflict=int(conflict),
        other_id=other_id,
    )
    store.add(history)
    if not conflict:
        return
    occasion.overwritten += 1
    for person_id, key in (
        (earlier.author_id, "notice.overwritten"),
        (occasion.actor_id, "notice.overwrote"),
    ):
        tell(store, occasion, person_id, NoticeKind.OVERWRITTEN, key, {}, history.id)

"""Commands that wait for the deputy head, with their evidence (design §5.4, §5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgpack

from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import make_command
from eschool_core.domain.review import HeldCommand, HeldState
from eschool_core.errors import InputError
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import people_names
from eschool_core.store.store import Store

MAX_HELD = 2_000
OPEN = "state = 1 ORDER BY id LIMIT 2000"
ALL = "1 = 1 ORDER BY id DESC LIMIT 2000"


@dataclass(frozen=True, slots=True)
class HeldAnswer(Answer):
    """One held command.

    Attributes:
        key: Of the text that says why it waits, which ``params`` fill.
        earliest: Not before: the last signed time that the device knew.
        latest: Not after: when the server received it.
        estimate: The device's own account where it is credible.
        claimed: What the device's clock showed; never trusted alone.
        group: First command of the group that is decided as a whole; 0 for none.
        values: Its fields; empty where this version does not know its kind.
        closed_by: Who decided; empty while it waits.
    """

    held_id: int
    state: HeldState
    kind: str
    values: dict[str, Any]
    actor_id: int
    actor: str
    device: int
    number: int
    group: int
    key: str
    params: dict[str, str | int]
    earliest: datetime | None
    latest: datetime | None
    estimate: datetime | None
    claimed: datetime | None
    closed_at: datetime | None
    closed_by: str
    reason: str


def held_commands(store: Store, *, everything: bool = False) -> tuple[HeldAnswer, ...]:
    """Return what waits, the oldest first; with ``everything`` also what was decided."""
    zone, names = zone_of(store), people_names(store)
    return tuple(
        HeldAnswer(
            held_id=row.id,
            state=HeldState(row.state),
            kind=row.kind,
            values=_values(row),
            actor_id=row.actor_id,
            actor=names.get(row.actor_id, ""),
            device=row.device,
            number=row.command_number,
            group=row.group_number,
            key=row.key,
            params=decoded(row.params),
            earliest=local(row.earliest, zone),
            latest=local(row.latest, zone),
            estimate=None if row.estimate is None else local(row.estimate, zone),
            claimed=local(row.claimed, zone),
            closed_at=local(row.closed_at, zone),
            closed_by=names.get(row.closed_by_id, ""),
            reason=row.reason,
        )
        for row in store.where(HeldCommand, ALL if everything else OPEN)
    )


def command_of(store: Store, held_id: int) -> Command | None:
    """Return a held command itself; None where this version does not know its kind."""
    return _command(store.require(HeldCommand, held_id))


def _command(row: HeldCommand) -> Command | None:
    try:
        return make_command(row.kind, row.version, msgpack.unpackb(row.payload))
    except InputError:
        return None


def _values(row: HeldCommand) -> dict[str, Any]:
    command = _command(row)
    return {} if command is None else command.model_dump(mode="json")

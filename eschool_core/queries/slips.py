"""The register of slips: who was given one by whom, when, signed or not (3.1, 4.6.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from eschool_core.domain.office import Slip
from eschool_core.domain.people import Enrolment
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.answer import Answer
from eschool_core.queries.devices import NAMES
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store


class SlipState(IntEnum):
    """What became of a slip."""

    WAITING = 1
    HANDED_OUT = 2
    USED = 3
    REPLACED = 4
    EXPIRED = 5


@dataclass(frozen=True, slots=True)
class SlipAnswer(Answer):
    """One line of the register.

    Attributes:
        name: Of the person; empty where the store does not know it.
        pupil_id: Of the family it is for; 0 for staff.
        handed_by: Who handed it out; empty while it waits.
    """

    slip_id: int
    person_id: int
    name: str
    pupil_id: int
    pupil: str
    state: SlipState
    issued_by: str
    issued_at: datetime | None
    expires_at: datetime | None
    handed_by: str
    handed_at: datetime | None
    signed: bool


def register(store: Store, now: int, class_id: int = 0) -> tuple[SlipAnswer, ...]:
    """Return the register as far as the store holds it, by pupil and name.

    Args:
        store: A class teacher's replica holds the slips of the own class, the officer's all.
        now: Seconds UTC.
        class_id: Only families of this class; 0 for everybody.
    """
    zone = zone_of(store)
    names = {int(row[0]): full_name(*row[1:4]) for row in store.rows(NAMES)}
    of_class = {entry.pupil_id for entry in store.select(Enrolment, class_id=class_id)}
    lines = [
        SlipAnswer(
            slip_id=slip.id,
            person_id=slip.person_id,
            name=names.get(slip.person_id, ""),
            pupil_id=slip.pupil_id,
            pupil=names.get(slip.pupil_id, ""),
            state=state_of(slip, now),
            issued_by=names.get(slip.issued_by_id, ""),
            issued_at=local(slip.issued_at, zone),
            expires_at=local(slip.expires_at, zone),
            handed_by=names.get(slip.handed_by_id, ""),
            handed_at=local(slip.handed_at, zone) if slip.handed_at else None,
            signed=bool(slip.signed),
        )
        for slip in store.select(Slip)
        if not class_id or slip.pupil_id in of_class
    ]
    return tuple(
        sorted(lines, key=lambda line: (sort_key(line.pupil), sort_key(line.name), line.slip_id))
    )


def unissued(store: Store, now: int, class_id: int) -> tuple[SlipAnswer, ...]:
    """Return the slips that pass to the next class teacher: made, alive, not handed out (§2)."""
    return tuple(line for line in register(store, now, class_id) if line.state is SlipState.WAITING)


def state_of(slip: Slip, now: int) -> SlipState:
    """Return what became of a slip by a moment."""
    if slip.used_at:
        return SlipState.USED
    if slip.revoked_at:
        return SlipState.REPLACED
    if slip.expires_at < now:
        return SlipState.EXPIRED
    return SlipState.HANDED_OUT if slip.handed_at else SlipState.WAITING

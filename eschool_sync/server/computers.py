"""Computers that replicas sync from: a copied or a shared one is told of (6.1).

A computer is known by a keyed name that means something at this school alone; neither its address
nor its place is kept. Asked at every sync, so beside the domain: see ``test_idle``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eschool_core.commands.breach import RaiseAlert
from eschool_core.domain.access_enums import AlertKind
from eschool_core.domain.school import Staff
from eschool_core.store.database import Database, transaction
from eschool_sync.server.standing import seconds_of

if TYPE_CHECKING:
    from eschool_core.domain.office import Device
    from eschool_sync.server.school import ServerSchool

WRITE_SECONDS: Final = 60
"""A time is written at most so often; a computer that is used all day costs a write a minute."""

TOLD_SECONDS: Final = 7 * 24 * 3600
"""Who shares a computer is told so again after a week, and not at every sync."""

KEEP_SECONDS: Final = 400 * 24 * 3600
OVERLAP: Final = "device_overlap_minutes"

READ = "SELECT hash, device, person_id, seen_at, told_at FROM computer WHERE hash = ? OR device = ?"
WRITE = (
    "INSERT INTO computer (hash, device, person_id, seen_at, told_at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (hash, device) DO UPDATE SET "
    "seen_at = excluded.seen_at, told_at = excluded.told_at"
)
SWEEP = "DELETE FROM computer WHERE seen_at < ?"


@dataclass(frozen=True, slots=True)
class Use:
    """One device at one computer.

    Attributes:
        seen_at: When it last told of being there, seconds UTC.
        told_at: When it was last told that the computer is shared; 0 if never.
    """

    computer: bytes
    device: int
    person_id: int
    seen_at: int
    told_at: int


def meet_computer(school: ServerSchool, device: Device, computer: bytes, now: int) -> None:
    """Remember the computer that a device syncs from, and alarm where it is odd (6.1).

    Odd is a device of staff at a computer that is not its own: it was copied there. Odd is, too,
    a computer under two people within minutes, one of them of staff. Another device of the same
    person is nobody's concern, nor is a family's computer under its own people.

    Args:
        school: Its turn is held, and it is open.
        device: That asks.
        computer: ``computer_name``.
        now: Seconds UTC.
    """
    known = _known(school.database, computer, device.device)
    here = [use for use in known if use.computer == computer]
    own = next((use for use in here if use.device == device.device), None)
    told_at = own.told_at if own else 0
    if own is None and _is_elsewhere(known, here, device) and _is_staff(school, device.person_id):
        kind = AlertKind.UNKNOWN_DEVICE
        school.act(RaiseAlert(alert_kind=kind, person_id=device.person_id))
    others = [use for use in here if use.person_id != device.person_id]
    if others and now - told_at >= TOLD_SECONDS and _tell_shared(school, device, others, now):
        told_at = now
    if own is None or now - own.seen_at >= WRITE_SECONDS or own.told_at != told_at:
        with transaction(school.database):
            if own is None:
                school.database.execute(SWEEP, (now - KEEP_SECONDS,))
            row = (computer, device.device, device.person_id, now, told_at)
            school.database.execute(WRITE, row)


def _known(database: Database, computer: bytes, device: int) -> list[Use]:
    rows = database.fetch(READ, (computer, device))
    return [Use(bytes(row[0]), *(int(value) for value in row[1:])) for row in rows]


def _is_elsewhere(known: list[Use], here: list[Use], device: Device) -> bool:
    """Return whether a device has another computer, and its owner has never used this one."""
    is_own = any(use.person_id == device.person_id for use in here)
    return not is_own and len(known) > len(here)


def _tell_shared(school: ServerSchool, device: Device, others: list[Use], now: int) -> bool:
    """Tell of the others who were at a computer a moment ago; return whether there was one."""
    overlap = seconds_of(school.store, OVERLAP)
    latest = sorted({use.person_id for use in others if now - use.seen_at <= overlap})
    is_staff = _is_staff(school, device.person_id)
    told = [other for other in latest if is_staff or _is_staff(school, other)]
    for other in told:
        kind = AlertKind.SHARED_DEVICE
        alert = RaiseAlert(alert_kind=kind, person_id=device.person_id, other_id=other)
        school.act(alert)
    return bool(told)


def _is_staff(school: ServerSchool, person_id: int) -> bool:
    return school.store.get(Staff, person_id) is not None

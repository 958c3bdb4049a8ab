"""Devices of a person or of all, as far as a store knows them, with their last use (4.6.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from eschool_core.domain.office import Device
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

NAMES = (
    "SELECT id, family, given, patronymic FROM staff UNION ALL "
    "SELECT id, family, given, patronymic FROM pupil UNION ALL "
    "SELECT guardian_id, family, given, patronymic FROM guardianship"
)


@dataclass(frozen=True, slots=True)
class DeviceAnswer(Answer):
    """One device.

    Attributes:
        name: Of its person; empty where the store does not know it.
        revoked_at: None while it is in use.
        last_use: When it last asked the server; None where only the server knows.
    """

    device: int
    person_id: int
    name: str
    label: str
    enrolled_at: datetime | None
    revoked_at: datetime | None
    last_use: datetime | None


def devices(
    store: Store, person_id: int = 0, last_use: Mapping[int, int] | None = None
) -> tuple[DeviceAnswer, ...]:
    """Return the devices that the store knows, by number.

    Args:
        store: A replica holds its owner's devices, the system officer's all of them.
        person_id: Only this person's; 0 for all.
        last_use: Seconds UTC by device, where it is known.
    """
    zone, used = zone_of(store), last_use or {}
    equals = {"person_id": person_id} if person_id else {}
    names = {int(row[0]): full_name(*row[1:4]) for row in store.rows(NAMES)}
    return tuple(
        DeviceAnswer(
            device=row.device,
            person_id=row.person_id,
            name=names.get(row.person_id, ""),
            label=row.label,
            enrolled_at=local(row.enrolled_at, zone),
            revoked_at=local(row.revoked_at, zone) if row.revoked_at else None,
            last_use=local(used[row.device], zone) if row.device in used else None,
        )
        for row in sorted(store.select(Device, **equals), key=lambda row: row.device)
    )

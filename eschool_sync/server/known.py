"""What every request asks for, read once and anew only after the school's head has moved."""

from __future__ import annotations

from eschool_core.domain.office import Device
from eschool_core.domain.school import School
from eschool_core.errors import AccessError
from eschool_core.store.store import Store


class KnownRows:
    """Devices and the school's own row, as they are at a head.

    Rows change by commands alone, and each command moves the head; so a sync that finds nothing
    new runs no statement on their tables.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seq = -1
        self._school: School | None = None
        self._devices: dict[int, Device | None] = {}

    def school(self, seq: int) -> School | None:
        """Return the school's row at the head ``seq``; None before it is founded."""
        self._renew(seq)
        return self._school

    def device(self, number: int, seq: int) -> Device:
        """Return a device's row at the head ``seq``.

        Args:
            number: At most ``ids.MAX_DEVICE``, which limits what is remembered.
            seq: As ``head`` has just told.

        Raises:
            AccessError: ``access.device``: unknown.
        """
        self._renew(seq)
        if number not in self._devices:
            self._devices[number] = self._store.first(Device, device=number)
        device = self._devices[number]
        if device is None:
            raise AccessError("access.device")
        return device

    def _renew(self, seq: int) -> None:
        if seq != self._seq:
            self._school = self._store.first(School)
            self._devices.clear()
            self._seq = seq

"""When each device last asked: beside the domain, so that an idle sync touches nothing of it."""

from __future__ import annotations

from typing import Final

from eschool_core.store.database import Database, transaction

KEEP_SECONDS: Final = 10 * 60
"""A time is written at most so often; what is younger is known by this process alone."""

READ = "SELECT device, seen_at FROM device_use"
WRITE = (
    "INSERT INTO device_use (device, seen_at) VALUES (?, ?) "
    "ON CONFLICT (device) DO UPDATE SET seen_at = excluded.seen_at"
)


class DeviceUse:
    """Remembers the last sync of each device; the caller holds the school's turn."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[int, int] = {}
        self._written: dict[int, int] = {}

    def note(self, device: int, now: int) -> None:
        """Note that a device has asked."""
        self._seen[device] = now
        if now - self._written.get(device, -KEEP_SECONDS) >= KEEP_SECONDS:
            with transaction(self._database):
                self._database.execute(WRITE, (device, now))
            self._written[device] = now

    def last(self) -> dict[int, int]:
        """Return the last time of each device, seconds UTC."""
        kept = {int(device): int(at) for device, at in self._database.fetch(READ)}
        return kept | {device: max(at, kept.get(device, 0)) for device, at in self._seen.items()}

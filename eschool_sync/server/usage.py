"""When each person was last heard of: what only the server knows, for reports on use (4.4.4/5)."""

from __future__ import annotations

from eschool_core.domain.office import Device
from eschool_core.store.store import Store
from eschool_sync.server.device_use import DeviceUse

BROWSERS = "SELECT person_id, MAX(seen_at) FROM browser GROUP BY person_id"
SESSIONS = "SELECT person_id, MAX(seen_at) FROM session GROUP BY person_id"
ENDED = "SELECT person_id, seen_at FROM ended_session"


def last_seen(store: Store) -> dict[int, int]:
    """Return the latest contact of each person, by device or browser, in seconds UTC.

    Args:
        store: The server's.
    """
    found: dict[int, int] = {}
    used = DeviceUse(store.database).last()
    for device in store.select(Device):
        if device.device in used:
            seen_at = max(found.get(device.person_id, 0), used[device.device])
            found[device.person_id] = seen_at
    for sql in (BROWSERS, SESSIONS, ENDED):
        for person_id, seen_at in store.rows(sql):
            found[person_id] = max(found.get(person_id, 0), seen_at)
    return found

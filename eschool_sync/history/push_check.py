"""Checks that devices have signed what the log says they sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgpack

from eschool_core.errors import AccessError
from eschool_core.store.database import Database
from eschool_sync.history.entries import LogEntry
from eschool_sync.history.merkle import root_of
from eschool_sync.history.problems import Problems
from eschool_sync.protocol.envelope import PUSH_CONTEXT
from eschool_sync.security.signing import verify

PUSHES: Final = (
    "SELECT device, last_n, first_n, signature, received_at FROM push ORDER BY device, last_n"
)
KEYS: Final = "SELECT device, public_key FROM device"


@dataclass(frozen=True, slots=True)
class KeptPush:
    """A push as the server has kept it."""

    device: int
    last: int
    first: int
    signature: bytes
    received: int


def check_pushes(
    database: Database,
    rows: Database,
    entries: Sequence[LogEntry],
    school: int,
    problems: Problems,
) -> None:
    """Check each push's signature over the log, and that each entry came by one.

    Args:
        database: The school's.
        rows: Where the devices' keys are taken from: the rows that the log gives.
        entries: The whole log in order.
        school: The school's number.
        problems: Where is noted what does not fit.
    """
    keys = {int(device): bytes(key) for device, key in rows.fetch(KEYS)}
    sent: dict[int, dict[int, LogEntry]] = defaultdict(dict)
    for entry in entries:
        sent[entry.device][entry.number] = entry
    kept = {}
    used: set[tuple[int, int]] = set()
    for device, last, first, signature, received in database.fetch(PUSHES):
        push = KeptPush(device, last, first, signature, received)
        kept[device, last] = push
        if not _is_signed(push, sent[device], school, keys.get(device, b"")):
            problems.add("verify.push", "push", device)
    for entry in entries:
        if entry.pushed == 0 and entry.device not in keys:
            continue
        brought = kept.get((entry.device, entry.pushed))
        if (
            brought is None
            or not brought.first <= entry.number <= brought.last
            or brought.received != entry.received
        ):
            problems.add("verify.unsigned", "log", entry.seq)
        else:
            used.add((entry.device, entry.pushed))
    for device, _ in kept.keys() - used:
        problems.add("verify.push", "push", device)


def _is_signed(push: KeptPush, sent: dict[int, LogEntry], school: int, key: bytes) -> bool:
    """Return whether the device signed just the stretch of its chain that is in the log."""
    try:
        numbers = [n for n in sorted(sent) if push.first <= n <= push.last]
        if not numbers or (numbers[0], numbers[-1]) != (push.first, push.last):
            return False
        hashes = [sent[n].header_hash() for n in numbers]
        named = sent[push.first].read_header()
        stretch = [school, named.device, push.first, push.last, hashes[-1], root_of(hashes)]
        verify(key, PUSH_CONTEXT, msgpack.packb(stretch), bytes(push.signature))
    except (AccessError, ValueError, TypeError):
        return False
    return True

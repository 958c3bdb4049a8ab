"""What a push adds to what the server knows of a device's chain (design §5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from eschool_core.commands.breach import ReportBreach
from eschool_core.domain.office import Device
from eschool_core.errors import AccessError, InputError, TransportError
from eschool_core.store.database import Database
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.protocol.envelope import GENESIS, Envelope, Header, Push, unpack_payload
from eschool_sync.server.copied import judged_once
from eschool_sync.server.judge import Entry

READ = "SELECT last_n, next_n, hash FROM device_head WHERE device = ?"
HEADER = "SELECT header FROM log WHERE device = ? AND n = ?"
WRITE = (
    "INSERT INTO device_head (device, last_n, next_n, hash) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (device) DO UPDATE SET "
    "last_n = excluded.last_n, next_n = excluded.next_n, hash = excluded.hash"
)
KEEP = "INSERT INTO push (device, last_n, first_n, signature, received_at) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class DeviceHead:
    """How far the server knows a device's chain.

    Attributes:
        last: Number of the last judged command; 0 before the first.
        next: The number that must come next.
        hash: Hash of the last judged header.
    """

    last: int
    next: int
    hash: bytes


def device_head(database: Database, device: int) -> DeviceHead:
    """Return how far a device's chain is known."""
    rows = database.fetch(READ, (device,))
    return DeviceHead(*rows[0]) if rows else DeviceHead(0, 1, GENESIS)


def move_head(database: Database, last: Header) -> None:
    """Remember the last judged header of a device."""
    database.execute(WRITE, (last.device, last.number, last.number + last.take, last.hash))


def keep_push(database: Database, push: Push, last: int, came: int) -> None:
    """Keep the signature of a push, and when it came, for its commands up to ``last``."""
    first = push.envelopes[0].header
    database.execute(KEEP, (first.device, last, first.number, push.signature, came))


def new_entries(
    database: Database, push: Push, known: DeviceHead, device: Device, now: int
) -> list[Entry]:
    """Return what the chain adds to what is known.

    A chain begins at the number that its device says: a copy that became a device of its own goes
    on counting (``branching``).

    Raises:
        TransportError: ``sync.gap`` or ``sync.fork``.
        AccessError: A command in another person's name.
        InputError: Its numbers do not follow each other.
    """
    _require_same(database, push, known)
    link = push.previous
    is_first = known.last == 0 and link == GENESIS
    fresh: list[Entry] = []
    hold = "command.device_revoked" if device.revoked_at else ""
    leaked = any(map(_tells_of_own_leak, push.envelopes))
    for envelope in push.envelopes:
        header = envelope.header
        if header.actor != device.person_id:
            raise AccessError("access.actor")
        if header.number == known.next and not fresh and link != known.hash:
            raise TransportError("sync.fork", number=header.number)
        if header.number >= known.next:
            # What comes along with the report of a leak may be somebody else's: a person looks.
            waits = leaked and header.kind != ReportBreach.kind
            reason = "command.leak" if waits else hold
            fresh.append(Entry(envelope, now, push.envelopes[-1].header.number, reason))
        link = header.hash
    if fresh and fresh[0].header.number != known.next and not is_first:
        raise TransportError("sync.gap", expected=known.next)
    _check_consecutive(fresh)
    return judged_once(database, device, fresh)


def _require_same(database: Database, push: Push, known: DeviceHead) -> None:
    """Let pass a push whose last command that should be known is known as it is.

    Raises:
        TransportError: ``sync.fork``.
    """
    headers = [each.header for each in push.envelopes if each.header.number <= known.last]
    if not headers:
        return
    last = headers[-1]
    kept = known.hash
    if last.number != known.last:
        rows = database.fetch(HEADER, (last.device, last.number))
        kept = leaf_hash(bytes(rows[0][0])) if rows else b""
    if last.hash != kept:
        raise TransportError("sync.fork", number=last.number)


def _tells_of_own_leak(envelope: Envelope) -> bool:
    """Return whether a command reports that the actor's own secrets are out (6.3)."""
    if envelope.header.kind != ReportBreach.kind:
        return False
    try:
        values = unpack_payload(envelope.payload)
        return bool(values[list(ReportBreach.model_fields).index("person_id")] == 0)
    except (InputError, IndexError):
        return False


def _check_consecutive(entries: Sequence[Entry]) -> None:
    for earlier, later in pairwise(entries):
        if later.header.number != earlier.header.number + earlier.header.take:
            raise InputError("protocol.malformed", part="push")

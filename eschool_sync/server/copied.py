"""What two copies of one device both hold is judged once (design §5.6 I3, T17).

A copy that becomes a device of its own signs anew what it holds beyond its last verdict
(``branching``). Where it was copied itself, the other copy holds the same and does the same under
another number. Nothing in an entry changes by that but what names its device, so the one that comes
second is recognised, and its author is told which device's verdict counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eschool_core.app import Outcome, rejected
from eschool_core.domain.office import Device
from eschool_core.errors import InputError
from eschool_core.store.database import Database
from eschool_core.store.statements import among
from eschool_sync.protocol.branching import renamed
from eschool_sync.protocol.envelope import Header, unpack_payload
from eschool_sync.server.judge import Entry

COPIED: Final = "command.copied"
OTHERS: Final = "SELECT device FROM device WHERE person_id = ? AND device <> ? ORDER BY device"
ELSEWHERE: Final = (
    "SELECT n, header, payload FROM log WHERE device = ? AND n BETWEEN ? AND ? AND salt IN (*)"
)
"""What another device has under these numbers; copies alone share salts."""


def judged_once(database: Database, device: Device, entries: Sequence[Entry]) -> list[Entry]:
    """Return entries of a device, those with a verdict that are in the log as another copy's.

    Only an entry that is the same in everything counts: whoever holds a copied key must not be able
    to keep out what somebody else has entered.
    """
    if not entries:
        return []
    numbers = entries[0].header.number, entries[-1].header.number
    by_number = {entry.header.number: entry for entry in entries}
    salts = [entry.envelope.salt for entry in entries]
    elsewhere = among(ELSEWHERE, len(salts))
    said: dict[int, Outcome] = {}
    for (other,) in database.fetch(OTHERS, (device.person_id, device.device)):
        for number, header, payload in database.fetch(elsewhere, (other, *numbers, *salts)):
            entry = by_number.get(number)
            if entry is None or number in said:
                continue
            told = Header.read(bytes(header))
            here = (entry.envelope.payload, device.device, other)
            if _is_same_entry(told, entry.header) and is_same_content(bytes(payload), *here):
                said[number] = rejected(InputError(COPIED, device=other, number=number))
    return [
        replace(entry, recorded=said.get(entry.header.number, entry.recorded)) for entry in entries
    ]


def _is_same_entry(one: Header, other: Header) -> bool:
    """Return whether two headers differ only in what is signed anew."""
    first, second = (
        replace(header, device=0, replaces=0, commitment=b"", previous=b"")
        for header in (one, other)
    )
    return first == second


def is_same_content(one: bytes, other: bytes, first: int, second: int) -> bool:
    """Return whether two payloads differ at most in which of two devices has given an id.

    Raises:
        InputError: One is no payload.
    """
    if one == other:
        return True
    same = [renamed(unpack_payload(payload), first, second, 0) for payload in (one, other)]
    return bool(same[0] == same[1])

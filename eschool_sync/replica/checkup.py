"""How a replica stands, told also where it can no longer be opened; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eschool_core.errors import DamageError
from eschool_core.queries.in_force import zone_of
from eschool_core.queries.lease import lease_is_over
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.replica.again import waiting
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import State
from eschool_sync.replica.replica import DATABASE_FILE
from eschool_sync.replica.rescue import Found, Rescued, damaged_file, recognised
from eschool_sync.replica.slots import slots_of
from eschool_sync.replica.tables import find_meta
from eschool_sync.replica.taking import ALARM, EQUAL
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.pages import whole_pages
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.security.suite import SALT_BYTES

MANY_PENDING: Final = 200
LONG_SECONDS: Final = 24 * 3600
_PAGE_COUNT: Final = slice(28, 32)
"""Where the first page of an SQLite file says how many there are."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What only an open replica tells.

    Attributes:
        digest_equal: Whether the sums equalled the server's at the last sync; None before it
            and after a rescue.
        alarm: Whether the server has shown a history that is not the one it showed before.
        lease_over: Whether it shows nothing until it has heard from the server.
        zone: Of the school; empty while its journal is not loaded, as before the first sync.
        again: Commands that wait to be entered once more after a rescue.
    """

    digest_equal: bool | None
    alarm: bool
    lease_over: bool
    zone: str
    again: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """How a replica stands.

    Attributes:
        pages: How many the file has to have.
        damaged_pages: Numbers of those whose HMAC is wrong.
        missing_pages: How many are cut off.
        lost: Numbers of own commands without a verdict that are gone.
        broken: Numbers of own commands that do not follow the one before them.
        last_sync: Server's time of the last sync, 0 before the first; None: not to be read.
        waits_long: Whether commands wait for more than a day.
        inside: None where the replica does not open.
    """

    pages: int
    damaged_pages: tuple[int, ...]
    missing_pages: int
    pending: int
    rejected: int
    held: int
    lost: tuple[int, ...]
    broken: tuple[int, ...]
    last_sync: int | None
    waits_long: bool
    inside: Inside | None

    @property
    def damaged(self) -> bool:
        """Whether a rescue is due."""
        wrong = self.damaged_pages or self.missing_pages or self.lost
        return bool(wrong) or self.inside is None

    @property
    def sound(self) -> bool:
        """Whether everything is as it was written, here and on the server."""
        inside = self.inside
        if inside is None or self.damaged or self.broken:
            return False
        return inside.digest_equal is not False and not inside.alarm


def key_of(folder: Path, passphrase: str) -> DatabaseKey:
    """Return the raw key of a replica, which needs none of its pages.

    Raises:
        AccessError: ``access.passphrase``.
        DamageError: ``damage.keyslots``.
        InputError: ``replica.missing``.
    """
    return slots_of(folder).unlock_with_passphrase(passphrase)


def check_up(folder: Path, key: DatabaseKey, clock: Clock | None = None) -> Checkup:
    """Check every page, the chain of own commands and the last comparison with the server.

    Raises:
        DamageError: ``damage.replica_missing``.
        AccessError, BusyError: The file cannot be read, or not now.
    """
    path = damaged_file(folder)
    pages, damaged, size = _read(path, key)
    if damaged or size > len(pages):
        # Another process may have written in between: what is damaged is so twice.
        pages, damaged, size = _read(path, key)
    missing = size - sum(number <= size for number in pages.keys() | damaged)
    rescued = recognised(pages, len(damaged))
    used = clock or SystemClock()
    is_whole = not damaged and not missing and path.name == DATABASE_FILE
    inside = _inside(path, key, used) if is_whole else None
    states = [found.state for found in rescued.found.values()]
    synced_at = None if rescued.position is None else rescued.position.synced_at
    oldest = min((_made_at(each) for each in _pending(rescued)), default=used.wall())
    return Checkup(
        size,
        tuple(sorted(damaged)),
        missing,
        states.count(State.PENDING),
        states.count(State.REJECTED),
        states.count(State.HELD),
        tuple(rescued.lost),
        _broken(rescued.found),
        synced_at,
        used.wall() - max(oldest, synced_at or 0) > LONG_SECONDS,
        inside,
    )


def _read(path: Path, key: DatabaseKey) -> tuple[dict[int, bytes], set[int], int]:
    """Return the whole pages, the numbers of damaged ones, and how many there have to be."""
    pages, damaged = whole_pages(path, key)
    with path.open("rb") as file:
        if file.read(SALT_BYTES) != key.salt:
            # No HMAC covers the salt; SQLCipher opens nothing without it.
            damaged.add(1)
    seen = max((*pages, *damaged), default=0)
    size = int.from_bytes(pages[1][_PAGE_COUNT], "big") if 1 in pages else seen
    return pages, {number for number in damaged if number <= size}, size


def _inside(path: Path, key: DatabaseKey, clock: Clock) -> Inside | None:
    try:
        opened = Opened(path, key, clock, SystemRandom())
    except DamageError:
        return None
    try:
        position, equal = opened.position(), find_meta(opened.database, EQUAL)
        return Inside(
            None if equal is None else equal == 1,
            find_meta(opened.database, ALARM) is not None,
            lease_is_over(opened.store, position.synced_at, opened.now(position)),
            zone_of(opened.store) if position.cursor else "",
            len(waiting(opened.database)),
        )
    finally:
        opened.close()


def _pending(rescued: Rescued) -> list[Found]:
    return [found for found in rescued.found.values() if found.is_pending]


def _made_at(found: Found) -> int:
    return found.header.evidence.wall


def _broken(found: Mapping[int, Found]) -> tuple[int, ...]:
    """Return the numbers of headers that do not name the header before them."""
    broken = []
    for number in sorted(found):
        header = found[number].header
        following = found.get(number + header.take)
        if following is not None and following.header.previous != header.hash:
            broken.append(following.number)
    return tuple(broken)

"""Who a replica is and where it stands."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from operator import attrgetter
from typing import Final, Self

from eschool_core.store.database import Database
from eschool_sync.protocol.evidence import Contact
from eschool_sync.replica.tables import get_meta, put_meta


@dataclass(frozen=True, slots=True)
class Identity:
    """Given at enrolment, for good."""

    school: int
    device: int
    person: int
    seed: bytes
    certificate: bytes
    school_key: bytes
    digest_key: bytes

    @classmethod
    def load(cls, database: Database) -> Self:
        """Read it."""
        return cls(*get_meta(database, "identity"))

    def save(self, database: Database) -> None:
        """Write it."""
        put_meta(database, "identity", astuple(self))


@dataclass(frozen=True, slots=True)
class Position:
    """Where the replica stands; written in the transaction of every change.

    Attributes:
        incarnation: Of the server whose ``cursor`` it is; empty before the first sync.
        cursor: The seq up to which the confirmed rows are complete.
        ack: The last own number whose verdict is stored.
        next: The next own number.
        head: Hash of the last own header.
        scope: Hash of the held partitions.
        tree: How many entries of the history have been seen; 0 before the first sync.
        root: Of them.
        tree_head: The school's signature under it.
        synced_at: Server's time of the last sync; 0 before the first.
    """

    incarnation: bytes
    cursor: int
    ack: int
    next: int
    head: bytes
    scope: bytes
    tree: int
    root: bytes
    tree_head: bytes
    synced_at: int
    contact_time: int
    contact_anchor: bytes
    contact_boot: int
    contact_monotonic: int

    @classmethod
    def load(cls, database: Database) -> Self:
        """Read it."""
        return cls(*get_meta(database, "position"))

    def save(self, database: Database) -> None:
        """Write it."""
        put_meta(database, "position", _STORED(self))

    @property
    def contact(self) -> Contact:
        """The last time the server was heard."""
        return Contact(
            self.contact_time, self.contact_anchor, self.contact_boot, self.contact_monotonic
        )

    def heard(self, contact: Contact) -> Self:
        """Return the position after a contact."""
        return replace(
            self,
            contact_time=contact.time,
            contact_anchor=contact.anchor,
            contact_boot=contact.boot,
            contact_monotonic=contact.monotonic,
        )


# Written at every edit: astuple copies each value deeply, and takes ten times as long.
_STORED: Final = attrgetter(*(field.name for field in fields(Position)))

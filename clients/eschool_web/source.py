"""Where the pages get what they show: the one interface between them and a person's records.

On loopback it is the teacher's own open replica (``replica_source``). A portal gives the pages of
many people from one server: it hands out a source for each logged-in person, whose ``read`` shows
nothing outside that person's scope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from eschool_core.commands.base import Command
from eschool_core.imports.builder import CommandBatch
from eschool_core.reports.frame import FamilyWeek
from eschool_core.store.store import Store
from eschool_sync.history.proof import Proof
from eschool_sync.issuing import Issuer
from eschool_sync.replica import FileContent, Receipt, RefusedCommand

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person's entries stand to the school's server.

    Attributes:
        pending: Own commands without a verdict.
        refused: Rejected or held ones that nobody has dealt with.
        last_sync: Server's time of the last sync, 0 before the first.
        seq: The school's number up to which this source knows everything.
        syncing: An exchange is under way.
        trouble: Key of the text that says why the last exchange failed; empty if it did not.
        online: The source is the school's server itself: nothing waits, nothing is exchanged.
    """

    pending: int
    refused: int
    last_sync: int
    seq: int
    syncing: bool = False
    trouble: str = ""
    online: bool = False


@runtime_checkable
class Batching(Protocol):
    """A source that can give many commands which stand or fall together; a replica can."""

    @property
    def person_id(self) -> int:
        """Who this person is."""
        ...

    def batch(self) -> CommandBatch:
        """Return an empty batch with the numbers that come next here."""
        ...

    def give_batch(self, batch: CommandBatch) -> None:
        """Give what is in a batch, all or nothing.

        Raises:
            RegulationError, InputError: One is refused, so none is kept.
        """
        ...


class Source(Protocol):
    """One person's way to the records."""

    @property
    def person_id(self) -> int:
        """Who this person is."""
        ...

    @property
    def site(self) -> str:
        """The address of the school's server, as slips and calendar feeds name it."""
        ...

    @property
    def school(self) -> int:
        """The school's number there."""
        ...

    def now(self) -> int:
        """Return the best estimate of the school's time, seconds UTC."""
        ...

    def read(self, question: Callable[[Store], T]) -> T:
        """Return what a query finds; no write comes between its statements."""
        ...

    def do(self, command: Command, *, replaces: int | None = None) -> Receipt:
        """Give a command.

        Raises:
            RegulationError, InputError: It is refused at once; nothing was kept.
        """
        ...

    def attach(self, lesson_id: int, name: str, content: bytes, *, for_homework: bool) -> Receipt:
        """Give a file with a lesson, or with its homework.

        Raises:
            RegulationError, InputError: It is refused at once; nothing was kept.
        """
        ...

    def file(self, file_id: int) -> FileContent:
        """Return a file whose row this person may read; may have to fetch it.

        Raises:
            InputError: ``file.none``, ``file.waiting``.
            TransportError, BusyError, DamageError: The server cannot be asked, or it is damaged.
        """
        ...

    def unsent_files(self) -> frozenset[bytes]:
        """Return the hashes of own files that the server does not have yet."""
        ...

    def last_seen(self) -> Mapping[int, int] | None:
        """Return when each person was last heard of, seconds UTC; None where only others know."""
        ...

    def family_weeks(self) -> Sequence[FamilyWeek] | None:
        """Return how many families were in touch by week; None where only others know."""
        ...

    def unconfirmed(self) -> frozenset[tuple[int, int]]:
        """Return table number and id of each row that holds a value without a verdict."""
        ...

    def refused(self) -> list[RefusedCommand]:
        """Return own commands that were rejected or are held, oldest first."""
        ...

    def dismiss(self, number: int) -> None:
        """Take a refused command off the list.

        Raises:
            InputError: ``command.not_refused``.
        """
        ...

    def standing(self) -> Standing:
        """Return how own entries stand."""
        ...

    def sync_soon(self) -> None:
        """Exchange with the server as soon as possible, without waiting for it."""
        ...

    def page_key(self) -> bytes:
        """Return the key under which a page keeps what is not saved while it is locked."""
        ...

    def proof_of(self, table: int, row_id: int) -> Proof:
        """Return the proof that what stands in a cell is in the school's history.

        Raises:
            InputError: ``proof.none``: no such cell, or not for this person.
            TransportError, BusyError, DamageError: The server cannot be asked, or proves nothing.
        """
        ...

    def issuer(self) -> Issuer:
        """Return the person's way to the log of issued papers; it takes turns by itself."""
        ...

    def school_key(self) -> bytes:
        """Return the school's public key, which a proof is checked with."""
        ...

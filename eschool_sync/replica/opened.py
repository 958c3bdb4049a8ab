"""An open replica: the connection and what lives as long as it does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eschool_core.commands.base import Occasion
from eschool_core.store.database import SqliteDatabase, transaction
from eschool_core.store.ledger import OptimisticLedger
from eschool_core.store.steps import require_not_newer
from eschool_core.store.store import Store
from eschool_sync.clock import Clock
from eschool_sync.computer import computer_name, machine_id
from eschool_sync.protocol.envelope import Header
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.replica.confirmed import ConfirmedRows
from eschool_sync.replica.held import HeldParts
from eschool_sync.replica.outbox import Outbox
from eschool_sync.replica.position import Identity, Position
from eschool_sync.replica.receipts import Receipts
from eschool_sync.replica.tables import find_meta, prepare_connection, put_meta
from eschool_sync.security.cipher import checkpoint, database_errors, open_encrypted
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import Random
from eschool_sync.security.signing import SigningKey

EARLIER: Final = "earlier"
"""Name under which the devices are kept that this replica was before it was copied."""


class Opened:
    """The parts of an open replica, and the door through which all of them are written.

    Args:
        machine: What the computer is called; by default what its system says (``machine_id``).

    Raises:
        DamageError: The database is damaged or missing.
        AccessError, BusyError: It cannot be read, or not now.
    """

    def __init__(
        self,
        path: Path,
        key: DatabaseKey,
        clock: Clock,
        random: Random,
        machine: bytes | None = None,
    ) -> None:
        self.clock = clock
        self.random = random
        self._machine = machine_id() if machine is None else machine
        self.lock = threading.RLock()
        self.connection = open_encrypted(path, key)
        self.database = SqliteDatabase(self.connection)
        try:
            with database_errors():
                prepare_connection(self.database)
                self._be(Identity.load(self.database))
                self.confirmed = ConfirmedRows(self.database, self.identity.digest_key)
                self.held = HeldParts(self.confirmed.held())
        except BaseException:
            self.connection.close()
            raise
        self._data_version = -1
        self._closed = False
        self.store = Store(self.database, OptimisticLedger(self.database), self.held)

    def _be(self, identity: Identity) -> None:
        self.identity = identity
        self.computer = computer_name(self._machine, identity.digest_key)
        self.signing = SigningKey(identity.seed)
        self.outbox = Outbox(self.database, identity, self.random)
        self.receipts = Receipts(self.database, identity)

    def become(self, identity: Identity, first: int) -> None:
        """Go on as another device, whose own commands begin at ``first``; in a transaction."""
        earlier = find_meta(self.database, EARLIER) or []
        put_meta(self.database, EARLIER, [*earlier, [self.identity.device, first]])
        identity.save(self.database)
        self._be(identity)

    def earlier(self) -> list[tuple[int, int]]:
        """Return the devices that this replica was, each with the number at which that ended."""
        return [(device, end) for device, end in find_meta(self.database, EARLIER) or []]

    def position(self) -> Position:
        """Return where the replica stands."""
        return Position.load(self.database)

    def now(self, position: Position) -> int:
        """Return the best estimate of the server's time, seconds UTC."""
        estimate = Evidence.now(self.clock, position.contact).estimate()
        return max(position.contact_time, self.clock.wall()) if estimate is None else estimate

    def occasion(self, header: Header, position: Position, ids_from: int) -> Occasion:
        """Return what surrounds an own command, as far as it can be judged here."""
        now = max(self.now(position), header.evidence.anchor_time)
        return Occasion(
            header.actor,
            header.device,
            header.number,
            header.base_seq,
            header.evidence.interval(now),
            header.take,
            None if ids_from < 0 else ids_from,
            group=header.group,
        )

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let nobody write in between, in this process."""
        with self.lock, database_errors():
            yield

    @contextmanager
    def writing(self) -> Iterator[Position]:
        """Write in one durable transaction, from where the replica stands now.

        Raises:
            AccessError: ``access.disk_full``, ``access.file``; nothing was written.
            BusyError: ``busy.replica``: another process writes.
            DamageError: ``damage.replica``.
        """
        with self.lock, database_errors():
            try:
                with transaction(self.database), self.store.reads.trusted():
                    self._notice_others()
                    yield self.position()
            except BaseException:
                self._data_version = -1
                raise

    @contextmanager
    def noting(self) -> Iterator[Position]:
        """As ``writing``, for what may be lost with the power; what is durable already stays so."""
        with self.lock, database_errors():
            self.database.execute("PRAGMA synchronous = NORMAL")
            try:
                with self.writing() as position:
                    yield position
            finally:
                self.database.execute("PRAGMA synchronous = FULL")

    def state(self) -> tuple[int, int]:
        """Return what differs as soon as anybody has written; in a transaction."""
        return self._version_of_others(), self.connection.total_changes

    def _version_of_others(self) -> int:
        [[version]] = self.database.fetch("PRAGMA data_version")
        return int(version)

    def _notice_others(self) -> None:
        """Forget what was read where another process has written since.

        That its scope is as it was says nothing: it may have been another one meanwhile.
        """
        version = self._version_of_others()
        if version != self._data_version:
            self._data_version = version
            self.store.reads.forget()
            self.held.become(self.confirmed.held())
            require_not_newer(self.database)
            identity = Identity.load(self.database)
            if identity != self.identity:
                self._be(identity)

    def fold(self) -> bool:
        """Fold the WAL into the file, so that nothing purged is left in it.

        Returns:
            Whether all of it is: where a reader is at work it stays.
        """
        with self.lock:
            return checkpoint(self.connection)

    def close(self) -> None:
        """Fold and close; the key leaves with the connection. Closing again does nothing."""
        with self.lock:
            if self._closed:
                return
            self._closed = True
            try:
                checkpoint(self.connection)
            finally:
                self.connection.close()

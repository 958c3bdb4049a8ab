"""A replica: what one person may see, encrypted, usable without network, and its sync."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from eschool_core import calendar
from eschool_core.commands.base import Command
from eschool_core.domain.school import School
from eschool_core.errors import InputError
from eschool_core.store.store import Store
from eschool_sync.clock import Clock, SystemClock
from eschool_sync.history.proof import Proof
from eschool_sync.history.witness import Witness
from eschool_sync.replica.again import AGAIN, Entered, enter, waiting
from eschool_sync.replica.by_file import ByFile
from eschool_sync.replica.entering import enter_all
from eschool_sync.replica.exchange import Exchange
from eschool_sync.replica.files import Ended, FileContent, Files, file_of
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import RefusedCommand
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.proving import prove
from eschool_sync.replica.reports import FilesReport, Receipt, Status, SyncReport
from eschool_sync.replica.slots import slots_of
from eschool_sync.replica.standing import standing
from eschool_sync.replica.tables import put_meta
from eschool_sync.replica.watching import Watch
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.keyslots import SecretStore
from eschool_sync.security.random_source import Random, SystemRandom

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Progress, Transport

DATABASE_FILE: Final = "replica.db"


class Replica:
    """Opens, reads, writes and syncs one person's replica.

    Every write is one durable transaction. Methods may be called from any thread and from
    several processes; they take turns. ``store`` is for reading between them, in the thread that
    calls them.
    """

    def __init__(
        self,
        folder: Path,
        key: DatabaseKey,
        transport: Transport,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        machine: bytes | None = None,
    ) -> None:
        self.folder = folder
        self._key = key
        source = random or SystemRandom()
        path = folder / DATABASE_FILE
        self._opened = Opened(path, key, clock or SystemClock(), source, machine)
        self._transport = transport
        self._exchange = Exchange(self._opened, transport)
        try:
            self._exchange.bring_up()
        except BaseException:
            self._opened.connection.close()
            raise
        self._files = Files(self._opened, transport)
        self._by_file = ByFile(self._opened, self._exchange, source)

    @classmethod
    def open(
        cls,
        folder: Path,
        passphrase: str,
        *,
        clock: Clock | None = None,
        transport: Transport | None = None,
        machine: bytes | None = None,
    ) -> Self:
        """Open a replica with its owner's passphrase.

        Args:
            folder: Where it is.
            passphrase: As it was last set.
            clock: The computer's by default.
            transport: The way to the server; by default that of its profile.
            machine: What the computer is called; by default what its system says.

        Raises:
            AccessError: ``access.passphrase``.
            DamageError: The key file or the database is damaged.
            InputError: ``replica.missing``: there is no replica in the folder.
        """
        key = slots_of(folder).unlock_with_passphrase(passphrase)
        way = transport or Profile.load(folder).transport()
        return cls(folder, key, way, clock=clock, machine=machine)

    @classmethod
    def open_with_recovery_code(
        cls,
        folder: Path,
        code: str,
        *,
        clock: Clock | None = None,
        transport: Transport | None = None,
    ) -> Self:
        """Open a replica with the printed recovery code; then set a new passphrase.

        Raises:
            AccessError: ``access.recovery_code``.
            InputError: A typing error in the code, or no replica in the folder.
        """
        key = slots_of(folder).unlock_with_recovery_code(code)
        return cls(folder, key, transport or Profile.load(folder).transport(), clock=clock)

    @classmethod
    def open_with_keyring(
        cls,
        folder: Path,
        secrets: SecretStore,
        *,
        clock: Clock | None = None,
        transport: Transport | None = None,
    ) -> Self:
        """Open a replica with the secret in the computer's keyring.

        Raises:
            AccessError: ``access.keyring``.
            InputError: ``replica.missing``.
        """
        key = slots_of(folder).unlock_with_keyring(secrets)
        return cls(folder, key, transport or Profile.load(folder).transport(), clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Checkpoint and close; the key leaves with the connection."""
        try:
            self._opened.close()
        finally:
            self._transport.close()

    @property
    def store(self) -> Store:
        """The rows that are here, pending commands carried out."""
        return self._opened.store

    @property
    def person_id(self) -> int:
        """The replica's owner."""
        return self._opened.identity.person

    @property
    def device(self) -> int:
        """The device number."""
        return self._opened.identity.device

    @property
    def school(self) -> int:
        """The school's number on its server."""
        return self._opened.identity.school

    def now(self) -> int:
        """Return the best estimate of the server's time, seconds UTC."""
        with self._opened.reading():
            return self._opened.now(self._opened.position())

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """Give ``store`` for reads between which nothing in this process writes."""
        with self._opened.reading():
            yield self.store

    def unconfirmed(self) -> frozenset[tuple[int, int]]:
        """Return table number and id of each row that a command without a verdict has touched."""
        with self._opened.reading():
            rows = self._opened.database.fetch("SELECT table_number, row_id FROM undo_image")
        return frozenset((int(table), int(row_id)) for table, row_id in rows)

    def derived_key(self, purpose: bytes) -> bytes:
        """Return 32 bytes for one purpose, which nobody has without the replica's own key."""
        return self._key.derive(purpose)

    def next_number(self) -> int:
        """Return the number of the next own command, for a batch that must know its ids."""
        with self._opened.reading():
            return self._opened.position().next

    def today(self) -> int:
        """Return the school's date by ``now``, as a day number."""
        with self._opened.reading():
            school = self.store.first(School)
        zone = "UTC" if school is None else school.zone
        return calendar.local_day(self.now(), zone)

    def do(self, command: Command, *, replaces: int | None = None) -> Receipt:
        """Carry out a command here at once, and keep it for the server.

        Args:
            command: What is to be done.
            replaces: Number of the own rejected command that this one corrects; it inherits its
                row ids.

        Raises:
            RegulationError: The local judgement refuses; nothing is kept.
            InputError: The same; or ``command.replaces``.
            AccessError: ``access.disk_full``.
        """
        return self.do_all([command], replaces=replaces)[0]

    def do_all(self, commands: Sequence[Command], *, replaces: int | None = None) -> list[Receipt]:
        """Carry out commands that stand or fall together; see ``do``.

        Args:
            commands: In order.
            replaces: Number of the rejected command that the first one corrects; the others are
                those that depended on it.

        Raises:
            InputError: ``protocol.too_many``, ``protocol.too_large``: more than one push carries.
        """
        return enter_all(self._opened, commands, replaces)

    def attach_file(
        self, lesson_id: int, name: str, content: bytes, *, for_homework: bool = False
    ) -> Receipt:
        """Give a file with a lesson, or its homework; ``send_files`` sends it after a sync.

        Args:
            lesson_id: Of an own page.
            name: As it is called; made safe.
            content: At most 2 MiB, of a kind on the list (``file_kinds``), as the name says.
            for_homework: Given with the lesson's homework.

        Raises:
            InputError: ``file.empty``, ``file.too_large``, ``file.kind``, ``file.content``; as
                ``do``.
            RegulationError, AccessError: As ``do``; neither row nor bytes are kept.
        """
        given = file_of(lesson_id, name, content, for_homework=for_homework)
        return self._files.attach(given, content)

    def read_file(self, file_id: int) -> FileContent:
        """Return a file whose row is here, from here or from the server.

        Raises:
            InputError: ``file.none``: no such row; ``file.waiting``: its author has not sent it.
            DamageError: ``damage.file``: what came is not what the row says.
            TransportError, BusyError, AccessError: It has to be fetched, and as ``sync``.
        """
        return self._files.read(file_id)

    def unsent_files(self) -> frozenset[bytes]:
        """Return the hashes of own files that the server does not have yet."""
        return self._files.unsent()

    def send_files(self, ended: Ended = lambda: False) -> FilesReport:
        """Send bytes of own files that the server lacks, piece by piece; call it after ``sync``.

        What is cut off goes on from there the next time; a trouble of the line is in the report.

        Args:
            ended: Asked between two pieces: whether something more urgent is waiting.

        Raises:
            AccessError: The server does not accept this device.
        """
        return self._files.send(ended)

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Send what is pending, fetch what is new, and prove that both sides are equal.

        Raises:
            TransportError, BusyError: The server cannot be reached or asks to come back; nothing
                is lost, try again.
            AccessError: The server does not accept this device.
            InputError: ``protocol.malformed``: what came is no answer of ours.
            DamageError: ``damage.digest``: rows differ even after a full repair;
                ``damage.history``: the server's history is not the one it showed before.
        """
        return self._exchange.sync(progress)

    def watch(self, ended: threading.Event | None = None) -> Iterator[int]:
        """Give the school's seq whenever there is something to fetch; ``sync`` fetches it.

        It waits, also for a lost line, so it wants a thread of its own; ``ended`` ends it at the
        next sign of life, closing the replica at once.

        Raises:
            AccessError: The server does not accept this device.
        """
        return iter(Watch(self._opened, self._transport, ended or threading.Event()))

    def request_file(self) -> bytes:
        """Return a file for the school's server, to be carried there; ``take_answer`` follows."""
        return self._by_file.request()

    def take_answer(self, data: bytes) -> SyncReport | None:
        """Apply the answer to a file; None where a later one or a sync has overtaken it.

        Raises:
            InputError: ``parcel.not_ours``, ``.direction``, ``.foreign_school`` or ``_device``.
            DamageError: ``parcel.damaged``, ``parcel.unequal``: write another file; as ``sync``.
            EschoolError: What the server said to the request, as ``sync``.
        """
        return self._by_file.take(data)

    def enter_again(self) -> list[Entered]:
        """Enter what lay behind a lost command of a rescued replica; to be called after a sync.

        What is refused is the caller's to show: it is on no list any more.
        """
        with self._opened.reading():
            listed = waiting(self._opened.database)
        if not listed:
            return []
        entered = enter(listed, self.do)
        with self._opened.writing():
            put_meta(self._opened.database, AGAIN, [])
        return entered

    def prove(self, table: int, row_id: int) -> Proof:
        """Fetch the proof that what stands in a cell is in the school's history.

        Args:
            table: Number of the cell's table.
            row_id: Of the cell.

        Raises:
            InputError: ``proof.none``: the server knows no such cell, or not for this person.
            DamageError: ``damage.proof``, ``damage.history``: what came proves nothing.
            TransportError, BusyError, AccessError: As ``sync``.
        """
        return prove(self._opened, self._transport, table, row_id)

    def witness(self) -> Witness:
        """Return the last signed head that was seen, to be kept elsewhere.

        Raises:
            InputError: ``replica.never_synced``.
        """
        with self._opened.reading():
            position = self._opened.position()
        if not position.tree_head:
            raise InputError("replica.never_synced")
        return Witness(self._opened.identity.school_key, position.tree_head)

    def status(self) -> Status:
        """Return how the replica stands."""
        return standing(self._opened, self.folder)

    def refused(self) -> list[RefusedCommand]:
        """Return own commands that were rejected or are held, oldest first."""
        with self._opened.reading():
            return self._opened.outbox.refused()

    def dismiss(self, number: int) -> None:
        """Take a refused command off the list.

        Raises:
            InputError: ``command.not_refused``.
        """
        with self._opened.writing():
            if not self._opened.outbox.dismiss(number):
                raise InputError("command.not_refused", number=number)

    def change_passphrase(self, new: str) -> None:
        """Let ``new`` open the replica from now on, and the old passphrase no more.

        Raises:
            InputError: The passphrase is too short or too long.
        """
        slots_of(self.folder).change_passphrase(self._key, new)

    def replace_recovery_code(self) -> str:
        """Return a new recovery code, to be printed; the old one opens nothing any more."""
        return slots_of(self.folder).replace_recovery_code(self._key)

    def add_keyring(self, secrets: SecretStore) -> None:
        """Let the computer's keyring open the replica without a question.

        Raises:
            AccessError: ``access.keyring_missing``.
        """
        slots_of(self.folder).add_keyring(self._key, secrets)

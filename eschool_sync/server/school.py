"""One school on the server: its database, its order, its answers to devices."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from eschool_core.app import Outcome
from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.base import Command
from eschool_core.domain.office import Device
from eschool_core.errors import AccessError, EschoolError, TransportError
from eschool_core.ids import make_id
from eschool_core.imports.builder import BatchEntry
from eschool_core.store.database import Database, transaction
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.store import Store
from eschool_sync.clock import Clock
from eschool_sync.protocol.messages import read_request
from eschool_sync.protocol.outdated import pack_taken
from eschool_sync.protocol.push import unpack_push
from eschool_sync.protocol.version import VERSION
from eschool_sync.security.codes import new_code
from eschool_sync.security.random_source import Random
from eschool_sync.security.signing import (
    DeviceCertificate,
    SigningKey,
    TimeAnchor,
    check_anchor,
    issue_anchor,
    issue_certificate,
)
from eschool_sync.security.suite import SUITE
from eschool_sync.server import restoring
from eschool_sync.server.acting import Chain
from eschool_sync.server.answers import Answers, Scope
from eschool_sync.server.audit import report
from eschool_sync.server.computers import meet_computer
from eschool_sync.server.contacts import Contacts
from eschool_sync.server.days import Days
from eschool_sync.server.enrolling import enrol, issue
from eschool_sync.server.file_bytes import drop_after
from eschool_sync.server.heads import Head, Heads
from eschool_sync.server.judge import Entry, Judge, counts
from eschool_sync.server.known import KnownRows
from eschool_sync.server.memory import Memory
from eschool_sync.server.pushes import device_head, keep_push, move_head, new_entries
from eschool_sync.server.snapshots import Snapshots
from eschool_sync.server.state import Phase, ServerState
from eschool_sync.server.tables import prepare_connection

CODE_SECONDS: Final = 10 * 60
CERTIFICATE_SECONDS: Final = 365 * 24 * 3600


class ServerSchool:
    """Orders, judges and keeps a school's commands; one thread at a time holds ``turn``.

    Args:
        database: Open on the school's tables.
        state: What is remembered outside the database.
        state_path: Where ``state`` is kept.
        clock: The server's.
        random: The server's.

    Attributes:
        heads: Of its history.
        version: Of the protocol; entries are taken in older ones too.
    """

    def __init__(
        self, database: Database, state: ServerState, state_path: Path, clock: Clock, random: Random
    ) -> None:
        prepare_connection(database)
        self.turn = threading.RLock()
        self.version = VERSION
        self._days = Days()
        self._read_at = -1
        self.database = database
        self._memory = Memory(state, state_path, database, clock)
        self._clock = clock
        self._random = random
        self._key = SigningKey(bytes.fromhex(state.school_seed))
        self._ledger = ConfirmedLedger(database, bytes.fromhex(state.digest_key))
        self.store = Store(database, self._ledger)
        self.known = KnownRows(self.store)
        self._judge = Judge(self.store, self._ledger)
        self._anchor: TimeAnchor = issue_anchor(self._key, state.school, clock.wall())
        self.contacts = Contacts(self.store)
        self._become()
        self._memory.compare(self.heads)

    @property
    def state(self) -> ServerState:
        """What is remembered outside the database."""
        return self._memory.state

    def _become(self) -> None:
        """Answer as the incarnation that the state names."""
        self._first_number = self.state.reserved + 1
        incarnation = self._memory.become()
        self.snapshots = Snapshots(self.store, incarnation)
        self.heads = Heads(self.database, self._key, self.state.school, incarnation)
        self._answers = Answers(
            self.store, incarnation, self.heads, lambda: self.anchor().to_bytes()
        )

    @property
    def seed(self) -> bytes:
        """Of the key that the school signs with."""
        return self._key.seed()

    @property
    def public_key(self) -> bytes:
        """The school's public key."""
        return self._key.public_bytes

    @property
    def is_usable(self) -> bool:
        """Whether the connection stands; PostgreSQL's can be lost, and is then opened anew."""
        return bool(getattr(self.database, "usable", True))

    def head(self) -> Head:
        """Return the head."""
        return self.heads.read()

    def next_number(self) -> int:
        """Return the server's next own number, behind all that was reserved at its opening."""
        return max(device_head(self.database, self.state.server_device).next, self._first_number)

    def act(self, command: Command, actor_id: int = 0) -> Outcome:
        """Carry out one of the server's own acts, or one that it attests for ``actor_id``."""
        with self.writing() as head:
            entry = BatchEntry(self.next_number(), command.numbers_taken(), command)
            return self.act_within(head, [entry], actor_id, self._clock.wall())[0]

    def act_all(
        self, entries: Sequence[BatchEntry], actor_id: int = 0, moment: int | None = None
    ) -> list[Outcome]:
        """Carry out several acts as one group: all stand, or none.

        Args:
            entries: Numbered from ``next_number`` on.
            actor_id: Whom the server attests; 0 for the server itself.
            moment: When it was done; now unless a test says otherwise.

        Raises:
            TransportError: ``sync.gap``: somebody else has acted since the numbers were taken.
        """
        with self.writing() as head:
            expected = self.next_number()
            if entries[0].number != expected:
                raise TransportError("sync.gap", expected=expected)
            now = self._clock.wall() if moment is None else moment
            return self.act_within(head, entries, actor_id, now)

    def act_together(
        self, commands: Sequence[Command], actor_id: int
    ) -> tuple[list[int], list[Outcome]]:
        """Carry out several acts that the server attests, as one group; see ``act_all``.

        Returns:
            The id of the first row that each command makes, and what became of it.
        """
        with self.writing() as head:
            entries, number = [], self.next_number()
            for command in commands:
                entries.append(BatchEntry(number, command.numbers_taken(), command))
                number += command.numbers_taken()
            outcomes = self.act_within(head, entries, actor_id, self._clock.wall())
        return [make_id(self.state.server_device, entry.number) for entry in entries], outcomes

    def issue_code(self, person_id: int, *, seconds: int = CODE_SECONDS, actor_id: int = 0) -> str:
        """Return a new one-time code with which a person enrols a device.

        Args:
            person_id: Who will enrol.
            seconds: How long it lives; at most seven days.
            actor_id: The officer on whose behalf the server issues it; 0 for the server.

        Raises:
            InputError: No such person, or the code would live too long.
        """
        code = new_code(self._random)
        issue(self, code, person_id, self._clock.wall() + seconds, actor_id)
        return code

    def enrol(self, body: bytes) -> bytes:
        """Bind a device to the person whose code it shows.

        Raises:
            AccessError: ``access.code``: unknown, used, replaced or expired; all look the same.
            InputError: The body is malformed.
        """
        self.look_again()
        restoring.require_open(self)
        return enrol(self, body)

    def look_again(self) -> None:
        """See what another process has written, and go on as the incarnation that it has begun."""
        if self._memory.look_again():
            self._become()

    def new_device_number(self) -> int:
        """Return a number that no device has had, remembered outside the database for good."""
        self.change(ServerState.next_device)
        return self.state.highest_device

    def certify(self, device: int, person_id: int, public_key: bytes) -> bytes:
        """Return the school's word that a device number and a key belong to a person.

        The row that says so is in the database, and a database without it is known by that as one
        that was put back.
        """
        self._memory.remember(self.head())
        now = self._clock.wall()
        school, until = self.state.school, now + CERTIFICATE_SECONDS
        certificate = DeviceCertificate(SUITE, school, device, person_id, public_key, now, until)
        return issue_certificate(self._key, certificate)

    def anchor(self) -> TimeAnchor:
        """Return the signed time, made anew once a second."""
        now = self._clock.wall()
        if self._anchor.time != now:
            self._anchor = issue_anchor(self._key, self.state.school, now)
        return self._anchor

    def sync(self, body: bytes) -> bytes:
        """Take a device's commands and give it what it is missing.

        Raises:
            AccessError: Unknown device, wrong signature, revoked device that pulls.
            InputError: The body is malformed.
            TransportError: Another incarnation or a gap in the device's numbers.
        """
        sealed = read_request(body, self.version)
        head = self.head()
        device = self.sender(sealed.request.school, sealed.request.device, head)
        request = sealed.check_signature(device.public_key)
        report(device=device.device, person=device.person_id)
        if self.state.phase == Phase.COLLECTING:
            return restoring.collect(self, request, device)
        restoring.require_open(self)
        restoring.require_not_behind(self, request, head)
        self.turn_days(head)
        same = request.incarnation in (b"", bytes.fromhex(self.state.incarnation))
        if request.push is not None and same:
            # Of another incarnation's numbers nothing follows before the device has heard of this.
            self.take_push(request.push, device)
        head = self.head()
        if self.sender(request.school, request.device, head).revoked_at:
            # What it holds beyond that is still to come: it waits here for review.
            known = device_head(self.database, device.device).last
            raise AccessError("access.revoked", known=known)
        self.contacts.hear_device(device, self._clock.wall())
        if sealed.version != self.version:
            return pack_taken(sealed.version, device_head(self.database, device.device).last)
        if request.computer:
            meet_computer(self, device, request.computer, self._clock.wall())
            head = self.head()
        return self._answers.answer(request, device, head)

    def scope(self, person_id: int) -> Scope:
        """Return what a person may see now."""
        return self._answers.scope(person_id, self.head())

    def change(self, change: Callable[[ServerState], ServerState]) -> None:
        """Go on with another state, remembered outside the database for good.

        Args:
            change: Of what is remembered now: another process may have changed it meanwhile.
        """
        self._memory.change(change)

    def suspend(self, *, knowing: int = 0) -> None:
        """Take nothing any more until the operator has acted: the database was put back.

        Args:
            knowing: A device number that the school has given.
        """
        self._memory.suspend(knowing)

    def begin_incarnation(self) -> None:
        """Go on as another server on the rows that are here (``restoring.begin``)."""
        with self.turn:
            self.change(lambda state: state.restored(self._random))
            self._become()
            self.heads.resign(self._clock.wall())

    def turn_days(self, head: Head | None = None) -> None:
        """Open every date up to today that is not open yet; ``head`` where it was just read."""
        self._days.turn(self, (head or self.head()).seq, self._clock.wall())

    def close(self) -> None:
        """Close the database; the school answers nobody any more."""
        with self.turn:
            if self.is_usable:
                with suppress(EschoolError):
                    self._memory.compare(self.heads)
            self.database.close()

    def sender(self, school: int, number: int, head: Head | None = None) -> Device:
        """Return a device of this school, which stays shut out if it ever was.

        Args:
            school: That the request names.
            number: Of the device.
            head: As it was just read.

        Raises:
            AccessError: ``access.device``; ``access.revoked`` where that cannot be written anew.
        """
        if school != self.state.school:
            raise AccessError("access.device")
        self.look_again()
        device = self.known.device(number, (head or self.head()).seq)
        if device.revoked_at or number not in self.state.shut_out:
            return device
        # The database was put back to before that: nobody has to remember it but we.
        if self.act(RevokeDevice(device=number)).key:
            raise AccessError("access.revoked")
        return self._device(number)

    def _device(self, number: int) -> Device:
        return self.known.device(number, self.head().seq)

    def take_push(self, packed: bytes, device: Device) -> None:
        """Judge what a device's push adds to what is known.

        Raises:
            AccessError: No such device, a wrong signature, or a command in another's name.
            InputError: The push is malformed.
            TransportError: ``sync.gap``, ``sync.fork``.
        """
        push = unpack_push(packed, self.state.school, device.device, self.seed)
        push.check_signature(device.public_key)
        for anchor in push.anchors:
            check_anchor(anchor, self.public_key)
        past = restoring.past_of(self, push)
        now = self._clock.wall()
        with self.writing() as head:
            # Asked again under the lock: it may have been shut out meanwhile.
            device = self._device(device.device)
            known = device_head(self.database, device.device)
            entries = new_entries(self.database, push, known, device, now)
            came = now
            if past:
                entries = restoring.as_before(entries, past)
                came = next(iter(past.values())).place.received
            if not entries:
                return
            outcomes = self._take(head, entries, now)
            first, last = entries[0].header.number, entries[-1].header.number
            keep_push(self.database, push, last, came)
        report(first=first, last=last, **counts(outcomes))

    def act_within(
        self, head: Head, entries: Sequence[BatchEntry], actor_id: int, now: int
    ) -> list[Outcome]:
        """Chain and carry out the server's own acts, inside ``writing``."""
        chain = Chain(self.state.school, self.state.server_device, actor_id, head.seq, now)
        previous = device_head(self.database, chain.device).hash
        made = chain.entries(entries, previous, self._random)
        last = entries[-1].number + entries[-1].take - 1
        if last > self.state.reserved:
            # Durable before the numbers are: whatever becomes of the database, they count as given.
            self.change(lambda state: state.reserving(last))
        return self._take(head, made, now)

    def _take(self, head: Head, entries: Sequence[Entry], now: int) -> list[Outcome]:
        """Judge entries of one device and move the heads; inside a transaction."""
        judged = self._judge.judge(entries, head.seq)
        scope_seq = self._ledger.flush()
        self._memory.hear(scope_seq)
        self.heads.advance(head, scope_seq, [entry.leaf for entry in judged], now)
        self._read_at = head.seq + len(entries)
        move_head(self.database, entries[-1].header)
        drop_after(self.database, {entry.header.kind for entry in entries})
        return [entry.outcome for entry in judged]

    @contextmanager
    def writing(self) -> Iterator[Head]:
        """Hold the school's lock for one transaction, and give the head that it begins at."""
        with self.turn:
            self.look_again()
            try:
                with transaction(self.database), self.store.reads.trusted():
                    head = self.heads.lock()
                    if head.seq != self._read_at:
                        # Another worker has written since: rows change by commands alone.
                        self.store.reads.forget()
                        self._read_at = head.seq
                    yield head
            except BaseException:
                self._ledger.forget()
                raise
            self._memory.keep_up(self.head)

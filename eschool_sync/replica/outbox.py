"""Own commands: pending ones wait for a verdict, judged ones are kept with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from typing import Final

import msgpack

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import fields_of, make_command
from eschool_core.domain.enums import Verdict
from eschool_core.errors import InputError
from eschool_core.ids import MAX_NUMBER
from eschool_core.store.database import Database
from eschool_sync.protocol.envelope import (
    NO_REPLACE,
    Envelope,
    Header,
    commitment_of,
    pack_payload,
    salt_of,
    unpack_payload,
)
from eschool_sync.protocol.evidence import Evidence
from eschool_sync.protocol.messages import pack_outcome, unpack_outcome
from eschool_sync.protocol.push import MAX_COMMANDS, MAX_PUSH_BYTES, RUN_KEY_BYTES, Run
from eschool_sync.replica.position import Identity, Position
from eschool_sync.security.random_source import Random

KEEP_SECONDS: Final = 35 * 24 * 3600
"""Own commands are kept whole so long: the life of a backup, counted up to the last sync with the
server that took them. One that is restored later goes back no further than that."""

HEADER_BYTES: Final = 300
"""The most that a header adds to a payload in a push, generously."""

_SENDING: Final = (
    "SELECT n, header, payload, anchor, replaces, pushed FROM outbox WHERE state = ? ORDER BY n"
)
_OLD_PUSH: Final = (
    "SELECT n, header, payload, anchor, replaces, pushed FROM outbox WHERE n > ? AND pushed = "
    "(SELECT pushed FROM outbox WHERE n > ? AND pushed > 0 ORDER BY n LIMIT 1) ORDER BY n"
)
_FORGET: Final = (
    "UPDATE outbox SET payload = ? WHERE received > 0 AND received < ? AND state IN (1, 2, 5) "
    "AND payload <> ?"
)
_BLANK: Final = (
    "UPDATE outbox SET payload = ? WHERE state IN (1, 2, 5) AND payload <> ? "
    "AND pushed IN (SELECT pushed FROM sealed_push)"
)
_FORGET_RUNS: Final = (
    "DELETE FROM salt_run WHERE first_n < (SELECT max(first_n) FROM salt_run WHERE first_n <= "
    "(SELECT coalesce(min(n), ?) FROM outbox WHERE payload <> ?))"
)
_FORGET_SEALED: Final = (
    "DELETE FROM sealed_push WHERE pushed IN "
    "(SELECT pushed FROM outbox WHERE received > 0 AND received < ?)"
)
_LEAVE_SEALED: Final = "UPDATE outbox SET state = 1 WHERE state = 0 AND payload = ?"
_NAMED: Final = "SELECT state, header, replaces FROM outbox WHERE n = ?"
_INSERT: Final = (
    "INSERT INTO outbox (n, kind, version, header, payload, anchor, replaces, made_at, state) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

_REWRITE: Final = (
    "UPDATE outbox SET header = ?, payload = ?, replaces = ?, pushed = 0 WHERE n = ? AND state = ?"
)


class State(IntEnum):
    """What has become of an own command; the judged ones are ``Verdict`` + 0."""

    PENDING = 0
    ACCEPTED = 1
    WITH_FINDINGS = 2
    REJECTED = 3
    HELD = 4
    DISMISSED = 5


@dataclass(frozen=True, slots=True)
class Pending:
    """A command without a verdict.

    Attributes:
        anchor: The time anchor that its evidence speaks of.
        ids_from: First command of the chain of resends that it ends, −1 for none.
        pushed: Last number of the push that brought it to a server that forgot it; 0 if it is new.
    """

    envelope: Envelope
    anchor: bytes
    ids_from: int
    pushed: int = 0

    @property
    def number(self) -> int:
        """The command's number."""
        return self.envelope.header.number

    def command(self) -> Command:
        """Return the command."""
        header = self.envelope.header
        return make_command(header.kind, header.version, unpack_payload(self.envelope.payload))


@dataclass(frozen=True, slots=True)
class RefusedCommand:
    """A command that the server rejected or holds.

    Attributes:
        command: None where this version does not know its kind any more.
        params: What the texts ``key`` and ``key.remedy`` are filled with.
    """

    number: int
    command: Command | None
    kind: str
    verdict: Verdict
    key: str
    params: dict[str, str | int]
    clause: str
    made_at: int


class Outbox:
    """Reads and writes own commands, inside the caller's transaction."""

    def __init__(self, database: Database, identity: Identity, random: Random) -> None:
        self._database = database
        self._identity = identity
        self._random = random

    def append(
        self,
        position: Position,
        command: Command,
        evidence: Evidence,
        *,
        take: int = 1,
        group: int = 0,
        replaces: int | None = None,
    ) -> Pending:
        """Chain a command to the ones before it and keep it.

        Raises:
            InputError: ``command.replaces``: it may not take the place of that one. What was
                refused before the replica became a device of its own gives no ids on.
        """
        if replaces is not None and self._is_of_earlier(replaces):
            replaces = None
        ids_from = NO_REPLACE if replaces is None else self._root(replaces, take)
        payload = pack_payload(fields_of(command))
        number = position.next
        salt = salt_of(self._run_key(number), number)
        header = Header(
            self._identity.school,
            self._identity.device,
            number,
            take,
            command.kind,
            command.version,
            self._identity.person,
            position.cursor,
            evidence,
            group,
            NO_REPLACE if replaces is None else replaces,
            commitment_of(salt, payload),
            position.head,
        )
        self._database.execute(
            _INSERT,
            (
                number,
                command.kind,
                command.version,
                header.to_bytes(),
                payload,
                position.contact_anchor,
                ids_from,
                evidence.wall,
                State.PENDING,
            ),
        )
        envelope = Envelope(header, payload, salt)
        return Pending(envelope, position.contact_anchor, ids_from)

    def leave_sealed(self) -> None:
        """Let what waits again and cannot be read here stand as it was judged before."""
        self._database.execute(_LEAVE_SEALED, (b"",))

    def rewrite(self, header: Header, payload: bytes, ids_from: int) -> None:
        """Put a command of another signature in the place of the pending one of its number."""
        self._database.execute(
            _REWRITE, (header.to_bytes(), payload, ids_from, header.number, State.PENDING)
        )

    def pending(self) -> list[Pending]:
        """Return the commands without a verdict, in order."""
        return self._read(_SENDING, State.PENDING)

    def old_push(self, known: int) -> list[Pending]:
        """Return the first push after ``known`` that a server has judged before."""
        return self._read(_OLD_PUSH, known, known)

    def _read(self, sql: str, *parameters: int) -> list[Pending]:
        runs = self.runs()
        return [
            Pending(
                Envelope(Header.read(header), payload, _salt(runs, int(number))),
                bytes(anchor),
                int(ids_from),
                int(pushed),
            )
            for number, header, payload, anchor, ids_from, pushed in self._database.fetch(
                sql, parameters
            )
        ]

    def next_push(self, taken_up_to: int = 0) -> list[Pending]:
        """Return what one push may carry: whole groups within its limits, the first in any case.

        What a server has judged before and forgotten goes as it went then.

        Args:
            taken_up_to: The last number that the server has, whose verdict it could not tell.
        """
        taken: list[Pending] = []
        size = 0
        waiting = [entry for entry in self.pending() if entry.number > taken_up_to]
        for group in _groups(waiting):
            weight = sum(len(entry.envelope.payload) + HEADER_BYTES for entry in group)
            too_many = len(taken) + len(group) > MAX_COMMANDS
            other = taken and group[0].pushed != taken[0].pushed
            if taken and (too_many or size + weight > MAX_PUSH_BYTES or other):
                break
            taken += group
            size += weight
        return taken

    def runs(self) -> list[Run]:
        """Return the salt keys, oldest first; the last one is open: later commands use it."""
        rows = self._database.fetch("SELECT first_n, key FROM salt_run ORDER BY first_n")
        lasts = [int(first) - 1 for first, _ in rows[1:]] + [MAX_NUMBER]
        return [Run(last, bytes(row[1])) for row, last in zip(rows, lasts, strict=False)]

    @staticmethod
    def salt(runs: list[Run], number: int) -> bytes:
        """Return the salt of a command by the salt keys."""
        return _salt(runs, number)

    def sent_runs(self, first: int, last: int) -> list[Run]:
        """Return the salt keys of commands that go out; never the open one (``close_run``)."""
        runs = self.runs()[:-1]
        begins = [0, *(run.last + 1 for run in runs)]
        return [
            run
            for begin, run in zip(begins, runs, strict=False)
            if begin <= last and run.last >= first
        ]

    def close_run(self, position: Position) -> None:
        """Let later commands use a new salt key: the present one goes out with a push.

        Keys are kept: a server that forgets a command is shown it again (§5.7).
        """
        first = self._database.fetch("SELECT max(first_n) FROM salt_run")[0][0]
        if first is not None and first < position.next:
            self._new_run(position.next)

    def forget_old(self, before: int) -> None:
        """Blank what the server took before a moment, and drop the keys of its salts.

        No backup of the server is that old, so it will never be asked for again (§5.7); what is
        erased on the server at its term must not live on here. Headers stay: they are the chain.
        """
        self._database.execute(_FORGET, (b"", before, b""))
        self._database.execute(_FORGET_RUNS, (MAX_NUMBER, b""))
        self._database.execute(_FORGET_SEALED, (before,))

    def settle(self, verdicts: Iterable[tuple[int, Outcome]]) -> None:
        """Store verdicts, each by the number of its command."""
        rows = [(int(said.verdict), msgpack.packb(pack_outcome(said)), n) for n, said in verdicts]
        self._database.execute_many("UPDATE outbox SET state = ?, outcome = ? WHERE n = ?", rows)

    def decide(self, decided: Mapping[int, bool]) -> None:
        """Settle held commands on which the deputy head has decided.

        Args:
            decided: Number → whether it was applied.
        """
        declined = Outcome(Verdict.REJECTED, "command.declined")
        for number, applied in decided.items():
            outcome = Outcome(Verdict.ACCEPTED) if applied else declined
            self._database.execute(
                "UPDATE outbox SET state = ?, outcome = ? WHERE n = ? AND state = ?",
                (int(outcome.verdict), msgpack.packb(pack_outcome(outcome)), number, State.HELD),
            )
        self.blank_sealed()

    def counts(self) -> dict[State, int]:
        """Return how many commands are in each state."""
        rows = self._database.fetch("SELECT state, count(*) FROM outbox GROUP BY state")
        return {State(state): int(count) for state, count in rows}

    def refused(self) -> list[RefusedCommand]:
        """Return the commands that were rejected or are held, oldest first."""
        rows = self._database.fetch(
            "SELECT n, kind, version, payload, outcome, made_at FROM outbox "
            "WHERE state IN (3, 4) ORDER BY n"
        )
        return [_refused(*row) for row in rows]

    def dismiss(self, number: int) -> bool:
        """Take a rejected command off the list; it stays in the outbox."""
        known = any(entry.number == number for entry in self.refused())
        self._database.execute(
            "UPDATE outbox SET state = ? WHERE n = ? AND state IN (3, 4)", (State.DISMISSED, number)
        )
        self.blank_sealed()
        return known

    def blank_sealed(self) -> None:
        """Leave only in its sealed push what nobody has to read here any more (design §5.3).

        What is rejected or held stays readable until its author, or whoever decides, is done.
        """
        self._database.execute(_BLANK, (b"", b""))
        self._database.execute(_FORGET_RUNS, (MAX_NUMBER, b""))

    def _is_of_earlier(self, number: int) -> bool:
        """Return whether a refused command was given under an earlier number of the device."""
        rows = self._database.fetch(_NAMED, (number,))
        refused = bool(rows) and rows[0][0] in (State.REJECTED, State.HELD)
        return refused and Header.read(rows[0][1]).device != self._identity.device

    def _root(self, replaced: int, take: int) -> int:
        """Return the first command of the chain of resends that ends with ``replaced``."""
        rows = self._database.fetch(_NAMED, (replaced,))
        if not rows or rows[0][0] not in (State.REJECTED, State.HELD):
            raise InputError("command.replaces")
        root = replaced if rows[0][2] == NO_REPLACE else int(rows[0][2])
        [(_, header, _)] = self._database.fetch(_NAMED, (root,))
        if take > Header.read(header).take:
            raise InputError("command.replaces")
        return root

    def _run_key(self, number: int) -> bytes:
        rows = self._database.fetch("SELECT key FROM salt_run ORDER BY first_n DESC LIMIT 1")
        return bytes(rows[0][0]) if rows else self._new_run(number)

    def _new_run(self, first: int) -> bytes:
        key = self._random.bytes(RUN_KEY_BYTES)
        self._database.execute("INSERT INTO salt_run (first_n, key) VALUES (?, ?)", (first, key))
        return key


def _groups(entries: list[Pending]) -> list[list[Pending]]:
    """Return entries by what stands or falls together, in order."""

    def belongs(entry: Pending) -> int:
        header = entry.envelope.header
        return header.group or -header.number

    return [list(group) for _, group in groupby(entries, belongs)]


def _salt(runs: list[Run], number: int) -> bytes:
    return salt_of(next(run.key for run in runs if number <= run.last), number)


def _refused(
    number: int, kind: str, version: int, payload: bytes, outcome: bytes, made_at: int
) -> RefusedCommand:
    judged = unpack_outcome(msgpack.unpackb(outcome))
    try:
        command = make_command(kind, version, unpack_payload(payload))
    except InputError:
        command = None
    return RefusedCommand(
        number,
        command,
        kind,
        judged.verdict,
        judged.key,
        dict(judged.params),
        judged.clause,
        made_at,
    )

"""One command's way into the log: seq, judgement, verdict."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgpack

from eschool_core.app import GROUP_FELL, Outcome, carry_out, record_refusal, rejected
from eschool_core.commands.base import Occasion
from eschool_core.commands.catalogue import make_command
from eschool_core.commands.held import Content, is_applied
from eschool_core.domain.enums import Verdict
from eschool_core.errors import InputError
from eschool_core.store.database import savepoint
from eschool_core.store.ledger import ConfirmedLedger
from eschool_core.store.store import Store
from eschool_sync.defects import is_of_surroundings
from eschool_sync.history.leaf import Leaf
from eschool_sync.protocol.envelope import NO_REPLACE, Envelope, Header, unpack_payload
from eschool_sync.protocol.messages import pack_outcome

REOFFERED = "command.reoffered"
REFUSED = (Verdict.REJECTED, Verdict.HELD)
LOG = (
    "INSERT INTO log (seq, device, n, take, replaces, kind, version, actor_id, header, payload, "
    "salt, verdict, outcome, received_at, pushed) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
REPLACED = "SELECT verdict, take, replaces FROM log WHERE device = ? AND n = ?"
REPLACED_ALREADY = (
    "SELECT 1 FROM log WHERE device = ? AND replaces = ? AND verdict IN (1, 2) LIMIT 1"
)

_logger = logging.getLogger("eschool.server")


@dataclass(frozen=True, slots=True)
class Entry:
    """A command on its way into the log.

    Attributes:
        received: Server's time of receipt, seconds UTC.
        pushed: Last number of the push that brought it; 0 for the server's own acts.
        hold: Key of the reason for which it waits for a person whatever it says, or empty.
        recorded: The verdict it had before the server forgot it, if it is offered again.
        ids_from: First command of the chain of resends that it ends; its row ids are taken over.
    """

    envelope: Envelope
    received: int
    pushed: int = 0
    hold: str = ""
    recorded: Outcome | None = None
    ids_from: int = NO_REPLACE

    @property
    def header(self) -> Header:
        """The header."""
        return self.envelope.header

    def occasion(self) -> Occasion:
        """Return what surrounds the command."""
        header = self.header
        return Occasion(
            header.actor,
            header.device,
            header.number,
            header.base_seq,
            header.evidence.interval(self.received),
            header.take,
            None if self.ids_from == NO_REPLACE else self.ids_from,
            group=header.group,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a command, and its leaf in the history."""

    outcome: Outcome
    leaf: bytes


class Judge:
    """Gives each command its seq and its one verdict, inside the caller's transaction."""

    def __init__(self, store: Store, ledger: ConfirmedLedger) -> None:
        self._store = store
        self._ledger = ledger

    def judge(self, entries: Sequence[Entry], head: int) -> list[Judged]:
        """Judge entries in order, at the seqs after ``head``, and write the log.

        A refused command never holds up the next; a group stands or falls together.
        """
        done: list[Judged] = []
        for group in _groups(entries):
            first_seq = head + len(done) + 1
            rooted = [self._rooted(entry) for entry in group]
            judged = (
                self._judge_group(rooted, first_seq)
                if len(rooted) > 1
                else [self._judge_one(rooted[0], first_seq)]
            )
            for offset, (entry, outcome) in enumerate(zip(rooted, judged, strict=True)):
                leaf = self._record(entry, first_seq + offset, outcome)
                done.append(Judged(outcome, leaf))
        return done

    def _judge_one(self, entry: Entry, seq: int) -> Outcome:
        self._ledger.seq = seq
        if entry.hold:
            return Outcome(Verdict.HELD, entry.hold)
        if entry.recorded is None:
            return self._judge_new(entry)
        if entry.recorded.verdict in REFUSED:
            return entry.recorded
        outcome = self._judge_new(entry)
        if outcome.verdict is Verdict.REJECTED:
            # It was accepted once, and somebody relies on it: a person looks.
            return Outcome(Verdict.HELD, REOFFERED, (("reason", outcome.key),))
        return outcome

    def _judge_new(self, entry: Entry) -> Outcome:
        header = entry.header
        try:
            self._check_replaced(entry)
            fields = unpack_payload(entry.envelope.payload)
            command = make_command(header.kind, header.version, fields)
            return carry_out(self._store, command, entry.occasion())
        except InputError as error:
            return rejected(error)
        except Exception as error:
            if is_of_surroundings(error):
                raise
            # A defect of ours that this command meets must not stop the ones behind it (T20).
            # Its text may hold a person's data and stays out of the log.
            place = (header.kind, header.version, header.device, header.number)
            _logger.error("%s in %s/%d of %d:%d", type(error).__name__, *place)
            return Outcome(Verdict.HELD, "command.failed")

    def _judge_group(self, entries: Sequence[Entry], first_seq: int) -> list[Outcome]:
        """Judge entries of which one that does not stand makes all of them fall with it."""
        outcomes: list[Outcome] = []
        taken: set[int] = set()
        try:
            with self._undoable():
                for offset, entry in enumerate(entries):
                    outcomes.append(
                        rejected(InputError("command.replaces"))
                        if entry.ids_from in taken
                        else self._judge_one(entry, first_seq + offset)
                    )
                    if outcomes[-1].verdict in REFUSED:
                        raise _GroupFell
                    taken |= {entry.ids_from} - {NO_REPLACE}
        except _GroupFell:
            culprit = len(outcomes) - 1
            number, verdict = entries[culprit].header.number, outcomes[culprit].verdict
            # What waits for a person waits as a whole.
            fallen = Outcome(verdict, GROUP_FELL, (("number", number),))
            return [
                outcomes[culprit] if index == culprit else fallen for index in range(len(entries))
            ]
        return outcomes

    def _record(self, entry: Entry, seq: int, outcome: Outcome) -> bytes:
        """Write the log's row; return its leaf in the history."""
        self._ledger.seq = seq
        header, envelope = entry.header, entry.envelope
        if outcome.verdict in REFUSED:
            content = Content(header.kind, header.version, envelope.payload, header.group)
            record_refusal(self._store, entry.occasion(), outcome, content)
        packed = msgpack.packb(pack_outcome(outcome))
        self._store.database.execute(
            LOG,
            (
                seq,
                header.device,
                header.number,
                header.take,
                entry.ids_from,
                header.kind,
                header.version,
                header.actor,
                header.to_bytes(),
                envelope.payload,
                envelope.salt,
                int(outcome.verdict),
                packed,
                entry.received,
                entry.pushed,
            ),
        )
        return Leaf(seq, header.device, entry.received, entry.pushed, header.hash, packed).hash()

    def _rooted(self, entry: Entry) -> Entry:
        """Return an entry with the first command of the chain of resends that it ends.

        The log keeps it beside each resend, so that one look is enough.
        """
        header = entry.header
        if header.replaces == NO_REPLACE:
            return entry
        rows = self._store.rows(REPLACED, header.device, header.replaces)
        root = int(rows[0][2]) if rows else NO_REPLACE
        return replace(entry, ids_from=header.replaces if root == NO_REPLACE else root)

    def _check_replaced(self, entry: Entry) -> None:
        """Let a resend take over row ids only of a refused command of the same device, once.

        It may not take more of them than there were: the next ones belong to other commands.

        Raises:
            InputError: ``command.replaces``.
        """
        header, root = entry.header, entry.ids_from
        if header.replaces == NO_REPLACE:
            return
        named = self._store.rows(REPLACED, header.device, header.replaces)
        first = self._store.rows(REPLACED, header.device, root)
        again = self._store.rows(REPLACED_ALREADY, header.device, root)
        if (
            not named
            or named[0][0] not in REFUSED
            or not first
            or header.take > first[0][1]
            or again
            or is_applied(self._store, header.device, root)
        ):
            raise InputError("command.replaces")

    @contextmanager
    def _undoable(self) -> Iterator[None]:
        with savepoint(self._store.database), self._store.step():
            yield


class _GroupFell(Exception):  # noqa: N818 - takes the group's savepoint back, is no error
    """A command of the group was refused."""


def _groups(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Yield runs of entries that stand or fall together; single ones alone."""
    run: list[Entry] = []
    for entry in entries:
        if run and (entry.header.group == 0 or entry.header.group != run[0].header.group):
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return how many commands got which verdict, as the audit log names them."""
    verdicts = [outcome.verdict for outcome in outcomes]
    return {
        "commands": len(verdicts),
        "accepted": verdicts.count(Verdict.ACCEPTED),
        "findings": verdicts.count(Verdict.WITH_FINDINGS),
        "rejected": verdicts.count(Verdict.REJECTED),
        "held": verdicts.count(Verdict.HELD),
    }

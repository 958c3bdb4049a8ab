"""The durable outbox: tells people outside the journal that there is something new in it.

A notice is a row of the school; which ones have been looked at is written in the transaction that
makes the messages of them, so none is lost and none is counted twice. A message is claimed before
it is sent and marked after: a crash in between sends it again under the same token, by which the
reader's mail program knows it. Several notices become one message, and what comes while one
waits joins it: nobody is sent ten letters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from eschool_core.domain.channels import NoticeChannel
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.errors import TransportError
from eschool_core.store.database import Database, transaction
from eschool_core.store.store import Store
from eschool_sync.clock import Clock
from eschool_sync.security.random_source import Random
from eschool_sync.server.standing import may_enter

QUIET_SECONDS: Final = 2 * 60
"""So long a message waits for more notices to join it."""

CLAIM_SECONDS: Final = 10 * 60
"""So long nobody else takes a message that somebody is sending."""

FIRST_WAIT_SECONDS: Final = 60
LONGEST_WAIT_SECONDS: Final = 6 * 3600
MOST_ATTEMPTS: Final = 12
"""With the waits above that is about a day and a half on the average."""

MOST_AT_ONCE: Final = 500
KEEP_SECONDS: Final = 14 * 24 * 3600
"""Sent messages are remembered so long, dead ones until somebody looks at them."""

TOKEN_BYTES: Final = 16
RANDOM_BYTES: Final = 8

MARK = "SELECT seq FROM outbox_mark WHERE id = 1"
FIRST_MARK = "INSERT INTO outbox_mark (id, seq) VALUES (1, ?)"
MOVE_MARK = "UPDATE outbox_mark SET seq = ? WHERE id = 1"
HEAD = "SELECT seq FROM head WHERE id = 1"
FRESH = (
    "SELECT n.person_id, c.service, count(*) FROM notice n "
    "JOIN notice_channel c ON c.person_id = n.person_id AND c.address <> '' "
    "WHERE n.seq > ? AND n.seq <= ? GROUP BY n.person_id, c.service "
    "ORDER BY n.person_id, c.service"
)
JOINED = "SELECT id FROM outbox WHERE person_id = ? AND service = ? AND state = ? AND attempts = 0"
JOIN = "UPDATE outbox SET notices = notices + ? WHERE id = ?"
NEXT_ID = "SELECT coalesce(max(id), 0) + 1 FROM outbox"
ADD = (
    "INSERT INTO outbox (id, person_id, service, notices, token, made_at, attempts, next_at, "
    "state, reason, done_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, '', 0)"
)
DUE = "SELECT id FROM outbox WHERE state = ? AND next_at <= ? ORDER BY next_at, id LIMIT ?"
READ = (
    "SELECT id, person_id, service, notices, token, made_at, attempts, next_at, state, reason, "
    "done_at FROM outbox WHERE id = ?"
)
CLAIM = "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE id = ?"
FINISH = "UPDATE outbox SET state = ?, reason = ?, done_at = ? WHERE id = ?"
LATER = "UPDATE outbox SET next_at = ?, reason = ? WHERE id = ?"
SWEEP = "DELETE FROM outbox WHERE state IN (?, ?) AND done_at < ?"
LISTED = (
    "SELECT id, person_id, service, notices, token, made_at, attempts, next_at, state, reason, "
    "done_at FROM outbox WHERE state IN (?, ?) ORDER BY state DESC, next_at, id LIMIT ?"
)
AGAIN = (
    "UPDATE outbox SET state = ?, attempts = 0, next_at = ?, reason = '', done_at = 0 "
    "WHERE id = ? AND state = ?"
)


class MessageState(IntEnum):
    """Life of a message."""

    WAITING = 1
    SENT = 2
    DROPPED = 3
    """Its reader has switched the channel off, or has no access any more."""
    DEAD = 4
    """Given up: somebody has to look at it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept; what it says is the same for everybody.

    Attributes:
        notices: How many it speaks of.
        token: Names it for the reader's program; the same at every attempt.
        reason: Key of why the last attempt failed.
    """

    id: int
    person_id: int
    service: str
    notices: int
    token: bytes
    made_at: int
    attempts: int
    next_at: int
    state: MessageState
    reason: str
    done_at: int


@dataclass(slots=True)
class Passed:
    """What one pass did."""

    sent: int = 0
    later: int = 0
    dropped: int = 0
    dead: int = 0


class Sender(Protocol):
    """Takes one message to its reader."""

    def __call__(self, service: str, address: str, token: bytes) -> None:
        """Send; return once the other side has taken it.

        Raises:
            TransportError: ``notices.refused``, ``notices.unreachable``, ``notices.service``.
        """
        ...


class Outbox:
    """The messages of one school.

    Args:
        store: The server's.
        clock: The server's.
        random: For tokens and waits.
    """

    def __init__(self, store: Store, clock: Clock, random: Random) -> None:
        self._store = store
        self._database: Database = store.database
        self._clock = clock
        self._random = random

    def collect(self) -> int:
        """Make messages of the notices that nobody has looked at; return how many are new.

        What was there before the first pass is nobody's news.
        """
        now, made = self._clock.wall(), 0
        with transaction(self._database):
            head = int(self._database.fetch(HEAD)[0][0])
            mark = self._database.fetch(MARK)
            if not mark:
                self._database.execute(FIRST_MARK, (head,))
                return 0
            for person, service, count in self._database.fetch(FRESH, (int(mark[0][0]), head)):
                values = (int(person), str(service), int(MessageState.WAITING))
                joined = self._database.fetch(JOINED, values)
                if joined:
                    self._database.execute(JOIN, (int(count), int(joined[0][0])))
                else:
                    self._add(int(person), str(service), int(count), now)
                    made += 1
            self._database.execute(MOVE_MARK, (head,))
        return made

    def deliver(self, send: Sender, stop: Callable[[], bool] = lambda: False) -> Passed:
        """Send what is due, one after another.

        Args:
            send: Takes a message to its reader.
            stop: Asked before each message.
        """
        passed = Passed()
        due = self._database.fetch(
            DUE, (int(MessageState.WAITING), self._clock.wall(), MOST_AT_ONCE)
        )
        for (number,) in due:
            if stop():
                break
            self._send(int(number), send, passed)
        kept = self._clock.wall() - KEEP_SECONDS
        with transaction(self._database):
            over = (int(MessageState.SENT), int(MessageState.DROPPED), kept)
            self._database.execute(SWEEP, over)
        return passed

    def listed(self) -> list[Message]:
        """Return what is dead and what waits, the dead first."""
        states = (int(MessageState.WAITING), int(MessageState.DEAD), MOST_AT_ONCE)
        return [_message(row) for row in self._database.fetch(LISTED, states)]

    def again(self, number: int) -> bool:
        """Let a dead message try anew; return whether there was one of this number."""
        with transaction(self._database):
            rows = self._database.fetch(READ, (number,))
            dead = bool(rows) and _message(rows[0]).state is MessageState.DEAD
            if dead:
                now = self._clock.wall()
                states = int(MessageState.WAITING), int(MessageState.DEAD)
                self._database.execute(AGAIN, (states[0], now, number, states[1]))
        return dead

    def _add(self, person_id: int, service: str, count: int, now: int) -> None:
        number = int(self._database.fetch(NEXT_ID)[0][0])
        token = self._random.bytes(TOKEN_BYTES)
        due, state = now + QUIET_SECONDS, int(MessageState.WAITING)
        self._database.execute(ADD, (number, person_id, service, count, token, now, due, state))

    def _send(self, number: int, send: Sender, passed: Passed) -> None:
        with transaction(self._database):
            message = _message(self._database.fetch(READ, (number,))[0])
            if message.state is not MessageState.WAITING or message.next_at > self._clock.wall():
                return
            self._database.execute(CLAIM, (self._clock.wall() + CLAIM_SECONDS, number))
        address = self._address(message)
        if not address:
            self._finish(number, MessageState.DROPPED, "")
            passed.dropped += 1
            return
        try:
            send(message.service, address, message.token)
        except TransportError as error:
            attempts = message.attempts + 1
            if attempts >= MOST_ATTEMPTS:
                self._finish(number, MessageState.DEAD, error.key)
                passed.dead += 1
                return
            due = self._clock.wall() + self._wait_seconds(attempts)
            with transaction(self._database):
                self._database.execute(LATER, (due, error.key, number))
            passed.later += 1
            return
        self._finish(number, MessageState.SENT, "")
        passed.sent += 1

    def _address(self, message: Message) -> str:
        """Return where a message goes; empty where its reader does not want it any more."""
        if not may_enter(self._store, message.person_id):
            return ""
        part = partition(PartitionKind.ACCOUNT, message.person_id)
        channel = self._store.first(NoticeChannel, part=part, service=message.service)
        return "" if channel is None else channel.address

    def _wait_seconds(self, attempts: int) -> int:
        """Return how long to wait: anything up to a limit that doubles (full jitter)."""
        limit = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS << (attempts - 1))
        return 1 + int.from_bytes(self._random.bytes(RANDOM_BYTES)) % limit

    def _finish(self, number: int, state: MessageState, reason: str) -> None:
        with transaction(self._database):
            self._database.execute(FINISH, (int(state), reason, self._clock.wall(), number))


def _message(row: tuple[object, ...]) -> Message:
    number, person, service, notices, token, made, attempts, due, state, reason, done = row
    assert isinstance(token, bytes | memoryview)
    return Message(
        int(str(number)), int(str(person)), str(service), int(str(notices)), bytes(token),
        int(str(made)), int(str(attempts)), int(str(due)), MessageState(int(str(state))),
        str(reason), int(str(done)),
    )  # fmt: skip

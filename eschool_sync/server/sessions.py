"""Sessions of the portal: random tokens kept as hashes, with an end in every direction."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from eschool_core.store.database import Database, transaction
from eschool_sync.security.random_source import Random

TOKEN_BYTES: Final = 32
ID_BYTES: Final = 6
TOUCH_SECONDS: Final = 60
"""A session's last use is written at most so often."""

BEGIN = (
    "INSERT INTO session (hash, id, person_id, created_at, seen_at, proved_at, factor_at, locked) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
)
FIND = (
    "SELECT id, person_id, created_at, seen_at, proved_at, factor_at, locked FROM session "
    "WHERE hash = ?"
)
OF_PERSON = (
    "SELECT id, person_id, created_at, seen_at, proved_at, factor_at, locked FROM session "
    "WHERE person_id = ? ORDER BY created_at, id"
)
SEEN = "UPDATE session SET seen_at = ? WHERE id = ?"
PROVED = "UPDATE session SET proved_at = ?, seen_at = ?, locked = 0 WHERE id = ?"
FACTOR = "UPDATE session SET factor_at = ? WHERE id = ?"
LOCK = "UPDATE session SET locked = 1 WHERE id = ?"
REMEMBER = (
    "INSERT INTO ended_session (person_id, seen_at) "
    "SELECT person_id, MAX(seen_at) FROM session WHERE person_id = ? GROUP BY person_id "
    "ON CONFLICT (person_id) DO UPDATE SET seen_at = excluded.seen_at "
    "WHERE excluded.seen_at > ended_session.seen_at"
)
"""The latest of all, also of those that go on: it is the person's last use whichever ends."""
END = "DELETE FROM session WHERE id = ? AND person_id = ?"
END_ALL = "DELETE FROM session WHERE person_id = ?"
END_OTHERS = "DELETE FROM session WHERE person_id = ? AND id <> ?"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts, in seconds.

    Attributes:
        idle: Without any request.
        absolute: From its beginning, whatever happens.
    """

    idle: int
    absolute: int


STAFF: Final = Limits(idle=4 * 3600, absolute=12 * 3600)
FAMILY: Final = Limits(idle=7 * 24 * 3600, absolute=30 * 24 * 3600)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as it is kept; the token is nowhere.

    Attributes:
        id: Names it in lists; opens nothing.
        proved_at: When the password was last typed.
        factor_at: When the second factor was shown in this session; 0 if never.
        locked: Whether it asks for the password before it goes on.
    """

    id: int
    person_id: int
    created_at: int
    seen_at: int
    proved_at: int
    factor_at: int
    locked: bool

    def is_over(self, limits: Limits, now: int) -> bool:
        """Return whether it has been idle too long, or lasted too long."""
        return now - self.seen_at > limits.idle or now - self.created_at > limits.absolute


class Sessions:
    """Keeps the sessions of one school; the caller holds the school's turn."""

    def __init__(self, database: Database, random: Random) -> None:
        self._database = database
        self._random = random

    def begin(self, person_id: int, now: int) -> str:
        """Return the token of a new session; only its hash is kept."""
        token = self._random.bytes(TOKEN_BYTES).hex()
        number = int.from_bytes(self._random.bytes(ID_BYTES))
        with transaction(self._database):
            self._database.execute(BEGIN, (token_hash(token), number, person_id, now, now, now, 0))
        return token

    def find(self, token: str) -> SessionRow | None:
        """Return the session that a token opens, or None."""
        rows = self._database.fetch(FIND, (token_hash(token),))
        return _row(rows[0]) if rows else None

    def of_person(self, person_id: int) -> list[SessionRow]:
        """Return a person's sessions, the oldest first."""
        return [_row(row) for row in self._database.fetch(OF_PERSON, (person_id,))]

    def touch(self, session: SessionRow, now: int) -> None:
        """Note that a session is in use."""
        if now - session.seen_at >= TOUCH_SECONDS:
            self._write(SEEN, now, session.id)

    def prove(self, session_id: int, now: int) -> None:
        """Note that the password was typed now; a lock is off."""
        self._write(PROVED, now, now, session_id)

    def show_factor(self, session_id: int, now: int) -> None:
        """Note that the second factor was shown."""
        self._write(FACTOR, now, session_id)

    def lock(self, session_id: int) -> None:
        """Ask for the password before anything else."""
        self._write(LOCK, session_id)

    def end(self, person_id: int, session_id: int) -> None:
        """End one session of a person."""
        self._end(person_id, END, session_id, person_id)

    def end_all(self, person_id: int, but: int = 0) -> None:
        """End every session of a person, or every one but this."""
        if but:
            self._end(person_id, END_OTHERS, person_id, but)
        else:
            self._end(person_id, END_ALL, person_id)

    def _end(self, person_id: int, sql: str, *values: int) -> None:
        """Delete sessions; when their person was last here stays known (4.4.4/5)."""
        with transaction(self._database):
            self._database.execute(REMEMBER, (person_id,))
            self._database.execute(sql, values)

    def _write(self, sql: str, *values: int) -> None:
        with transaction(self._database):
            self._database.execute(sql, values)


def token_hash(token: str) -> bytes:
    """Return the hash under which a token is kept."""
    return sha256(b"eschool.session" + token.encode(errors="replace")).digest()


def _row(row: tuple[int, ...]) -> SessionRow:
    number, person_id, created_at, seen_at, proved_at, factor_at, locked = map(int, row)
    return SessionRow(number, person_id, created_at, seen_at, proved_at, factor_at, bool(locked))

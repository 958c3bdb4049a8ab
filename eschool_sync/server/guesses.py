"""Guessing gets slower and slower, and locks nobody out for good (SECURITY row 37)."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from eschool_core.errors import BusyError
from eschool_core.store.database import Database, transaction

FREE: Final = 4
"""Wrong passwords from one place that cost nothing: people mistype."""

LONGEST_SECONDS: Final = 15 * 60
FREE_FROM_ANYWHERE: Final = 60
FROM_ANYWHERE_SECONDS: Final = 30
FORGET_SECONDS: Final = 24 * 3600

READ = "SELECT failures, until FROM guess WHERE name = ?"
WRITE = (
    "INSERT INTO guess (name, failures, until) VALUES (?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, until = excluded.until"
)
FORGET = "DELETE FROM guess WHERE name = ?"
SWEEP = "DELETE FROM guess WHERE until < ?"


class Guesses:
    """Counts wrong secrets by account and place, and by account from anywhere.

    The first makes one guesser wait twice as long each time, up to a quarter of an hour, and
    leaves the owner elsewhere alone. The second slows down many places together; a browser that
    the owner has used before is exempt from it, so a pupil who keeps guessing cannot keep the
    owner out. No address is kept, only a hash that begins anew with each school.

    Args:
        database: The school's.
        salt: Of the hashes.
    """

    def __init__(self, database: Database, salt: bytes) -> None:
        self._database = database
        self._salt = salt

    def require(self, person_id: int, source: str, now: int, *, known: bool) -> None:
        """Let pass whoever need not wait.

        Raises:
            BusyError: ``busy.guesses``.
        """
        names = [self._name(person_id, source)] + ([] if known else [self._name(person_id, "")])
        wait = max(self._read(name)[1] - now for name in names)
        if wait > 0:
            raise BusyError("busy.guesses", retry_after=wait)

    def failed(self, person_id: int, source: str, now: int) -> None:
        """Count a wrong secret."""
        here, anywhere = self._name(person_id, source), self._name(person_id, "")
        failures = self._read(here)[0] + 1
        everywhere = self._read(anywhere)[0] + 1
        beyond = max(0, failures - FREE)
        wait = min(LONGEST_SECONDS, 2 ** min(beyond, 20)) if beyond else 0
        wait_anywhere = FROM_ANYWHERE_SECONDS if everywhere > FREE_FROM_ANYWHERE else 0
        with transaction(self._database):
            self._database.execute(SWEEP, (now - FORGET_SECONDS,))
            self._database.execute(WRITE, (here, failures, now + wait))
            self._database.execute(WRITE, (anywhere, everywhere, now + wait_anywhere))

    def passed(self, person_id: int, source: str) -> None:
        """Forget the mistakes of somebody who knew the secret in the end."""
        with transaction(self._database):
            self._database.execute(FORGET, (self._name(person_id, source),))

    def _read(self, name: bytes) -> tuple[int, int]:
        rows = self._database.fetch(READ, (name,))
        return (int(rows[0][0]), int(rows[0][1])) if rows else (0, 0)

    def _name(self, person_id: int, source: str) -> bytes:
        text = f"{person_id}|{source}".encode()
        return sha256(self._salt + text).digest()[:16]

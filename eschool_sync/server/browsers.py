"""Browsers that somebody has come in by before: known ones are no news, shared ones are (6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from eschool_core.store.database import Database, transaction
from eschool_sync.security.random_source import Random

TOKEN_BYTES: Final = 32
KEEP_SECONDS: Final = 400 * 24 * 3600

OF_BROWSER = "SELECT person_id, seen_at FROM browser WHERE hash = ? ORDER BY person_id"
OF_PERSON = "SELECT COUNT(*) FROM browser WHERE person_id = ? AND hash <> ?"
WRITE = (
    "INSERT INTO browser (hash, person_id, seen_at) VALUES (?, ?, ?) "
    "ON CONFLICT (hash, person_id) DO UPDATE SET seen_at = excluded.seen_at"
)
SWEEP = "DELETE FROM browser WHERE seen_at < ?"


@dataclass(frozen=True, slots=True)
class Met:
    """A browser and what is known of it.

    Attributes:
        token: By which it is known the next time.
        is_new: This person has never come in by it.
        has_others: The person has come in by another one before.
        just_used_by: Other people who came in by it a moment ago.
    """

    token: str
    is_new: bool
    has_others: bool
    just_used_by: tuple[int, ...]


class Browsers:
    """Keeps hashes of tokens, no address and no place; the caller holds the school's turn."""

    def __init__(self, database: Database, random: Random) -> None:
        self._database = database
        self._random = random

    def knows(self, token: str, person_id: int) -> bool:
        """Return whether a person has come in by this browser before."""
        return bool(token) and person_id in dict(self._seen(token))

    def meet(self, token: str, person_id: int, now: int, overlap_seconds: int) -> Met:
        """Remember that a person came in by a browser; an unknown one gets a token."""
        seen = dict(self._seen(token)) if token else {}
        kept = token if seen else self._random.bytes(TOKEN_BYTES).hex()
        digest = _hash(kept)
        [[others]] = self._database.fetch(OF_PERSON, (person_id, digest))
        with transaction(self._database):
            self._database.execute(SWEEP, (now - KEEP_SECONDS,))
            self._database.execute(WRITE, (digest, person_id, now))
        recent = tuple(
            other
            for other, at in sorted(seen.items())
            if other != person_id and now - at <= overlap_seconds
        )
        return Met(kept, person_id not in seen, bool(others), recent)

    def _seen(self, token: str) -> list[tuple[int, int]]:
        rows = self._database.fetch(OF_BROWSER, (_hash(token),))
        return [(int(person), int(at)) for person, at in rows]


def _hash(token: str) -> bytes:
    return sha256(b"eschool.browser" + token.encode(errors="replace")).digest()

"""Checks that look at the bytes and rows themselves, not at what the engine says of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass

from eschool_cli.demo.players import Player
from eschool_core.domain.people import Guardianship, Pupil
from eschool_core.domain.school import Staff
from eschool_core.domain.tables import TABLES
from eschool_core.store import digest, statements
from eschool_sync.sandbox.stage import Stage
from eschool_sync.server.scope import scope_of

LEAST_LETTERS = 5
"""Shorter words occur in encrypted bytes by chance."""


@dataclass(frozen=True, slots=True)
class ReplicaProof:
    """What a look at one replica found.

    Attributes:
        digest_equal: Sum over its rows equals the sum over the server's rows in its scope, both
            hashed anew.
        foreign_rows: Rows outside the person's scope, or not as the server has them.
        plaintext_hits: Names and topics found in the raw bytes of its files.
    """

    role: str
    rows: int
    bytes_pulled: int
    digest_equal: bool
    foreign_rows: int
    plaintext_hits: int

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


def prove(stage: Stage, player: Player, words: Iterable[str]) -> ReplicaProof:
    """Look at a replica's rows and, with the replica closed or not, at its files."""
    key = bytes.fromhex(stage.school.state.digest_key)
    row_hash = digest.row_hasher(key)
    scope = set(scope_of(stage.school.store, player.person_id))
    rows = foreign = here = there = 0
    for spec in TABLES:
        sql = statements.select(spec.table, ())
        theirs = {row[0]: tuple(row) for row in stage.school.database.fetch(sql)}
        for row in player.replica.store.database.fetch(sql):
            rows += 1
            here += row_hash(spec.table.number, row)
            foreign += row[1] not in scope or theirs.get(row[0]) != tuple(row)
        there += sum(row_hash(spec.table.number, row) for row in theirs.values() if row[1] in scope)
    return ReplicaProof(
        role=player.role,
        rows=rows,
        bytes_pulled=player.bytes_pulled,
        digest_equal=digest.to_bytes(here) == digest.to_bytes(there),
        foreign_rows=foreign,
        plaintext_hits=plaintext_hits(player, words),
    )


def secret_words(stage: Stage, topics: Iterable[str]) -> set[str]:
    """Return the names of the school's people and the topics of the day."""
    store = stage.school.store
    names = {entry.family for entry in store.select(Pupil)}
    names |= {entry.family for entry in store.select(Guardianship)}
    names |= {entry.family for entry in store.select(Staff)}
    return {word for word in names | set(topics) if len(word) >= LEAST_LETTERS}


def plaintext_hits(player: Player, words: Iterable[str]) -> int:
    """Return how many of some words stand in the raw bytes of a replica's files."""
    raw = [path.read_bytes() for path in player.folder.rglob("*") if path.is_file()]
    return sum(any(form in data for form in _forms(word) for data in raw) for word in words)


def _forms(word: str) -> list[bytes]:
    """Return a word as the encodings spell it that can."""
    forms = []
    for encoding in ("utf-8", "utf-16-le", "cp1251"):
        with suppress(UnicodeEncodeError):
            forms.append(word.encode(encoding))
    return forms


def lost_commands(stage: Stage, player: Player) -> int:
    """Return how many commands in a replica's outbox the server's log does not know."""
    sent = {row[0] for row in player.replica.store.rows("SELECT n FROM outbox")}
    known = {
        row[0]
        for row in stage.school.store.rows(
            "SELECT n FROM log WHERE device = ?", player.replica.device
        )
    }
    return len(sent - known)

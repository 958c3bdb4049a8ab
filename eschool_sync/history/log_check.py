"""Checks the log by itself: order, headers, chains, commitments, tree, signature, pushes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgpack

from eschool_core.commands.erasing import EraseRecord
from eschool_core.domain.enums import Verdict
from eschool_core.errors import EschoolError, InputError
from eschool_core.store.database import Database
from eschool_sync.history.entries import LogEntry
from eschool_sync.history.head import TreeHead
from eschool_sync.history.merkle import root_of_peaks
from eschool_sync.history.problems import Problems
from eschool_sync.history.remains import Remain, Remains, digest_of
from eschool_sync.history.tree import grown
from eschool_sync.protocol.envelope import (
    GENESIS,
    NO_REPLACE,
    Header,
    commitment_of,
    unpack_payload,
)
from eschool_sync.protocol.messages import unpack_outcome

HEAD: Final = "SELECT id, seq, root, peaks, signed FROM head"
NODES: Final = "SELECT place, hash FROM tree_node"
REMAINS: Final = list(EraseRecord.model_fields).index("remains")
DEVICE_HEADS: Final = "SELECT device, last_n, next_n, hash FROM device_head"


@dataclass(slots=True)
class Chain:
    """How far a device's chain is followed."""

    last: int = 0
    next: int = 1
    hash: bytes = GENESIS


@dataclass(slots=True)
class Followed:
    """What the log itself says, entry by entry."""

    size: int = 0
    peaks: bytes = b""
    nodes: dict[int, bytes] = field(default_factory=dict)
    chains: dict[int, Chain] = field(default_factory=dict)
    roots: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def root(self) -> bytes:
        """The root over the entries so far."""
        return root_of_peaks([self.peaks[at : at + 32] for at in range(0, len(self.peaks), 32)])


def follow(entries: Sequence[LogEntry], problems: Problems, remains: Remains) -> Followed:
    """Follow the log from its first entry on.

    Args:
        entries: All of them, in order.
        problems: Where is noted what does not fit.
        remains: What stands in place of erased payloads.
    """
    said = Followed()
    for place, entry in enumerate(entries, 1):
        if entry.seq != place:
            problems.add("verify.gap", "log", entry.seq)
        try:
            header = entry.read_header()
        except (ValueError, TypeError, msgpack.UnpackException):
            problems.add("verify.entry", "log", entry.seq)
        else:
            if not _fits(entry, header, remains.get(entry.seq)):
                problems.add("verify.entry", "log", entry.seq)
            if not _follows(said, entry, header):
                problems.add("verify.chain", "log", entry.seq)
        said.peaks, full = grown(said.size, said.peaks, [entry.leaf()])
        said.nodes.update(full)
        said.size += 1
    return said


def check_remains(entries: Sequence[LogEntry], remains: Remains, problems: Problems) -> None:
    """Compare what stands in place of erased payloads with the hash that the log has of it."""
    said = ""
    for entry in entries:
        if entry.kind == EraseRecord.kind and entry.verdict == Verdict.ACCEPTED:
            try:
                said = str(unpack_payload(entry.payload)[REMAINS])
            except (InputError, IndexError):
                problems.add("verify.entry", "log", entry.seq)
    if (digest_of(remains) if remains else "") != said:
        problems.add("verify.derived", "remains", 0)


def _fits(entry: LogEntry, header: Header, kept: Remain | None) -> bool:
    """Return whether the columns say what the header says, and payload and verdict belong to it.

    An erased entry has neither payload nor salt; its header stays, and all that commits to it.
    """
    columns = (
        *(entry.device, entry.number, entry.take),
        *(entry.kind, entry.version, entry.actor),
    )
    named = (
        *(header.device, header.number, header.take),
        *(header.kind, header.version, header.actor),
    )
    try:
        verdict = int(unpack_outcome(msgpack.unpackb(entry.outcome)).verdict)
    except (InputError, ValueError, TypeError, msgpack.UnpackException):
        return False
    return (
        columns == named
        and (
            (entry.salt, entry.payload) == (b"", b"")
            if kept is not None and kept.blank
            else commitment_of(entry.salt, entry.payload) == header.commitment
        )
        and header.to_bytes() == entry.header
        and verdict == entry.verdict
    )


def _follows(said: Followed, entry: LogEntry, header: Header) -> bool:
    """Return whether the entry is the next of its device's chain, and go on from it."""
    chain = said.chains.setdefault(entry.device, Chain())
    root = NO_REPLACE
    if header.replaces != NO_REPLACE:
        root = said.roots.get((entry.device, header.replaces), NO_REPLACE)
        root = header.replaces if root == NO_REPLACE else root
    # A copy that became a device of its own goes on counting: its chain begins at any number.
    begins = chain.last == 0 and header.previous == GENESIS
    number = header.number if begins else chain.next
    # The server leaves numbers out at each of its starts; its hashes still follow one another.
    skips = entry.pushed == 0 and header.number > number
    in_order = skips or header.number == number
    fits = in_order and (header.previous, entry.ids_from) == (chain.hash, root)
    said.roots[entry.device, entry.number] = entry.ids_from
    chain.last, chain.next = header.number, header.number + header.take
    chain.hash = entry.header_hash()
    return fits


def check_tables(
    database: Database, said: Followed, school: int, school_key: bytes, problems: Problems
) -> TreeHead | None:
    """Compare the tables that follow from the log: head, tree, heads of devices.

    Returns:
        The signed head, if the school has signed just this history.
    """
    heads = database.fetch(HEAD)
    expected = [(1, said.size, said.root, said.peaks)]
    if [(*row[:2], *map(_plain, row[2:4])) for row in heads] != expected:
        problems.add("verify.head", "head")
    _compare(database, NODES, "tree_node", said.nodes.items(), problems)
    chains = [(device, at.last, at.next, at.hash) for device, at in said.chains.items()]
    _compare(database, DEVICE_HEADS, "device_head", chains, problems)
    try:
        head = TreeHead.read(bytes(heads[0][4]), school_key)
    except (EschoolError, IndexError, TypeError):
        head = None
    if head is None or (head.school, head.size, head.root) != (school, said.size, said.root):
        problems.add("verify.signature", "head")
        return None
    return head


def _compare(database: Database, sql: str, table: str, expected: Any, problems: Problems) -> None:
    there = {tuple(map(_plain, row)) for row in database.fetch(sql)}
    for row in sorted(there ^ set(expected), key=lambda row: str(row[0])):
        problems.add("verify.derived", table, row[0] if isinstance(row[0], int) else 0)


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def check_witnesses(
    entries: Sequence[LogEntry], heads: Sequence[TreeHead], problems: Problems
) -> None:
    """Compare signed heads that others hold: what they have seen must still be there.

    A tail that was cut off together with its signature is found by these alone.
    """
    by_size: Mapping[int, list[TreeHead]] = {
        size: [head for head in heads if head.size == size] for size in {h.size for h in heads}
    }
    size, peaks = 0, b""
    for entry in entries:
        peaks, _ = grown(size, peaks, [entry.leaf()])
        size += 1
        root = root_of_peaks([peaks[at : at + 32] for at in range(0, len(peaks), 32)])
        for head in by_size.get(size, []):
            if head.root != root:
                problems.add("verify.witness", "log", size)
    for head in heads:
        if head.size > size:
            problems.add("verify.tail", "log", head.size)

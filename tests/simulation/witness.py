"""What people were promised, remembered outside of everything that is tested."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, cast

from eschool_core.commands.access import RevokeDevice
from eschool_core.domain.review import HeldState
from eschool_core.domain.tables import TABLES
from eschool_core.store import digest
from eschool_core.store.database import Database, Values
from eschool_sync.protocol.envelope import Header, unpack_payload
from eschool_sync.replica.position import Position
from tests.simulation.disk import rows_of
from tests.simulation.world import Device
from tests.sync.harness import Rows, table_name

KINDS = ("lost", "duplicated", "divergent", "residual", "order", "liveness", "crash")

OUTBOX = "SELECT n, header, payload, state FROM outbox ORDER BY n"
SEALED = (
    "SELECT n FROM outbox WHERE state IN (1, 2, 5) AND pushed IN (SELECT pushed FROM sealed_push)"
)
LOG = "SELECT device, n, seq, header, payload, verdict, outcome, replaces FROM log ORDER BY seq"
REVIEWS = "SELECT command_number, state FROM held_command WHERE device = ?"
ACCEPTED, HELD = (1, 2), 4
DECIDED: dict[int, int] = {HeldState.APPLIED: 1, HeldState.DECLINED: 3}
"""State in the author's outbox of a held command that somebody has decided on."""


Rowsets = list[tuple[Any, ...]]
Headers = dict[tuple[int, int], Header]


@dataclass(frozen=True, slots=True)
class Failure:
    """An invariant that does not hold."""

    kind: str
    invariant: str
    detail: str


@dataclass
class Witness:
    """Everything that was told to somebody.

    Attributes:
        begins: Seq of the first command in the log.
        accepted: How often each kind of command was carried out since then.
        given: Clock readings (wall, monotonic, boot, cursor) of each acknowledged command.
        judged: Seq, verdict and outcome of each command in the log.
        groups: Number of the first command of the group that each was entered in; 0 for none.
    """

    begins: int
    given: dict[tuple[int, int], tuple[int, int, int, int]] = field(default_factory=dict)
    judged: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)
    groups: dict[tuple[int, int], int] = field(default_factory=dict)
    accepted: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def gave(self, device: Device, numbers: list[int], cursor: int) -> None:
        """Remember commands that were acknowledged to their author."""
        clock = device.clock
        shown = (clock.wall(), clock.monotonic(), clock.boot_id(), cursor)
        for number in numbers:
            self.expect((device.number, number) not in self.given, "duplicated", "I3", number)
            self.given[device.number, number] = shown
            self.groups[device.number, number] = numbers[0] if len(numbers) > 1 else 0

    def expect(self, holds: object, kind: str, invariant: str, *detail: object) -> None:
        """Note a failure unless something holds."""
        if not holds:
            told = " ".join(str(part) for part in detail)
            self.failures.append(Failure(kind, invariant, told))

    def after_crash(self, device: Device) -> None:
        """Everything acknowledged is still there when the process starts again (I11)."""
        kept = {row[0] for row in device.database.fetch(OUTBOX)}
        missing = [n for number, n in self.given if number == device.number and n not in kept]
        self.expect(not missing, "lost", "I11", device.name, missing)

    def after_sync(self, device: Device, head: int, *, quiet: bool) -> None:
        """A sync that succeeds has sent and fetched everything, and stored what it acked."""
        position = Position.load(device.database)
        rows = device.database.fetch(OUTBOX)
        unjudged = [row[0] for row in rows if row[3] == 0]
        early = [n for n in unjudged if n <= position.ack]
        self.expect(not early, "lost", "I4", device.name, "acked without a verdict", early)
        if quiet:
            self.expect(not unjudged, "liveness", "I8", device.name, "not sent", unjudged)
            self.expect(position.cursor == head, "liveness", "I8", device.name, "not fetched")

    def check_log(self, database: Database) -> None:
        """No gap in the order, no verdict that changes, evidence as shown (I1, I3, I9)."""
        rows = database.fetch(LOG)
        [(head,)] = database.fetch("SELECT seq FROM head")
        seqs = [row[2] for row in rows]
        self.expect(seqs == list(range(self.begins, head + 1)), "order", "I1", "head", head)
        found = {(row[0], row[1]): (row[2], row[5], bytes(row[6])) for row in rows}
        for name, told in self.judged.items():
            self.expect(found.get(name) == told, "lost", "I3", name, "has another verdict")
        self.judged = found
        headers = {(row[0], row[1]): Header.read(bytes(row[3])) for row in rows}
        carried_out = [headers[row[0], row[1]].kind for row in rows if row[5] in ACCEPTED]
        self.accepted = Counter(carried_out)
        for name, shown in self.given.items():
            if name in headers:
                header = headers[name]
                seen = header.evidence
                recorded = (seen.wall, seen.monotonic, seen.boot, header.base_seq)
                self.expect(recorded == shown, "order", "I9", name, recorded, shown)
        self._check_groups(rows, headers)
        self._check_resends(rows, headers)
        self._check_revoked(rows, headers)

    def _check_groups(self, rows: Rowsets, headers: Headers) -> None:
        """Commands of a group stand or fall together."""
        groups: dict[tuple[int, int], set[bool]] = {}
        for device, number, _, _, _, verdict, *_ in rows:
            group = headers[device, number].group
            expected = self.groups.get((device, number), group)
            self.expect(group == expected, "divergent", "groups", device, number, group)
            if group:
                groups.setdefault((device, group), set()).add(verdict in ACCEPTED)
        torn = sorted(name for name, stands in groups.items() if len(stands) > 1)
        self.expect(not torn, "divergent", "groups", torn)

    def _check_resends(self, rows: Rowsets, headers: Headers) -> None:
        """A resend takes over the ids of the first command of its chain."""
        roots: dict[tuple[int, int], int] = {}
        for device, number, *_, root in rows:
            replaced = headers[device, number].replaces
            if replaced >= 0:
                roots[device, number] = roots.get((device, replaced), replaced)
            wanted = roots.get((device, number), -1)
            self.expect(root == wanted, "divergent", "resend", device, number, root)

    def _check_revoked(self, rows: Rowsets, headers: Headers) -> None:
        """Everything that came after its device was revoked is held (T15)."""
        revoked: set[int] = set()
        for device, number, _, _, payload, verdict, *_ in rows:
            if device in revoked:
                self.expect(verdict == HELD, "order", "T15", device, number, verdict)
            if headers[device, number].kind == RevokeDevice.kind and verdict in ACCEPTED:
                revoked.add(unpack_payload(bytes(payload))[0])

    def check_outbox(self, device: Device, database: Database, *, revoked: bool) -> None:
        """The server has every command once and as it was signed; each has its verdict (I7)."""
        mine = {row[0]: row for row in device.database.fetch(OUTBOX)}
        sealed = {row[0] for row in device.database.fetch(SEALED)}
        theirs = {row[1]: row for row in database.fetch(LOG) if row[0] == device.number}
        promised = {n for number, n in self.given if number == device.number}
        reviews: dict[int, int] = dict(database.fetch(REVIEWS, (device.number,)))
        name = device.name
        self.expect(promised <= mine.keys(), "lost", "I7", name, "not in the outbox")
        self.expect(mine.keys() <= theirs.keys(), "lost", "I7", name, "not on the server")
        self.expect(theirs.keys() <= mine.keys(), "duplicated", "I3", name, "of nobody")
        for number in sorted(mine.keys() & theirs.keys()):
            here, there = mine[number], theirs[number]
            # What was sealed for the school is blank here; its header commits to it all the same.
            content = b"" if number in sealed else bytes(there[4])
            same = bytes(here[1]) == bytes(there[3]) and bytes(here[2]) == content
            self.expect(same, "divergent", "I3", name, number, "other bytes")
            # Who is shut out hears neither of verdicts nor of decisions any more.
            verdict = DECIDED.get(reviews.get(number, HeldState.OPEN), there[5])
            told = here[3] in (verdict, 5) or (revoked and here[3] in (0, there[5]))
            self.expect(told, "lost", "I7", name, number, "state", here[3], "verdict", verdict)

    def check_sums(self, name: str, database: Database, key: bytes) -> None:
        """The sums kept beside the rows are those of the rows (I5)."""
        kept = {
            part: (rows, digest.from_bytes(bytes(value)))
            for part, rows, value in database.fetch("SELECT part, rows, digest FROM part_state")
            if rows
        }
        self.expect(kept == counted(rows_of(database), key), "divergent", "I5", name, "sums")

    def check_rows(self, device: Device, expected: Rows, visible: set[tuple[str, int]]) -> None:
        """The replica shows what the server has in its scope, and nothing else (I5, I6)."""
        shown = rows_of(device.database)
        seen = {(table, int(str(row[0]))) for table, rows in shown.items() for row in rows}
        name = device.name
        self.expect(not seen - visible, "residual", "I6", name, "sees", sorted(seen - visible)[:3])
        missing = sorted(visible - seen)[:3]
        self.expect(not missing, "divergent", "I5", name, "misses", missing)
        for table, rows in shown.items():
            wanted = [row for row in expected[table] if (table, row[0]) in seen]
            self.expect(rows == wanted, "divergent", "I5", name, "differs in", table)
        [(images,)] = device.database.fetch("SELECT count(*) FROM undo_image")
        self.expect(images == 0, "divergent", "I5", name, images, "undo images left")


def counted(listed: Rows, key: bytes) -> dict[int, tuple[int, int]]:
    """Return rows and digest of each partition, counted from the rows alone."""
    row_hash = digest.row_hasher(key)
    sums: dict[int, tuple[int, int]] = {}
    for spec in TABLES:
        for row in listed[table_name(spec.table)]:
            values = cast(Values, row)
            rows, total = sums.get(values[1], (0, 0))
            hashed = total + row_hash(spec.table.number, values)
            sums[values[1]] = (rows + 1, hashed % digest.MODULUS)
    return sums

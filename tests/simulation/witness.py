"""What people were promised, remembered outside of everything that is tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, cast

import msgpack

from eschool_core.app import GROUP_FELL
from eschool_core.commands.access import RevokeDevice
from eschool_core.domain.partition import kind_of
from eschool_core.domain.review import HeldState
from eschool_core.domain.tables import TABLES
from eschool_core.store import digest
from eschool_core.store.database import Database, Values
from eschool_sync.protocol.envelope import Header, unpack_payload
from eschool_sync.protocol.messages import unpack_outcome
from eschool_sync.replica.bootstrap import DONE
from eschool_sync.replica.position import Position
from eschool_sync.replica.tables import find_meta
from eschool_sync.server.copied import COPIED
from tests.simulation.disk import rows_of
from tests.simulation.world import Device, Server
from tests.sync.harness import Rows, table_name

KINDS = ("lost", "duplicated", "divergent", "residual", "order", "liveness", "crash")

OUTBOX = "SELECT n, header, payload, state FROM outbox ORDER BY n"
SEALED = "SELECT n, state IN (1, 2, 5) FROM outbox WHERE pushed IN (SELECT pushed FROM sealed_push)"
LOG = "SELECT device, n, seq, header, payload, verdict, outcome, replaces FROM log ORDER BY seq"
REVIEWS = "SELECT device, command_number, state FROM held_command"
UNSIGNED = (
    "SELECT device, n FROM log WHERE pushed > 0 AND NOT EXISTS (SELECT 1 FROM push "
    "WHERE push.device = log.device AND last_n = pushed AND first_n <= n) ORDER BY seq"
)
OWN = "SELECT device, n, take, header FROM log WHERE pushed = 0"
SHUT_OUT = "SELECT device FROM device WHERE revoked_at > 0"
ACCEPTED, HELD = (1, 2), 4
NOT_JUDGED = frozenset({COPIED, GROUP_FELL, "command.device_revoked", "command.leak"})
"""Told of an entry whatever it says: another one's verdict counts, or a person looks."""
DECIDED: dict[int, int] = {HeldState.APPLIED: 1, HeldState.DECLINED: 3}
"""State in the author's outbox of a held command that somebody has decided on."""


Name = tuple[str, int]
"""A replica and the number that a command has there, whatever device it is by now."""

Rowsets = list[tuple[Any, ...]]
Headers = dict[tuple[int, int], Header]


@dataclass(frozen=True, slots=True)
class Failure:
    """An invariant that does not hold."""

    kind: str
    invariant: str
    detail: str


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a replica stands, and the rows that it shows there.

    Attributes:
        at: Everything that is written together with rows: cursor, device, outbox, and the chunks
            of a first load, which stands at the oldest of them until all are there.
    """

    at: tuple[object, ...]
    rows: Rows

    @classmethod
    def of(cls, device: Device) -> Stand:
        """Return where a replica stands."""
        position = Position.load(device.database)
        outbox = [(row[0], row[3]) for row in device.database.fetch(OUTBOX)]
        place = (position.incarnation, position.cursor, position.ack)
        chunks = find_meta(device.database, DONE)
        return cls((device.number, place, outbox, chunks), rows_of(device.database))


@dataclass
class Witness:
    """Everything that was told to somebody.

    Attributes:
        begins: Seq of the first command in the log.
        accepted: How often each kind of command was carried out since then.
        given: Clock readings (wall, monotonic, boot, cursor) of each acknowledged command.
        judged: Seq, verdict and outcome of each command in the log.
        before: Verdict of each command that a server gave before it was restored.
        groups: Number of the first command of the group that each was entered in; 0 for none.
        own: Header of each number that the server gave to an act of its own, kept or forgotten.
        shut_out: Numbers of devices that were ever shut out.
        copies: What a replica had promised when an old copy of it was kept.
        forked: Replicas of which another copy goes on, or has gone on, under the same numbers.
        left: Device and number of what an old copy has lost: only the server may have it.
        stood: Incarnation and cursor of each replica after its last sync.
        stuck_on: The date on which the server could not open its days.
    """

    begins: int
    given: dict[Name, tuple[int, int, int, int]] = field(default_factory=dict)
    judged: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)
    groups: dict[Name, int] = field(default_factory=dict)
    before: dict[tuple[int, int], int] = field(default_factory=dict)
    own: dict[tuple[int, int], bytes] = field(default_factory=dict)
    shut_out: set[int] = field(default_factory=set)
    copies: dict[str, set[int]] = field(default_factory=dict)
    forked: set[str] = field(default_factory=set)
    left: set[tuple[int, int]] = field(default_factory=set)
    accepted: Counter[str] = field(default_factory=Counter)
    stood: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    stuck_on: int = -1
    failures: list[Failure] = field(default_factory=list)

    def gave(self, device: Device, numbers: list[int], cursor: int) -> None:
        """Remember commands that were acknowledged to their author."""
        clock = device.clock
        shown = (clock.wall(), clock.monotonic(), clock.boot_id(), cursor)
        for number in numbers:
            self.expect((device.name, number) not in self.given, "duplicated", "I3", number)
            self.given[device.name, number] = shown
            self.groups[device.name, number] = numbers[0] if len(numbers) > 1 else 0

    def copied(self, old: str, new: str) -> None:
        """Let what a replica promised be promised by its copy, too."""
        self.forked |= {old, new}
        self.given |= {(new, n): shown for (name, n), shown in self.given.items() if name == old}
        self.groups |= {(new, n): first for (name, n), first in self.groups.items() if name == old}

    def kept(self, device: Device) -> None:
        """Remember what a replica has promised by now: its files are copied."""
        self.copies[device.name] = {n for name, n in self.given if name == device.name}

    def signed(self, device: Device) -> set[tuple[int, int]]:
        """Return device and number of everything in a replica's outbox."""
        signed_as = device.signer()
        return {(signed_as(row[0]), row[0]) for row in device.database.fetch(OUTBOX)}

    def put_back(self, device: Device, before: set[tuple[int, int]]) -> None:
        """An old copy has taken a replica's place: it promises what it had promised then.

        Args:
            device: With its old files.
            before: What ``signed`` said of the newer ones.
        """
        promised = self.copies.pop(device.name)
        for name, number in list(self.given):
            if name == device.name and number not in promised:
                del self.given[name, number]
                del self.groups[name, number]
        self.forked.add(device.name)
        self.left |= before - self.signed(device)
        self.stood.pop(device.name, None)

    def restored(self, devices: Collection[Device]) -> None:
        """The server forgets; what it has said to replicas must come back as it was, or wait."""
        for device in devices:
            signed_as = device.signer()
            told = {(signed_as(row[0]), row[0]) for row in device.database.fetch(OUTBOX) if row[3]}
            self.before |= {name: self.judged[name][1] for name in told & self.judged.keys()}
        self.judged = {}

    def expect(self, holds: object, kind: str, invariant: str, *detail: object) -> None:
        """Note a failure unless something holds."""
        if not holds:
            told = " ".join(str(part) for part in detail)
            self.failures.append(Failure(kind, invariant, told))

    def after_crash(self, device: Device, before: Stand | None = None) -> None:
        """Everything acknowledged is still there when the process starts again (I11).

        Rows go on together with the cursor and the outbox, or not at all.
        """
        kept = {row[0] for row in device.database.fetch(OUTBOX)}
        missing = [n for name, n in self.given if name == device.name and n not in kept]
        self.expect(not missing, "lost", "I11", device.name, missing)
        if before is None or Position.load(device.database).cursor == 0:
            # The chunks of a first load are kept one by one.
            return
        now = Stand.of(device)
        if now.at == before.at:
            torn = [name for name, rows in before.rows.items() if now.rows[name] != rows]
            self.expect(not torn, "divergent", "I11", device.name, "half written", torn)

    def stands(self, device: Device) -> None:
        """No sync takes a replica back, whichever answer came last (I10).

        While it loads everything for the first time it stands at the oldest of its chunks.
        """
        position = Position.load(device.database)
        is_loading = find_meta(device.database, DONE) is not None
        if not position.cursor or (is_loading and device.name not in self.stood):
            return
        now = (position.incarnation, position.cursor)
        before = self.stood.get(device.name, now)
        goes_on = before[0] != now[0] or before[1] <= now[1]
        self.expect(goes_on, "order", "I10", device.name, "goes back from", before, "to", now)
        self.stood[device.name] = now

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

    def check_day(self, server: Server) -> None:
        """Whoever has been answered finds every day opened up to the server's own.

        A server that could not open one tries again on the next day.
        """
        [(opened,)] = server.school.database.fetch("SELECT current_day FROM school")
        today = server.today()
        is_open = opened == today or today == self.stuck_on
        self.expect(is_open, "order", "days", "of", today, "opened", opened)

    def check_own(self, database: Database) -> None:
        """The server has given no number of its own twice, restored or not (I3).

        Asked before its database is put back, too: nobody else may hold what it forgets.
        """
        for device, first, take, header in database.fetch(OWN):
            for number in range(first, first + take):
                known = self.own.setdefault((device, number), bytes(header))
                same = known == bytes(header)
                self.expect(same, "duplicated", "I3", "the server's own", device, number)

    def check_shut_out(self, database: Database, called: Collection[int] = ()) -> None:
        """Who was ever shut out stays so, whatever becomes of the server's database (T15).

        Args:
            called: Numbers of the devices that have called the server since.
        """
        shut = {int(row[0]) for row in database.fetch(SHUT_OUT)}
        again = sorted((self.shut_out & set(called)) - shut)
        self.expect(not again, "order", "T15", "let in again", again)
        self.shut_out |= shut

    def check_verdicts(self, database: Database) -> Rowsets:
        """No verdict has changed (I3); return the log.

        Asked before the database is put back, too: what was told of it until then counts.
        """
        rows = database.fetch(LOG)
        found = {(row[0], row[1]): (row[2], row[5], bytes(row[6])) for row in rows}
        for name, told in self.judged.items():
            self.expect(found.get(name) == told, "lost", "I3", name, "has another verdict")
        self.judged = found
        return rows

    def check_log(self, database: Database) -> None:
        """No gap in the order, no verdict that changes, all of it signed (I1, I3, T10)."""
        self.check_own(database)
        rows = self.check_verdicts(database)
        [(head,)] = database.fetch("SELECT seq FROM head")
        seqs = [row[2] for row in rows]
        self.expect(seqs == list(range(self.begins, head + 1)), "order", "I1", "head", head)
        for name, verdict in self.before.items():
            now = self.judged[name][1] if name in self.judged else 0
            same = now in (verdict, HELD) or (now in ACCEPTED and verdict in ACCEPTED)
            self.expect(same, "lost", "I12", name, "had verdict", verdict, "has", now)
        unsigned = database.fetch(UNSIGNED)
        self.expect(not unsigned, "lost", "T10", "judged, and not signed by anybody", unsigned)
        headers = {(row[0], row[1]): Header.read(bytes(row[3])) for row in rows}
        carried_out = [headers[row[0], row[1]].kind for row in rows if row[5] in ACCEPTED]
        self.accepted = Counter(carried_out)
        self._check_groups(rows, headers)
        self._check_resends(rows, headers)
        self._check_revoked(rows, headers)

    def _check_groups(self, rows: Rowsets, headers: Headers) -> None:
        """Commands of a group stand or fall together."""
        groups: dict[tuple[int, int], set[bool]] = {}
        for device, number, _, _, _, verdict, *_ in rows:
            group = headers[device, number].group
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
        """Everything that came after its device was revoked is held (T15).

        What the server before a restore had taken came before, whenever it is handed in again.
        """
        revoked: set[int] = set()
        for device, number, _, _, payload, verdict, *_ in rows:
            if device in revoked and (device, number) not in self.before:
                self.expect(verdict == HELD, "order", "T15", device, number, verdict)
            if headers[device, number].kind == RevokeDevice.kind and verdict in ACCEPTED:
                revoked.add(unpack_payload(bytes(payload))[0])

    def check_outbox(self, device: Device, database: Database, *, revoked: bool) -> None:
        """The server has every command once and as it was signed; each has its verdict (I7)."""
        mine = {row[0]: row for row in device.database.fetch(OUTBOX)}
        sealed = dict(device.database.fetch(SEALED))
        theirs = {(row[0], row[1]): row for row in database.fetch(LOG)}
        promised = {n for name, n in self.given if name == device.name}
        reviews = {(row[0], row[1]): row[2] for row in database.fetch(REVIEWS)}
        name, present, signed_as = device.name, device.number, device.signer()
        self.expect(promised <= mine.keys(), "lost", "I7", name, "not in the outbox")
        for number, here in sorted(mine.items()):
            signed = (signed_as(number), number)
            there = theirs.get(signed)
            # A copy of a device that was shut out gets no number of its own.
            left = revoked and name in self.forked and here[3] == 0
            if left and (there is None or bytes(here[1]) != bytes(there[3])):
                continue
            self.expect(there, "lost", "I7", name, number, "not on the server")
            if there is None:
                continue
            # What was sealed for the school is blank here; its header commits to it all the same.
            # A copy that has become another device keeps no sealed piece of what it was before.
            left_behind = signed[0] != present and here[2] == b""
            # It was held and then applied; the server was put back to before that.
            undone = number in sealed and signed in self.before and here[2] == b""
            blank = sealed.get(number) or left_behind or undone
            content = b"" if blank else bytes(there[4])
            same = bytes(here[1]) == bytes(there[3]) and bytes(here[2]) == content
            self.expect(same, "divergent", "I3", name, number, "other bytes")
            # Who is shut out hears neither of verdicts nor of decisions any more, nor that a
            # restored server holds what the one before had accepted.
            verdict = DECIDED.get(reviews.get(signed, HeldState.OPEN), there[5])
            heard = (0, there[5], self.before.get(signed))
            told = here[3] in (verdict, 5) or (revoked and here[3] in heard)
            self.expect(told, "lost", "I7", name, number, "state", here[3], "verdict", verdict)
            self._check_header((name, number), Header.read(bytes(there[3])))

    def _check_header(self, name: Name, header: Header) -> None:
        """A command has the evidence and the group of its entry, also signed anew (I9)."""
        seen, shown = header.evidence, self.given.get(name)
        recorded = (seen.wall, seen.monotonic, seen.boot, header.base_seq)
        self.expect(shown in (recorded, None), "order", "I9", name, recorded, shown)
        group = self.groups.get(name, header.group)
        self.expect(header.group == group, "divergent", "groups", name, header.group)

    def check_origins(self, devices: Collection[Device], database: Database) -> None:
        """What devices of replicas have in the log is in an outbox, and entered once (I3).

        What another copy signs anew, too, is told to be that, or waits for a person.
        """
        family: dict[tuple[int, int], str] = {}
        numbers: set[int] = set()
        for device in devices:
            signed_as = device.signer()
            numbers.add(device.number)
            for (n,) in device.database.fetch("SELECT n FROM outbox"):
                family[signed_as(n), n] = device.family
                numbers.add(signed_as(n))
        entries: dict[tuple[Any, ...], int] = {}
        for number, n, _, header, payload, _, outcome, _ in database.fetch(LOG):
            if number not in numbers:
                continue
            is_ours = (number, n) in family or (number, n) in self.left
            self.expect(is_ours, "duplicated", "I3", number, n, "of nobody")
            if unpack_outcome(msgpack.unpackb(outcome)).key in NOT_JUDGED:
                continue
            read = Header.read(bytes(header))
            entry = (family.get((number, n)), n, read.evidence, bytes(payload))
            self.expect(entry not in entries, "duplicated", "I3", number, n, entries.get(entry))
            entries[entry] = number

    def check_sums(self, name: str, database: Database, key: bytes) -> None:
        """The sums kept beside the rows are those of the rows (I5)."""
        kept = {
            part: (rows, digest.from_bytes(bytes(value)))
            for part, rows, value in database.fetch("SELECT part, rows, digest FROM part_state")
            if rows
        }
        self.expect(kept == counted(rows_of(database), key), "divergent", "I5", name, "sums")

    def check_places(self, rows: Rows) -> None:
        """Rows are in partitions that are sent with them, or nobody ever gets them (I5)."""
        for spec in TABLES:
            kinds = {kind_of(cast(Values, row)[1]) for row in rows[table_name(spec.table)]}
            name = table_name(spec.table)
            self.expect(kinds <= set(spec.kinds), "divergent", "I5", "server", name, kinds)

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

"""One seed's school day: steps that are drawn, faults that are drawn, then quiet and a check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from eschool_core.commands.base import Command
from eschool_core.domain.office import Device as DeviceRow
from eschool_core.errors import EschoolError
from eschool_core.store import statements
from eschool_core.store.store import Store
from eschool_sync.clock import ManualClock
from eschool_sync.replica import SyncReport
from eschool_sync.replica.position import Position
from eschool_sync.replica.taking import Taking
from eschool_sync.server import answers
from tests.simulation.acts import OWN, Author
from tests.simulation.base import Base, base
from tests.simulation.dice import Dice, Trace
from tests.simulation.disk import Disk, ProcessDied, rows_of
from tests.simulation.network import Network
from tests.simulation.poison import Poison
from tests.simulation.profile import STATEMENTS, Profile
from tests.simulation.quiet import Quiet
from tests.simulation.steps import Steps
from tests.simulation.upgrade import taken
from tests.simulation.witness import Stand, Witness
from tests.simulation.world import Device, Handle, World
from tests.sync.scratch import from_scratch

_NOTE_UNEQUAL = Taking.note_unequal
_TAKE = Taking.take
NESTED = ("act", "group", "sync", "role", "office", "link")
"""What may happen while a message of somebody else, or one's own, is on its way."""


class Play:
    """Plays one seed."""

    def __init__(self, seed: int, folder: Path, *, keep_trace: bool = False) -> None:
        self.seed = seed
        self.dice = Dice(seed)
        self.profile = Profile.drawn(self.dice)
        with_all = self.profile.with_all
        # The plain one too: the log is given again on it, and making it is none of the play.
        self.plain = base(encrypted=False, with_all=with_all, stepped=True)
        encrypted = self.profile.encrypted
        self.base: Base = base(encrypted=True, stepped=True) if encrypted else self.plain
        self.base.write(folder, self.profile.cast)
        self.world = World(self.base, folder, Disk(self.profile.encrypted), seed)
        self.author = Author(self.base, self.dice)
        self.network = Network(
            self.world, self.profile, self.dice, self._meanwhile, self._disturbed
        )
        self.witness = Witness(self.base.begins)
        self.trace = Trace(keep=keep_trace)
        self.steps = self.rounds = self._depth = self.happened = 0
        self.restores = 0
        self.recovering = False
        self.poison = Poison()
        self._kinds = Steps(self)
        self._busy: list[str] = []
        self.excused: set[str] = set()
        self.replayed: set[str] = set()

    def run(self) -> None:
        """Play all phases."""

        def noted(taking: Taking) -> None:
            self._repaired(taking)

        def took(taking: Taking, *arguments: Any, **options: Any) -> int:
            pending = _TAKE(taking, *arguments, **options)
            self.replayed.add(self._name_of(taking))
            return pending

        watched = patch.multiple(Taking, note_unequal=noted, take=took)
        told = patch.object(answers, "MOST_TOLD", self.profile.most_verdicts)
        with self.world.disk.mounted(), self.poison.mixed_in(), watched, told, taken():
            for name in self.profile.cast:
                person, _ = self.base.devices[name]
                self.add(name, person, self.world.folder / name)
            quiet = Quiet(self)
            try:
                for _ in range(self.profile.phases):
                    self.network.healed = False
                    for _ in range(self.profile.steps):
                        self.step(self.profile.weights)
                    self.rounds = max(self.rounds, quiet.check())
                    if self.witness.failures:
                        break
            finally:
                quiet.close()
                self.world.close()

    def step(self, weights: dict[str, float]) -> None:
        """Let one thing happen."""
        self.steps += 1
        kind = self.dice.weighted(weights)
        self._kinds.happen(kind)

    def note(self, *told: object) -> None:
        """Add a line to the trace."""
        self.trace.note(self.steps, *told)

    def sync(self, device: Device, handle: Handle) -> bool:
        """Sync; return whether it succeeded."""
        before, shut_out = self.happened, self.is_revoked(device)
        self.replayed.discard(device.name)
        self._busy.append(device.name)

        def synced() -> Any:
            handle.busy = True
            try:
                with self.poison.while_replaying(now=True):
                    return handle.replica.sync()
            finally:
                handle.busy = False

        try:
            report = self.attempt(device, handle, "sync", synced)
        finally:
            self._busy.remove(device.name)
        self.witness.stands(device)
        head = self.world.server.school.head().seq
        if report is None:
            if not handle.process.dead:
                self.compare(device, head)
            return False
        self.witness.expect(not shut_out, "residual", "T15", device.name, "is shut out, and reads")
        self.note("synced", device.name, *_told(report))
        self.witness.check_day(self.world.server)
        self.witness.after_sync(device, head, quiet=self.happened == before)
        if self.happened == before or self.dice.chance(0.5):
            self.compare(device, head)
        return True

    def attempt(self, device: Device, handle: Handle, what: str, work: Callable[[], Any]) -> Any:
        """Let a device do something; return None where it failed or died in the middle."""
        outer, before = handle.busy, None
        if not outer:
            before = self._threaten(device, handle)
        try:
            return work()
        except ProcessDied as died:
            if died.process is not handle.process or handle.busy:
                raise
            self.note(device.name, what, "died")
            device.ended(handle)
            self.witness.after_crash(device, before)
        except EschoolError as error:
            self.note(device.name, what, error.key)
            expected = not self.network.healed or self.recovering or error.key == "access.revoked"
            told = (device.name, what, error.key)
            self.witness.expect(expected, "liveness", "I10", *told)
        finally:
            if not outer and not handle.process.dead:
                handle.process.light(-1, "")
        return None

    def is_revoked(self, device: Device) -> bool:
        """Return whether a device was shut out."""
        row = self.world.server.school.store.first(DeviceRow, device=device.number)
        return row is not None and row.revoked_at > 0

    def add(
        self,
        name: str,
        person: int,
        folder: Path,
        family: str = "",
        clock: ManualClock | None = None,
    ) -> Device:
        device = Device(name, person, family or name, folder, self.world, self.network.line)
        device.clock = clock or device.clock
        self.world.devices[name] = device
        device.start()
        return device

    def entry(self, device: Device) -> Command:
        return self.author.entry(device.name, device.database)

    def enter(
        self,
        device: Device,
        commands: list[Command],
        *,
        replaces: int | None = None,
        by: Handle | None = None,
    ) -> bool:
        """Enter commands, perhaps by a given process; return whether they stand."""
        handle = by or self.dice.one_of(device.handles)
        cursor = -1

        def entered() -> Any:
            nonlocal cursor
            cursor = Position.load(handle.replica.store.database).cursor
            with self.poison.while_replaying(now=False):
                return handle.replica.do_all(commands, replaces=replaces)

        self.happened += 1
        self.replayed.discard(device.name)
        receipts = self.attempt(device, handle, commands[0].kind, entered)
        if receipts is None:
            return False
        self._expect_aware(device, handle)
        numbers = [receipt.number for receipt in receipts]
        self.witness.gave(device, numbers, cursor)
        told = [receipt.outcome and receipt.outcome.verdict.name for receipt in receipts]
        self.note(device.name, commands[0].kind, numbers, told)
        return True

    def _expect_aware(self, device: Device, handle: Handle) -> None:
        """A process that has just written knows what the replica holds, whoever fetched it (T18).

        What it refused as unknown was then unknown to every other process, too; and what it has
        read before and still goes by is still so.
        """
        parts = {row[0] for row in device.database.fetch("SELECT part FROM part_state")}
        believed = handle.replica._opened.held.parts
        self.witness.expect(believed == parts, "divergent", "T18", device.name, "unaware")
        if len(device.handles) > 1:
            stale = _stale_tables(handle.replica.store)
            self.witness.expect(not stale, "divergent", "T18", device.name, "goes by old", stale)

    def server_act(self, make: Callable[[Any], Command], actor: int = 0) -> None:
        self.happened += 1
        try:
            outcome = self.world.server.run(lambda school: school.act(make(school.store), actor))
            self.note("server", outcome.verdict.name, outcome.key)
        except EschoolError as error:
            self.note("server", error.key)

    def someone(self) -> Device:
        return self.dice.one_of(list(self.world.devices.values()))

    def _meanwhile(self, name: str) -> None:
        """Let something happen while a message of ``name`` is on its way."""
        if self._depth:
            return
        self._depth += 1
        try:
            device = self.world.devices.get(name)
            if device is not None and self.dice.chance(0.5):
                self._interrupt(device)
            else:
                self.happened += 1
                self.step({kind: self.profile.weights.get(kind, 0) for kind in NESTED})
        finally:
            self._depth -= 1

    def _interrupt(self, device: Device) -> None:
        """The owner of a message on its way enters something, or another process overtakes it."""
        others = [handle for handle in device.handles if not handle.busy]
        if others and self.dice.chance(0.7):
            self.happened += 1
            self.server_act(lambda store: self.author.change("", store))
            self.sync(device, self.dice.one_of(others))
            return
        if device.name in OWN and self.dice.chance(0.3):
            # The right to what is entered now ends by the answer that is on its way.
            self.happened += 1
            self.server_act(lambda _: self.author.ending(device.name))
        for _ in range(self.dice.between(1, 3)):
            # Of anybody's journal: a fact that only the server knows does not stop the next one.
            whose = self.dice.one_of((device.name, device.name, "anybody"))
            defect = self.profile.weights.get("poison") and self.dice.chance(0.2)
            made = (
                self.author.poisoned(whose) if defect else self.author.entry(whose, device.database)
            )
            self.enter(device, [made])
        if self.dice.chance(0.5):
            # What was entered meanwhile is not sent, and lies on top of what came.
            self.network.cut.add(device.name)

    def _disturbed(self, name: str) -> None:
        """An old answer may say that nothing is new, with sums that are no longer true."""
        self.happened += 1
        self.excused.add(name)

    def _repaired(self, taking: Taking) -> None:
        """A repair has a cause, or the sums of one side were wrong."""
        name = self._name_of(taking)
        self.witness.expect(name in self.excused, "divergent", "I5", name, "repairs itself")
        _NOTE_UNEQUAL(taking)

    def _name_of(self, taking: Taking) -> str:
        return next(
            device.name
            for device in self.world.devices.values()
            for handle in device.handles
            if handle.replica._exchange.taking is taking
        )

    def _threaten(self, device: Device, handle: Handle) -> Stand | None:
        """Perhaps let a process die in the middle, or its disk be full; tell where it stood."""
        if self.network.healed:
            return None
        if self.dice.chance(self.profile.crash_rate):
            # Whoever loads everything anew does so chunk by chunk.
            before = None if device.name in self.excused else Stand.of(device)
            self.world.faults["killed in the middle"] += 1
            fate = self.dice.one_of(("before", "after"))
            if self.dice.chance(0.3):
                # Just where something becomes durable, or would become so too early.
                handle.process.light(self.dice.below(4), fate, "COMMIT")
            else:
                fuse = self.dice.below(self.dice.one_of((20, STATEMENTS)))
                handle.process.light(fuse, fate)
            return before
        if self.dice.chance(self.profile.full_rate):
            self.world.faults["disk full"] += 1
            handle.process.light(self.dice.below(20), "full")
        return None

    def compare(self, device: Device, head: int) -> None:
        """What a replica shows is the server's state with its pending commands on top (I4).

        What was entered since the replica last took an answer was judged by the clock and the
        rows of its entry, not by those of now: it is compared when it was carried out anew.
        """
        position, state = Position.load(device.database), self.world.server.school.state
        if (position.cursor, position.incarnation.hex()) != (head, state.incarnation):
            return
        if position.tree == head and position.root != self.world.server.school.head().root:
            # The server was put back and has gone on: as many entries, but others.
            return
        pending = device.pending()
        if pending and device.name not in self.replayed:
            return
        held = {row[0] for row in device.database.fetch("SELECT part FROM part_state")}
        server = rows_of(self.world.server.school.database)
        confirmed = {name: [row for row in rows if row[1] in held] for name, rows in server.items()}
        wanted = confirmed
        if pending:
            with self.poison.while_replaying(now=True):
                wanted = from_scratch(confirmed, device.database, device.clock)
        shown = rows_of(device.database)
        wrong = [name for name, rows in wanted.items() if shown[name] != rows]
        self.witness.expect(not wrong, "divergent", "I4", device.name, "shows other", wrong)


def _stale_tables(store: Store) -> list[str]:
    """Return the tables of which a store keeps other rows in memory than there are."""
    return sorted(
        table.__name__
        for table, kept in store.reads._tables.items()
        for (names, limit, values), rows in kept.items()
        if [row.values() for row in rows]
        != store.database.fetch(statements.select(table, names, limit), values)
    )


def _told(report: SyncReport) -> tuple[object, ...]:
    """Return what is the same with every version of the libraries: no lengths."""
    judged = (report.accepted, report.with_findings, report.rejected, report.held)
    moved = (report.pulled_rows, report.parts_in, report.parts_out)
    return (*judged, report.overwritten, *moved, report.rounds)

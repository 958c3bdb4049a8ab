"""One seed's school day: steps that are drawn, faults that are drawn, then quiet and a check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.base import Command
from eschool_core.domain.office import Device as DeviceRow
from eschool_core.errors import EschoolError
from eschool_core.store import statements
from eschool_core.store.store import Store
from eschool_sync.clock import ManualClock
from eschool_sync.replica import SyncReport, enrol_through
from eschool_sync.replica.position import Position
from eschool_sync.replica.profile import Profile as SavedProfile
from eschool_sync.replica.taking import Taking
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.state import Phase
from tests.simulation.acts import OWN, Author
from tests.simulation.base import Base, base
from tests.simulation.dice import Dice, Trace
from tests.simulation.disk import Disk, ProcessDied, rows_of
from tests.simulation.mix import OFFICE
from tests.simulation.network import DEAF, DOWN, UP, Network
from tests.simulation.poison import Poison
from tests.simulation.profile import Profile
from tests.simulation.quiet import Quiet
from tests.simulation.upgrade import taken
from tests.simulation.witness import Stand, Witness
from tests.simulation.world import Device, Handle, World
from tests.sync.harness import PASSPHRASE, URL
from tests.sync.scratch import from_scratch

_NOTE_UNEQUAL = Taking.note_unequal
_TAKE = Taking.take
MOST_DEVICES = 9
BOOTS = 1_000
"""Another computer has started so often that no boot of it has a number of the first one's."""

HOUR, DAY, YEAR = 3_600, 86_400, 31_556_952
NESTED = ("act", "group", "sync", "role", "office", "link")
"""What may happen while a message of somebody else, or one's own, is on its way."""

STATEMENTS = 160
"""A process that is about to die does so within so many statements."""


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
        self.steps = self.rounds = self._depth = self._happened = 0
        self.restores = 0
        self.recovering = False
        self.poison = Poison()
        self._busy: list[str] = []
        self._excused: set[str] = set()
        self._replayed: set[str] = set()

    def run(self) -> None:
        """Play all phases."""

        def noted(taking: Taking) -> None:
            self._repaired(taking)

        def took(taking: Taking, *arguments: Any, **options: Any) -> int:
            pending = _TAKE(taking, *arguments, **options)
            self._replayed.add(self._name_of(taking))
            return pending

        watched = patch.multiple(Taking, note_unequal=noted, take=took)
        with self.world.disk.mounted(), self.poison.mixed_in(), watched, taken():
            for name in self.profile.cast:
                person, _ = self.base.devices[name]
                self._add(name, person, self.world.folder / name)
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
        getattr(self, f"_{kind}")()

    def note(self, *told: object) -> None:
        """Add a line to the trace."""
        self.trace.note(self.steps, *told)

    def sync(self, device: Device, handle: Handle) -> bool:
        """Sync; return whether it succeeded."""
        before, shut_out = self._happened, self.is_revoked(device)
        self._replayed.discard(device.name)
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
                self._compare(device, head)
            return False
        self.witness.expect(not shut_out, "residual", "T15", device.name, "is shut out, and reads")
        self.note("synced", device.name, *_told(report))
        self.witness.after_sync(device, head, quiet=self._happened == before)
        if self._happened == before or self.dice.chance(0.5):
            self._compare(device, head)
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

    def _act(self) -> None:
        device = self._someone()
        self._enter(device, [self._entry(device)])

    def _group(self) -> None:
        device = self._someone()
        count = self.dice.between(2, 4)
        self._enter(device, [self._entry(device) for _ in range(count)])

    def _poison(self) -> None:
        device = self._someone()
        self.world.faults["poison"] += 1
        self._enter(device, [self.author.poisoned(device.name)])

    def _sync(self) -> None:
        device = self._someone()
        free = [handle for handle in device.handles if not handle.busy]
        if free:
            self.sync(device, self.dice.one_of(free))

    def _role(self) -> None:
        if self.dice.chance(0.08):
            device = self._someone()
            self.world.faults["device revoked"] += 1
            self._server_act(lambda _: RevokeDevice(device=device.number))
        else:
            self.world.faults["role changed"] += 1
            self._server_act(lambda store: self.author.change("", store))

    def _office(self) -> None:
        """People enter something on the server's pages, without a device."""
        for _ in range(self.dice.between(1, 3)):
            name = self.dice.one_of([each for each in OFFICE if self.base.knows(each)])
            self.world.faults["entered at the server"] += 1
            self._office_entry(name, self.base.person(name))

    def _office_entry(self, name: str, actor: int) -> None:
        self._server_act(lambda store: self.author.any_kind(name, store.database), actor)

    def _server_act(self, make: Callable[[Any], Command], actor: int = 0) -> None:
        self._happened += 1
        try:
            outcome = self.world.server.run(lambda school: school.act(make(school.store), actor))
            self.note("server", outcome.verdict.name, outcome.key)
        except EschoolError as error:
            self.note("server", error.key)

    def _pass(self) -> None:
        seconds = self.dice.one_of((1, 60, HOUR, 20 * HOUR, DAY, 3 * DAY))
        self.world.advance(seconds)
        self.note("pass", seconds)

    def _clock(self) -> None:
        device = self._someone()
        step = self.dice.one_of((HOUR, -HOUR, 10 * YEAR, -10 * YEAR, -device.clock.wall(), 0))
        if step:
            self.world.faults["clock set"] += 1
            device.clock.step_wall(step)
        else:
            self.world.faults["reboot"] += 1
            device.clock.reboot()
            self._die(device)
        self.note("clock", device.name, step)

    def _damage(self) -> None:
        """The sum beside some rows is lost: the next sync loads everything anew."""
        device = self._someone()
        parts = device.database.fetch("SELECT part FROM part_state WHERE rows > 0 ORDER BY part")
        if parts:
            self.world.faults["sum lost"] += 1
            self._excused.add(device.name)
            part = self.dice.one_of(parts)
            spoil = "UPDATE part_state SET digest = zeroblob(16) WHERE part = ?"
            device.database.execute(spoil, part)

    def _kill(self) -> None:
        device = self._someone()
        self.world.faults["killed"] += 1
        self._die(device)

    def _die(self, device: Device) -> None:
        for handle in [each for each in device.handles if not each.busy]:
            handle.process.die()
            device.ended(handle)
            self.witness.after_crash(device)
        self.note("died", device.name)

    def _restart(self) -> None:
        self.world.faults["server restarted"] += 1
        if self.dice.chance(0.5):
            self.world.server.process.die()
            self.world.server.start()
        else:
            self.world.server.restart()
        self.note("server restarted")

    def _link(self) -> None:
        device = self._someone()
        state = self.dice.one_of((UP, UP, DOWN, DEAF))
        self.network.links[device.name] = state
        self.world.faults[f"link {state}"] += 1
        self.note("link", device.name, state)

    def _second(self) -> None:
        """A second process opens the same replica, or one of two ends."""
        device = self._someone()
        free = [handle for handle in device.handles if not handle.busy]
        if len(free) > 1 and self.dice.chance(0.7):
            self._take_turns(device, free[0], free[1])
        elif len(device.handles) > 1:
            handle = self.dice.one_of(device.handles)
            if not handle.busy:
                device.close(handle)
        else:
            self.world.faults["second process"] += 1
            device.start()
        self.note("handles", device.name, len(device.handles))

    def _take_turns(self, device: Device, one: Handle, other: Handle) -> None:
        """One process enters something, another one fetches what is new, the first goes on."""
        for _ in range(3):
            # A refusal forgets what was read.
            if one.process.dead or self._enter(device, [self._entry(device)], by=one):
                break
        if device.name in OWN and self.dice.chance(0.5):
            self._server_act(lambda _: self.author.ending(device.name))
        else:
            self._server_act(lambda store: self.author.change("", store))
        fetched = not other.process.dead and self.sync(device, other)
        if one.process.dead or not self._enter(device, [self._entry(device)], by=one):
            return
        if fetched:
            # Nothing has changed since the other process carried out anew what waits.
            self._replayed.add(device.name)
            self._compare(device, self.world.server.school.head().seq)

    def _refused(self) -> None:
        """Resend a refused command, or take it off the list."""
        device = self._someone()
        handle = self.dice.one_of(device.handles)
        refused = handle.replica.refused()
        if not refused:
            return
        number = self.dice.one_of(refused).number
        if self.dice.chance(0.6):
            self._enter(device, [self._entry(device)], replaces=number)
        else:
            self.attempt(device, handle, "dismiss", lambda: handle.replica.dismiss(number))

    def _enrol(self) -> None:
        """Somebody gets another device."""
        owner = self._someone()
        name = f"{owner.name}+{len(self.world.devices)}"
        folder = self.world.folder / name
        line, clock = self.network.line(name), owner.clock
        random = SeededRandom((self.seed << 16) + len(self.world.devices))
        school = SavedProfile(URL, self.base.number)
        try:
            code = self.world.server.run(lambda opened: opened.issue_code(owner.person))
            result = enrol_through(
                line, school, folder, code, PASSPHRASE, clock=clock, random=random
            )
        except EschoolError as error:
            self.note("not enrolled", error.key)
            return
        self.world.faults["enrolled"] += 1
        device = self._add(name, owner.person, folder)
        device.clock.step_wall(clock.wall() - device.clock.wall())
        self.note("enrolled", name, result.device)

    def _clone(self) -> None:
        """The files of a replica are copied to another computer, and both are used."""
        origin = self._someone()
        if len(self.world.devices) >= MOST_DEVICES:
            return
        self.world.faults["replica copied"] += 1
        count = len(self.world.devices)
        name = f"{origin.name}~{count}"
        clock = ManualClock(origin.clock.wall(), boot_id=BOOTS * count)
        folder = self.world.moved(origin.folder)
        self.witness.copied(origin.name, name)
        if origin.name in self._excused:
            self._excused.add(name)
        self._add(name, origin.person, folder, origin.family, clock)
        self.note("copied", origin.name, name)

    def _import(self) -> None:
        """Somebody gives a file, as one group, or takes one back."""
        device = self._someone()
        if device.name not in (*OWN, "deputy", "officer"):
            return
        number = device.replica.next_number()
        group = self.author.imported(device.name, device.database, device.number, number)
        self.world.faults["import" if len(group) > 1 else "import taken back"] += 1
        self._enter(device, group)

    def _old_copy(self) -> None:
        """An old copy of a replica is kept, or put back in its place with all that it lacks."""
        device = self._someone()
        if device.kept is None:
            device.kept = self.world.moved(device.folder)
            self.witness.kept(device)
            self.note("copy kept", device.name)
            return
        self.world.faults["old copy put back"] += 1
        self._happened += 1
        before = self.witness.signed(device)
        device.put_back()
        self.witness.put_back(device, before)
        self._replayed.discard(device.name)
        self.note("old copy", device.name, device.pending())

    def _upgrade(self) -> None:
        """A newer program comes to a replica with everything that waits, or to the server (T19)."""
        fuse, fate = -1, ""
        if self.dice.chance(self.profile.crash_rate):
            fuse = self.dice.below(STATEMENTS)
            fate = self.dice.one_of(("before", "after", "full"))
        if self.dice.chance(0.3):
            self.world.faults["server upgraded"] += 1
            waits = self.world.server.upgrade(fuse, fate)
            self.witness.expect(waits, "crash", "T19", "server", "goes on with older tables")
            self.note("upgraded", "server")
            return
        device = self._someone()
        self.world.faults["replica upgraded"] += 1
        with self.poison.while_replaying(now=True):
            device.upgrade(fuse, fate)
        self._replayed.add(device.name)
        self.witness.after_crash(device)
        self._compare(device, self.world.server.school.head().seq)
        self.note("upgraded", device.name, device.pending())

    def _backup(self) -> None:
        self.world.server.back_up()
        self.note("backup")

    def _restore(self) -> None:
        """The server's database is put back as it was at the last backup, also again."""
        self.world.faults["server restored"] += 1
        self.restores += 1
        self._happened += 1
        server, killed = self.world.server, self.dice.chance(0.5)
        before = server.school.state.phase, server.school.head()
        self.witness.check_own(server.school.database)
        self.witness.check_shut_out(server.school.database)
        server.put_back(killed=killed)
        after = server.school.state.phase, server.school.head()
        seen = killed or before[0] != Phase.OPEN or after in (before, (Phase.SUSPENDED, after[1]))
        self.witness.expect(seen, "order", "T16", "server", "does not see what it has lost")
        self.witness.restored(self.world.devices.values())
        self.note("server restored", killed, after[0])

    def _operator(self) -> None:
        """The operator of a restored server goes on, whether or not everybody was there."""
        process = self.world.server.process
        if self.dice.chance(self.profile.crash_rate):
            process.light(self.dice.below(STATEMENTS), self.dice.one_of(("before", "after")))
        try:
            self.note("operator", self.world.server.operate())
        except EschoolError as error:
            self.note("operator", error.key)

    def is_revoked(self, device: Device) -> bool:
        """Return whether a device was shut out."""
        row = self.world.server.school.store.first(DeviceRow, device=device.number)
        return row is not None and row.revoked_at > 0

    def _add(
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

    def _entry(self, device: Device) -> Command:
        return self.author.entry(device.name, device.database)

    def _enter(
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

        self._happened += 1
        self._replayed.discard(device.name)
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

    def _someone(self) -> Device:
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
                self._happened += 1
                self.step({kind: self.profile.weights.get(kind, 0) for kind in NESTED})
        finally:
            self._depth -= 1

    def _interrupt(self, device: Device) -> None:
        """The owner of a message on its way enters something, or another process overtakes it."""
        others = [handle for handle in device.handles if not handle.busy]
        if others and self.dice.chance(0.7):
            self._happened += 1
            self._server_act(lambda store: self.author.change("", store))
            self.sync(device, self.dice.one_of(others))
            return
        if device.name in OWN and self.dice.chance(0.3):
            # The right to what is entered now ends by the answer that is on its way.
            self._happened += 1
            self._server_act(lambda _: self.author.ending(device.name))
        for _ in range(self.dice.between(1, 3)):
            # Of anybody's journal: a fact that only the server knows does not stop the next one.
            whose = self.dice.one_of((device.name, device.name, "anybody"))
            defect = self.profile.weights.get("poison") and self.dice.chance(0.2)
            made = (
                self.author.poisoned(whose) if defect else self.author.entry(whose, device.database)
            )
            self._enter(device, [made])
        if self.dice.chance(0.5):
            # What was entered meanwhile is not sent, and lies on top of what came.
            self.network.cut.add(device.name)

    def _disturbed(self, name: str) -> None:
        """An old answer may say that nothing is new, with sums that are no longer true."""
        self._happened += 1
        self._excused.add(name)

    def _repaired(self, taking: Taking) -> None:
        """A repair has a cause, or the sums of one side were wrong."""
        name = self._name_of(taking)
        self.witness.expect(name in self._excused, "divergent", "I5", name, "repairs itself")
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
            before = None if device.name in self._excused else Stand.of(device)
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

    def _compare(self, device: Device, head: int) -> None:
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
        if pending and device.name not in self._replayed:
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

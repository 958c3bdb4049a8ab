"""What can happen at a step: a method for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_core.commands.access import RevokeDevice
from eschool_core.errors import EschoolError
from eschool_sync.clock import ManualClock
from eschool_sync.replica import enrol_through
from eschool_sync.replica.profile import Profile as SavedProfile
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.state import Phase
from tests.simulation.acts import OWN
from tests.simulation.mix import OFFICE
from tests.simulation.network import DEAF, DOWN, UP
from tests.simulation.profile import STATEMENTS
from tests.sync.harness import PASSPHRASE, URL

if TYPE_CHECKING:
    from tests.simulation.play import Play
    from tests.simulation.world import Device, Handle

MOST_DEVICES = 9
BOOTS = 1_000
"""Another computer has started so often that no boot of it has a number of the first one's."""

HOUR, DAY, YEAR = 3_600, 86_400, 31_556_952


class Steps:
    """The kinds of steps of one play."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._dice = play.dice
        self._profile = play.profile
        self._base = play.base
        self._world = play.world
        self._author = play.author
        self._witness = play.witness

    def happen(self, kind: str) -> None:
        """Let a kind of step happen (``Profile.weights``)."""
        getattr(self, f"_{kind}")()

    def _act(self) -> None:
        device = self._play.someone()
        self._play.enter(device, [self._play.entry(device)])

    def _group(self) -> None:
        device = self._play.someone()
        count = self._dice.between(2, 4)
        self._play.enter(device, [self._play.entry(device) for _ in range(count)])

    def _poison(self) -> None:
        device = self._play.someone()
        self._world.faults["poison"] += 1
        self._play.enter(device, [self._author.poisoned(device.name)])

    def _sync(self) -> None:
        device = self._play.someone()
        free = [handle for handle in device.handles if not handle.busy]
        if free:
            self._play.sync(device, self._dice.one_of(free))

    def _role(self) -> None:
        if self._dice.chance(0.08):
            device = self._play.someone()
            self._world.faults["device revoked"] += 1
            self._play.server_act(lambda _: RevokeDevice(device=device.number))
        else:
            self._world.faults["role changed"] += 1
            self._play.server_act(lambda store: self._author.change("", store))

    def _office(self) -> None:
        """People enter something on the server's pages, without a device."""
        for _ in range(self._dice.between(1, 3)):
            name = self._dice.one_of([each for each in OFFICE if self._base.knows(each)])
            self._world.faults["entered at the server"] += 1
            self._office_entry(name, self._base.person(name))

    def _office_entry(self, name: str, actor: int) -> None:
        self._play.server_act(lambda store: self._author.any_kind(name, store.database), actor)

    def _pass(self) -> None:
        seconds = self._dice.one_of((1, 60, HOUR, 20 * HOUR, DAY, 3 * DAY))
        day = self._world.server.today()
        self._world.advance(seconds)
        self._play.note("pass", seconds)
        self._play.poison.closed_day = -1
        new = self._world.server.today()
        if new > day and self._profile.weights.get("poison") and self._dice.chance(0.3):
            # By the next step of the clock a newer program has come, but no other day.
            self._world.faults["day not opened"] += 1
            self._play.poison.closed_day = day + 1
            self._witness.stuck_on = new

    def _clock(self) -> None:
        device = self._play.someone()
        step = self._dice.one_of((HOUR, -HOUR, 10 * YEAR, -10 * YEAR, -device.clock.wall(), 0))
        if step:
            self._world.faults["clock set"] += 1
            device.clock.step_wall(step)
        else:
            self._world.faults["reboot"] += 1
            device.clock.reboot()
            self._die(device)
        self._play.note("clock", device.name, step)

    def _damage(self) -> None:
        """The sum beside some rows is lost: the next sync loads everything anew."""
        device = self._play.someone()
        parts = device.database.fetch("SELECT part FROM part_state WHERE rows > 0 ORDER BY part")
        if parts:
            self._world.faults["sum lost"] += 1
            self._play.excused.add(device.name)
            part = self._dice.one_of(parts)
            spoil = "UPDATE part_state SET digest = zeroblob(16) WHERE part = ?"
            device.database.execute(spoil, part)

    def _kill(self) -> None:
        device = self._play.someone()
        self._world.faults["killed"] += 1
        self._die(device)

    def _die(self, device: Device) -> None:
        for handle in [each for each in device.handles if not each.busy]:
            handle.process.die()
            device.ended(handle)
            self._witness.after_crash(device)
        self._play.note("died", device.name)

    def _restart(self) -> None:
        self._world.faults["server restarted"] += 1
        if self._dice.chance(0.5):
            self._world.server.process.die()
            self._world.server.start()
        else:
            self._world.server.restart()
        self._play.note("server restarted")

    def _link(self) -> None:
        device = self._play.someone()
        state = self._dice.one_of((UP, UP, DOWN, DEAF))
        self._play.network.links[device.name] = state
        self._world.faults[f"link {state}"] += 1
        self._play.note("link", device.name, state)

    def _second(self) -> None:
        """A second process opens the same replica, or one of two ends."""
        device = self._play.someone()
        free = [handle for handle in device.handles if not handle.busy]
        if len(free) > 1 and self._dice.chance(0.7):
            self._take_turns(device, free[0], free[1])
        elif len(device.handles) > 1:
            handle = self._dice.one_of(device.handles)
            if not handle.busy:
                device.close(handle)
        else:
            self._world.faults["second process"] += 1
            device.start()
        self._play.note("handles", device.name, len(device.handles))

    def _take_turns(self, device: Device, one: Handle, other: Handle) -> None:
        """One process enters something, another one fetches what is new, the first goes on."""
        for _ in range(3):
            # A refusal forgets what was read.
            if one.process.dead or self._play.enter(device, [self._play.entry(device)], by=one):
                break
        if device.name in OWN and self._dice.chance(0.5):
            self._play.server_act(lambda _: self._author.ending(device.name))
        else:
            self._play.server_act(lambda store: self._author.change("", store))
        fetched = not other.process.dead and self._play.sync(device, other)
        if one.process.dead or not self._play.enter(device, [self._play.entry(device)], by=one):
            return
        if fetched:
            # Nothing has changed since the other process carried out anew what waits.
            self._play.replayed.add(device.name)
            self._play.compare(device, self._world.server.school.head().seq)

    def _refused(self) -> None:
        """Resend a refused command, or take it off the list."""
        device = self._play.someone()
        handle = self._dice.one_of(device.handles)
        refused = handle.replica.refused()
        if not refused:
            return
        number = self._dice.one_of(refused).number
        if self._dice.chance(0.6):
            self._play.enter(device, [self._play.entry(device)], replaces=number)
        else:
            self._play.attempt(device, handle, "dismiss", lambda: handle.replica.dismiss(number))

    def _enrol(self) -> None:
        """Somebody gets another device."""
        owner = self._play.someone()
        name = f"{owner.name}+{len(self._world.devices)}"
        folder = self._world.folder / name
        line, clock = self._play.network.line(name), owner.clock
        random = SeededRandom((self._play.seed << 16) + len(self._world.devices))
        school = SavedProfile(URL, self._base.number)
        try:
            code = self._world.server.run(lambda opened: opened.issue_code(owner.person))
            result = enrol_through(
                line, school, folder, code, PASSPHRASE, clock=clock, random=random
            )
        except EschoolError as error:
            self._play.note("not enrolled", error.key)
            return
        self._world.faults["enrolled"] += 1
        device = self._play.add(name, owner.person, folder)
        device.clock.step_wall(clock.wall() - device.clock.wall())
        self._play.note("enrolled", name, result.device)

    def _clone(self) -> None:
        """The files of a replica are copied to another computer, and both are used."""
        origin = self._play.someone()
        if len(self._world.devices) >= MOST_DEVICES:
            return
        self._world.faults["replica copied"] += 1
        count = len(self._world.devices)
        name = f"{origin.name}~{count}"
        clock = ManualClock(origin.clock.wall(), boot_id=BOOTS * count)
        folder = self._world.moved(origin.folder)
        self._witness.copied(origin.name, name)
        if origin.name in self._play.excused:
            self._play.excused.add(name)
        self._play.add(name, origin.person, folder, origin.family, clock)
        self._play.note("copied", origin.name, name)

    def _import(self) -> None:
        """Somebody gives a file, as one group, or takes one back."""
        device = self._play.someone()
        if device.name not in (*OWN, "deputy", "officer"):
            return
        number = device.replica.next_number()
        group = self._author.imported(device.name, device.database, device.number, number)
        self._world.faults["import" if len(group) > 1 else "import taken back"] += 1
        self._play.enter(device, group)

    def _old_copy(self) -> None:
        """An old copy of a replica is kept, or put back in its place with all that it lacks."""
        device = self._play.someone()
        if device.kept is None:
            device.kept = self._world.moved(device.folder)
            self._witness.kept(device)
            self._play.note("copy kept", device.name)
            return
        self._world.faults["old copy put back"] += 1
        self._play.happened += 1
        before = self._witness.signed(device)
        device.put_back()
        self._witness.put_back(device, before)
        self._play.replayed.discard(device.name)
        self._play.note("old copy", device.name, device.pending())

    def _upgrade(self) -> None:
        """A newer program comes to a replica with everything that waits, or to the server (T19)."""
        fuse, fate = -1, ""
        if self._dice.chance(self._profile.crash_rate):
            fuse = self._dice.below(STATEMENTS)
            fate = self._dice.one_of(("before", "after", "full"))
        if self._dice.chance(0.3):
            self._world.faults["server upgraded"] += 1
            waits = self._world.server.upgrade(fuse, fate)
            self._witness.expect(waits, "crash", "T19", "server", "goes on with older tables")
            self._play.note("upgraded", "server")
            return
        device = self._play.someone()
        self._world.faults["replica upgraded"] += 1
        with self._play.poison.while_replaying(now=True):
            device.upgrade(fuse, fate)
        self._play.replayed.add(device.name)
        self._witness.after_crash(device)
        self._play.compare(device, self._world.server.school.head().seq)
        self._play.note("upgraded", device.name, device.pending())

    def _backup(self) -> None:
        self._world.server.back_up()
        self._play.note("backup")

    def _restore(self) -> None:
        """The server's database is put back as it was at the last backup, also again."""
        self._world.faults["server restored"] += 1
        self._play.restores += 1
        self._play.happened += 1
        server, killed = self._world.server, self._dice.chance(0.5)
        before = server.school.state.phase, server.school.head()
        self._witness.check_own(server.school.database)
        self._witness.check_verdicts(server.school.database)
        self._witness.check_shut_out(server.school.database)
        server.put_back(killed=killed)
        after = server.school.state.phase, server.school.head()
        seen = killed or before[0] != Phase.OPEN or after in (before, (Phase.SUSPENDED, after[1]))
        self._witness.expect(seen, "order", "T16", "server", "does not see what it has lost")
        self._witness.restored(self._world.devices.values())
        self._play.note("server restored", killed, after[0])

    def _operator(self) -> None:
        """The operator of a restored server goes on, whether or not everybody was there."""
        server = self._world.server
        # Opened by whoever only looks, it would meet that fate where nobody expects it.
        server.school.head()
        process = server.process
        if self._dice.chance(self._profile.crash_rate):
            process.light(self._dice.below(STATEMENTS), self._dice.one_of(("before", "after")))
        try:
            self._play.note("operator", self._world.server.operate())
        except EschoolError as error:
            self._play.note("operator", error.key)
        finally:
            # Where nothing was due, nobody has met that fate, and whoever only looks on would.
            process.light(-1, "")

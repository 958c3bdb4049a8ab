"""A server restored from an older backup while replicas are ahead of it (design §5.7, T16).

    python -m tests.drills.restored_server --replicas 30 --restores 2 --json

Counted are acknowledged commands that are missing after all have synced, and ids that name two
things. Between two restores everybody works on; the same old backup is put back each time.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from eschool_core.commands.base import Command
from eschool_core.domain.tables import TABLES
from eschool_core.errors import EschoolError
from eschool_core.store.statements import name_of
from eschool_sync.clock import ManualClock
from eschool_sync.history.verify import Verifier
from eschool_sync.server import restoring
from eschool_sync.server.directory import DATABASE_FILE
from tests.core.commands.acts import absent, homework, mark, topic
from tests.sync.harness import Member, World, build, lesson, pupils, substitute

PEOPLE = ("maths", "russian", "english", "substitute", "deputy")
LOG = "SELECT device, n, header, payload, verdict FROM log ORDER BY seq"
Acked = dict[tuple[int, int], tuple[bytes, bytes, int]]


@dataclass
class Result:
    """What became of it.

    Attributes:
        acknowledged: Commands of replicas that the server had acknowledged and forgot.
        missing: Of them, those that are not back.
        altered: Of those back, the ones whose bytes are others.
        changed: Of those back, the ones whose verdict is another one and no review.
        held: Of those back, the ones that now wait for review.
        twice: Ids that name two things.
    """

    replicas: int
    restores: int
    seed: int
    acknowledged: int = 0
    missing: int = 0
    altered: int = 0
    changed: int = 0
    held: int = 0
    twice: int = 0
    pushes: int = 0
    seconds: float = 0.0
    told: list[str] = field(default_factory=list)


class Drill:
    """A school with many replicas, and a backup of its server."""

    def __init__(self, folder: Path, replicas: int, seed: int) -> None:
        self.world = build(folder / "world")
        substitute(self.world)
        self.source = random.Random(seed)
        self.copy = folder / "backup.db"
        self.result = Result(replicas, 0, seed)
        self.members: list[Member] = []
        for number in range(replicas - 1):
            self.enrol(PEOPLE[number % len(PEOPLE)])
        self.sync_all()

    def enrol(self, person: str) -> Member:
        """Give a person one more device."""
        world, number = self.world, len(self.members)
        folder = world.folder / "replicas" / f"{person}-{number}"
        moment = ManualClock(world.clock.wall())
        key = world.enrol(person, folder, moment)
        seed = 50_000 + 100 * number
        member = Member(person, world.person(person), folder, key, moment, world.wire(), seed)
        self.members.append(member)
        world.members[f"{person}-{number}"] = member
        return member

    def work(self, member: Member) -> None:
        """Give a few commands; some are refused by the server."""
        world = self.world
        for _ in range(self.source.randint(1, 4)):
            try:
                member.do(self._command(world))
            except EschoolError:
                continue
        if member.name == "maths" and self.source.random() < 0.3:
            group = [topic(lesson(world), "В группе"), mark(lesson(world), pupils(world)[1], 3)]
            member.replica.do_all(group)

    def _command(self, world: World) -> Command:
        school_class, subject = self.source.choice(
            [("5А", "Математика"), ("5А", "Русский язык"), ("5Б", "Математика")]
        )
        page = world.school.lesson(school_class, subject)
        pupil = self.source.choice(world.school.pupils[school_class])
        text = f"Тема {self.source.randrange(10**6)}"
        return self.source.choice(
            [mark(page, pupil, self.source.randint(2, 5)), topic(page, text), absent(page, pupil),
             homework(page, text)]
        )  # fmt: skip

    def sync_all(self) -> None:
        """Sync everybody twice, so that each has what the others have written."""
        for _ in range(2):
            for member in self.members:
                member.sync()

    def back_up(self) -> None:
        """Take a copy of the server's database."""
        restoring.take_copy(self.world.server, self.copy, self.file)

    @property
    def file(self) -> Path:
        """The server's database."""
        return self.world.directory.folder / str(self.world.number) / DATABASE_FILE

    def restore(self) -> None:
        """Put the copy back where nothing outside of the database says how far it had come."""
        server = self.world.server
        self.world.kill()
        server.change(lambda state: replace(state, seq=0, root=""))
        self.put_back()

    def put_back(self) -> None:
        """Put the copy back while the server is down, and start it."""
        restoring.put_back(self.file, self.copy)
        self.world.restart()

    def acknowledged(self) -> Acked:
        """Return every command of a replica that has a verdict here."""
        server_devices = {self.world.server.state.server_device, 1}
        return {
            (device, n): (bytes(header), bytes(payload), verdict)
            for device, n, header, payload, verdict in self.world.server.database.fetch(LOG)
            if device not in server_devices
        }

    def things(self) -> dict[tuple[str, int], Any]:
        """Return what each id names: its table and partition."""
        database = self.world.server.database
        return {
            (name_of(spec.table), row_id): part
            for spec in TABLES
            for row_id, part in database.fetch(f"SELECT id, part FROM {name_of(spec.table)}")
        }

    def once(self) -> None:
        """Work, restore, let everybody come back, and count."""
        self.enrol("maths")
        for member in self.members:
            self.work(member)
            member.sync()
        before, named = self.acknowledged(), self.things()
        for member in self.members[::3]:
            self.work(member)
        self.restore()
        self.result.restores += 1
        self.result.acknowledged += len(before.keys() - self.acknowledged().keys())
        self._expect_busy("busy.restored")
        restoring.begin(self.world.server)
        self._expect_busy("busy.collecting")
        returned = restoring.close_window(self.world.server)
        assert returned.left == 0, returned
        self.result.pushes += returned.pushes
        self.sync_all()
        self.sync_all()
        self._count(before, named)

    def _expect_busy(self, key: str) -> None:
        """Let everybody try to sync, and be told to wait."""
        for member in self.source.sample(self.members, len(self.members)):
            said = told(member)
            self.result.told.append(said)
            assert said == key, (member.name, said)

    def _count(self, before: Acked, named: dict[tuple[str, int], Any]) -> None:
        after, result = self.acknowledged(), self.result
        result.missing += len(before.keys() - after.keys())
        for key in before.keys() & after.keys():
            header, payload, verdict = before[key]
            result.altered += after[key][:2] != (header, payload)
            held = after[key][2] == 4
            result.held += held and verdict != 4
            result.changed += not held and after[key][2] != verdict
        now = self.things()
        result.twice += sum(now[key] != part for key, part in named.items() if key in now)
        server = self.world.server
        digest_key = bytes.fromhex(server.state.digest_key)
        verifier = Verifier(server.database, self.world.number, server.public_key, digest_key)
        heads = [member.replica.witness().head() for member in self.members]
        done = verifier.verify(heads)
        assert done.is_sound, done.problems
        self.world.check(*self.world.members)


def told(member: Member) -> str:
    """Return what a sync is told; empty if it succeeds."""
    try:
        member.sync()
    except EschoolError as error:
        return error.key
    return ""


def run(folder: Path, replicas: int, restores: int, seed: int) -> Result:
    """Restore the same backup again and again."""
    began = time.perf_counter()
    drill = Drill(folder, replicas, seed)
    drill.back_up()
    for _ in range(restores):
        drill.once()
    drill.world.close()
    drill.result.seconds = round(time.perf_counter() - began, 1)
    drill.result.told = sorted(set(drill.result.told))
    return drill.result


def main() -> None:
    """Run by command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicas", type=int, default=30)
    parser.add_argument("--restores", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = run(Path(folder), given.replicas, given.restores, given.seed)
    if given.as_json:
        print(json.dumps(asdict(result), ensure_ascii=False))
    else:
        print(
            f"{result.acknowledged} forgotten, {result.missing} missing, {result.altered} altered, "
            f"{result.held} in review, {result.twice} ids used twice, in {result.seconds} s"
        )


if __name__ == "__main__":
    main()

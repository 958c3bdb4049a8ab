"""The school of the permission matrix on a real server, with replicas of those who may act.

The stage is built in memory by the code that the matrix uses; its rows then become the rows of a
server's encrypted file. Every scenario begins from a copy of that file and of one replica.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eschool_core.commands.access import EnrolDevice, IssueSlip, UseSlip
from eschool_core.commands.base import Command
from eschool_core.commands.credentials import HandOutSlip
from eschool_core.domain.tables import TABLES
from eschool_core.ids import make_id
from eschool_core.store import statements
from eschool_core.store.database import SqliteDatabase, transaction
from eschool_sync.clock import ManualClock
from eschool_sync.history.merkle import leaf_hash
from eschool_sync.history.tree import LOWEST
from eschool_sync.security.cipher import create_encrypted
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.directory import DATABASE_FILE, STATE_FILE, Directory
from eschool_sync.server.heads import Heads
from eschool_sync.server.state import ServerState
from eschool_sync.server.tables import create_server_tables
from tests.core.commands.access_samples import SECRET_HASH
from tests.matrix import stage
from tests.school import KEY, MONDAY, SmallSchool
from tests.sync.harness import NOON, ServedSchool, World, closing
from tests.sync.regulation.forbidden import Forbidden, forbidden, prepare

NUMBER = 7
FIRST_FREE_DEVICE = 50_000
"""The devices that the stage's own commands came from have lower numbers."""


@dataclass
class StagedWorld(World):
    """A server and replicas of the stage's actors, who are named by the matrix's columns."""

    actors: Mapping[str, int] = field(default_factory=dict)

    def person(self, name: str) -> int:
        """Return an actor's id."""
        return self.actors[name]


@dataclass(frozen=True)
class Template:
    """A closed world to copy from.

    Attributes:
        commands: One for each line of the matrix, which the right person can give now.
        keys: Of the replicas, by actor.
        forbidden: What nobody may, whatever the right.
        school: The stage in memory, for its ids.
    """

    folder: Path
    school: SmallSchool
    forbidden: Sequence[Forbidden]
    commands: Mapping[str, Command]
    actors: Mapping[str, int]
    keys: Mapping[str, DatabaseKey]

    @contextmanager
    def copied(self, folder: Path, *names: str) -> Iterator[StagedWorld]:
        """Give a world of its own with the replicas of some actors."""
        shutil.copytree(self.folder / "server", folder / "server")
        for name in names:
            shutil.copytree(self.folder / "replicas" / name, folder / "replicas" / name)
        world = opened(folder, self.actors)
        world.keys |= {name: self.keys[name] for name in names}
        with closing(world):
            yield world


def template(folder: Path, members: tuple[str, ...]) -> Template:
    """Build the stage on a server and enrol some of its actors."""
    built = stage.build()
    prepare(built)
    write(folder / "server" / str(NUMBER), built)
    world = opened(folder, built.actors)
    with closing(world):
        world.synced(*members)
        commands = givable(world, built)
        world.settle()
        world.check()
    actors = MappingProxyType(built.actors)
    return Template(
        folder,
        built.school,
        forbidden(built, commands),
        MappingProxyType(commands),
        actors,
        MappingProxyType(world.keys),
    )


def givable(world: StagedWorld, built: stage.Stage) -> dict[str, Command]:
    """Return a command for each line of the matrix, as the right person can give it there now."""
    return built.commands | _slips(world) | _another_week(built.commands)


def _slips(world: StagedWorld) -> dict[str, Command]:
    """Issue the stage's slips anew: enrolling has replaced them."""

    def issued(name: str, digit: str) -> int:
        number = world.server.next_number()
        expires = NOON + 24 * 3600
        person = world.person(name)
        world.act(IssueSlip(person_id=person, secret_hash=digit * 64, expires_at=expires))
        return make_id(world.server.state.server_device, number)

    of_staff, of_pupil = issued("maths", "a"), issued("pupil", "b")
    return {
        "hand_out_slip": HandOutSlip(slip_id=of_pupil),
        "hand_out_slip/staff": HandOutSlip(slip_id=of_staff),
        "use_slip": UseSlip(person_id=world.person("pupil"), secret_hash="b" * 64),
        "enrol_device": EnrolDevice(
            person_id=world.person("maths"),
            secret_hash="a" * 64,
            device=10,
            public_key=SECRET_HASH,
            label="ПК",
        ),
    }


def _another_week(commands: Mapping[str, Command]) -> dict[str, Command]:
    """Let the sample make lessons: those of its own weeks are there."""
    label = "schedule_lessons"
    later = {"first_day": MONDAY + 14, "last_day": MONDAY + 20}
    return {label: commands[label].model_copy(update=later)}


def opened(folder: Path, actors: Mapping[str, int]) -> StagedWorld:
    """Return the world of a folder, for closing."""
    moment = ManualClock(NOON)
    directory = Directory(folder / "server", clock=moment, random=SeededRandom(5))
    school = ServedSchool(directory.school(NUMBER).database)
    return StagedWorld(folder, moment, directory, NUMBER, school, actors=actors)


def write(
    folder: Path,
    built: stage.Stage,
    create: Callable[[Path, DatabaseKey], Any] = create_encrypted,
) -> None:
    """Write the stage's rows as those of a server that has judged as many commands."""
    folder.mkdir(parents=True)
    state = replace(
        ServerState.found(NUMBER, SeededRandom(6)),
        server_device=FIRST_FREE_DEVICE,
        highest_device=FIRST_FREE_DEVICE,
        digest_key=KEY.hex(),
    )
    state.save(folder / STATE_FILE)
    key = DatabaseKey.from_bytes(bytes.fromhex(state.database_key))
    database = SqliteDatabase(create(folder / DATABASE_FILE, key))
    source = built.school
    with transaction(source.database):
        # What the stage puts by hand is in no sum before this.
        source.ledger.flush()
    with transaction(database):
        create_server_tables(database)
        for spec in TABLES:
            rows = [row.values() for row in source.store.select(spec.table)]
            database.execute_many(statements.insert(spec.table), rows)
        sums = source.store.rows("SELECT part, rows, digest, seq FROM part_state")
        database.execute_many(
            "INSERT INTO part_state (part, rows, digest, seq) VALUES (?, ?, ?, ?)", sums
        )
        signing = SigningKey(bytes.fromhex(state.school_seed))
        heads = Heads(database, signing, NUMBER, bytes.fromhex(state.incarnation))
        # The history keeps whole subtrees from so many leaves up: of these no entry is asked for.
        size = (source.seq >> LOWEST) + 1 << LOWEST
        leaves = [leaf_hash(number.to_bytes(8, "big")) for number in range(size)]
        heads.advance(heads.lock(), source.seq, leaves, NOON)
    database.close()

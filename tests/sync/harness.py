"""A whole school in one process: a server, replicas of people of every role, a wire between them.

Everything is deterministic: the clocks move when told to, random bytes come from seeds, and the
wire loses and repeats what the test says. A world on SQLite is a copy of one that was built and
enrolled once; on PostgreSQL it is built anew, or copied with its database.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.journals import RecordSubstitution
from eschool_core.commands.school import FoundSchool
from eschool_core.domain.enums import SubstitutionKind, Verdict
from eschool_core.domain.row import Row
from eschool_core.domain.tables import TABLES
from eschool_core.errors import EschoolError, TransportError
from eschool_core.ids import make_id
from eschool_core.imports.drafts import NameDraft
from eschool_core.store.database import Database
from eschool_sync.clock import ManualClock
from eschool_sync.protocol.error_body import pack_error, unpack_error
from eschool_sync.replica import Receipt, Replica, SyncReport, enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.slots import KEYS_FILE
from eschool_sync.replica.transport import Progress
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.keyslots import KeySlots
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.directory import Directory
from eschool_sync.server.guard import RequestRecord, hide_access
from eschool_sync.server.http import TOLD
from eschool_sync.server.school import ServerSchool
from tests.postgres import new_database
from tests.school import FIRST_DAY, MONDAY, SERVER, ZONE, SmallSchool, clock

PASSPHRASE = "четыре слова для теста"
URL = "http://127.0.0.1:1"
NOON = clock(MONDAY, 12)
MEMBERS = ("maths", "english", "russian", "substitute", "deputy", "officer", "guardian")
"""Who is enrolled in a copied world; others enrol when they are first asked for."""

MATHS = ("5А", "Математика")

Rows = dict[str, list[tuple[object, ...]]]


class ServedSchool(SmallSchool):
    """The small school, entered through the server's own device."""

    server: ServerSchool
    last_number = 0

    @classmethod
    def empty(cls, database: Database) -> ServedSchool:
        """Return the school as the directory has founded it."""
        return cls(database, now=clock(FIRST_DAY, 7))

    @classmethod
    def on(cls, server: ServerSchool) -> ServedSchool:
        """Build the school on a server that knows nothing but its officer."""
        bound: type[ServedSchool] = type("BoundSchool", (cls,), {"server": server})
        school = bound.found(server.database)
        assert isinstance(school, ServedSchool)
        school.move(server)
        return school

    def move(self, server: ServerSchool) -> None:
        """Go on with the same school on a server that holds the same rows."""
        self.server = server
        self.database = server.database
        self.store = server.store

    def do(self, command: Command, actor: int | str = 0, **how: object) -> Outcome:
        """Carry out a command as the server's own act, attested for ``actor``."""
        person = self.staff[actor] if isinstance(actor, str) else actor
        self.last_number = self.server.next_number()
        is_founded = isinstance(command, FoundSchool)
        outcome = Outcome(Verdict.ACCEPTED) if is_founded else self.server.act(command, person)
        self.seq = self.server.head().seq
        return outcome

    def must(self, command: Command, actor: int | str = 0, **how: object) -> int:
        """Carry out a command that has to be accepted; return the first id it may use."""
        outcome = self.do(command, actor)
        assert not outcome.key, outcome
        return make_id(SERVER, self.last_number)


Fault = Callable[["Wire", str, bytes], bytes]


def request_lost(wire: Wire, route: str, body: bytes) -> bytes:
    """Nothing reaches the server."""
    raise TransportError("transport.unreachable")


def answer_lost(wire: Wire, route: str, body: bytes) -> bytes:
    """The server does its work and nobody hears of it."""
    wire.deliver(route, body)
    raise TransportError("transport.interrupted")


def request_repeated(wire: Wire, route: str, body: bytes) -> bytes:
    """The server gets the same request three times; the last answer comes back."""
    wire.deliver(route, body)
    wire.deliver(route, body)
    return wire.deliver(route, body)


def request_cut(wire: Wire, route: str, body: bytes) -> bytes:
    """The end of the request is lost."""
    return wire.deliver(route, body[: len(body) // 2])


def answer_cut(wire: Wire, route: str, body: bytes) -> bytes:
    """The end of the answer is lost, and nobody notices on the way."""
    answer = wire.deliver(route, body)
    return answer[: len(answer) // 2]


def old_request_first(wire: Wire, route: str, body: bytes) -> bytes:
    """An earlier request of the same device arrives once more, late."""
    if wire.sent:
        wire.deliver(route, wire.sent[0])
    return wire.deliver(route, body)


@dataclass
class Wire:
    """The way from one replica to the server; errors arrive as they do over HTTP.

    Attributes:
        faults: What happens to the next messages, one each; then nothing.
        sent: Bodies that reached the server, in order.
        answers: What it answered.
    """

    directory: Directory
    school: int
    faults: list[Fault] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)

    def post(self, route: str, body: bytes, progress: Progress | None = None) -> bytes:
        """Carry a body, unless a fault has it otherwise."""
        if self.faults:
            return self.faults.pop(0)(self, route, body)
        return self.deliver(route, body)

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def deliver(self, route: str, body: bytes) -> bytes:
        """Return the server's answer."""
        self.sent.append(body)
        try:
            answer = self.directory.handle(self.school, route, body, "local")
        except EschoolError as error:
            raise as_told(error, route) from error
        self.answers.append(answer)
        return answer


def as_told(error: EschoolError, route: str) -> EschoolError:
    """Return an error as it reaches the other side."""
    public = hide_access(TOLD, frozenset({"enrol"}))(error, RequestRecord("", route=route))
    told = unpack_error(pack_error(public))
    assert told is not None, f"no text for {public}"
    return told


@dataclass
class Member:
    """A person at a replica, with a clock and a wire of the device's own.

    Attributes:
        machine: The computer; by default the person's own.
    """

    name: str
    person: int
    folder: Path
    key: DatabaseKey
    clock: ManualClock
    wire: Wire
    seed: int
    machine: bytes = b""
    replica: Replica = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> Replica:
        """Open the replica, again or for the first time."""
        self.seed += 1
        random = SeededRandom(self.seed)
        self.replica = Replica(
            self.folder,
            self.key,
            self.wire,
            clock=self.clock,
            random=random,
            machine=self.machine or self.name.encode(),
        )
        return self.replica

    def reopen(self) -> Replica:
        """Close and open."""
        self.replica.close()
        return self.open()

    def do(self, command: Command, *, replaces: int | None = None) -> Receipt:
        """Carry out a command on the replica."""
        return self.replica.do(command, replaces=replaces)

    def sync(self) -> SyncReport:
        """Sync the replica."""
        return self.replica.sync()

    @property
    def database(self) -> Database:
        """The replica's database."""
        return self.replica.store.database

    def rows(self) -> Rows:
        """Return every row of the replica."""
        return all_rows(self.database)

    def undo_images(self) -> int:
        """Return how many rows differ from the confirmed ones."""
        return int(self.database.fetch("SELECT count(*) FROM undo_image")[0][0])


@dataclass
class World:
    """A server with its school, and whoever has a replica of it.

    Attributes:
        clock: The server's.
        members: Replicas by the name of their owner: the names of the staff, ``guardian`` (of the
            first pupil of 5А), ``pupil`` (that pupil).
        postgres_url: Of the database that holds the school; empty for a file.
    """

    folder: Path
    clock: ManualClock
    directory: Directory
    number: int
    school: ServedSchool
    keys: dict[str, DatabaseKey] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    postgres_url: str = ""

    @property
    def server(self) -> ServerSchool:
        """The server's side of the school."""
        return self.directory.school(self.number)

    def person(self, name: str) -> int:
        """Return somebody's id."""
        if name == "pupil":
            return self.school.pupils["5А"][0]
        if name == "guardian":
            return self.school.guardian(self.school.pupils["5А"][0])
        return self.school.staff[name]

    def wire(self) -> Wire:
        """Return a new way to the server."""
        return Wire(self.directory, self.number)

    def member(self, name: str) -> Member:
        """Return a person at a replica, enrolled when first asked for."""
        known = self.members.get(name)
        if known is None:
            known = self.members[name] = self._member(name)
        return known

    def synced(self, *names: str) -> list[Member]:
        """Return people at replicas that have everything."""
        members = [self.member(name) for name in names]
        for member in members:
            member.sync()
        return members

    def enrol(self, name: str, folder: Path, device_clock: ManualClock) -> DatabaseKey:
        """Enrol somebody; return the key of the new replica."""
        code = self.server.issue_code(self.person(name))
        profile = Profile(URL, self.number)
        random = SeededRandom(1_000 + len(self.keys))
        enrol_through(
            self.wire(), profile, folder, code, PASSPHRASE, clock=device_clock, random=random
        )
        return KeySlots.load(folder / KEYS_FILE).unlock_with_passphrase(PASSPHRASE)

    def advance(self, seconds: int) -> None:
        """Let time pass for the server and for every device."""
        for each in (self.clock, *(member.clock for member in self.members.values())):
            each.advance(seconds)

    def act(self, command: Command, name: str = "") -> Outcome:
        """Carry out a command on the server that has to be accepted; by default its own."""
        outcome = self.server.act(command, self.person(name) if name else 0)
        assert not outcome.key, outcome
        return outcome

    def rows_in_scope(self, member: Member) -> Rows:
        """Return the server's rows in the partitions that a replica holds."""
        held = {row[0] for row in member.database.fetch("SELECT part FROM part_state")}
        rows = all_rows(self.server.database)
        return {name: [row for row in listed if row[1] in held] for name, listed in rows.items()}

    def settle(self, rounds: int = 3) -> None:
        """Sync everybody until nothing is on its way any more."""
        for member in self.members.values():
            member.wire.faults.clear()
        for _ in range(rounds):
            for member in self.members.values():
                member.sync()

    def check(self, *names: str) -> None:
        """Fail unless replicas are exactly what the server has for them, with nothing pending."""
        for name in names or tuple(self.members):
            member = self.members[name]
            status = member.replica.status()
            assert status.pending == 0
            assert status.digest_equal
            assert member.undo_images() == 0
            assert member.rows() == self.rows_in_scope(member), name

    def kill(self) -> None:
        """End the server process as kill -9 does: nothing is written on its way out."""
        for number in list(self.directory._open):
            self.directory._open.pop(number).database.close()

    def restart(self) -> None:
        """End the server process and start another."""
        self.directory.close()
        self.school.move(self.server)

    def close(self) -> None:
        """Close every file."""
        for member in self.members.values():
            member.replica.close()
        self.directory.close()

    def _member(self, name: str) -> Member:
        folder = self.folder / "replicas" / name
        device_clock = ManualClock(self.clock.wall())
        key = self.keys.get(name)
        if key is None:
            key = self.keys[name] = self.enrol(name, folder, device_clock)
        seed = 10_000 + 100 * len(self.members)
        return Member(name, self.person(name), folder, key, device_clock, self.wire(), seed)


def all_rows(database: Database) -> Rows:
    """Return every row of every domain table, in id order; bytes as bytes."""
    return {table_name(spec.table): read_rows(database, spec.table) for spec in TABLES}


def table_name(table: type[Row]) -> str:
    return str(table.__tablename__)


def read_rows(database: Database, table: type[Row]) -> list[tuple[object, ...]]:
    from eschool_core.store import statements

    return [tuple(row) for row in database.fetch(statements.select(table, ()))]


def build(
    folder: Path, postgres_url: str = "", make_directory: type[Directory] = Directory
) -> World:
    """Build a world with its school and no replica, on Monday 7 September 2026 at noon."""
    moment = ManualClock(clock(FIRST_DAY, 7))
    directory = make_directory(
        folder / "server", postgres_url, clock=moment, random=SeededRandom(seed_of(folder))
    )
    number, _ = directory.found("Школа № 1", ZONE, NameDraft("Главный", "Олег"))
    school = ServedSchool.on(directory.school(number))
    moment.advance(NOON - moment.wall())
    return World(folder, moment, directory, number, school, postgres_url=postgres_url)


def seed_of(folder: Path) -> int:
    """Return a seed of a folder's own: two worlds on one PostgreSQL are two schools."""
    return int.from_bytes(str(folder).encode()[-15:], "big")


def template(folder: Path) -> World:
    """Build a world on SQLite with everybody of ``MEMBERS`` enrolled and synced, closed."""
    world = build(folder)
    world.synced(*MEMBERS)
    world.close()
    world.members.clear()
    return world


def copied(origin: World, folder: Path) -> World:
    """Return a world of its own that begins where ``origin`` was closed.

    On PostgreSQL ``origin`` must have a database of its own (``new_database``).
    """
    shutil.copytree(origin.folder, folder, dirs_exist_ok=True)
    url = origin.postgres_url
    if url:
        url = new_database(url, like=url)
    moment, random = ManualClock(NOON), SeededRandom(seed_of(folder))
    directory = Directory(folder / "server", url, clock=moment, random=random)
    school = copy.copy(origin.school)
    for name, value in vars(origin.school).items():
        if isinstance(value, dict | list):
            setattr(school, name, copy.copy(value))
    school.move(directory.school(origin.number))
    keys = dict(origin.keys)
    return World(folder, moment, directory, origin.number, school, keys, postgres_url=url)


@contextmanager
def closing(world: World) -> Iterator[World]:
    """Close a world at the end."""
    try:
        yield world
    finally:
        world.close()


def lesson(world: World, day: int = MONDAY) -> int:
    """Return the maths lesson of 5А on a day."""
    return world.school.lesson(*MATHS, day)


def pupils(world: World) -> list[int]:
    """Return the pupils of 5А."""
    return world.school.pupils["5А"]


def substitute(world: World, last_day: int = MONDAY + 23) -> Outcome:
    """Let the substitute stand in for the maths teacher of 5А for September."""
    return world.act(
        RecordSubstitution(
            journal_id=world.school.journals[MATHS],
            absent_id=world.person("maths"),
            substitute_id=world.person("substitute"),
            substitution_kind=SubstitutionKind.ACTING,
            first_day=MONDAY - 6,
            last_day=last_day,
            act="№ 5",
        )
    )

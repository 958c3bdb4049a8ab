"""The school that every seed begins with: built once a process, then copied from memory."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from eschool_core.commands.base import Command
from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import TermKind
from eschool_core.domain.journal import JournalLine, Lesson
from eschool_core.imports.drafts import NameDraft
from eschool_sync.clock import ManualClock
from eschool_sync.replica import Replica, enrol_through
from eschool_sync.replica import profile as profiles
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.directory import Directory
from tests.core.commands.samples import samples
from tests.matrix import stage
from tests.school import FIRST_DAY, MONDAY, ZONE, SmallSchool, clock
from tests.simulation.disk import KEY, Disk
from tests.simulation.profile import CAST
from tests.simulation.upgrade import taken
from tests.sync.harness import NOON, PASSPHRASE, URL, ServedSchool, Wire
from tests.sync.regulation import staged

SERVER_FOLDER = "server"


@dataclass(frozen=True)
class Base:
    """A founded school with everybody of the cast enrolled and synced, on Monday at noon.

    Attributes:
        files: Contents of every file, by path.
        devices: Person and device number, by name of the cast.
        lessons: Ids of each journal, in order of dates.
        lines: Pupils of each journal.
        samples: A command of each kind, or of each of its variants, about this school.
        begins: Seq of the first command in its log; of earlier ones there are only the rows.
        seq: Of the server's head.
    """

    number: int
    files: Mapping[str, bytes]
    devices: Mapping[str, tuple[int, int]]
    school: SmallSchool
    lessons: Mapping[int, list[int]]
    lines: Mapping[int, list[int]]
    samples: Mapping[str, Command]
    begins: int
    seq: int

    @cached_property
    def journal_of(self) -> Mapping[int, int]:
        """The journal of each lesson."""
        return {lesson: number for number, ids in self.lessons.items() for lesson in ids}

    def knows(self, name: str) -> bool:
        """Return whether somebody is in this school."""
        return name == "server" or name in self.devices or name in self.school.staff

    def person(self, name: str) -> int:
        """Return somebody's id; 0 for the server itself."""
        if name == "server":
            return 0
        return self.devices[name][0] if name in self.devices else self.school.staff[name]

    def write(self, folder: Path, cast: tuple[str, ...]) -> None:
        """Lay the files of the server and of some replicas into a folder."""
        wanted = (SERVER_FOLDER, *cast)
        for name, content in self.files.items():
            if name.split("/")[0] in wanted:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)


def scratch() -> Path:
    """Return where files cost the least: in memory, if this system has such a place."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() else Path(tempfile.gettempdir())


@cache
def base(*, encrypted: bool, with_all: bool = False, stepped: bool = False) -> Base:
    """Build the school; the same bytes of rows, chains and keys each time.

    Args:
        with_all: With something for every command to act on, as the matrix of rights has it.
        stepped: By the program that has the made-up step of the tables (``upgrade``).
    """
    disk, program = Disk(encrypted), taken() if stepped else nullcontext()
    with tempfile.TemporaryDirectory(dir=scratch()) as name, disk.mounted(), program:
        return _staged(Path(name), disk) if with_all else _built(Path(name))


def _built(folder: Path) -> Base:
    moment = ManualClock(clock(FIRST_DAY, 7))
    directory = Directory(folder / SERVER_FOLDER, clock=moment, random=SeededRandom(7))
    number, _ = directory.found("Школа № 1", ZONE, NameDraft("Главный", "Олег"))
    school = ServedSchool.on(directory.school(number))
    _enter_terms(school)
    moment.advance(NOON - moment.wall())
    pupil = school.pupils["5А"][0]
    devices = _enrolled_all(folder, directory, number, _people(school, pupil))
    return _packed(folder, directory, number, devices, school, samples(school))


def _staged(folder: Path, disk: Disk) -> Base:
    built = stage.build()
    staged.write(folder / SERVER_FOLDER / str(staged.NUMBER), built, disk.create)
    world = staged.opened(folder, built.actors)
    people = _people(built.school, built.actors["pupil"])
    devices = _enrolled_all(folder, world.directory, world.number, people)
    commands = staged.givable(world, built)
    return _packed(folder, world.directory, world.number, devices, built.school, commands)


def _packed(
    folder: Path,
    directory: Directory,
    number: int,
    devices: Mapping[str, tuple[int, int]],
    school: SmallSchool,
    commands: Mapping[str, Command],
) -> Base:
    store, seq = directory.school(number).store, directory.school(number).head().seq
    [(begins,)] = store.database.fetch("SELECT min(seq) FROM log")
    lessons: dict[int, list[int]] = {}
    for lesson in sorted(store.select(Lesson), key=lambda each: (each.day, each.period)):
        lessons.setdefault(lesson.journal_id, []).append(lesson.id)
    lines: dict[int, list[int]] = {}
    for line in store.select(JournalLine):
        lines.setdefault(line.journal_id, []).append(line.pupil_id)
    directory.close()
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    every = {**commands, "set_term": _third_quarter(school)}
    return Base(number, files, devices, school, lessons, lines, every, begins, seq)


def _third_quarter(school: SmallSchool) -> Command:
    """Return what follows the terms that are there, as the sample of any school cannot."""
    return SetTerm(
        year_id=school.year,
        term_kind=TermKind.QUARTER,
        ordinal=3,
        first_day=MONDAY + 61,
        last_day=MONDAY + 100,
    )


def _enter_terms(school: ServedSchool) -> None:
    """Let a term end on the day of the play, and another one begin."""
    ends = ((FIRST_DAY, MONDAY), (MONDAY + 1, MONDAY + 60))
    for ordinal, (first_day, last_day) in enumerate(ends, start=1):
        school.must(
            SetTerm(
                year_id=school.year,
                term_kind=TermKind.QUARTER,
                ordinal=ordinal,
                first_day=first_day,
                last_day=last_day,
            )
        )


def _people(school: SmallSchool, pupil: int) -> dict[str, int]:
    known = {"guardian": school.guardian(pupil), "pupil": pupil, **school.staff}
    return {name: known[name.removesuffix("_2") if name == "maths_2" else name] for name in CAST}


def _enrolled_all(
    folder: Path, directory: Directory, number: int, people: Mapping[str, int]
) -> dict[str, tuple[int, int]]:
    return {
        name: _enrolled(directory, number, folder / name, person, 100 + place)
        for place, (name, person) in enumerate(people.items())
    }


def _enrolled(
    directory: Directory, number: int, folder: Path, person: int, seed: int
) -> tuple[int, int]:
    wire = Wire(directory, number)
    device_clock, random = ManualClock(NOON), SeededRandom(seed)
    code = directory.school(number).issue_code(person)
    profile = profiles.Profile(URL, number)
    result = enrol_through(
        wire, profile, folder, code, PASSPHRASE, clock=device_clock, random=random
    )
    with Replica(folder, KEY, wire, clock=device_clock, random=random, machine=b"") as replica:
        replica.sync()
    return result.person_id, result.device

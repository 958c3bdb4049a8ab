"""A replica without files, keys and network: the small school as one person uses it.

It keeps the names and the promises of ``eschool_sync.replica.Replica`` that the command line
relies on; every person sees the whole school.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.domain.enums import Verdict
from eschool_core.domain.files import LessonFile
from eschool_core.errors import AccessError, InputError, RegulationError, TransportError
from eschool_core.regulation import checks
from eschool_core.store.store import Store
from eschool_sync.history.head import TreeHead
from eschool_sync.history.witness import Witness
from eschool_sync.replica.files import FileContent, file_of
from eschool_sync.replica.reports import FilesReport, Lease, PartStatus, Status, SyncReport
from eschool_sync.security.signing import SigningKey
from tests.school import SmallSchool

PASSPHRASE = "correct horse battery staple"


@dataclass(frozen=True)
class Receipt:
    number: int
    outcome: Outcome | None


@dataclass(frozen=True)
class EnrolResult:
    replica_folder: Path
    recovery_code: str
    person_id: int
    device: int


@dataclass(frozen=True)
class RefusedCommand:
    number: int
    command: Command | None
    kind: str
    verdict: Verdict
    key: str
    params: dict[str, str | int]
    clause: str
    made_at: int


@dataclass
class World:
    """What all replicas of a test share."""

    school: SmallSchool
    people: dict[str, int] = field(default_factory=dict)
    refused: list[RefusedCommand] = field(default_factory=list)
    given: list[tuple[Command, int | None]] = field(default_factory=list)
    enrolled: list[tuple[str, int, str, str, str]] = field(default_factory=list)
    failure: BaseException | None = None
    undecided: bool = False
    pending: int = 0
    last_sync: int = 0
    passphrases: list[str] = field(default_factory=list)
    contents: dict[bytes, bytes] = field(default_factory=dict)
    sending: FilesReport = field(default_factory=FilesReport)

    def person(self, profile: str) -> int:
        return self.people.get(profile) or self.school.staff[profile]


class FakeReplica:
    """See the module."""

    world: World
    school = 17

    def __init__(self, person_id: int) -> None:
        self.person_id = person_id
        self.device = self.world.school.device_of(person_id)
        self.store: Store = self.world.school.store

    @classmethod
    def open(cls, folder: Path, passphrase: str) -> FakeReplica:
        if passphrase != PASSPHRASE:
            raise AccessError("access.passphrase")
        if cls.world.failure is not None:
            raise cls.world.failure
        return cls(cls.world.person(folder.name))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        pass

    def now(self) -> int:
        return self.world.school.now

    def do(self, command: Command, *, replaces: int | None = None, group: int = 0) -> Receipt:
        self.world.given.append((command, replaces))
        if self.world.undecided:
            return Receipt(17, None)
        number = self.world.school.numbers.get(self.device, 0)
        outcome = self.world.school.do(command, self.person_id, group=group)
        if outcome.verdict is Verdict.REJECTED and outcome.clause:
            raise RegulationError(checks.check(outcome.key), **dict(outcome.params))
        if outcome.verdict is Verdict.REJECTED:
            raise InputError(outcome.key, **dict(outcome.params))
        return Receipt(number, outcome)

    def do_all(self, commands: Sequence[Command], *, replaces: int | None = None) -> list[Receipt]:
        group = self.next_number()
        return [self.do(command, replaces=replaces, group=group) for command in commands]

    def sync(self, progress: object = None) -> SyncReport:
        assert callable(progress)
        progress(phase="send", done=10, total=10)
        progress(phase="wait", done=0, total=None)
        return SyncReport(
            accepted=3, with_findings=1, rejected=1, overwritten=1, pulled_rows=17,
            bytes_up=1500, bytes_down=40_000, parts_in=2, rounds=1,
        )  # fmt: skip

    @contextmanager
    def reading(self) -> Iterator[Store]:
        yield self.store

    def attach_file(
        self, lesson_id: int, name: str, content: bytes, *, for_homework: bool = False
    ) -> Receipt:
        given = file_of(lesson_id, name, content, for_homework=for_homework)
        self.world.contents[bytes.fromhex(given.content_hash)] = content
        return self.do(given)

    def read_file(self, file_id: int) -> FileContent:
        row = self.store.require(LessonFile, file_id)
        return FileContent(row.name, row.media_type, self.world.contents[row.hash])

    def send_files(self) -> FilesReport:
        return self.world.sending

    def prove(self, table: int, row_id: int) -> NoReturn:
        """There is no server here: papers are printed as without a line."""
        raise TransportError("transport.unreachable")

    def witness(self) -> Witness:
        key = SigningKey(b"s" * 32)
        head = TreeHead(self.school, b"i" * 8, self.world.school.seq, b"r" * 32, self.now())
        return Witness(key.public_bytes, head.signed(key))

    def watch(self) -> Iterator[int]:
        """Hear of one piece of news, and no more."""
        return iter((1,))

    def enter_again(self) -> list[object]:
        return []

    def status(self) -> Status:
        held = sum(entry.verdict is Verdict.HELD for entry in self.world.refused)
        return Status(
            pending=self.world.pending,
            rejected=len(self.world.refused) - held,
            held=held,
            last_sync=self.world.last_sync or self.world.school.now - 3600,
            seq=self.world.school.seq,
            digest_equal=True,
            server_url="https://journal.school.example",
            device=self.device,
            rows=1234,
            proven_seq=self.world.school.seq,
            clock_offset_seconds=-3,
            lease=Lease(allowed_days=14, days_left=13, over=False),
            complete=True,
            parts=(PartStatus(1, "school", 0, 1234),),
        )

    def refused(self) -> list[RefusedCommand]:
        return list(self.world.refused)

    @classmethod
    def open_with_recovery_code(cls, folder: Path, code: str) -> FakeReplica:
        if code != "AAAA-BBBB-CCCC":
            raise AccessError("access.recovery_code")
        return cls(cls.world.person(folder.name))

    def change_passphrase(self, new: str) -> None:
        self.world.passphrases.append(new)

    def replace_recovery_code(self) -> str:
        return "DDDD-EEEE-FFFF"

    def next_number(self) -> int:
        # As of a device: 0 stands for no group.
        return self.world.school.numbers.setdefault(self.device, 1)

    def dismiss(self, number: int) -> None:
        self.world.refused = [one for one in self.world.refused if one.number != number]


def enrol(
    folder: Path,
    server_url: str,
    school: int,
    code: str,
    passphrase: str,
    *,
    label: str = "",
    ca_file: str = "",
    progress: object = None,
) -> EnrolResult:
    FakeReplica.world.enrolled.append((server_url, school, code, passphrase, label))
    if code != "good-code":
        raise AccessError("access.code")
    folder.mkdir(parents=True)
    (folder / "profile.json").write_text("{}", encoding="utf-8")
    return EnrolResult(folder, "AAAA-BBBB-CCCC", 77, 12)

"""Makes the replicas that the benchmarks speak of, against a server in another process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.school import (
    EDITS_BEGIN,
    BuiltSchool,
    expected_lessons,
    expected_marks,
    lessons_in,
    marks_in,
    originals_of,
)
from benchmarks.server_process import Served
from benchmarks.workload import EDIT_SECONDS, Edit, Workload, digest
from eschool_sync.clock import ManualClock
from eschool_sync.replica.enrolment import enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.replica import DATABASE_FILE, Replica
from eschool_sync.replica.reports import SyncReport
from eschool_sync.replica.slots import KEYS_FILE
from eschool_sync.replica.transport import HttpTransport, Progress
from eschool_sync.security.keyslots import KeySlots

PASSPHRASE: Final = "семь слов, которых никто не знает"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A teacher's replica that has not synced yet.

    Attributes:
        wire: The way to the server that it uses.
    """

    replica: Replica
    clock: ManualClock
    folder: Path
    wire: Wire


class Wire:
    """Carries bodies over HTTP and keeps the last one.

    Attributes:
        route: Of the last request.
        body: Of the last request.
        answer: The last one.
        before: Called before a body goes out.
        after: Called when an answer has come, before the replica sees it.
    """

    def __init__(self, http: HttpTransport) -> None:
        self._http = http
        self.route, self.body, self.answer = "", b"", b""
        self.before: Callable[[], None] | None = None
        self.after: Callable[[], None] | None = None

    def post(self, route: str, body: bytes, progress: Progress | None = None) -> bytes:
        """Return the server's answer."""
        self.route, self.body = route, body
        if self.before:
            self.before()
        self.answer = self._http.post(route, body, progress)
        if self.after:
            self.after()
        return self.answer

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


@contextmanager
def enrolled(
    folder: Path, served: Served, school: BuiltSchool, teacher: int = 0
) -> Iterator[Enrolled]:
    """Enrol a new device of a teacher over HTTP and open its replica."""
    code = served.ask("code", school.people.staff[teacher])
    clock = ManualClock(EDITS_BEGIN)
    profile = Profile(served.url, school.number)
    with HttpTransport(served.url, school.number) as transport:
        enrol_through(transport, profile, folder, code, PASSPHRASE, clock=clock)
        key = KeySlots.load(folder / KEYS_FILE).unlock_with_passphrase(PASSPHRASE)
        wire = Wire(transport)
        with Replica(folder, key, wire, clock=clock) as replica:
            yield Enrolled(replica, clock, folder, wire)


def edit(
    new: Enrolled, school: BuiltSchool, workload: Workload, teacher: int, edits: Sequence[Edit]
) -> list[float]:
    """Carry out a teacher's edits on a replica, seven seconds apart; return how long each took."""
    originals = originals_of(workload.own(teacher))
    taken = []
    for entry in edits:
        begin = time.perf_counter()
        new.replica.do(school.command(entry, originals))
        taken.append(time.perf_counter() - begin)
        new.clock.advance(EDIT_SECONDS)
    return taken


def file_bytes(folder: Path) -> int:
    """Return the size of the database and what belongs to it."""
    return sum(entry.stat().st_size for entry in folder.glob(DATABASE_FILE + "*"))


def require_bootstrapped(
    replica: Replica, report: SyncReport, school: BuiltSchool, workload: Workload
) -> None:
    """Let pass a replica that holds the scope's rows, value for value, and nothing else of W.

    The sync itself has compared the digests of all rows with the server's.

    Raises:
        ValueError: It does not.
    """
    scope = workload.scope(0)
    found = (
        digest(lessons_in(replica.store, school.people)),
        digest(marks_in(replica.store, school.people)),
    )
    if found != (digest(expected_lessons(scope)), digest(expected_marks(scope))):
        raise ValueError("the replica's rows are not those of the workload")
    status = replica.status()
    if status.rows != report.pulled_rows or not status.digest_equal:
        raise ValueError("the replica does not hold what it pulled")

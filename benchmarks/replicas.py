"""Makes the replica that W1 and W2 speak of, against a server in another process."""

from __future__ import annotations

from collections.abc import Iterator
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
)
from benchmarks.server_process import Served
from benchmarks.workload import Workload, digest
from eschool_sync.clock import ManualClock
from eschool_sync.replica.enrolment import enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.replica import DATABASE_FILE, KEYS_FILE, Replica
from eschool_sync.replica.reports import SyncReport
from eschool_sync.replica.transport import HttpTransport
from eschool_sync.security.keyslots import KeySlots

PASSPHRASE: Final = "семь слов, которых никто не знает"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A replica of teacher 0 that has not synced yet."""

    replica: Replica
    clock: ManualClock
    folder: Path


@contextmanager
def enrolled(folder: Path, served: Served, school: BuiltSchool) -> Iterator[Enrolled]:
    """Enrol a new device of teacher 0 over HTTP and open its replica."""
    code = served.ask("code", school.people.staff[0])
    clock = ManualClock(EDITS_BEGIN)
    profile = Profile(served.url, school.number)
    with HttpTransport(served.url, school.number) as transport:
        enrol_through(transport, profile, folder, code, PASSPHRASE, clock=clock)
        key = KeySlots.load(folder / KEYS_FILE).unlock_with_passphrase(PASSPHRASE)
        with Replica(folder, key, transport, clock=clock) as replica:
            yield Enrolled(replica, clock, folder)


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

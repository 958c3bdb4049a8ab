"""What a push of a day's commands costs the server and the replica, in time of the processor.

``python -m benchmarks.judging [--json] [--runs N]``. Other work on a machine adds to a time by the
clock, and to a share of the processor less; so here server and replica are one process without
HTTP, the time of their thread is taken, and of N runs the least. The server's database is opened
anew for each run. The result is checked as in ``benchmarks.offline_day``: no command may be left,
and the sums are equal.
"""

from __future__ import annotations

import shutil
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.replicas import PASSPHRASE
from benchmarks.report import Arguments, print_report, read_arguments
from benchmarks.school import EDITS_BEGIN, BuiltSchool, build, originals_of
from benchmarks.workload import EDIT_SECONDS, Workload
from eschool_sync.clock import ManualClock
from eschool_sync.replica.enrolment import enrol_through
from eschool_sync.replica.profile import Profile
from eschool_sync.replica.replica import Replica
from eschool_sync.replica.slots import KEYS_FILE
from eschool_sync.replica.transport import LocalTransport
from eschool_sync.security.keyslots import KeySlots
from eschool_sync.server.directory import Directory

NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the processor of one push."""

    server: float
    replica: float


class _Timed:
    """A server in this process.

    Attributes:
        seconds: Of the processor that it has taken.
    """

    def __init__(self, directory: Directory, school: int) -> None:
        self._directory = directory
        self._school = school
        self.seconds = 0.0

    def __call__(self, route: str, body: bytes) -> bytes:
        """Return the answer."""
        begin = time.thread_time()
        try:
            return self._directory.handle(self._school, route, body, "")
        finally:
            self.seconds += time.thread_time() - begin


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the least of some runs."""
    workload = arguments.workload
    workload.require_checked()
    with TemporaryDirectory() as name:
        folder = Path(name)
        school = build(folder / "server", workload)
        edits = _enter(folder, school, workload)
        commands = len(workload.edits_of(0))
        costs = [
            _sync(folder, folder / str(run), school, commands) for run in range(arguments.runs)
        ]
    return {
        "case": "judging",
        "n": arguments.runs,
        "commands": commands,
        "server_us_per_command": round(min(cost.server for cost in costs) / commands * 1e6),
        "replica_us_per_command": round(min(cost.replica for cost in costs) / commands * 1e6),
        "edit_us": round(edits / commands * 1e6),
    }


def _enter(folder: Path, school: BuiltSchool, workload: Workload) -> float:
    """Let a new replica do a teacher's edits; return the processor's seconds for all of them."""
    clock = ManualClock(EDITS_BEGIN)
    with closing(Directory(folder / "server", clock=clock)) as directory:
        way = LocalTransport(_Timed(directory, school.number))
        code = directory.school(school.number).issue_code(school.people.staff[0])
        profile = Profile(NOWHERE, school.number)
        enrol_through(way, profile, folder / "replica", code, PASSPHRASE, clock=clock)
        with _replica(folder / "replica", way, clock) as replica:
            replica.sync()
            originals = originals_of(workload.own(0))
            commands = [school.command(edit, originals) for edit in workload.edits_of(0)]
            begin = time.thread_time()
            for command in commands:
                replica.do(command)
                clock.advance(EDIT_SECONDS)
            return time.thread_time() - begin


def _sync(origin: Path, folder: Path, school: BuiltSchool, commands: int) -> Cost:
    """Sync copies of the replica and the server, with so many commands to give.

    Raises:
        ValueError: A command is left, or the sums differ.
    """
    for part in ("server", "replica"):
        shutil.copytree(origin / part, folder / part)
    clock = ManualClock(EDITS_BEGIN + EDIT_SECONDS * commands)
    with closing(Directory(folder / "server", clock=clock)) as directory:
        server = _Timed(directory, school.number)
        directory.school(school.number)
        with _replica(folder / "replica", LocalTransport(server), clock) as replica:
            begin = time.thread_time()
            replica.sync()
            whole = time.thread_time() - begin
            status = replica.status()
    shutil.rmtree(folder)
    if status.pending or status.rejected or status.held or not status.digest_equal:
        raise ValueError(f"commands are left: {status}")
    return Cost(server.seconds, whole - server.seconds)


def _replica(folder: Path, way: LocalTransport, clock: ManualClock) -> Replica:
    key = KeySlots.load(folder / KEYS_FILE).unlock_with_passphrase(PASSPHRASE)
    return Replica(folder, key, way, clock=clock)


if __name__ == "__main__":
    main()

"""W2: 500 edits of a replica whose server is away, then one sync.

``python -m benchmarks.offline_day [--json] [--runs N]``. What the rows and edits are in our tables
stands in ``benchmarks/school.py``, the workload in ``benchmarks/workload.py``.

An edit is measured from making the command to the return of ``Replica.do``: validated, judged by
the clauses, applied, chained and durable. Then the server's clock is set to the end of the day and
one ``Replica.sync`` sends all 500, signed once; each is judged, logged and acknowledged, and the
replica proves by digests that both sides are equal before it returns. The rows are compared with a
plain replay of the edits.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.limits import (
    Line,
    bare_line,
    batch_seconds,
    commit_seconds,
    loaded,
    signature_seconds,
)
from benchmarks.replicas import edit, enrolled
from benchmarks.report import (
    Arguments,
    middle,
    percentile,
    print_report,
    read_arguments,
    timing,
)
from benchmarks.school import (
    EDITS_BEGIN,
    BuiltSchool,
    build,
    cells_of,
    expected_after,
    lessons_in,
    marks_in,
)
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import EDIT_SECONDS, Workload
from eschool_sync.replica.replica import Replica
from eschool_sync.replica.reports import SyncReport


@dataclass(frozen=True, slots=True)
class Limit:
    """L2, its p99, and verify + 2 · L3 + L4."""

    edit: float
    edit_p99: float
    sync: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day's edits and the sync after it.

    Attributes:
        steps: Of SQLite's machine at the server, if they were counted.
        reads: Of files at the server.
    """

    edits: list[float]
    sync: float
    server_cpu: float
    report: SyncReport
    steps: int = 0
    reads: int = 0


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report of W2."""
    workload = arguments.workload
    workload.require_checked()
    days, limits = [], []
    with TemporaryDirectory() as name, bare_line() as line:
        folder = Path(name)
        school = build(folder / "server", workload)
        for number in range(arguments.runs):
            at = folder / f"run{number}"
            shutil.copytree(folder / "server", at / "server")
            limits.append(limit_of(at, workload, line))
            with Served(serve_school, at / "server", EDITS_BEGIN, school.number) as served:
                days.append(day_of(at / "replica", served, school, workload))
            shutil.rmtree(at)
    return _report(arguments, days, limits)


def limit_of(folder: Path, workload: Workload, line: Line) -> Limit:
    """Measure what a day is compared with."""
    scope, edits = workload.scope(0), workload.edits_of(0)
    with loaded(folder / "single.db", scope) as database:
        commits = commit_seconds(database.connection, edits)
    with loaded(folder / "batch.db", scope) as database:
        batch = batch_seconds(database.connection, edits)
    bound = signature_seconds().verify + 2 * batch + line.measured().small
    return Limit(middle(commits), percentile(commits, 99), bound)


def day_of(
    folder: Path, served: Served, school: BuiltSchool, workload: Workload, *, counting: bool = False
) -> Day:
    """Let a new replica have its day, and check it; a day that is counted is slower."""
    edits = workload.edits_of(0)
    with enrolled(folder, served, school) as new:
        new.replica.sync()
        taken = edit(new, school, workload, 0, edits)
        served.ask("advance", EDIT_SECONDS * len(edits))
        if counting:
            served.ask("count")
        cpu = served.cpu_seconds()
        begin = time.perf_counter()
        report = new.replica.sync()
        wall = time.perf_counter() - begin
        cpu = served.cpu_seconds() - cpu
        steps, reads = served.ask("counted") if counting else (0, 0)
        _require_synced(new.replica, report, school, workload)
    return Day(taken, wall, cpu, report, steps, reads)


def _require_synced(
    replica: Replica, report: SyncReport, school: BuiltSchool, workload: Workload
) -> None:
    """Let pass a replica whose commands are all accepted and whose rows are a plain replay's.

    Raises:
        ValueError: They are not.
    """
    edits = workload.edits_of(0)
    status = replica.status()
    if status.pending or status.rejected or status.held or not status.digest_equal:
        raise ValueError(f"commands are left: {status}")
    if report.accepted + report.with_findings != len(edits):
        raise ValueError(f"not all commands were accepted: {report}")
    cells, homeworks = expected_after(workload.scope(0), edits)
    if cells_of(marks_in(replica.store, school.people)) != cells:
        raise ValueError("marks differ from a plain replay")
    found = {row.id: row.homework.strip() for row in lessons_in(replica.store, school.people)}
    if found != homeworks:
        raise ValueError("homeworks differ from a plain replay")


def _report(
    arguments: Arguments, days: Sequence[Day], limits: Sequence[Limit]
) -> dict[str, object]:
    count = len(days[0].edits)
    report = days[-1].report
    walls = [day.sync for day in days]
    return {
        "case": "W2 offline day",
        "n": arguments.runs,
        "edits": count,
        "edit_p50": timing([middle(day.edits) for day in days], [limit.edit for limit in limits]),
        "edit_p99": timing(
            [percentile(day.edits, 99) for day in days], [limit.edit_p99 for limit in limits]
        ),
        "sync": timing(walls, [limit.sync for limit in limits]),
        "commands_per_s": round(count / middle(walls)),
        "rounds": report.rounds,
        "bytes_up": report.bytes_up,
        "bytes_down": report.bytes_down,
        "bytes_up_per_command": round(report.bytes_up / count, 1),
        "bytes_down_per_command": round(report.bytes_down / count, 1),
        "server_cpu_us_per_command": round(middle([day.server_cpu for day in days]) / count * 1e6),
        "with_findings": report.with_findings,
    }


if __name__ == "__main__":
    main()

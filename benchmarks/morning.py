"""W3: in the morning 20 teachers sync what each wrote offline, all at once, until all are equal.

``python -m benchmarks.morning [--json] [--runs N] [--replicas 1,5,20,80]``. Replica r does the 500
edits of teacher ``r mod 20`` on a device of its own; bootstrap and edits are not measured. Then
the replicas go round by round: in each all sync at the same moment, until each has the rows of
every command that was sent. The clock runs from the first request to the end of the last round;
the replicas are threads of this process, so it bounds the wall time more than the server does,
and commands are also given for a second of the server's own process.

Checked: equal sums by partition against the server's, and the server's rows against a plain replay
of all edits. From 21 replicas on two devices write the same cells; a correction without a reason
is then refused (2.2), by rule and with the same rows in the end.

The same with ``--schools N``: N schools of one server process each, 20 replicas in all.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.replicas import Enrolled, edit, enrolled
from benchmarks.report import Arguments, argument_parser, middle, print_report, taken
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
from eschool_core.store.store import Store
from eschool_sync.clock import ManualClock
from eschool_sync.replica.reports import PartStatus, SyncReport
from eschool_sync.server.directory import Directory

TEACHERS: Final = 20
MAX_ROUNDS: Final = 10


@dataclass(frozen=True, slots=True)
class Morning:
    """One run.

    Attributes:
        rounds: In which all replicas synced at once.
        round_trips: Requests of the busiest replica.
        server_cpu: Seconds of all server processes.
    """

    wall: float
    rounds: int
    round_trips: int
    commands: int
    accepted: int
    bytes_up: int
    bytes_down: int
    server_cpu: float


@dataclass(frozen=True, slots=True)
class Site:
    """One school's server and its replicas."""

    folder: Path
    served: Served
    replicas: Sequence[Enrolled]


def main() -> None:
    """Measure and print."""
    parser = argument_parser(__doc__)
    parser.add_argument("--replicas", default="20", metavar="N,N", help="default 20")
    parser.add_argument("--schools", type=int, default=1, metavar="N", help="default 1")
    given = parser.parse_args()
    arguments = taken(given)
    counts = [int(word) for word in str(given.replicas).split(",")]
    print_report(measured(arguments, counts, given.schools), arguments)


def measured(arguments: Arguments, counts: Sequence[int], schools: int) -> dict[str, object]:
    """Return the report of W3."""
    workload = arguments.workload
    workload.require_checked()
    with TemporaryDirectory() as name:
        folder = Path(name)
        school = build(folder / "server", workload)
        cases = {
            str(count): _case(
                [
                    _run(
                        folder / f"{count}-{number}",
                        folder / "server",
                        school,
                        workload,
                        count,
                        schools,
                    )
                    for number in range(arguments.runs)
                ]
            )
            for count in counts
        }
    return {
        "case": "W3 morning",
        "n": arguments.runs,
        "schools": schools,
        "edits": len(workload.edits_of(0)),
        "replicas": cases,
    }


def _run(
    folder: Path,
    server_folder: Path,
    school: BuiltSchool,
    workload: Workload,
    count: int,
    schools: int,
) -> Morning:
    with ExitStack() as held:
        sites = []
        for number in range(schools):
            at = folder / str(number)
            shutil.copytree(server_folder, at / "server")
            where = (at / "server", EDITS_BEGIN, school.number)
            served = held.enter_context(Served(serve_school, *where))
            # Spread as evenly as can be; all schools are alike.
            mine = range(number, count, schools)
            replicas = [
                held.enter_context(
                    enrolled(at / f"replica{place}", served, school, _teacher(workload, place))
                )
                for place in mine
            ]
            for place, new in zip(mine, replicas, strict=True):
                new.replica.sync()
                teacher = _teacher(workload, place)
                edit(new, school, workload, teacher, workload.edits_of(teacher))
            served.ask("advance", EDIT_SECONDS * len(workload.edits_of(0)))
            sites.append(Site(at, served, replicas))
        morning = _converge(sites)
        parts = [[new.replica.status().parts for new in site.replicas] for site in sites]
    for number, site in enumerate(sites):
        teachers = [_teacher(workload, place) for place in range(number, count, schools)]
        _require_equal(site.folder / "server", school, workload, teachers, parts[number])
    shutil.rmtree(folder)
    return morning


def _teacher(workload: Workload, place: int) -> int:
    return place % min(TEACHERS, workload.teachers)


def _converge(sites: Sequence[Site]) -> Morning:
    """Let all replicas sync, round by round, until each has seen everything.

    Raises:
        ValueError: They do not come to an end, or a command is left.
    """
    everybody = [new for site in sites for new in site.replicas]
    commands = sum(new.replica.status().pending for new in everybody)
    cpu = sum(site.served.cpu_seconds() for site in sites)
    reports: list[list[SyncReport]] = [[] for _ in everybody]
    start = threading.Barrier(len(everybody))
    begin = time.perf_counter()
    with ThreadPoolExecutor(len(everybody)) as pool:
        for _ in range(MAX_ROUNDS):
            syncs = [pool.submit(_sync, start, new.replica.sync) for new in everybody]
            for heard, sync in zip(reports, syncs, strict=True):
                heard.append(sync.result())
            if all(_has_all(site) for site in sites):
                break
        else:
            raise ValueError("the replicas do not come to an end")
    wall = time.perf_counter() - begin
    cpu = sum(site.served.cpu_seconds() for site in sites) - cpu
    every = [report for heard in reports for report in heard]
    verdicts = [
        sum(getattr(report, name) for report in every)
        for name in ("accepted", "with_findings", "rejected", "held")
    ]
    if sum(verdicts) != commands or any(new.replica.status().pending for new in everybody):
        raise ValueError(f"of {commands} commands these have verdicts: {verdicts}")
    return Morning(
        wall,
        len(reports[0]),
        max(sum(report.rounds for report in heard) for heard in reports),
        commands,
        verdicts[0] + verdicts[1],
        sum(report.bytes_up for report in every),
        sum(report.bytes_down for report in every),
        cpu,
    )


def _sync(start: threading.Barrier, sync: Callable[[], SyncReport]) -> SyncReport:
    start.wait()
    return sync()


def _has_all(site: Site) -> bool:
    """Return whether every replica stands at the school's head with equal sums."""
    head, _ = site.served.ask("standing", site.replicas[0].replica.person_id)
    return all(
        status.seq == head and status.digest_equal
        for status in (new.replica.status() for new in site.replicas)
    )


def _require_equal(
    server_folder: Path,
    school: BuiltSchool,
    workload: Workload,
    teachers: Sequence[int],
    held: Sequence[tuple[PartStatus, ...]],
) -> None:
    """Let pass a server whose rows are a plain replay's, and whose partitions the replicas hold.

    The sums themselves are compared by every sync; here it is the rows.

    Raises:
        ValueError: They are not.
    """
    directory = Directory(server_folder, clock=ManualClock(EDITS_BEGIN))
    store = directory.school(school.number).store
    edits = [entry for teacher in set(teachers) for entry in workload.edits_of(teacher)]
    cells, homeworks = expected_after(workload.all, edits)
    if cells_of(marks_in(store, school.people)) != cells:
        raise ValueError("marks differ from a plain replay")
    found = {row.id: row.homework.strip() for row in lessons_in(store, school.people)}
    if found != homeworks:
        raise ValueError("homeworks differ from a plain replay")
    counts = _row_counts(store)
    wrong = [part for parts in held for part in parts if counts.get(part.part, 0) != part.rows]
    directory.close()
    if wrong:
        raise ValueError(f"{len(wrong)} partitions have other rows than the server's")


def _row_counts(store: Store) -> dict[int, int]:
    return {int(part): int(rows) for part, rows in store.rows("SELECT part, rows FROM part_state")}


def _case(mornings: Sequence[Morning]) -> dict[str, object]:
    last = mornings[-1]
    walls = [morning.wall for morning in mornings]
    rates = [morning.commands / morning.wall for morning in mornings]
    by_cpu = [morning.commands / morning.server_cpu for morning in mornings]
    return {
        "median_s": round(middle(walls), 3),
        "spread": [round(min(walls), 3), round(max(walls), 3)],
        "commands": last.commands,
        "accepted": last.accepted,
        "commands_per_s": round(middle(rates)),
        "commands_per_s_spread": [round(min(rates)), round(max(rates))],
        "commands_per_server_cpu_s": round(middle(by_cpu)),
        "rounds": max(morning.rounds for morning in mornings),
        "round_trips_of_a_replica": max(morning.round_trips for morning in mornings),
        "bytes_up": last.bytes_up,
        "bytes_down": last.bytes_down,
        "server_cpu_s": round(middle([morning.server_cpu for morning in mornings]), 3),
    }


if __name__ == "__main__":
    main()

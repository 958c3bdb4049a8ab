"""W1: a new replica, already enrolled, pulls its scope from a server that holds 300,000 rows.

``python -m benchmarks.bootstrap [--json] [--runs N]``. What the rows are in our tables stands in
``benchmarks/school.py``, the workload in ``benchmarks/workload.py``.

The clock runs from the call of ``Replica.sync`` until it returns: every row is durable, indexed
and readable, each row's digest was recomputed and their sum compared with the server's, and the
WAL is folded in. The first journals are usable when their chunks are durable and readable, before
any other is asked for. The server is a process of its own, over HTTP on loopback, both databases
are encrypted with ``synchronous=FULL``. *Cold* is the first bootstrap after the server was started,
*warm* the next one of another device. "A row" is a W-row: 20,000 of them are the scope.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.limits import bare_line, loaded, packed_bytes, select_seconds
from benchmarks.replicas import enrolled, file_bytes, require_bootstrapped
from benchmarks.report import Arguments, middle, print_report, read_arguments, timing
from benchmarks.school import EDITS_BEGIN, BuiltSchool, build
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import Journal, Workload


@dataclass(frozen=True, slots=True)
class Pull:
    """One bootstrap.

    Attributes:
        usable: Seconds until the first journals were durable and readable.
        server_cpu: Seconds of the server's process.
        rows: Of our tables.
        disk_bytes: Of the replica's database files once it is closed.
    """

    wall: float
    usable: float
    server_cpu: float
    bytes_up: int
    bytes_down: int
    rounds: int
    rows: int
    disk_bytes: int


@dataclass(frozen=True, slots=True)
class Run:
    """A cold and a warm bootstrap beside their limits."""

    cold: Pull
    warm: Pull
    load: float
    load_bytes: int


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report of W1."""
    workload = arguments.workload
    workload.require_checked()
    scope = workload.scope(0)
    with TemporaryDirectory() as name, bare_line() as line:
        folder = Path(name)
        school = build(folder / "server", workload)
        with loaded(folder / "all.db", workload.all) as everything:
            runs, selects, requests = [], [], []
            for number in range(arguments.runs):
                runs.append(run(folder / f"run{number}", folder / "server", school, workload))
                selects.append(
                    select_seconds(everything.connection, [journal.number for journal in scope])
                )
                requests.append(line.measured().large)
    return _report(arguments, scope, runs, {"L7_s": selects, "L4_large_s": requests})


def pull(folder: Path, served: Served, school: BuiltSchool, workload: Workload) -> Pull:
    """Bootstrap one replica and check it."""
    with enrolled(folder, served, school) as new:
        asked: list[float] = []
        new.wire.before = lambda: asked.append(time.perf_counter())
        cpu = served.cpu_seconds()
        begin = time.perf_counter()
        report = new.replica.sync()
        wall = time.perf_counter() - begin
        cpu = served.cpu_seconds() - cpu
        require_bootstrapped(new.replica, report, school, workload)
    # The list, the first chunks, the others: what is asked for third finds the first ones applied.
    return Pull(
        wall,
        asked[2] - begin,
        cpu,
        report.bytes_up,
        report.bytes_down,
        report.rounds,
        report.pulled_rows,
        file_bytes(folder),
    )


def run(folder: Path, server_folder: Path, school: BuiltSchool, workload: Workload) -> Run:
    """Bootstrap a cold and a warm replica, with the limit between them; leave no file."""
    shutil.copytree(server_folder, folder / "server")
    arguments = (folder / "server", EDITS_BEGIN, school.number)
    with Served(serve_school, *arguments) as served:
        cold = pull(folder / "cold", served, school, workload)
        with loaded(folder / "limit.db", workload.scope(0)) as database:
            load, load_bytes = database.seconds, database.file_bytes
        warm = pull(folder / "warm", served, school, workload)
    shutil.rmtree(folder)
    return Run(cold, warm, load, load_bytes)


def _report(
    arguments: Arguments,
    scope: Sequence[Journal],
    runs: Sequence[Run],
    others: dict[str, list[float]],
) -> dict[str, object]:
    rows = sum(len(journal.lessons) + len(journal.marks) for journal in scope)
    limits = [run.load for run in runs]
    warm = runs[-1].warm
    bodies = warm.bytes_up + warm.bytes_down
    smallest = packed_bytes(scope, 19)
    load_bytes = middle([run.load_bytes for run in runs])
    disk_bytes = middle([run.warm.disk_bytes for run in runs])
    return {
        "case": "W1 bootstrap, warm",
        "n": arguments.runs,
        **timing([run.warm.wall for run in runs], limits),
        "cold": timing([run.cold.wall for run in runs], limits),
        "first_usable": timing([run.warm.usable for run in runs], limits),
        "rows": rows,
        "own_rows": warm.rows,
        "rounds": warm.rounds,
        "bytes_up": warm.bytes_up,
        "bytes_down": warm.bytes_down,
        "bytes_per_row": round(bodies / rows, 2),
        "bytes_per_own_row": round(bodies / warm.rows, 2),
        "bytes_to_L5": round(bodies / smallest, 2),
        "L5_bytes": {"level 19": smallest, "level 3": packed_bytes(scope, 3)},
        "disk_bytes_per_row": round(disk_bytes / rows, 1),
        "disk_bytes_per_own_row": round(disk_bytes / warm.rows, 1),
        "disk_to_L1": round(disk_bytes / load_bytes, 2),
        "L1_disk_bytes_per_row": round(load_bytes / rows, 1),
        "server_cpu_us_per_row": {
            "cold": round(middle([run.cold.server_cpu for run in runs]) / rows * 1e6, 2),
            "warm": round(middle([run.warm.server_cpu for run in runs]) / rows * 1e6, 2),
        },
        **{name: middle(values) for name, values in others.items()},
    }


if __name__ == "__main__":
    main()

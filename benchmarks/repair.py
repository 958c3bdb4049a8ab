"""Repair: a replica of the whole school, 300,000 rows of W, some of them wrong.

``python -m benchmarks.repair [--json] [--runs N]``. A deputy head's replica holds every row. Then
rows are changed behind its back, and its sums are made wrong too, so that the next sync must look:
*sums* changes no row, *some* 1,000 marks, *all* every mark. That sync counts the sums anew from
the rows, tells them to the server, compares short hashes of the partitions that differ, fetches
the rows that are missing or wrong, and where they are more than one answer carries whole
partitions.

Checked: afterwards the sums are the server's, and the rows are those of W.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.replicas import enrolled
from benchmarks.report import Arguments, middle, print_report, read_arguments
from benchmarks.school import (
    EDITS_BEGIN,
    BuiltSchool,
    build,
    expected_lessons,
    expected_marks,
    lessons_in,
    make_deputy,
    marks_in,
)
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import Workload, digest
from eschool_core.store.store import Store
from eschool_sync.replica.replica import Replica

SOME: Final = 1_000
DEPUTY: Final = 2
"""Number of the teacher who is made deputy head."""

LOSE_SUMS: Final = "UPDATE part_state SET rows = rows + 1 WHERE part = 1"


@dataclass(frozen=True, slots=True)
class Mended:
    """One repair."""

    wall: float
    cpu: float
    server_cpu: float
    rows: int
    rounds: int
    bytes_down: int


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report."""
    workload = arguments.workload
    workload.require_checked()
    found: dict[str, list[Mended]] = {"sums": [], "some": [], "all": []}
    with TemporaryDirectory() as name:
        folder = Path(name)
        school = build(folder / "server", workload)
        make_deputy(folder / "server", school, DEPUTY)
        for number in range(arguments.runs):
            at = folder / f"run{number}"
            shutil.copytree(folder / "server", at / "server")
            with (
                Served(serve_school, at / "server", EDITS_BEGIN, school.number) as served,
                enrolled(at / "replica", served, school, DEPUTY) as new,
            ):
                held = new.replica.sync().pulled_rows
                for case, mended in found.items():
                    mended.append(_mend(new.replica, served, case))
                    _require_whole(new.replica, school, workload)
            shutil.rmtree(at)
    return {
        "case": "repair",
        "n": arguments.runs,
        "rows": sum(len(one.lessons) + len(one.marks) for one in workload.all),
        "own_rows": held,
        **{case: _shown(mended) for case, mended in found.items()},
    }


def _mend(replica: Replica, served: Served, case: str) -> Mended:
    database = replica.store.database
    wrong = 0
    if case != "sums":
        chosen = f" WHERE id IN (SELECT id FROM mark ORDER BY id LIMIT {SOME})"
        database.execute(f"UPDATE mark SET value = 9 - value{chosen if case == 'some' else ''}")
        [[wrong]] = database.fetch("SELECT changes()")
    database.execute(LOSE_SUMS)
    server_cpu, cpu, begin = served.cpu_seconds(), time.process_time(), time.perf_counter()
    report = replica.sync()
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    server_cpu = served.cpu_seconds() - server_cpu
    if report.mended_rows < wrong or (wrong == 0) != (report.mended_rows == 0):
        raise ValueError(f"{wrong} rows were wrong: {report}")
    return Mended(wall, cpu, server_cpu, report.mended_rows, report.rounds, report.bytes_down)


def _require_whole(replica: Replica, school: BuiltSchool, workload: Workload) -> None:
    """Let pass a replica that has all rows of W and equal sums.

    Raises:
        ValueError: It does not.
    """
    store: Store = replica.store
    found = (digest(lessons_in(store, school.people)), digest(marks_in(store, school.people)))
    wanted = (digest(expected_lessons(workload.all)), digest(expected_marks(workload.all)))
    if found != wanted or not replica.status().digest_equal:
        raise ValueError("the replica is not whole")


def _shown(mended: Sequence[Mended]) -> dict[str, object]:
    walls = [one.wall for one in mended]
    return {
        "median_s": round(middle(walls), 2),
        "spread": [round(min(walls), 2), round(max(walls), 2)],
        "cpu_s": round(middle([one.cpu for one in mended]), 2),
        "server_cpu_s": round(middle([one.server_cpu for one in mended]), 2),
        "mended_rows": mended[-1].rows,
        "rounds": mended[-1].rounds,
        "bytes_down": mended[-1].bytes_down,
    }


if __name__ == "__main__":
    main()

"""Rebase: 200 pending commands over 500 changes that the server sends.

``python -m benchmarks.rebase [--json] [--runs N]``. Teacher 1 has sent 500 edits of journals that
teacher 0 stands in for. Teacher 0's replica asks for them, and while the answer is on its way 200
commands are entered there. Measured is from the arrival of the answer to the moment at which the
replica asks again: the 200 put back, the rows applied, sums compared, the 200 carried out again on
top, all of it durable, and the next push made and signed. Time of the processor beside it, since
other work on the machine moves the clock.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.replicas import Enrolled, edit, enrolled
from benchmarks.report import Arguments, middle, print_report, read_arguments
from benchmarks.school import EDITS_BEGIN, BuiltSchool, build
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import EDIT_SECONDS, Workload

PENDING: Final = 200
BAR_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Rebase:
    """One rebase."""

    wall: float
    cpu: float
    rows: int
    pending: int


class _Between:
    """Enters commands when the first answer arrives, and takes the time until the next request."""

    def __init__(self, new: Enrolled, school: BuiltSchool, workload: Workload) -> None:
        self._new = new
        self._school = school
        self._workload = workload
        self._answers = 0
        self.pending = 0
        self.wall = self.cpu = 0.0

    def after(self) -> None:
        """An answer has come."""
        self._answers += 1
        if self._answers > 1:
            return
        edits = self._workload.edits_of(0)[:PENDING]
        self.pending = len(edits)
        edit(self._new, self._school, self._workload, 0, edits)
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def before(self) -> None:
        """A request goes out."""
        if self._answers == 1:
            self.wall = time.perf_counter() - self.wall
            self.cpu = time.process_time() - self.cpu


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report."""
    workload = arguments.workload
    workload.require_checked()
    with TemporaryDirectory() as name:
        folder = Path(name)
        school = build(folder / "server", workload)
        rebases = []
        for number in range(arguments.runs):
            at = folder / f"run{number}"
            shutil.copytree(folder / "server", at / "server")
            with Served(serve_school, at / "server", EDITS_BEGIN, school.number) as served:
                rebases.append(_run(at, served, school, workload))
            shutil.rmtree(at)
    return _report(arguments, rebases)


def _run(folder: Path, served: Served, school: BuiltSchool, workload: Workload) -> Rebase:
    edits = workload.edits_of(1)
    with (
        enrolled(folder / "0", served, school, 0) as new,
        enrolled(folder / "1", served, school, 1) as other,
    ):
        for one in (new, other):
            one.replica.sync()
        edit(other, school, workload, 1, edits)
        served.ask("advance", EDIT_SECONDS * len(edits))
        other.replica.sync()
        between = _Between(new, school, workload)
        new.wire.after, new.wire.before = between.after, between.before
        report = new.replica.sync()
        status = new.replica.status()
    judged = report.accepted + report.with_findings
    if judged != between.pending or status.pending or not status.digest_equal:
        raise ValueError(f"not all was sent and taken: {report}, {status}")
    if report.rounds != 2 or report.pulled_rows < len(edits):
        raise ValueError(f"this was no rebase: {report}")
    return Rebase(between.wall, between.cpu, report.pulled_rows, between.pending)


def _report(arguments: Arguments, rebases: Sequence[Rebase]) -> dict[str, object]:
    walls = [rebase.wall for rebase in rebases]
    cpus = [rebase.cpu for rebase in rebases]
    return {
        "case": "rebase",
        "n": arguments.runs,
        "pending": rebases[-1].pending,
        "pulled_rows": rebases[-1].rows,
        "median_s": round(middle(walls), 4),
        "spread": [round(min(walls), 4), round(max(walls), 4)],
        "cpu_s": round(middle(cpus), 4),
        "cpu_spread": [round(min(cpus), 4), round(max(cpus), 4)],
        "bar_s": BAR_SECONDS,
    }


if __name__ == "__main__":
    main()

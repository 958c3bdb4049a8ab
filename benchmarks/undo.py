"""Import and its undo: a class of 25 pupils in a school with 300,000 rows of W.

``python -m benchmarks.undo [--json] [--runs N]``. The officer's list of one more class is taken by
the server and taken back as a whole. The school's writer is held for as long as either takes, so
the bar for both is one second.

Checked: the import adds the pupils, and the undo leaves as many rows in each table as there were.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.report import Arguments, middle, print_report, read_arguments
from benchmarks.school import EDITS_BEGIN, ZONE, BuiltSchool, build
from benchmarks.workload import PUPILS_A_CLASS
from eschool_core import calendar
from eschool_core.app import GROUP_FELL
from eschool_core.commands.guardians import GuardianEntry
from eschool_core.commands.import_undo import UndoImport
from eschool_core.commands.people import AdmitPupil
from eschool_core.domain.imports import ImportRecord, ImportSource
from eschool_core.domain.people import Pupil
from eschool_core.domain.tables import TABLES
from eschool_core.imports.builder import CommandBatch
from eschool_core.store.statements import count_rows, name_of
from eschool_sync.clock import ManualClock
from eschool_sync.server.directory import Directory
from eschool_sync.server.school import ServerSchool

BUDGET_SECONDS: Final = 1.0


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report."""
    workload = arguments.workload
    found: dict[str, list[tuple[float, float]]] = {"import": [], "undo": []}
    with TemporaryDirectory() as name:
        folder = Path(name)
        built = build(folder, workload)
        directory = Directory(folder, clock=ManualClock(EDITS_BEGIN))
        school = directory.school(built.number)
        before = _counts(school)
        for _ in range(arguments.runs):
            found["import"].append(_timed(lambda: _import(school, built)))
            added = _counts(school)[Pupil.number] - before[Pupil.number]
            newest = max(school.store.select(ImportRecord), key=lambda row: row.id)
            found["undo"].append(_timed(lambda: _undo(school, newest.id)))  # noqa: B023 - at once
            after = _counts(school) | {ImportRecord.number: before[ImportRecord.number]}
            if added != PUPILS_A_CLASS or after != before:
                raise ValueError("the undo has not brought the school back")
        directory.close()
    figures = {
        case: {
            "wall_s": round(middle([wall for wall, _ in taken]), 3),
            "worst_s": round(max(wall for wall, _ in taken), 3),
            "cpu_s": round(middle([cpu for _, cpu in taken]), 3),
        }
        for case, taken in found.items()
    }
    return {
        "case": "undo",
        "n": arguments.runs,
        "rows": sum(before.values()),
        **figures,
        "budget_s": BUDGET_SECONDS,
        "in_budget": all(one["worst_s"] <= BUDGET_SECONDS for one in figures.values()),
    }


def _import(school: ServerSchool, built: BuiltSchool) -> None:
    batch = CommandBatch(school.state.server_device, school.next_number())
    batch.begin_import(ImportSource.ROSTER)
    for number in range(PUPILS_A_CLASS):
        guardian = GuardianEntry(family=f"Новый{number}", given="Родитель")
        batch.add(
            AdmitPupil(
                family=f"Новый{number}",
                given="Ученик",
                order="2-з",
                first_day=calendar.local_day(EDITS_BEGIN, ZONE),
                class_id=built.people.classes[0],
                guardians=(guardian,),
            )
        )
    _, outcomes = school.act_together(batch.group, 0)
    for outcome in outcomes:
        if outcome.key not in ("", GROUP_FELL):
            raise ValueError(f"refused: {outcome}")


def _undo(school: ServerSchool, import_id: int) -> None:
    outcome = school.act(UndoImport(import_id=import_id))
    if outcome.key:
        raise ValueError(f"refused: {outcome}")


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return seconds by the clock and of the processor."""
    begun, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - cpu


def _counts(school: ServerSchool) -> dict[int, int]:
    """Return how many rows each table has."""
    return {
        spec.table.number: int(school.store.rows(count_rows(name_of(spec.table)))[0][0])
        for spec in TABLES
    }


if __name__ == "__main__":
    main()

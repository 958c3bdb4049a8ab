"""W5: two teachers change the same 500 cells offline; what is kept, and who is told.

``python -m benchmarks.conflict [--json] [--runs N]``. Replica 0 sets value 5 and comment ``0``,
replica 1 a minute later by its clock value 2 and comment ``1``; replica 1 syncs first, then both
until nothing is new. So teacher 1's values lose by the order of the server.

*Kept*: cells whose losing value can still be read with its author, device and time, and with the
one who replaced it without having seen it, by the same public query on the server and on both
replicas. *Told*: cells of which the loser has a notice on the server and on the own replica, and
the winner a notice on the other. An absence among the cells becomes "late" by teacher 0 and is
taken back by teacher 1; it has no comment.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.replicas import Enrolled, enrolled
from benchmarks.report import Arguments, print_report, read_arguments
from benchmarks.school import DEVICE_SHIFT, EDITS_BEGIN, BuiltSchool, build, correction
from benchmarks.server_process import Served, serve_school
from benchmarks.workload import EDIT_SECONDS, Mark, Workload
from eschool_core.commands.base import Command
from eschool_core.commands.lessons import RecordAttendance
from eschool_core.domain.enums import NoticeKind, Presence
from eschool_core.domain.journal import CellHistory, JournalLine
from eschool_core.domain.office import Notice
from eschool_core.queries.cell_history import History, attendance_history, mark_history
from eschool_core.store.store import Store
from eschool_sync.clock import ManualClock
from eschool_sync.server.directory import Directory

LATER_SECONDS: Final = 60
WINNER: Final = 0
LOSER: Final = 1
MAX_TURNS: Final = 10


@dataclass(frozen=True, slots=True)
class Side:
    """What one side knows of the conflicts.

    Attributes:
        kept: Cells whose losing value can be read.
        told: Cells of which the person in front of it is told.
        standing: What stands in each cell, as text.
    """

    kept: int
    told: int
    standing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run.

    Attributes:
        sides: By name: ``server``, ``winner``, ``loser``.
    """

    sides: dict[str, Side]
    rounds: int
    bytes_up: int
    bytes_down: int


def main() -> None:
    """Measure and print."""
    arguments = read_arguments(__doc__)
    print_report(measured(arguments), arguments)


def measured(arguments: Arguments) -> dict[str, object]:
    """Return the report of W5."""
    workload = arguments.workload
    workload.require_checked()
    with TemporaryDirectory() as name:
        folder = Path(name)
        school = build(folder / "server", workload)
        outcomes = []
        for number in range(arguments.runs):
            at = folder / f"run{number}"
            shutil.copytree(folder / "server", at / "server")
            outcomes.append(_run(at, school, workload))
            shutil.rmtree(at)
    return _report(arguments, outcomes, len(workload.conflict_ids()))


def _run(folder: Path, school: BuiltSchool, workload: Workload) -> Outcome:
    wanted = set(workload.conflict_ids())
    marks = [mark for journal in workload.own(LOSER) for mark in journal.marks if mark.id in wanted]
    with (
        Served(serve_school, folder / "server", EDITS_BEGIN, school.number) as served,
        enrolled(folder / "winner", served, school, WINNER) as winner,
        enrolled(folder / "loser", served, school, LOSER) as loser,
    ):
        for new in (winner, loser):
            new.replica.sync()
        times = _write(winner, loser, school, marks)
        served.ask("advance", EDIT_SECONDS * (len(marks) + 1) + LATER_SECONDS)
        rounds, up, down = _settle([loser, winner])
        device = loser.replica.device
        sides = {
            "winner": _side(winner.replica.store, school, marks, times, device, WINNER),
            "loser": _side(loser.replica.store, school, marks, times, device, LOSER),
        }
    directory = Directory(folder / "server", clock=ManualClock(EDITS_BEGIN))
    store = directory.school(school.number).store
    sides["server"] = _side(store, school, marks, times, device, LOSER)
    directory.close()
    if len({side.standing for side in sides.values()}) != 1:
        raise ValueError("the three sides hold different values")
    return Outcome(sides, rounds, up, down)


def _write(
    winner: Enrolled, loser: Enrolled, school: BuiltSchool, marks: Sequence[Mark]
) -> list[int]:
    """Let both write each cell; return when the loser did."""
    loser.clock.advance(LATER_SECONDS)
    times = []
    for mark in marks:
        winner.replica.do(_command(school, mark, 5, "0", Presence.LATE))
        times.append(loser.replica.now())
        loser.replica.do(_command(school, mark, 2, "1", 0))
        for new in (winner, loser):
            new.clock.advance(EDIT_SECONDS)
    return times


def _command(school: BuiltSchool, mark: Mark, value: int, comment: str, presence: int) -> Command:
    if mark.kind != "absent":
        return correction(school.people, mark, value, comment)
    return RecordAttendance(
        lesson_id=mark.lesson_id + DEVICE_SHIFT,
        pupil_id=school.people.pupils[mark.pupil_id],
        presence=presence,
    )


def _settle(replicas: Sequence[Enrolled]) -> tuple[int, int, int]:
    """Sync in turn until nothing is new for anybody; return round trips and bytes."""
    rounds = up = down = 0
    for _ in range(MAX_TURNS):
        reports = [new.replica.sync() for new in replicas]
        rounds += sum(report.rounds for report in reports)
        up += sum(report.bytes_up for report in reports)
        down += sum(report.bytes_down for report in reports)
        if not any(report.pulled_rows for report in reports):
            break
    for new in replicas:
        status = new.replica.status()
        if status.pending or status.rejected or status.held or not status.digest_equal:
            raise ValueError(f"not quiet: {status}")
    return rounds, up, down


def _side(
    store: Store,
    school: BuiltSchool,
    marks: Sequence[Mark],
    times: Sequence[int],
    device: int,
    reader: int,
) -> Side:
    """Look at one side; ``reader`` is the teacher whose notices are looked for there."""
    winner, loser = (school.people.staff[teacher] for teacher in (WINNER, LOSER))
    lines = {(line.journal_id, line.pupil_id): line for line in store.select(JournalLine)}
    notices = store.select(Notice, person_id=school.people.staff[reader])
    told_of = {notice.object_id for notice in notices if notice.kind == NoticeKind.OVERWRITTEN}
    cells = {row.row_id for row in store.select(CellHistory, conflict=1) if row.id in told_of}
    kept, standing = 0, []
    for mark, time in zip(marks, times, strict=True):
        history = _history(store, school, mark, lines)
        kept += _is_kept(history, mark, (loser, device, time), winner)
        standing.append(history.values[-1].text)
    return Side(kept, len(cells), tuple(standing))


def _history(
    store: Store, school: BuiltSchool, mark: Mark, lines: dict[tuple[int, int], JournalLine]
) -> History:
    [journal_id] = {
        row[0]
        for row in store.rows(
            "SELECT journal_id FROM lesson WHERE id = ?", mark.lesson_id + DEVICE_SHIFT
        )
    }
    line = lines[journal_id, school.people.pupils[mark.pupil_id]]
    read = attendance_history if mark.kind == "absent" else mark_history
    return read(store, mark.lesson_id + DEVICE_SHIFT, line)[0]


def _is_kept(history: History, mark: Mark, lost: tuple[int, int, int], winner: int) -> bool:
    """Return whether the lost value, and by whom it was replaced unseen, can be read."""
    wanted = {"presence": 0} if mark.kind == "absent" else {"value": 2, "comment": "1"}
    for value, following in zip(history.values, history.values[1:], strict=False):
        if value.made_at is None or wanted.items() - value.content.items():
            continue
        found = (value.author_id, value.device, round(value.made_at.timestamp()))
        if found == lost and following.author_id == winner and following.conflict:
            return True
    return False


def _report(arguments: Arguments, outcomes: Sequence[Outcome], cells: int) -> dict[str, object]:
    last = outcomes[-1]
    names = sorted(last.sides)
    return {
        "case": "W5 conflict",
        "n": arguments.runs,
        "cells": cells,
        "kept_share": {
            name: min(outcome.sides[name].kept for outcome in outcomes) / cells for name in names
        },
        "told_share": {
            name: min(outcome.sides[name].told for outcome in outcomes) / cells for name in names
        },
        "rounds": last.rounds,
        "bytes_up": last.bytes_up,
        "bytes_down": last.bytes_down,
        "bytes_per_cell": round((last.bytes_up + last.bytes_down) / cells, 1),
    }


if __name__ == "__main__":
    main()

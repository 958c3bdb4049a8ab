"""How long each report takes for a school of 750 pupils, against reading its rows plainly.

The school is made by a seed (``benchmarks.made_school``): 30 classes of 25, ten subjects each, a
whole year of lessons, marks, misses and term marks. The limit of a report is a plain select, in the
same run, of the rows that it rests on: those of its class where it is of one, all rows of the year
where it is of the school. Times are of the processor: the rows are in memory, and other work on the
machine says nothing of a report. ``--identities`` tries the identities of the specification on the
school as well, over every term and class.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Final

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.identities import check_identities
from benchmarks.made_school import MadeSchool, made_school
from benchmarks.report import middle
from eschool_core.reports.catalogue import REPORTS, ReportSpec, make_report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import Period, free_period, term_period, year_period

BUDGET_SECONDS: Final = 2.0
OF_A_MONTH: Final = ("attendance_days", "timesheet")
SEED: Final = 1
PUPILS_A_CLASS: Final = 25
LESSONS_A_WEEK: Final = 2

OF_CLASS: Final = (
    "SELECT * FROM mark WHERE part IN (SELECT l.part FROM journal_line l JOIN enrolment e "
    "ON e.pupil_id = l.pupil_id WHERE e.class_id = ?)",
    "SELECT * FROM attendance WHERE part IN (SELECT l.part FROM journal_line l JOIN enrolment e "
    "ON e.pupil_id = l.pupil_id WHERE e.class_id = ?)",
    "SELECT * FROM term_mark WHERE part IN (SELECT l.part + 12 FROM journal_line l "
    "JOIN enrolment e ON e.pupil_id = l.pupil_id WHERE e.class_id = ?)",
)
OF_SCHOOL: Final = (
    "SELECT * FROM enrolment",
    "SELECT * FROM journal_line",
    "SELECT * FROM lesson",
    "SELECT * FROM topic",
    "SELECT * FROM homework",
    "SELECT * FROM roll_taken",
    "SELECT * FROM mark",
    "SELECT * FROM attendance",
    "SELECT * FROM term_mark",
)


def main() -> int:
    """Print the figures; return 1 where a report is over its budget or an identity broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="default 3")
    parser.add_argument("--classes", type=int, default=30, metavar="N", help="default 30")
    parser.add_argument("--identities", action="store_true", help="try the identities as well")
    given = parser.parse_args()
    school = made_school(SEED, given.classes, PUPILS_A_CLASS, LESSONS_A_WEEK)
    figures = [
        _figure(school, spec, given.runs, name, period)
        for name, period in _periods(school).items()
        for spec in REPORTS
        if (spec.name in OF_A_MONTH) == (name == "month")
    ]
    broken = check_identities(school, given.classes) if given.identities else []
    _print(given, school, figures, broken)
    late = [figure for figure in figures if _seconds(figure) > BUDGET_SECONDS]
    return 1 if late or broken else 0


def _seconds(figure: dict[str, object]) -> float:
    seconds = figure["median_s"]
    assert isinstance(seconds, float)
    return seconds


def _periods(school: MadeSchool) -> dict[str, Period]:
    quarter = school.terms[1]
    first = quarter.first_day
    return {
        "quarter": term_period(school.store, quarter),
        "year": year_period(school.store, first),
        "month": free_period(school.store, first, first + 29),
    }


def _figure(
    school: MadeSchool, spec: ReportSpec, runs: int, name: str, period: Period
) -> dict[str, object]:
    asked = Asked(
        period,
        period.last_day,
        class_id=school.classes[5] if spec.scope == "class" else 0,
        staff_id=school.teachers[0] if spec.scope == "teacher" else 0,
        last_seen={},
        family_weeks=[],
    )
    taken, limits = [], []
    for _ in range(runs):
        taken.append(_timed(lambda: make_report(school.store, spec, asked, 0)))
        limits.append(_timed(lambda: _plain(school, asked)))
    return {
        "case": f"{spec.name} {name}",
        "median_s": round(middle(taken), 4),
        "limit_s": round(middle(limits), 4),
        "ratio": round(middle(taken) / middle(limits), 2),
    }


def _timed(act: Callable[[], object]) -> float:
    begin = process_time()
    act()
    return process_time() - begin


def _plain(school: MadeSchool, asked: Asked) -> int:
    """Read the rows that a report rests on, and nothing more."""
    if asked.class_id:
        return sum(len(school.store.rows(sql, asked.class_id)) for sql in OF_CLASS)
    return sum(len(school.store.rows(sql)) for sql in OF_SCHOOL)


def _print(
    given: argparse.Namespace,
    school: MadeSchool,
    figures: list[dict[str, object]],
    broken: list[str],
) -> None:
    whole = {
        "classes": given.classes,
        "pupils": given.classes * PUPILS_A_CLASS,
        "rows": school.rows,
        "budget_s": BUDGET_SECONDS,
        "figures": figures,
        "broken_identities": broken if given.identities else None,
    }
    if given.json:
        print(json.dumps(whole, ensure_ascii=False))
        return
    print(f"{whole['classes']} classes, {whole['pupils']} pupils, {school.rows} rows")
    for figure in figures:
        print(
            "  {case:32} {median_s:8.3f} s   plain {limit_s:6.3f} s   ratio {ratio}".format_map(
                figure
            )
        )
    if given.identities:
        print("identities hold" if not broken else "\n".join(broken))


if __name__ == "__main__":
    sys.exit(main())

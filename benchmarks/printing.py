"""How long a class's year and a school's summary registers take on their way to PDF/A.

The school is made by a seed (``benchmarks.made_school``): 30 classes of 25. Reading the rows and
typesetting are timed together; every PDF is opened again and its sheets are counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import pikepdf

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.made_school import MadeSchool, made_school
from eschool_core import calendar
from eschool_core.forms.document import Document
from eschool_core.forms.journal_sheets import journal_sheets, periods_of
from eschool_core.forms.to_pdf import to_pdf
from eschool_core.queries import lookup
from eschool_core.reports.catalogue import make_report, report
from eschool_core.reports.frame import Asked
from eschool_core.reports.journals import journals_of
from eschool_core.reports.period import year_period
from eschool_core.reports.table import Table

SEED: Final = 1
PUPILS_A_CLASS: Final = 25
LESSONS_A_WEEK: Final = 2
SHOWN: Final = (
    "{case:34} {seconds:7.2f} s (reading {reading_s:.2f}, processor {processor_s:.2f})  "
    "{sheets} sheets"
)
CLASS_BUDGET_SECONDS: Final = 5.0
SCHOOL_BUDGET_SECONDS: Final = 60.0


def main() -> int:
    """Print the figures; return 1 where one is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--classes", type=int, default=30, metavar="N", help="default 30")
    given = parser.parse_args()
    school = made_school(SEED, given.classes, PUPILS_A_CLASS, LESSONS_A_WEEK)
    figures = [
        _figure("journals of a class, year", _journals, school, CLASS_BUDGET_SECONDS),
        _figure("summary registers of the school", _registers, school, SCHOOL_BUDGET_SECONDS),
    ]
    if given.json:
        print(json.dumps({"classes": given.classes, "figures": figures}, ensure_ascii=False))
    else:
        for figure in figures:
            print(SHOWN.format_map(figure))
    return 1 if any(not figure["in_budget"] for figure in figures) else 0


def _figure(
    case: str, make: Callable[[MadeSchool], list[Table]], school: MadeSchool, budget: float
) -> dict[str, object]:
    begin, worked = perf_counter(), process_time()
    tables = make(school)
    read = perf_counter() - begin
    day = calendar.date_of(school.terms[-1].last_day)
    made = to_pdf(Document(case, (), day, tuple(tables)))
    seconds = perf_counter() - begin
    with pikepdf.open(BytesIO(made)) as pdf:
        sheets = len(pdf.pages)
    return {
        "case": case,
        "seconds": round(seconds, 2),
        "reading_s": round(read, 2),
        "processor_s": round(process_time() - worked, 2),
        "sheets": sheets,
        "budget_s": budget,
        "in_budget": seconds <= budget,
    }


def _journals(school: MadeSchool) -> list[Table]:
    day = school.terms[0].first_day
    period = year_period(school.store, day)
    known = journals_of(school.store, period.year_id)
    return [
        table
        for place in lookup.journals(school.store, day)
        if school.classes[5] in known[place.journal_id].classes
        for span in periods_of(school.store, known[place.journal_id], period)
        for table in journal_sheets(school.store, place, span)
    ]


def _registers(school: MadeSchool) -> list[Table]:
    period = year_period(school.store, school.terms[0].first_day)
    spec = report("register", "report")
    return [
        make_report(school.store, spec, Asked(period, period.last_day, class_id=class_id), 0)
        for class_id in school.classes
    ]


if __name__ == "__main__":
    sys.exit(main())

"""Reads the files that the forecast is measured on: pupils' yearly marks, marks of a course.

``student``: one CSV file (``;`` or ``,``), a row for each pupil, columns G1, G2, G3 (0–20),
absences, failures. ``oulad``: a folder with ``assessments.csv`` and
``studentAssessment.csv`` (0–100), or the latter file with the former beside it.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from eschool_core.errors import InputError
from eschool_core.forecast.final_mark import Record
from eschool_core.forecast.history import Event, Scale

STUDENT_TOP = 20.0
COURSE_SCALE = Scale(0.0, 100.0)
MAX_BYTES = 64 * 1024 * 1024
MISSING = ("", "?")
STUDENT_COLUMNS = ("G1", "G2", "G3", "absences", "failures")
WORK_COLUMNS = ("code_module", "code_presentation", "id_assessment", "assessment_type")
MARK_COLUMNS = ("id_assessment", "id_student", "date_submitted", "is_banked", "score")
WORKS, MARKS = "assessments.csv", "studentAssessment.csv"


@dataclass(frozen=True, slots=True)
class Students:
    """Pupils with what was known of them, and their final marks; all parts of the scale."""

    records: tuple[Record, ...]
    finals: tuple[float, ...]


def read_students(path: Path) -> Students:
    """Return the pupils of a file of yearly marks.

    Raises:
        InputError: ``forecast.file_missing``, ``forecast.file_too_large``,
            ``forecast.columns_missing``, ``forecast.bad_number``, ``forecast.file_empty``.
    """
    records, finals = [], []
    for line, row in _rows(path, STUDENT_COLUMNS):
        first, second, final, absences, failures = (
            _number(path, line, row, column) for column in STUDENT_COLUMNS
        )
        records.append(Record(first / STUDENT_TOP, second / STUDENT_TOP, absences, failures))
        finals.append(final / STUDENT_TOP)
    if not records:
        raise InputError("forecast.file_empty", file=path.name)
    return Students(tuple(records), tuple(finals))


def read_courses(path: Path) -> dict[str, list[Event]]:
    """Return the marks of each course by its name; marks carried over from other years are out.

    Raises:
        InputError: As ``read_students``.
    """
    folder = path if path.is_dir() else path.parent
    marks = folder / MARKS if path.is_dir() else path
    kinds: dict[str, int] = {}
    works: dict[str, tuple[str, int]] = {}
    for _, row in _rows(folder / WORKS, WORK_COLUMNS):
        kind = kinds.setdefault(row["assessment_type"], len(kinds) + 1)
        course = f"{row['code_module']}-{row['code_presentation']}"
        works[row["id_assessment"]] = (course, kind)
    pupils: dict[str, int] = {}
    courses: dict[str, list[Event]] = defaultdict(list)
    for line, row in _rows(marks, MARK_COLUMNS):
        known = works.get(row["id_assessment"])
        if known is None or row["is_banked"] == "1" or row["score"] in MISSING:
            continue
        course, kind = known
        courses[course].append(
            Event(
                day=int(_number(marks, line, row, "date_submitted")),
                work=int(_number(marks, line, row, "id_assessment")),
                pupil=pupils.setdefault(row["id_student"], len(pupils)),
                kind=kind,
                value=_number(marks, line, row, "score"),
            )
        )
    if not courses:
        raise InputError("forecast.file_empty", file=marks.name)
    return dict(sorted(courses.items()))


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("forecast.file_too_large", file=path.name, limit_mib=MAX_BYTES >> 20)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise InputError("forecast.file_missing", file=path.name) from error
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    absent = [column for column in columns if column not in (reader.fieldnames or ())]
    if absent:
        raise InputError("forecast.columns_missing", file=path.name, columns=", ".join(absent))
    return [(reader.line_num, row) for row in reader]


def _number(path: Path, line: int, row: dict[str, str], column: str) -> float:
    try:
        return float(row[column])
    except (TypeError, ValueError) as error:
        raise InputError("forecast.bad_number", file=path.name, line=line, column=column) from error

"""A class list as schools keep it: one XLSX or CSV table with a row for each pupil.

Columns may stand in any order, with Russian or English headers; only a name is required. Each
sheet of a workbook that has such a table is read. A pupil's class is what the row says, else
``class_name``, else the sheet's name where that begins with a grade («5А»).

A row is left out whole when one of its cells cannot be understood, for a half-read pupil is worse
than a missing one. A guardian who is named by one word alone is left out without the pupil.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from eschool_core.errors import InputError
from eschool_core.imports.cells import as_date, as_sex, as_text, clean
from eschool_core.imports.drafts import (
    ClassDraft,
    NameDraft,
    NotTaken,
    PupilDraft,
    RosterDraft,
)
from eschool_core.imports.guardians import GuardianColumns, guardian_columns, read_guardians
from eschool_core.imports.names import grade_of, split_full_name
from eschool_core.imports.source import Source, load
from eschool_core.imports.tables import Row, Table, read_tables

_OF_PUPIL = (
    r"(?: (?:уче\w+|обуча\w+|уча\w+|ребенка|воспитан\w+|школьни\w+|of (?:the )?(?:pupil|student)))?"
)
_COLUMNS = {
    "full_name": re.compile(
        r"(?:фио|ф и о|фамилия имя(?: отчество)?|фамилия и имя|(?:full |pupil |student )?name"
        r"|name of (?:the )?(?:pupil|student)|ученик|ученица|обучающийся|учащийся|pupil|student)"
        + _OF_PUPIL
    ),
    "family": re.compile(r"(?:фамилия|surname|last ?name|family ?name)" + _OF_PUPIL),
    "given": re.compile(r"(?:имя|first ?name|given ?name)" + _OF_PUPIL),
    "patronymic": re.compile(r"(?:отчество|patronymic|middle ?name)" + _OF_PUPIL),
    "birth_date": re.compile(
        r"(?:дата рожд\w*|д р|др|рожд\w*|birth ?da(?:te|y)|date of birth|dob|born)" + _OF_PUPIL
    ),
    "sex": re.compile(r"(?:пол|sex|gender)" + _OF_PUPIL),
    "class": re.compile(r"класс|class|form|school class"),
}
_REQUIRED = (frozenset({"full_name"}), frozenset({"family", "given"}))


def read_class_list(source: Source, class_name: str | None = None) -> RosterDraft:
    """Return the pupils of one or several classes.

    Args:
        source: XLSX or CSV.
        class_name: For rows that name no class.

    Raises:
        InputError: The file is damaged, hostile or no such table, or nothing tells the class.
    """
    file = load(source, ("zip", "text"))
    given_class = clean(class_name or "", "class_name")
    reading = _Reading()
    for table in read_tables(file, _COLUMNS, _REQUIRED):
        _read_table(table, given_class or _class_of(table), reading)
    sizes = Counter(pupil.class_name for pupil in reading.pupils.values())
    return RosterDraft(
        classes=tuple(ClassDraft(name, grade_of(name), size) for name, size in sizes.items()),
        staff=(),
        pupils=tuple(reading.pupils.values()),
        groups=(),
        memberships=(),
        not_taken=tuple(reading.not_taken),
    )


@dataclass(slots=True)
class _Reading:
    """What was read so far; pupils by name, birth date and class."""

    pupils: dict[tuple[NameDraft, date | None, str], PupilDraft] = field(default_factory=dict)
    not_taken: list[NotTaken] = field(default_factory=list)


def _class_of(table: Table) -> str:
    """Return the class that the table's name tells, empty where a column has to.

    Raises:
        InputError: Neither does.
    """
    name = PurePath(table.name).stem
    if grade_of(name) is not None:
        return clean(name, table.name)
    if "class" not in table.columns:
        raise InputError("import.class_unknown", file=table.name)
    return ""


def _read_table(table: Table, default_class: str, reading: _Reading) -> None:
    guardians = guardian_columns(table.header)
    for row in table.rows:
        left_out: list[NotTaken] = []
        try:
            pupil = _read_pupil(row, table, default_class, guardians, left_out)
            key = (pupil.name, pupil.birth_date, pupil.class_name)
            if key in reading.pupils:
                raise InputError("import.row_twice")
        except InputError as reason:
            reading.not_taken.append(NotTaken(row.where, reason.key, tuple(reason.params.items())))
            continue
        reading.pupils[key] = pupil
        reading.not_taken.extend(left_out)


def _read_pupil(
    row: Row,
    table: Table,
    default_class: str,
    guardians: tuple[GuardianColumns, ...],
    left_out: list[NotTaken],
) -> PupilDraft:
    columns = table.columns
    class_name = as_text(row.cell(columns.get("class")), table.title("class")) or default_class
    if not class_name:
        raise InputError("import.class_missing")
    return PupilDraft(
        key=row.where,
        name=_read_name(row, table),
        class_name=class_name,
        birth_date=as_date(row.cell(columns.get("birth_date")), table.title("birth_date")),
        sex=as_sex(row.cell(columns.get("sex")), table.title("sex")),
        guardians=read_guardians(row, guardians, left_out),
    )


def _read_name(row: Row, table: Table) -> NameDraft:
    columns = table.columns
    if "family" not in columns or "given" not in columns:
        title = table.title("full_name")
        return split_full_name(as_text(row.cell(columns["full_name"]), title), title)
    family, given, patronymic = (
        as_text(row.cell(columns.get(part)), table.title(part))
        for part in ("family", "given", "patronymic")
    )
    if not family or not given:
        raise InputError("import.name_incomplete", place=table.title("family"))
    return NameDraft(family, given, patronymic)

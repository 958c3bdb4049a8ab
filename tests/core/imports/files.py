"""Builders of import files, good and bad."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

import xlsxwriter

Cell = str | int | float | date | None


def tag(name: str, *children: str) -> str:
    return f"<{name}>{''.join(children)}</{name}>"


def leaf(name: str, text: object) -> str:
    return tag(name, escape(str(text)))


def named(list_tag: str, item_tag: str, names: Iterable[str]) -> str:
    return tag(list_tag, *(tag(item_tag, leaf("Name", name)) for name in names))


def student_set(level: str, name: str, *inside: str, size: int = 0) -> str:
    return tag(level, leaf("Name", name), leaf("Number_of_Students", size), *inside)


def activity(
    number: object,
    students: Iterable[str] = ("5А",),
    teachers: Iterable[str] = ("Иванова",),
    subject: str = "Алгебра",
    duration: object = 1,
    active: str = "true",
) -> str:
    return tag(
        "Activity",
        *(leaf("Teacher", teacher) for teacher in teachers),
        leaf("Subject", subject),
        *(leaf("Students", one) for one in students),
        leaf("Duration", duration),
        leaf("Id", number),
        leaf("Active", active),
    )


def start(number: object, day: str, hour: str, active: str = "true", weight: object = 100) -> str:
    return tag(
        "ConstraintActivityPreferredStartingTime",
        leaf("Weight_Percentage", weight),
        leaf("Activity_Id", number),
        leaf("Preferred_Day", day),
        leaf("Preferred_Hour", hour),
        leaf("Active", active),
    )


def room(number: object, name: str) -> str:
    return tag("ConstraintActivityPreferredRoom", leaf("Activity_Id", number), leaf("Room", name))


WEEK = ("Понедельник", "Вторник", "Среда", "Четверг", "Пятница", "Суббота")
HOURS = ("1", "2", "3", "4", "5", "6", "7")


def fet(
    activities: Sequence[str] = (),
    *,
    days: Iterable[str] = WEEK,
    hours: Iterable[str] = HOURS,
    years: Sequence[str] = (student_set("Year", "5А", size=25),),
    teachers: Iterable[str] = ("Иванова", "Петров"),
    subjects: Iterable[str] = ("Алгебра", "Химия"),
    time: Sequence[str] = (),
    space: Sequence[str] = (),
    version: str = "6.8.5",
    more: str = "",
) -> bytes:
    """Return a whole ``.fet`` file."""
    body = "".join(
        [
            leaf("Institution_Name", "Школа № 1"),
            more,
            named("Days_List", "Day", days),
            named("Hours_List", "Hour", hours),
            named("Subjects_List", "Subject", subjects),
            named("Teachers_List", "Teacher", teachers),
            tag("Students_List", *years),
            tag("Activities_List", *activities),
            tag("Time_Constraints_List", *time),
            tag("Space_Constraints_List", *space),
        ]
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><fet version="{version}">{body}</fet>'.encode()


def result(*lines: tuple[object, str, str, str]) -> bytes:
    """Return a result export: id, day, hour and room of each activity."""
    activities = (
        tag("Activity", leaf("Id", one), leaf("Day", day), leaf("Hour", hour), leaf("Room", where))
        for one, day, hour, where in lines
    )
    return tag("Activities_Timetable", *activities).encode()


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Return an XLSX file."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif isinstance(cell, date):
                        moment = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
                        sheet.write_datetime(row, column, moment, day)
                    elif cell is not None:
                        sheet.write_number(row, column, cell)
    return stream.getvalue()


def archive(members: Mapping[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return stream.getvalue()


def members_of(zipped: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(zipped)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def csv_of(*rows: Sequence[str], delimiter: str = ";") -> bytes:
    return "\r\n".join(
        delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows
    ).encode()

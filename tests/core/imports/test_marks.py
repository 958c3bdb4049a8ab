from __future__ import annotations

from datetime import date

import pytest

from eschool_core.commands.lessons import RecordMark
from eschool_core.domain.enums import WorkKind
from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_marks import MarksResult, build_marks
from eschool_core.imports.marks import MarksDraft, Year, meaning_of, read_marks
from tests.core.imports.files import Cell, csv_of, workbook
from tests.school import MONDAY, SmallSchool, built_school

YEAR = Year(date(2026, 9, 1), date(2027, 5, 31))
DAY = "07.09"


def table(*rows: list[Cell], header: list[Cell] | None = None) -> bytes:
    return workbook({"5А": [header or ["ФИО", DAY], *rows]})


def read(content: bytes, **meanings: str) -> MarksDraft:
    return read_marks(content, YEAR, meanings)


@pytest.mark.parametrize(
    ("text", "day", "kind"),
    [
        ("07.09", date(2026, 9, 7), None),
        ("7.9.26", date(2026, 9, 7), None),
        ("07.09.2026", date(2026, 9, 7), None),
        ("2026-09-07", date(2026, 9, 7), None),
        ("12.01", date(2027, 1, 12), None),
        ("14.09 контрольная", date(2026, 9, 14), WorkKind.TEST),
        ("14.09 к/р", date(2026, 9, 14), WorkKind.TEST),
        ("14.09 диктант", date(2026, 9, 14), WorkKind.DICTATION),
    ],
)
def test_a_heading_names_a_date_and_perhaps_a_work(
    text: str, day: date, kind: WorkKind | None
) -> None:
    assert meaning_of(text, YEAR) == (day, kind)


@pytest.mark.parametrize("text", ["КР1", "31.02", "99.99", "", "Итог", "средний балл"])
def test_other_headings_name_nothing(text: str) -> None:
    assert meaning_of(text, YEAR) is None


def test_a_workbook_with_date_cells_is_read() -> None:
    draft = read(table(["Абрамов Саша", 5], header=["ФИО", date(2026, 9, 7)]))
    [mark] = draft.marks
    assert (mark.column.day, mark.values, mark.name.family) == (date(2026, 9, 7), (5,), "Абрамов")


def test_two_marks_stand_in_one_cell() -> None:
    assert read(table(["Абрамов Саша", "4/5"])).marks[0].values == (4, 5)


def test_a_heading_that_is_not_understood_is_named_and_one_that_is_told_is_read() -> None:
    rows = table(["Абрамов Саша", 5, 4, 3], header=["ФИО", "КР1", "Итог", "№"])
    first = read(rows)
    assert (first.unknown, first.marks) == (("кр1", "итог"), ())
    again = read(rows, кр1="14.09 контрольная", итог="-")
    assert again.unknown == ()
    assert [(mark.column.day, mark.column.kind) for mark in again.marks] == [
        (date(2026, 9, 14), WorkKind.TEST)
    ]


@pytest.mark.parametrize("said", ["6", "0", "н", "5-", "4/5/3", "пять", "=1+4", 4.5])
def test_what_is_no_mark_is_left_out_with_its_place(said: Cell) -> None:
    draft = read(table(["Абрамов Саша", said], ["Белова Саша", 4]))
    [left_out] = draft.not_taken
    assert (left_out.reason, "Абрамов" in left_out.where) == ("import.marks_cell", False)
    assert [mark.values for mark in draft.marks] == [(4,)]


def test_a_csv_is_read_as_well() -> None:
    [mark] = read(csv_of(["ФИО", DAY], ["Абрамов Саша", "5"])).marks
    assert mark.values == (5,)


@pytest.mark.asvs("row 81")
def test_more_rows_than_any_journal_has_are_refused() -> None:
    rows = [["Абрамов Саша", "5"]] * (limits.SHEET_ROWS + limits.HEADER_ROWS + 1)
    with pytest.raises(InputError) as refused:
        read(csv_of(["ФИО", DAY], *rows))
    assert refused.value.key == "import.too_many_rows"


@pytest.fixture
def school() -> SmallSchool:
    return built_school()


def built(
    school: SmallSchool, draft: MarksDraft, **how: object
) -> tuple[MarksResult, list[RecordMark]]:
    batch = CommandBatch(1, 1)
    journal = school.journals["5А", "Математика"]
    result = build_marks(batch, school.store, journal, draft, **how)  # type: ignore[arg-type]
    commands = [entry.command for entry in batch.commands]
    assert all(isinstance(command, RecordMark) for command in commands)
    return result, commands  # type: ignore[return-value]


def test_a_mark_becomes_a_command_for_the_lesson_of_its_date(school: SmallSchool) -> None:
    header: list[Cell] = ["ФИО", "07.09 к/р"]
    result, [command] = built(school, read(table(["Абрамов Саша", 5], header=header)))
    assert (result.imported, result.same, result.not_taken) == (1, 0, ())
    assert command.lesson_id == school.lesson("5А", "Математика", MONDAY)
    assert command.pupil_id == school.pupils["5А"][0]
    assert (command.value, command.work_kind) == (5, WorkKind.TEST)


def test_what_stands_there_is_neither_written_again_nor_replaced_unasked(
    school: SmallSchool,
) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(RecordMark(lesson_id=lesson, pupil_id=pupil, value=4), "maths")
    same, none = built(school, read(table(["Абрамов Саша", 4])))
    assert (same.same, none) == (1, [])
    other, none = built(school, read(table(["Абрамов Саша", 5])))
    assert ([one.reason for one in other.not_taken], none) == (["import.marks_there"], [])
    _, [command] = built(school, read(table(["Абрамов Саша", 5])), replace=True)
    assert command.value == 5


@pytest.mark.parametrize(
    ("row", "header", "reason"),
    [
        (["Неизвестный Саша", 5], None, "import.marks_pupil"),
        (["Абрамов Саша", 5], ["ФИО", "06.09"], "import.marks_lesson"),
        (["Абрамов Саша", 5, 4, 3], ["ФИО", DAY, DAY, DAY], "import.marks_lesson"),
    ],
)
def test_what_the_journal_does_not_have_is_left_out(
    school: SmallSchool, row: list[Cell], header: list[Cell] | None, reason: str
) -> None:
    result, _ = built(school, read(table(row, header=header)))
    assert [one.reason for one in result.not_taken] == [reason]


def test_two_columns_of_one_lesson_are_its_two_marks(school: SmallSchool) -> None:
    header: list[Cell] = ["ФИО", DAY, DAY]
    _, commands = built(school, read(table(["Абрамов Саша", 5, 4], header=header)))
    assert [(command.value, command.position) for command in commands] == [(5, 0), (4, 1)]

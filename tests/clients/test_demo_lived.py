"""A demo school that has lived since its year's first day: its reports have something to say."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from eschool_cli.demo.players import PASSPHRASE
from eschool_cli.main import cli

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.school import Appointment, SchoolClass, Term
from eschool_core.queries.in_force import zone_of
from eschool_core.reports.bundle import FORMS, bundle
from eschool_core.reports.catalogue import make_report, report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import running_period, term_period
from eschool_core.reports.table import Table
from eschool_core.store.store import Store
from eschool_sync.sandbox.living import lived_stage
from eschool_sync.sandbox.stage import Setting
from eschool_sync.server.contacts import family_weeks
from eschool_sync.server.directory import Directory

DAY = date(2026, 11, 23)
DAY_NUMBER = calendar.day_number(DAY)
QUARTERS = ("1А", "5А", "7А")
"""Classes whose first quarter has ended by that day; 10А has half-years."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where a small demo school was played, every fact of it true."""
    folder: Path = tmp_path_factory.mktemp("lived") / "school"
    args = ["demo", "--lived", "--size", "small", "--date", DAY.isoformat(), "--json"]
    result = CliRunner().invoke(cli, [*args, "--dir", str(folder)], prog_name="eschool")
    assert result.exit_code == 0, result.output[-3000:]
    assert all(fact["holds"] for fact in json.loads(result.stdout)["facts"])
    return folder


@pytest.fixture(scope="module")
def lived(folder: Path) -> Iterator[Store]:
    """Give the rows of its server."""
    with closing(Directory(folder / "server")) as directory:
        [number] = directory.numbers()
        yield directory.school(number).store


@pytest.fixture(scope="module")
def sheets(lived: Store) -> list[tuple[int, str, Table]]:
    """Return the nine reports on the first quarter: number of the form, class, table."""
    term = next(term for term in lived.select(Term) if calendar.date_of(term.last_day).month == 10)
    deputy = next(iter(lived.select(Appointment, role=Role.DEPUTY_STUDIES)))
    asked = Asked(term_period(lived, term), day=DAY_NUMBER)
    made = bundle(lived, asked, deputy.person_id)
    return [(sheet.form, sheet.class_name, sheet.table) for sheet in made]


def figures(table: Table) -> int:
    """Return how many cells hold a number other than nothing."""
    cells = (cell for row in (*table.rows, *table.totals) for cell in row.cells)
    return sum(not isinstance(cell, str | type(None)) and cell != 0 for cell in cells)


@pytest.mark.clause("4.4.3")
def test_each_of_the_nine_reports_has_content(sheets: list[tuple[int, str, Table]]) -> None:
    for form, class_name, table in sheets:
        if class_name in ("", *QUARTERS) and table.name != "movement_names":
            assert table.rows, (form, table.name)
    told = {form for form, _, table in sheets if figures(table)}
    # The first form names the pupils; it holds words and dates alone.
    assert told >= set(range(2, len(FORMS) + 1))


@pytest.mark.clause("4.4.3/8")
def test_progress_is_known_of_every_class_with_marks(
    sheets: list[tuple[int, str, Table]],
) -> None:
    [progress] = [table for _, _, table in sheets if table.name == "progress"]
    rows = [row for row in progress.rows if row.cells[0] in ("5А", "7А")]
    assert len(rows) == 2
    for row in rows:
        assert sum(isinstance(cell, int) and cell > 0 for cell in row.cells) > 2


@pytest.mark.clause("4.5.6")
def test_every_lesson_before_the_day_has_a_topic_of_its_plan(lived: Store) -> None:
    [[held]] = lived.rows("SELECT count(*) FROM lesson WHERE day < ?", DAY_NUMBER)
    [[planned]] = lived.rows(
        "SELECT count(*) FROM lesson l JOIN topic t ON t.lesson_id = l.id "
        "JOIN plan_item i ON i.id = t.plan_item_id AND i.part = l.part AND i.topic = t.text "
        "WHERE l.day < ?",
        DAY_NUMBER,
    )
    assert held == planned > 1000


@pytest.mark.clause("4.6.2")
def test_every_class_teacher_has_checked_every_week(lived: Store) -> None:
    checked = lived.rows("SELECT class_id, count(*) FROM class_check GROUP BY class_id")
    weeks = lived.rows("SELECT DISTINCT (day - 4) / 7 FROM lesson WHERE day < ?", DAY_NUMBER)
    assert {int(row[0]) for row in checked} == {row.id for row in lived.select(SchoolClass)}
    assert {int(row[1]) for row in checked} == {len(weeks)}


@pytest.mark.clause("4.5.5")
def test_the_quarter_is_closed_with_the_marks_that_were_proposed(lived: Store) -> None:
    closed = lived.rows(
        "SELECT c.name FROM term_closing t JOIN school_class c ON c.id = t.class_id ORDER BY c.name"
    )
    assert [row[0] for row in closed] == list(QUARTERS)
    assert lived.rows("SELECT count(*) FROM term_mark WHERE value <> proposed") == [(0,)]
    values = {row[0] for row in lived.rows("SELECT DISTINCT value FROM term_mark")}
    assert {3, 4, 5} <= values


@pytest.mark.clause("4.5.3")
def test_no_finding_is_left_open_but_that_of_the_play(lived: Store) -> None:
    assert [entry.check_id for entry in lived.select(FindingRecord)] == ["4.5.3/late"]


@pytest.mark.clause("4.4.4/5")
def test_families_have_looked_week_by_week_so_that_there_is_a_trend(lived: Store) -> None:
    weeks = family_weeks(lived, calendar.moment_of(DAY_NUMBER, 12 * 60, zone_of(lived)))
    taught = lived.rows("SELECT DISTINCT (day - 4) / 7 FROM lesson WHERE day < ?", DAY_NUMBER)
    # Nobody looks in a break, when nothing is written: of that week nothing is known.
    assert {one.week for one in weeks} == {int(row[0]) * 7 + 4 for row in taught}
    assert all(0 <= one.seen <= one.online for one in weeks)
    assert 0 < sum(one.seen for one in weeks) < sum(one.online for one in weeks)
    asked = Asked(running_period(lived, DAY_NUMBER), DAY_NUMBER, family_weeks=weeks)
    shown = make_report(lived, report("matrix", "control"), asked, 0)
    leading = {entry.person_id for entry in lived.select(Appointment, role=Role.CLASS_TEACHER)}
    of_leaders = [row for row in shown.rows if row.about and row.about.id in leading]
    changes = [shown.value(row, "families_change") for row in of_leaders]
    assert changes
    assert all(isinstance(change, Decimal) for change in changes)
    assert any(changes)


@pytest.mark.clause("2.8")
def test_the_forecast_of_a_class_breaks_no_word_in_eighty_columns(folder: Path) -> None:
    read, write = os.pipe()
    os.write(write, f"{PASSPHRASE}\n".encode())
    os.close(write)
    args = ["--home", str(folder / "home"), "--profile", "deputy", "--passphrase-fd", str(read)]
    asked = ["forecast", "7А", "--date", DAY.isoformat()]
    result = CliRunner().invoke(cli, [*args, *asked], env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    assert "Изобразительное" in result.output
    assert max(map(len, result.output.splitlines())) <= 80


def told_of(folder: Path) -> list[list[tuple[object, ...]]]:
    """Return every mark and absence, by pupil and lesson, of a school that lived two weeks."""
    setting = Setting(folder, "small", 3, date(2026, 9, 14))
    stage = lived_stage(setting, lambda key, done, total: None)
    with closing(stage.directory):
        rows = stage.school.store.rows
        return [
            rows("SELECT n.pupil_id, m.lesson_id, m.value FROM mark m "
                 "JOIN journal_line n ON n.part = m.part ORDER BY n.pupil_id, m.lesson_id"),
            rows("SELECT n.pupil_id, a.lesson_id, a.presence FROM attendance a "
                 "JOIN journal_line n ON n.part = a.part ORDER BY n.pupil_id, a.lesson_id"),
        ]  # fmt: skip


def test_the_same_seed_lives_the_same_days(tmp_path: Path) -> None:
    first, second = told_of(tmp_path / "first"), told_of(tmp_path / "second")
    assert all(first)
    assert first == second

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.clients.conftest import Terminal
from tests.core.reports.results import set_terms


def test_the_list_names_what_one_may_ask_for(terminal: Terminal) -> None:
    names = [entry["name"] for entry in terminal.json("report", who="deputy")]
    assert {"movement", "class_sizes"} <= set(names)
    assert "movement" in terminal.shown("report", who="deputy")
    assert "Для вас отчётов нет." in terminal.shown("report", who="officer")


def test_a_report_on_the_terminal(terminal: Terminal) -> None:
    shown = terminal.shown("report", "movement", "--from", "01.09.2026", who="deputy")
    assert "Динамика движения учащихся" in shown
    assert "Всего по школе" in shown


def test_a_report_as_json(terminal: Terminal) -> None:
    made = terminal.json("report", "class-sizes", "--from", "01.09.2026", who="deputy")
    assert (made["name"], made["complete"], made["clause"]) == ("class_sizes", True, "4.4.3/3")
    assert made["totals"][0]["cells"]["pupils"] == 20


def test_a_report_in_files(terminal: Terminal, tmp_path: Path) -> None:
    names = ("sizes.csv", "sizes.xlsx", "sizes.html")
    files = [tmp_path / name for name in names]
    options = [part for path in files for part in (f"--{path.suffix[1:]}", str(path))]
    result = terminal.run("report", "class-sizes", "--from", "01.09.2026", *options, who="deputy")
    assert result.exit_code == 0, result.output
    assert "Всего по школе" not in result.stdout
    text = files[0].read_text(encoding="utf-8-sig")
    assert next(csv.reader([text.splitlines()[0]]))[0] == "Параллель"
    assert CalamineWorkbook.from_path(files[1]).sheet_names == ["Лист1"]
    assert files[2].read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("report", "movment"), 4),
        (("report", "movement", "--term", "4"), 4),
        (("report", "movement", "--from", "02.09.2026", "--to", "01.09.2026"), 4),
    ],
)
def test_what_cannot_be_made_is_refused(
    terminal: Terminal, args: tuple[str, ...], code: int
) -> None:
    assert terminal.run(*args, who="deputy").exit_code == code


def test_who_may_not_see_a_report_is_told_the_clause(terminal: Terminal) -> None:
    result = terminal.run("report", "movement", who="maths")
    assert result.exit_code == 3
    assert "(п. 4.1)" in result.output


def test_the_bundle_writes_every_sheet_to_a_new_folder(terminal: Terminal, tmp_path: Path) -> None:
    set_terms(terminal.world.school)
    folder = tmp_path / "отчёты"
    made = terminal.json("report", "bundle", "--term", "1", "--folder", str(folder), who="deputy")
    assert {entry["form"] for entry in made} == set(range(1, 10))
    assert len(list(folder.glob("*.html"))) == len(made) == 4 * 5 + 8
    again = terminal.run("report", "bundle", "--term", "1", "--folder", str(folder), who="deputy")
    assert again.exit_code == 4
    assert "новую или пустую" in again.output


def test_a_class_teachers_own_class_need_not_be_named(terminal: Terminal) -> None:
    made = terminal.json("report", "particulars", who="russian")
    assert made["subject_of"].startswith("5А")


def test_control_on_the_terminal(terminal: Terminal) -> None:
    shown = terminal.shown("control", "gaps", "--from", "01.09.2026", who="maths")
    assert "нет темы урока" in shown
    assert "gaps" in terminal.shown("control", who="maths")

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eschool_core.domain.journal import Mark, PlanItem
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import Staff
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.core.commands.acts import mark

FIELDS = {
    "activities", "periods_per_week", "placed", "classes", "groups", "teachers", "imported",
    "not_taken",
}  # fmt: skip
FILES = (
    "Bulgaria__Lom_high_school_2007-2008.fet",
    "Germany__DGS-Pro__dgspro200809.fet",
    "Greece__Didymoteicho__6th-Primary-School.fet",
    "Italy__2010__Liceo-2010.fet",
    "Russia__Russian-Medical-College__timetable-ru.fet",
    "Spain__1-school__school.fet",
)
SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<fet version="6.0.0"><Institution_Name>Школа</Institution_Name>
<Days_List><Number_of_Days>5</Number_of_Days>
<Day><Name>Пн</Name></Day><Day><Name>Вт</Name></Day><Day><Name>Ср</Name></Day>
<Day><Name>Чт</Name></Day><Day><Name>Пт</Name></Day></Days_List>
<Hours_List><Number_of_Hours>2</Number_of_Hours>
<Hour><Name>1</Name></Hour><Hour><Name>2</Name></Hour></Hours_List>
<Subjects_List><Subject><Name>Хор</Name></Subject></Subjects_List>
<Teachers_List><Teacher><Name>Nobody Анна</Name></Teacher></Teachers_List>
<Students_List><Year><Name>5А</Name><Number_of_Students>4</Number_of_Students></Year></Students_List>
<Activities_List><Activity><Teacher>Nobody Анна</Teacher><Subject>Хор</Subject>
<Students>5А</Students><Duration>1</Duration><Total_Duration>1</Total_Duration><Id>1</Id>
<Activity_Group_Id>0</Activity_Group_Id><Active>true</Active></Activity></Activities_List>
<Time_Constraints_List></Time_Constraints_List><Space_Constraints_List></Space_Constraints_List>
</fet>"""
PLAN = "№;Раздел;Тема урока;Кол-во часов;Домашнее задание\n1;Числа;Дроби;2;№ 1\n2;Числа;Доли;1;\n"
LIST = "Фамилия;Имя;Отчество;Класс\nНовиков;Пётр;Ильич;5А\n"


@pytest.mark.parametrize("name", FILES)
def test_a_real_timetable_is_previewed_without_a_replica(
    tmp_path: Path, terminal: Terminal, shared_data: Path, name: str
) -> None:
    file = str(shared_data / "timetables_fet" / name)
    result = terminal.run("import", "timetable", file, "--dry-run", "--json", who="none", typed="")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert set(summary) == FIELDS
    assert summary["imported"] + len(summary["not_taken"]) == summary["activities"]


def test_the_preview_reads_well(tmp_path: Path, terminal: Terminal, shared_data: Path) -> None:
    file = str(shared_data / "timetables_fet" / FILES[3])
    shown = terminal.shown("import", "timetable", file, "--dry-run", width=80)
    assert "Занятий в файле" in shown
    assert "ничего не изменено" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_a_timetable_is_taken_over(tmp_path: Path, world: World, terminal: Terminal) -> None:
    file = tmp_path / "small.fet"
    file.write_text(SMALL, encoding="utf-8")
    summary = terminal.json("import", "timetable", str(file), who="deputy")
    assert summary["commands"] > 0
    assert len(world.school.all(Staff)) == 12


def test_a_plan_is_entered_into_a_journal(tmp_path: Path, world: World, terminal: Terminal) -> None:
    file = tmp_path / "plan.csv"
    file.write_text(PLAN, encoding="utf-8")
    before = terminal.json("import", "plan", str(file), "5А", "мат", "--dry-run")
    assert (before["items"], before["hours"], before["with_homework"]) == (2, 3, 1)
    assert world.given == []
    terminal.shown("import", "plan", str(file), "5А", "мат")
    assert [item.topic for item in world.school.all(PlanItem)] == ["Дроби", "Доли"]


@pytest.mark.asvs("row 81")
def test_a_class_list_needs_an_order(tmp_path: Path, world: World, terminal: Terminal) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    assert terminal.json("import", "roster", str(file), "--dry-run")["pupils"] == 1
    assert terminal.run("import", "roster", str(file)).exit_code == 4
    assert world.given == []


@pytest.mark.clause("4.7.4")
def test_only_the_system_officer_admits_pupils(
    tmp_path: Path, world: World, terminal: Terminal
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    args = ("import", "roster", str(file), "--order", "12-з")
    refused = terminal.run(*args, who="deputy")
    assert refused.exit_code == 3
    assert "(п. 4.7.4)" in refused.stderr
    terminal.shown(*args, who="officer")
    assert "Новиков" in {pupil.family for pupil in world.school.all(Pupil)}


def test_a_onerosters_folder_is_previewed(terminal: Terminal, shared_data: Path) -> None:
    folder = str(shared_data / "oneroster" / "moodle_v1p1_full")
    result = terminal.run("import", "roster", folder, "--dry-run", "--json")
    assert result.exit_code in (0, 4), result.output
    if result.exit_code == 0:
        assert json.loads(result.stdout)["pupils"] > 0


@pytest.mark.parametrize("kind", ["timetable", "roster", "plan"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"<x>", b"PK\x03\x04rubbish", b"a;b\n1;2\n"], ids=str
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, world: World, terminal: Terminal, kind: str, content: bytes
) -> None:
    file = tmp_path / "bad.bin"
    file.write_bytes(content)
    journal = ("5А", "мат") if kind == "plan" else ()
    for how in (("--dry-run",), ("--order", "1") if kind == "roster" else ()):
        result = terminal.run("import", kind, str(file), *journal, *how)
        assert result.exit_code == 4, result.output
        assert "Причина:" not in result.stderr
    assert world.given == []


def test_a_missing_file_is_told(terminal: Terminal) -> None:
    result = terminal.run("import", "timetable", "/nowhere/x.fet", "--dry-run")
    assert result.exit_code == 4
    assert "x.fet" in result.stderr


MARKS = "ФИО;07.09;КР1\nАбрамов Саша;5;4\nБелова Саша;3;\n"


@pytest.mark.asvs("row 81")
def test_marks_are_previewed_entered_and_taken_back(
    tmp_path: Path, world: World, terminal: Terminal
) -> None:
    file = tmp_path / "marks.csv"
    file.write_text(MARKS, encoding="utf-8")
    args = ("import", "marks", str(file), "5А", "мат")
    before = terminal.json(*args, "--dry-run")
    assert (before["imported"], before["unknown_columns"]) == (2, ["кр1"])
    assert world.given == []
    assert "кр1" in terminal.shown(*args, "--dry-run")
    done = terminal.json(*args, "--column", "КР1=-")
    assert (done["imported"], done["unknown_columns"]) == (2, [])
    assert sorted(mark.value for mark in world.school.all(Mark)) == [3, 5]
    # What the heading means is remembered for the journal.
    again = terminal.json(*args, "--dry-run")
    assert (again["same"], again["imported"], again["unknown_columns"]) == (2, 0, [])
    assert "Загрузка отменена (Отметки: 5А · Математика" in terminal.shown("import", "undo")
    assert {mark.value for mark in world.school.all(Mark)} == {0}
    assert terminal.run("import", "undo").exit_code == 4


@pytest.mark.asvs("row 81")
@pytest.mark.clause("4.7.4")
def test_a_class_list_is_listed_and_taken_back(
    tmp_path: Path, world: World, terminal: Terminal
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    before = world.school.all(Pupil)
    terminal.shown("import", "roster", str(file), "--order", "12-з", who="officer")
    assert len(world.school.all(Pupil)) == len(before) + 1
    [listed] = terminal.json("import", "list", who="officer")
    assert (listed["source"], listed["changes"], listed["undone_at"]) == ("roster", 1, None)
    assert listed["about"] == "5А"
    assert "Списки классов: 5А" in terminal.shown("import", "list", who="officer")
    number = str(listed["import_id"])
    # Somebody else names it: the right is judged, not the number.
    assert terminal.run("import", "undo", number, who="deputy").exit_code == 3
    [done] = terminal.json("import", "undo", number, who="officer")
    assert done["verdict"] == "accepted"
    assert [one.id for one in world.school.all(Pupil)] == [one.id for one in before]
    [listed] = terminal.json("import", "list", who="officer")
    assert listed["undone_at"] is not None
    again = terminal.run("import", "undo", number, who="officer")
    assert again.exit_code == 4
    assert "уже отменена" in again.stderr
    assert terminal.run("import", "undo", "17", who="officer").exit_code == 4


@pytest.mark.asvs("row 81")
def test_what_rests_on_an_import_is_told_with_a_remedy(
    tmp_path: Path, world: World, terminal: Terminal
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    terminal.shown("import", "roster", str(file), "--order", "12-з", who="officer")
    [newcomer] = world.school.all(Pupil, family="Новиков")
    world.school.must(mark(world.school.lesson("5А", "Математика"), newcomer.id), "maths")
    refused = terminal.run("import", "undo", who="officer")
    assert refused.exit_code == 4
    assert "п. 4.7.4" in refused.stderr
    assert "Сначала отмените то, что внесено позже" in refused.stderr
    [kept] = world.school.all(Pupil, family="Новиков")
    assert kept.values() == newcomer.values()


def test_a_plan_and_staff_are_taken_back(tmp_path: Path, world: World, terminal: Terminal) -> None:
    plan, timetable = tmp_path / "plan.csv", tmp_path / "small.fet"
    plan.write_text(PLAN, encoding="utf-8")
    timetable.write_text(SMALL.replace("Nobody Анна", "Орлова Анна"), encoding="utf-8")
    staff = len(world.school.all(Staff))
    terminal.shown("import", "plan", str(plan), "5А", "мат")
    terminal.shown("import", "staff", str(timetable), who="officer")
    assert len(world.school.all(Staff)) == staff + 1
    terminal.shown("import", "undo", who="officer")
    terminal.shown("import", "undo")
    assert (len(world.school.all(Staff)), world.school.all(PlanItem)) == (staff, [])


def test_a_second_undo_without_a_number_is_of_nothing(
    tmp_path: Path, world: World, terminal: Terminal
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(LIST, encoding="utf-8")
    second.write_text(LIST.replace("Новиков", "Осин"), encoding="utf-8")
    for file in (first, second):
        terminal.shown("import", "roster", str(file), "--order", "12-з", who="officer")
    terminal.shown("import", "undo", who="officer")
    assert terminal.run("import", "undo", who="officer").exit_code == 4
    families = {pupil.family for pupil in world.school.all(Pupil)}
    assert ("Новиков" in families, "Осин" in families) == (True, False)


def test_a_column_is_named_with_a_date(tmp_path: Path, terminal: Terminal) -> None:
    file = tmp_path / "marks.csv"
    file.write_text(MARKS, encoding="utf-8")
    for said in ("КР1", "КР1=когда-нибудь", "=14.09"):
        refused = terminal.run("import", "marks", str(file), "5А", "мат", "--column", said)
        assert refused.exit_code == 4

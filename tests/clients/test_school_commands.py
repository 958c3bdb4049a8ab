from __future__ import annotations

import json
from pathlib import Path

import pytest

from eschool_core.commands.access import IssueSlip
from eschool_core.commands.base import Command
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.imported import BeginImport
from eschool_core.commands.journals import RecordSubstitution
from eschool_core.commands.people import Appoint, HireStaff
from eschool_core.domain.enums import ExcuseKind, Role, SubstitutionKind
from eschool_core.domain.office import FindingRecord, Slip
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import AcademicYear, Appointment, BellSchedule, Staff
from eschool_sync.security.codes import code_hash
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.clients.test_import import SMALL
from tests.school import MONDAY

TIMETABLE = SMALL.replace("Nobody Анна", "Новикова Анна")


def given(world: World) -> list[Command]:
    return [command for command, _ in world.given]


@pytest.mark.clause("4.7.2")
def test_a_year_is_proposed_without_a_replica(terminal: Terminal) -> None:
    result = terminal.run("open-year", "2026", "--dry-run", "--json", who="none", typed="")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert (shown["first"], shown["last"]) == ("2026-09-01", "2027-05-26")
    assert [term["kind"] for term in shown["terms"]].count("quarter") == 4
    assert len(shown["bells"]) == 8
    assert shown["commands"] == 0


def test_the_proposal_fits_a_terminal(terminal: Terminal) -> None:
    shown = terminal.shown("open-year", "2026", "--dry-run", "--weekdays", "6", width=80)
    assert max(len(line) for line in shown.splitlines()) <= 80
    assert "осенние каникулы" in shown


@pytest.mark.clause("4.7.2")
@pytest.mark.parametrize("who", ["officer", "deputy"])
def test_the_next_year_is_entered_and_the_bells_stay(
    world: World, terminal: Terminal, who: str
) -> None:
    shown = terminal.json("open-year", "2027", "--act", "1", who=who)
    assert shown["commands"] == len(given(world))
    assert len(world.school.all(AcademicYear)) == 2
    assert shown["bells"] == []
    again = terminal.run("open-year", "2027", who=who)
    assert again.exit_code == 4
    assert "2027/2028" in again.stderr
    assert len(given(world)) == shown["commands"]


def test_own_bells_come_with_the_year(tmp_path: Path, world: World, terminal: Terminal) -> None:
    file = tmp_path / "bells.csv"
    file.write_text("Урок;Начало;Конец\n1;08:00;08:40\n", encoding="utf-8")
    before = len(world.school.all(BellSchedule))
    shown = terminal.json("open-year", "2027", "--bells", str(file), who="officer")
    assert shown["bells"] == [{"period": "1", "start": "08:00", "end": "08:40"}]
    assert len(world.school.all(BellSchedule)) == before + 1


@pytest.mark.clause("4.7.2")
def test_a_teacher_opens_no_year(terminal: Terminal) -> None:
    assert terminal.run("open-year", "2027", who="maths").exit_code == 3


def test_people_are_shown_with_ids_and_roles(world: World, terminal: Terminal) -> None:
    shown = terminal.shown("people", "--role", "staff", who="officer")
    assert str(world.school.staff["deputy"]) in shown
    assert "заместитель директора по УВР" in shown
    listed = terminal.json("people", "--role", "guardians", "--class", "5А", who="officer")
    assert {entry["kind"] for entry in listed} == {"guardian"}
    assert "никого" not in terminal.shown("people", "Абрамов", who="officer")
    assert "не знает" in terminal.shown("people", "Несуществующий")


@pytest.mark.clause("4.7.4")
def test_a_new_member_of_staff_is_hired_and_appointed(world: World, terminal: Terminal) -> None:
    hired = terminal.json("hire", "Новикова Анна Ильинична", who="officer")
    person = world.school.store.require(Staff, hired["person_id"])
    assert (person.family, person.patronymic) == ("Новикова", "Ильинична")
    terminal.shown("appoint", "Новикова", "deputy_studies", "--act", "2", who="officer")
    assert given(world)[-1] == Appoint(
        person_id=person.id, role=Role.DEPUTY_STUDIES, first_day=MONDAY, last_day=FOREVER, act="2"
    )
    again = terminal.run("hire", "Новикова Анна Ильинична", who="officer")
    assert again.exit_code == 4
    terminal.shown("hire", "Новикова Анна Ильинична", "--namesake", who="officer")


@pytest.mark.clause("4.7.4")
def test_the_deputy_head_hires_nobody(terminal: Terminal) -> None:
    refused = terminal.run("hire", "Новикова Анна", who="deputy")
    assert refused.exit_code == 3
    assert "(п. 4.7.4)" in refused.stderr


def test_only_a_class_teacher_is_appointed_to_a_class(world: World, terminal: Terminal) -> None:
    who = str(world.school.staff["nobody"])
    assert terminal.run("appoint", who, "class_teacher", who="officer").exit_code == 4
    assert terminal.run("appoint", who, "teacher", "--class", "5А", who="officer").exit_code == 4
    assert given(world) == []
    dates = ("--from", "2026-09-01", "--to", "2026-10-01")
    terminal.shown("appoint", who, "class_teacher", "--class", "5А", *dates, who="officer")
    entry = world.school.all(Appointment)[-1]
    assert (entry.class_id, entry.last_day - entry.first_day) == (world.school.classes["5А"], 30)


@pytest.mark.clause("3.1")
@pytest.mark.clause("3.1/2")
def test_a_slip_shows_the_code_once_and_keeps_its_hash(world: World, terminal: Terminal) -> None:
    mother = str(world.people["mother"])
    shown = terminal.json("slip", mother, who="russian")
    [command] = given(world)
    assert isinstance(command, IssueSlip)
    assert command.secret_hash == code_hash(shown["code"])
    assert command.expires_at < world.school.now + 7 * 24 * 3600
    assert shown["code"] not in command.model_dump_json()
    [slip] = world.school.all(Slip)
    assert slip.secret_hash.hex() == command.secret_hash
    assert shown["school"] == 17


@pytest.mark.clause("3.1/1")
@pytest.mark.clause("3.1/2")
@pytest.mark.parametrize(("who", "whom"), [("officer", "mother"), ("russian", "nobody")])
def test_nobody_leaves_a_link_of_the_chain_out(
    world: World, terminal: Terminal, who: str, whom: str
) -> None:
    refused = terminal.run("slip", str(world.person(whom)), who=who)
    assert refused.exit_code == 3
    assert "(п. 3.1)" in refused.stderr
    assert world.school.all(Slip) == []


@pytest.mark.clause("4.7.4")
def test_a_timetable_with_unknown_teachers_names_them_and_changes_nothing(
    tmp_path: Path, world: World, terminal: Terminal
) -> None:
    file = tmp_path / "small.fet"
    file.write_text(TIMETABLE, encoding="utf-8")
    refused = terminal.run("import", "timetable", str(file), who="deputy")
    assert refused.exit_code == 3
    assert "Новикова Анна" in refused.stderr
    assert "eschool import staff" in refused.stderr
    assert given(world) == []
    shown = terminal.json("import", "staff", str(file), who="officer")
    assert (shown["teachers"], shown["hired"], shown["commands"]) == (1, 1, 2)
    assert terminal.json("import", "staff", str(file), who="officer")["commands"] == 0
    terminal.shown("import", "timetable", str(file), who="deputy")


def test_known_staff_without_the_role_are_appointed_teachers(
    tmp_path: Path, world: World, terminal: Terminal
) -> None:
    terminal.shown("hire", "Новикова Анна", who="officer")
    file = tmp_path / "small.fet"
    file.write_text(TIMETABLE, encoding="utf-8")
    shown = terminal.json("import", "staff", str(file), who="officer")
    assert (shown["hired"], shown["commands"]) == (0, 1)
    assert [type(command) for command in given(world)] == [HireStaff, BeginImport, Appoint]


def test_an_import_begins_within_the_year(tmp_path: Path, world: World, terminal: Terminal) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Фамилия;Имя;Класс\nНовиков;Пётр;5А\n", encoding="utf-8")
    args = ("import", "roster", str(file), "--order", "1", "--from")
    assert terminal.run(*args, "2026-08-31", who="officer").exit_code == 4
    assert given(world) == []
    terminal.shown(*args, "2026-09-01", who="officer")


@pytest.mark.clause("4.4.4/4")
def test_the_deputy_head_waives_a_finding(world: World, terminal: Terminal) -> None:
    terminal.shown("homework", "5А", "мат", "§ 1", "--date", "2026-09-01")
    [finding] = world.school.all(FindingRecord)
    assert str(finding.id) in terminal.shown("findings", who="deputy", width=160)
    args = ("waive", str(finding.id), "--reason", "сбой по акту")
    assert terminal.run(*args, who="maths").exit_code == 3
    terminal.shown(*args, who="deputy")
    assert terminal.run(*args, who="deputy").exit_code == 4


@pytest.mark.clause("4.6.1")
def test_the_class_teacher_states_the_reason(world: World, terminal: Terminal) -> None:
    days = ("--to", "2026-09-08", "--document", "17")
    args = ("excuse", "Абрамов 5А", "--reason", "sick", *days)
    terminal.shown(*args, who="russian")
    assert given(world)[-1] == ExcuseAbsence(
        pupil_id=world.school.pupils["5А"][0],
        excuse=ExcuseKind.SICK,
        first_day=MONDAY,
        last_day=MONDAY + 1,
        document="17",
    )
    assert terminal.run(*args, who="maths").exit_code == 3


@pytest.mark.clause("4.5.1")
def test_a_single_lesson_is_substituted(world: World, terminal: Terminal) -> None:
    school = world.school
    who = str(school.staff["substitute"])
    terminal.shown("substitute", "5А", "мат", who, who="deputy")
    assert given(world)[-1] == RecordSubstitution(
        journal_id=school.journals["5А", "Математика"],
        lesson_id=school.lesson("5А", "Математика"),
        absent_id=school.staff["maths"],
        substitute_id=school.staff["substitute"],
        substitution_kind=SubstitutionKind.SINGLE,
        first_day=MONDAY,
        last_day=MONDAY,
    )


@pytest.mark.clause("4.5.1")
def test_an_acting_teacher_goes_by_dates_and_an_order(world: World, terminal: Terminal) -> None:
    args = ("substitute", "5А", "мат", str(world.school.staff["substitute"]), "--kind", "acting")
    assert terminal.run(*args, who="deputy").exit_code == 4
    assert terminal.run(*args, "--to", "2026-09-20", who="deputy").exit_code == 4
    assert terminal.run(*args, "--to", "2026-09-20", "--act", "4", who="maths").exit_code == 3
    terminal.shown(*args, "--to", "2026-09-20", "--act", "4", who="deputy")
    last = given(world)[-1]
    assert isinstance(last, RecordSubstitution)
    assert (last.lesson_id, last.last_day) == (0, MONDAY + 13)


@pytest.mark.clause("4.3")
def test_the_duties_of_one_clause_are_asked_for_by_its_number(terminal: Terminal) -> None:
    everything = terminal.json("duties", "--all", "--done", who="officer")["duties"]
    wanted = [duty for duty in everything if duty["clause"] == "4.3"]
    assert wanted
    assert len(wanted) < len(everything)
    shown = terminal.json("duties", "--all", "--done", "--clause", "4.3", who="officer")["duties"]
    assert [duty["key"] for duty in shown] == [duty["key"] for duty in wanted]
    refused = terminal.run("duties", "--clause", "4.33", who="officer")
    assert refused.exit_code == 4
    assert "4.33" in refused.stderr

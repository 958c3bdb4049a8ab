"""``eschool pupil file``, ``health``, ``work``, ``curriculum``, ``came`` and ``went``."""

from __future__ import annotations

import pytest

from eschool_core.domain.people import Enrolment, Guardianship
from eschool_core.domain.personal_file import (
    ChangePlace,
    GuardianWork,
    PhysicalGroup,
    PupilFile,
    PupilHealth,
    SchoolChange,
)
from tests.clients.conftest import Terminal


@pytest.mark.clause("4.4.3/1")
def test_what_is_named_of_the_file_changes_and_the_rest_stays(terminal: Terminal) -> None:
    school = terminal.world.school
    pupil = "Абрамов 5А"
    terminal.shown("pupil", "file", pupil, "--number", "А-1", who="russian")
    told = terminal.shown("pupil", "file", pupil, "--address", "ул. Весенняя, 5", who="russian")
    assert "Абрамов Саша: личное дело записано." in told
    [row] = school.all(PupilFile)
    assert (row.file_number, row.address) == ("А-1", "ул. Весенняя, 5")
    shown = terminal.shown("report", "particulars", who="russian", width=220)
    assert "А-1" in shown
    assert "ул. Весенняя, 5" in shown


@pytest.mark.clause("1.4")
@pytest.mark.clause("4.4.3/1")
def test_the_class_teacher_enters_the_health_group_and_others_neither_enter_nor_see_it(
    terminal: Terminal,
) -> None:
    school = terminal.world.school
    terminal.shown("pupil", "health", "Абрамов 5А", "--group", "3", who="russian")
    terminal.shown("pupil", "health", "Абрамов 5А", "--physical", "специальная А", who="russian")
    [row] = school.all(PupilHealth)
    assert (row.health_group, row.physical_group) == (3, PhysicalGroup.SPECIAL_A)
    assert "специальная А" in terminal.shown("report", "particulars", who="russian", width=220)
    there = terminal.shown("report", "particulars", "--class", "5А", who="deputy", width=220)
    assert "Абрамов" in there
    assert "специальная" not in there
    refused = terminal.run("pupil", "health", "Абрамов 5А", "--group", "1", who="officer")
    assert refused.exit_code == 3
    assert "4.6" in refused.output
    assert [one.health_group for one in school.all(PupilHealth)] == [3]


@pytest.mark.scenario("journal_kinds:4")
@pytest.mark.clause("1.4")
def test_a_teacher_sees_the_order_of_an_individual_curriculum(terminal: Terminal) -> None:
    curriculum = ("pupil", "curriculum", "Абрамов 5А", "русский", "--order", "14", "--to", "25.12")
    told = terminal.shown(*curriculum, who="russian")
    assert "Абрамов Саша: ИУП записан." in told
    [row] = terminal.json("journal", "5А", "мат", who="maths")["rows"][:1]
    [arrangement] = row["arrangements"]
    assert (arrangement["document"], arrangement["last_day"]) == ("14", "2026-12-25")
    shown = " ".join(terminal.shown("journal", "5А", "мат", who="maths", width=200).split())
    assert "ИУП, приказ № 14, с 07.09.2026 по 25.12.2026" in shown
    there = terminal.shown("report", "particulars", who="russian", width=260)
    assert "ИУП: Русский" in " ".join(there.split())
    assert terminal.run(*curriculum, who="officer").exit_code == 3


@pytest.mark.scenario("journal_kinds:5")
@pytest.mark.clause("4.5.2/family")
def test_a_teacher_sees_the_order_of_the_family_form_and_can_give_no_current_mark(
    terminal: Terminal,
) -> None:
    family = ("pupil", "family", "Абрамов 5А", "--order", "7-с", "--to", "25.12")
    assert "Абрамов Саша: семейная форма записана." in terminal.shown(*family, who="russian")
    shown = " ".join(terminal.shown("journal", "5А", "мат", who="maths", width=200).split())
    assert "семейная форма, приказ № 7-с, с 07.09.2026 по 25.12.2026" in shown
    refused = terminal.run("mark", "5А", "мат", "Абрамов", "5", who="maths")
    assert refused.exit_code == 3
    assert "4.5.2" in refused.output
    there = " ".join(terminal.shown("report", "particulars", who="russian", width=260).split())
    assert "семейная форма" in there
    assert terminal.run(*family, who="officer").exit_code == 3


@pytest.mark.parametrize("typed", ["6", "-1", "два"])
def test_a_health_group_is_one_to_five(terminal: Terminal, typed: str) -> None:
    result = terminal.run("pupil", "health", "Абрамов 5А", "--group", typed, who="russian")
    assert result.exit_code == 2
    assert terminal.world.school.all(PupilHealth) == []


@pytest.mark.clause("4.4.3/1")
def test_a_guardians_work_is_found_by_the_relation(terminal: Terminal) -> None:
    school = terminal.world.school
    terminal.shown("pupil", "work", "Абрамов 5А", "мать", "больница № 2", who="russian")
    [row] = school.all(GuardianWork)
    [guardian] = school.all(Guardianship, pupil_id=school.pupils["5А"][0])
    assert (row.guardianship_id, row.workplace) == (guardian.id, "больница № 2")
    nobody = terminal.run("pupil", "work", "Абрамов 5А", "дядя", "завод", who="russian")
    assert nobody.exit_code == 4


@pytest.mark.clause("4.4.3/2")
def test_where_a_pupil_came_from_and_went_to(terminal: Terminal) -> None:
    school = terminal.world.school
    pupil = school.pupils["5А"][0]
    args = ("pupil", "came", "Абрамов 5А", "школа города", "--school", "школа № 2")
    assert "школа города" in terminal.shown(*args, who="officer")
    [row] = school.all(SchoolChange)
    assert (row.place, row.school) == (ChangePlace.CITY_SCHOOL, "школа № 2")
    assert row.enrolment_id == school.all(Enrolment, pupil_id=pupil)[0].id
    stays = terminal.run("pupil", "went", "Абрамов 5А", "колледж", who="officer")
    assert stays.exit_code == 4
    assert "eschool pupil withdraw" in stays.output

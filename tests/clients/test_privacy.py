"""1.4 as a person types it: cards are shown or refused, both are logged; consents are kept."""

from __future__ import annotations

import pytest

from eschool_core.domain.privacy import PersonalRead
from tests.clients.conftest import Terminal
from tests.clients.fakes import World

pytestmark = pytest.mark.clause("1.4")


@pytest.mark.scenario("1.4:1")
def test_the_cards_of_another_class_are_denied_and_the_attempt_is_logged(
    world: World, terminal: Terminal
) -> None:
    denied = terminal.run("check", "cards", "5Б", who="russian")
    assert (denied.exit_code, "п. 1.4" in denied.stderr) == (3, True)
    assert "Абрамов" not in denied.output
    assert "Абрамов" in terminal.shown("check", "cards", "5А", who="russian")
    told = terminal.json("reads", who="officer")
    assert [(line["school_class"], line["denied"]) for line in told] == [
        ("5Б", True),
        ("5А", False),
    ]
    shown = terminal.shown("reads", who="officer")
    assert "отказано" in shown
    assert "5Б, весь класс" in shown


def test_looking_often_on_one_day_is_logged_once(world: World, terminal: Terminal) -> None:
    for _ in range(3):
        terminal.shown("check", "cards", "5А", who="russian")
    assert len(world.school.all(PersonalRead)) == 1


def test_one_pupil_s_guardians_are_read_under_the_pupil_s_name(
    world: World, terminal: Terminal
) -> None:
    terminal.shown("guardians", "list", "Абр 5А", who="russian")
    refused = terminal.run("guardians", "list", "Абр 5А", who="maths")
    assert refused.exit_code == 3
    told = terminal.json("reads", "--pupil", "Абр 5А", who="officer")
    assert [line["denied"] for line in told] == [False, True]
    assert all(line["pupil"].startswith("Абрамов") for line in told)


def test_the_particulars_of_a_class_are_personal_data(world: World, terminal: Terminal) -> None:
    terminal.shown("report", "particulars", "--class", "5А", who="russian")
    refused = terminal.run("report", "particulars", "--class", "5Б", who="russian")
    assert refused.exit_code == 3
    assert [row.denied for row in world.school.all(PersonalRead)] == [0, 1]


def test_nothing_logged_says_whose_log_it_is(terminal: Terminal) -> None:
    assert "ответственный за ЭШ 2.0" in terminal.shown("reads", who="maths")


def test_a_consent_is_recorded_shown_and_withdrawn(terminal: Terminal) -> None:
    recorded = terminal.shown("consent", "record", "Абр 5А", "Абр", "С-7 от 07.09", who="russian")
    assert "Согласие внесено" in recorded
    [given] = terminal.json("consent", "list", "Абр 5А", who="russian")
    assert (given["document"], given["last_day"]) == ("С-7 от 07.09", None)
    number = str(given["consent_id"])
    said = terminal.shown("consent", "withdraw", number, "З-3", who="russian")
    assert "ведутся по закону и остаются" in said
    assert "З-3" in terminal.shown("consent", "list", "Абр 5А", who="russian")
    again = terminal.run("consent", "withdraw", number, "З-3", who="russian")
    assert (again.exit_code, "eschool consent list" in again.stderr) == (4, True)
    assert "Согласий нет" in terminal.shown("consent", "list", "Абр 5Б", who="maths")

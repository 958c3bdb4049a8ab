from __future__ import annotations

import pytest

from eschool_core.commands.base import Command
from eschool_core.commands.journals import PlanRow, SetPlan
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
    RecordWork,
    TakeRoll,
)
from eschool_core.domain.enums import ExcuseKind, Verdict, WorkKind
from eschool_core.domain.journal import CellHistory, Mark
from tests.clients.conftest import Terminal
from tests.clients.fakes import RefusedCommand, World
from tests.school import MONDAY, TUESDAY, clock

MATHS = ("5А", "Математика")


def given(world: World) -> list[Command]:
    return [command for command, _ in world.given]


@pytest.mark.clause("4.5.2")
def test_a_mark_is_given_in_words_of_people(world: World, terminal: Terminal) -> None:
    shown = terminal.shown("mark", "5А", "мат", "Абр", "5", "--kind", "контр", "--weight", "200")
    [command] = given(world)
    assert command == RecordMark(
        lesson_id=world.school.lesson(*MATHS),
        pupil_id=world.school.pupils["5А"][0],
        value=5,
        work_kind=WorkKind.TEST,
        weight=200,
    )
    assert "Абрамов Саша – 5 (контрольная работа)" in " ".join(shown.split())
    assert "eschool sync" in shown


def test_two_marks_of_a_lesson_go_together(world: World, terminal: Terminal) -> None:
    terminal.shown("mark", "5А", "мат", "Абр", "4/5")
    assert [(mark.position, mark.value) for mark in world.school.all(Mark)] == [(0, 4), (1, 5)]


def test_a_mark_is_taken_back(world: World, terminal: Terminal) -> None:
    terminal.shown("mark", "5А", "мат", "Абр", "4")
    assert "отметка снята" in terminal.shown("mark", "5А", "мат", "Абр", "0")
    assert [mark.value for mark in world.school.all(Mark)] == [0]


@pytest.mark.clause("2.2")
def test_a_late_correction_is_refused_without_a_reason(world: World, terminal: Terminal) -> None:
    terminal.shown("mark", "5А", "мат", "Абр", "4")
    world.school.now = clock(TUESDAY, 12)
    refused = terminal.run("mark", "5А", "мат", "Абр", "5", "--date", "вчера")
    assert refused.exit_code == 3
    assert "(п. 2.2)" in refused.stderr
    corrected = ("mark", "5А", "мат", "Абр", "5", "--date", "вчера", "--reason", "описка")
    terminal.shown(*corrected)
    assert [mark.value for mark in world.school.all(Mark)] == [5]


@pytest.mark.clause("2.2")
def test_a_reason_is_a_word_of_the_list_or_another_in_words(
    world: World, terminal: Terminal
) -> None:
    terminal.shown("mark", "5А", "мат", "Абр", "4")
    world.school.now = clock(TUESDAY, 12)
    corrected = ("mark", "5А", "мат", "Абр", "5", "--date", "вчера", "--reason")
    terminal.shown(*corrected, "handed_in_later")
    terminal.shown(*corrected[:4], "3", *corrected[5:], "перепутаны варианты")
    reasons = [entry.reason for entry in world.school.all(CellHistory) if entry.reason]
    assert reasons == ["работа сдана позже", "перепутаны варианты"]


@pytest.mark.parametrize(
    ("args", "clause"),
    [
        (("mark", "5А", "мат", "Абр", "6"), "4.5.2"),
        (("mark", "5А", "мат", "Абр", "5", "--date", "завтра"), "4.5.2"),
        (("absent", "5А", "мат", "Абр", "--date", "14.09"), "4.5.2"),
        (("mark", "5А", "рус", "Абр", "5"), "4.5.1"),
    ],
    ids=["scale", "not-begun", "absence-ahead", "foreign-page"],
)
def test_a_refusal_names_clause_and_remedy_and_changes_nothing(
    world: World, terminal: Terminal, args: tuple[str, ...], clause: str
) -> None:
    before = world.school.dump()
    result = terminal.run(*args)
    assert result.exit_code == 3
    assert f"(п. {clause})" in result.stderr
    assert len(result.stderr.splitlines()) >= 2
    assert world.school.dump() == before


@pytest.mark.clause("3.6")
def test_no_mark_for_a_first_former(terminal: Terminal) -> None:
    result = terminal.run("mark", "1А", "мат", "Абр", "5", who="primary")
    assert result.exit_code == 3
    assert "(п. 3.6)" in result.stderr


@pytest.mark.scenario("4.6.1:1")
@pytest.mark.clause("4.6.1")
def test_a_class_teacher_edits_nothing(terminal: Terminal) -> None:
    result = terminal.run("mark", "5А", "мат", "Абр", "5", who="russian")
    assert result.exit_code == 3
    assert "(п. 4.6.1)" in result.stderr


def test_absences_of_several_pupils(world: World, terminal: Terminal) -> None:
    shown = terminal.shown("absent", "5А", "мат", "Абр", "Белова Саша", "--reason", "sick")
    lesson = world.school.lesson(*MATHS)
    assert given(world) == [
        RecordAttendance(
            lesson_id=lesson, pupil_id=pupil, presence=1, stated_reason=ExcuseKind.SICK
        )
        for pupil in world.school.pupils["5А"][:2]
    ]
    assert shown.count("отсутствует") == 2


def test_nobody_is_written_down_when_one_name_is_unknown(world: World, terminal: Terminal) -> None:
    result = terminal.run("absent", "5А", "мат", "Абр", "Иванов")
    assert result.exit_code == 4
    assert given(world) == []


@pytest.mark.parametrize(
    ("switch", "presence", "word"), [("--late", 2, "опоздание"), ("--take-back", 0, "снята")]
)
def test_late_and_taken_back(
    world: World, terminal: Terminal, switch: str, presence: int, word: str
) -> None:
    terminal.shown("absent", "5А", "мат", "Абр")
    assert word in terminal.shown("absent", "5А", "мат", "Абр", switch)
    command = given(world)[-1]
    assert isinstance(command, RecordAttendance)
    assert command.presence == presence


def test_all_are_present(world: World, terminal: Terminal) -> None:
    assert "все на месте" in terminal.shown("absent", "5А", "мат", "--all-present")
    assert given(world) == [TakeRoll(lesson_id=world.school.lesson(*MATHS))]


@pytest.mark.parametrize(
    "args", [(), ("Абр", "--all-present"), ("Абр", "--late", "--take-back")], ids=str
)
def test_an_unclear_roll_is_refused(
    world: World, terminal: Terminal, args: tuple[str, ...]
) -> None:
    assert terminal.run("absent", "5А", "мат", *args).exit_code == 4
    assert given(world) == []


@pytest.mark.clause("4.5.6")
def test_a_topic_and_the_work_of_the_lesson(world: World, terminal: Terminal) -> None:
    terminal.shown("topic", "5А", "мат", "Дроби", "--work", "контрольная", "--work-topic", "Доли")
    lesson = world.school.lesson(*MATHS)
    assert given(world) == [
        RecordTopic(lesson_id=lesson, text="Дроби"),
        RecordWork(lesson_id=lesson, work_kind=WorkKind.TEST, topic="Доли"),
    ]


@pytest.mark.clause("4.5.1")
def test_topic_and_homework_from_the_plan(world: World, terminal: Terminal) -> None:
    row = PlanRow(ordinal=3, section="Числа", topic="Дроби", homework="№ 1")
    items = world.school.must(
        SetPlan(journal_id=world.school.journals[MATHS], items=(row,)), "maths"
    )
    terminal.shown("topic", "5А", "мат", "--plan-item", "3")
    terminal.shown("homework", "5А", "мат", "--plan-item", "3")
    lesson = world.school.lesson(*MATHS)
    assert given(world) == [
        RecordTopic(lesson_id=lesson, text="Дроби", plan_item_id=items),
        RecordHomework(lesson_id=lesson, text="№ 1"),
    ]


def test_a_row_that_the_plan_lacks_is_refused(terminal: Terminal) -> None:
    result = terminal.run("topic", "5А", "мат", "--plan-item", "3")
    assert result.exit_code == 4
    assert "Строки 3" in result.stderr


@pytest.mark.clause("4.5.6/language")
def test_a_finding_is_told_at_once_with_its_remedy(terminal: Terminal) -> None:
    text = "Simple fractions and how to add them up in your head"
    shown = terminal.shown("topic", "5А", "мат", text)
    assert "не на русском языке (п. 4.5.6)" in " ".join(shown.split())
    assert "изложите запись по-русски" in " ".join(shown.split())


@pytest.mark.parametrize(
    "args", [(), ("§ 4", "--none"), ("",), ("§ 4", "--plan-item", "3")], ids=str
)
def test_unclear_homework_is_refused(
    world: World, terminal: Terminal, args: tuple[str, ...]
) -> None:
    assert terminal.run("homework", "5А", "мат", *args).exit_code == 4
    assert given(world) == []


def test_no_homework_and_homework_of_one_grade(world: World, terminal: Terminal) -> None:
    assert "не задано" in terminal.shown("homework", "5А", "мат", "--none")
    terminal.shown("homework", "5А", "мат", "§ 4", "--grade", "5")
    lesson = world.school.lesson(*MATHS)
    assert given(world) == [
        RecordHomework(lesson_id=lesson, text=""),
        RecordHomework(lesson_id=lesson, text="§ 4", grade=5),
    ]


def test_what_only_the_server_can_judge_is_said_so(world: World, terminal: Terminal) -> None:
    world.undecided = True
    assert "решит сервер" in terminal.shown("mark", "5А", "мат", "Абр", "5")
    [receipt] = terminal.json("mark", "5А", "мат", "Абр", "5")
    assert (receipt["number"], receipt["verdict"]) == (17, None)


def test_a_receipt_as_json_names_findings(terminal: Terminal) -> None:
    text = "Simple fractions and how to add them up in your head"
    [receipt] = terminal.json("topic", "5А", "мат", text)
    assert receipt["verdict"] == "with_findings"
    assert [found["check"] for found in receipt["findings"]] == ["4.5.6/language"]


def test_an_ambiguous_pupil_is_asked_back_with_the_candidates(
    world: World, terminal: Terminal
) -> None:
    world.school.add_pupil("5А", "Абрикосов")
    result = terminal.run("mark", "5А", "мат", "Абр", "5")
    assert result.exit_code == 4
    assert "– Абрамов Саша" in result.stderr
    assert "– Абрикосов Саша" in result.stderr
    assert given(world) == []


# Refused entries.


@pytest.fixture
def refused(world: World) -> World:
    command = RecordMark(
        lesson_id=world.school.lesson(*MATHS), pupil_id=world.school.pupils["5А"][0], value=6
    )
    world.refused = [
        RefusedCommand(
            17,
            command,
            "record_mark",
            Verdict.REJECTED,
            "4.5.2/scale",
            {"lowest": 2, "highest": 5},
            "4.5.2",
            clock(MONDAY, 9),
        ),
        RefusedCommand(18, None, "new_kind", Verdict.REJECTED, "9.9/x", {}, "9.9", 0),
    ]
    return world


def test_a_refused_entry_is_corrected_and_sent_in_its_place(
    refused: World, terminal: Terminal
) -> None:
    terminal.shown("rejected", "fix", "17", "--set", "value=4", "--set", "comment=ок")
    [(command, replaces)] = refused.given
    assert isinstance(command, RecordMark)
    assert (command.value, command.comment, replaces) == (4, "ок", 17)


def test_a_refused_entry_is_sent_once_more(refused: World, terminal: Terminal) -> None:
    refused.undecided = True
    terminal.shown("rejected", "resend", "17")
    assert [(command, replaces) for command, replaces in refused.given] == [
        (refused.refused[0].command, 17)
    ]


def test_a_refused_entry_is_taken_off_the_list(refused: World, terminal: Terminal) -> None:
    assert terminal.json("rejected", "dismiss", "17") == {"dismissed": 17}
    assert [entry.number for entry in refused.refused] == [18]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("fix", "99", "--set", "value=4"), "№ 99 нет"),
        (("fix", "18", "--set", "value=4"), "другой версией"),
        (("fix", "17", "--set", "value"), "ПОЛЕ=ЗНАЧЕНИЕ"),
        (("fix", "17", "--set", "colour=4"), "Такого поля"),
        (("fix", "17", "--set", "value=four"), "целое число"),
        (("fix", "17", "--set", "value=9999"), ""),
        (("resend", "99"), "№ 99 нет"),
        (("dismiss", "99"), "№ 99 нет"),
    ],
    ids=str,
)
def test_a_correction_that_cannot_be_is_refused(
    refused: World, terminal: Terminal, args: tuple[str, ...], said: str
) -> None:
    result = terminal.run("rejected", *args)
    assert result.exit_code == 4
    assert said in result.stderr
    assert refused.given == []

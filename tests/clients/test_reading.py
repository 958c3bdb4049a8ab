from __future__ import annotations

import json
import re

import pytest
from eschool_cli.regulation import spoken

from eschool_core.commands.journals import PlanRow, RecordSubstitution, SetPlan
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
)
from eschool_core.domain.enums import Presence, SubstitutionKind, Verdict
from eschool_core.labels import catalogue
from eschool_core.regulation.permissions import Section, table
from eschool_core.regulation.registry import CLAUSES
from tests.clients.conftest import Terminal
from tests.clients.fakes import RefusedCommand, World
from tests.school import MONDAY, TUESDAY, clock

MATHS = ("5А", "Математика")

READS = (
    ("today",),
    ("journal", "5А", "мат"),
    ("plan", "5А", "мат"),
    ("history", "5А", "мат", "Абр"),
    ("history", "5А", "мат"),
    ("diary", "Абр 5А"),
    ("findings",),
    ("notices",),
    ("duties",),
    ("duties", "--all", "--done"),
    ("check", "attendance", "5А"),
    ("check", "cards", "5А"),
    ("pupil", "requests"),
    ("concerns",),
    ("planning", "list"),
    ("timetable", "drafts"),
    ("describe",),
    ("check", "school"),
    ("paper", "list", "5А"),
    ("messages",),
    ("split", "show", "5А", "англ"),
    ("status",),
    ("rejected",),
    ("rejected", "list"),
    ("regulation",),
    ("regulation", "4.5.3"),
    ("regulation", "--policy"),
    ("rights",),
    ("rights", "issue_slip"),
    ("account",),
    ("slips",),
    ("devices",),
    ("guardians", "list", "Абр 5А"),
    ("sync",),
)
OF_CARDS = {
    ("check", "cards", "5А"),
    ("guardians", "list", "Абр 5А"),
    ("paper", "list", "5А"),
}
"""Reads of personal data, which the class teacher alone may have (1.4)."""


@pytest.fixture
def day(world: World) -> World:
    """A lesson with everything that can be written in one."""
    school = world.school
    lesson, pupils = school.lesson(*MATHS), school.pupils["5А"]
    for command in (
        RecordMark(lesson_id=lesson, pupil_id=pupils[0], value=5, weight=200, comment="молодец"),
        RecordMark(lesson_id=lesson, pupil_id=pupils[0], value=4, position=1),
        RecordAttendance(lesson_id=lesson, pupil_id=pupils[1], presence=Presence.ABSENT),
        RecordTopic(lesson_id=lesson, text="Дроби"),
        SetPlan(
            journal_id=school.journals[MATHS],
            items=(PlanRow(ordinal=1, section="Числа", topic="Дроби", homework="№ 1"),),
        ),
    ):
        school.must(command, "maths")
    school.must(RecordTopic(lesson_id=lesson, text="Доли"), "maths", base=0, device=99)
    school.must(RecordHomework(lesson_id=lesson, text="№ 5"), "maths", at=clock(MONDAY, 17))
    refused = RecordMark(lesson_id=lesson, pupil_id=pupils[0], value=6)
    world.refused = [
        RefusedCommand(
            17,
            refused,
            "record_mark",
            Verdict.REJECTED,
            "4.5.2/scale",
            {"lowest": 2, "highest": 5},
            "4.5.2",
            school.now,
        ),
        RefusedCommand(18, None, "write_poem", Verdict.HELD, "9.9/new", {}, "9.9", school.now),
    ]
    return world


def reader_of(args: tuple[str, ...]) -> str:
    return "russian" if args in OF_CARDS else "maths"


@pytest.mark.asvs("row 67")
@pytest.mark.parametrize("args", READS, ids=" ".join)
def test_every_read_gives_json(day: World, terminal: Terminal, args: tuple[str, ...]) -> None:
    assert terminal.json(*args, who=reader_of(args)) is not None


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("args", READS, ids=" ".join)
def test_every_read_fits_the_terminal(
    day: World, terminal: Terminal, args: tuple[str, ...], width: int, language: str
) -> None:
    shown = terminal.shown(*args, "--lang", language, who=reader_of(args), width=width)
    assert shown.strip()
    assert max(len(line) for line in shown.splitlines()) <= width


def test_today_shows_lessons_and_what_is_missing(day: World, terminal: Terminal) -> None:
    shown = terminal.shown("today")
    assert "понедельник, 07.09.2026" in shown
    assert "08:00–08:45" in shown
    assert "№ 5 (позже срока)" in shown


def test_a_day_without_lessons_says_so(day: World, terminal: Terminal) -> None:
    assert "Уроков нет" in terminal.shown("today", "--date", "12.09")


def test_today_names_the_substitute(day: World, terminal: Terminal) -> None:
    school = day.school
    school.must(
        RecordSubstitution(
            journal_id=school.journals[MATHS],
            lesson_id=school.lesson(*MATHS),
            absent_id=school.staff["maths"],
            substitute_id=school.staff["russian"],
            substitution_kind=SubstitutionKind.SINGLE,
            first_day=MONDAY,
            last_day=MONDAY,
        )
    )
    assert "1. урок ведёт Russian А." in terminal.shown("today")
    assert "1. замена: Maths А." in terminal.shown("today", who="russian")


def test_the_journal_is_a_grid(day: World, terminal: Terminal) -> None:
    lines = terminal.shown("journal", "5А", "мат").splitlines()
    [first] = [line for line in lines if "Абрамов" in line]
    [second] = [line for line in lines if "Белова" in line]
    assert first.split() == ["1", "Абрамов", "Саша", "5/4", "4,67"]
    assert second.split() == ["2", "Белова", "Саша", "н", "–", "1"]


def test_a_narrow_terminal_shows_the_last_lessons_and_says_so(
    day: World, terminal: Terminal
) -> None:
    day.school.now = clock(MONDAY + 12, 12)
    shown = terminal.shown("journal", "5А", "мат", width=60)
    assert "Показаны уроки" in shown
    assert "Показаны уроки" not in terminal.shown("journal", "5А", "мат", "--all", width=60)


def test_the_journal_of_a_period(day: World, terminal: Terminal) -> None:
    page = terminal.json("journal", "5А", "мат", "--from", "07.09", "--to", "07.09.2026")
    assert [lesson["day"] for lesson in page["lessons"]] == ["2026-09-07"]
    assert page["journal"]["group"] == "5А"


def test_history_shows_the_conflict(day: World, terminal: Terminal) -> None:
    shown = terminal.shown("history", "5А", "мат")
    assert "прежнего" in shown
    assert [value["conflict"] for value in terminal.json("history", "5А", "мат")[0]["values"]] == [
        False,
        True,
    ]


def test_history_of_a_mark_needs_a_pupil(terminal: Terminal) -> None:
    result = terminal.run("history", "5А", "мат", "--of", "mark")
    assert result.exit_code == 4
    assert "назовите обучающегося" in result.stderr


def test_an_empty_cell_says_so(terminal: Terminal) -> None:
    assert "ничего не записано" in terminal.shown("history", "5А", "мат", "Власов")


@pytest.mark.scenario("2.10:2")
@pytest.mark.clause("2.10")
def test_a_guardian_sees_the_own_childs_week(day: World, terminal: Terminal) -> None:
    shown = terminal.shown("diary", who="mother")
    assert "Абрамов Саша, 5А" in shown
    assert "молодец" in shown
    assert "вес 200 %" in shown
    assert "Белова" not in shown


def test_findings_show_person_clause_and_remedy(day: World, terminal: Terminal) -> None:
    shown = terminal.shown("findings", who="deputy")
    assert "Maths А. · 5А, Математика · 07.09, урок 1 · открыто" in shown
    assert "урока 07.09.2026, 5А, записано позже срока на 2 ч (п. 4.5.3)" in shown
    [found] = terminal.json("findings", "--mine")
    assert (found["check"], found["clause"]) == ("4.5.3/late", "4.5.3")


def test_the_evidence_of_an_undetermined_act_is_readable(world: World, terminal: Terminal) -> None:
    from tests.school import offline

    interval = offline(clock(MONDAY, 9), None, clock(TUESDAY, 9))
    command = RecordHomework(lesson_id=world.school.lesson(*MATHS), text="№ 5")
    world.school.must(command, "maths", at=interval)
    shown = " ".join(terminal.shown("findings", who="deputy").split())
    assert "не раньше 07.09.2026 09:00, не позже 08.09.2026 09:00" in shown


def test_more_findings_than_asked_for_are_announced(day: World, terminal: Terminal) -> None:
    lesson = day.school.lesson("5Б", "Математика")
    late = RecordHomework(lesson_id=lesson, text="№ 5")
    day.school.must(late, "maths", at=clock(MONDAY, 17))
    assert "Показано 1" in terminal.shown("findings", "--limit", "1", who="deputy")


def test_notices_show_both_values(day: World, terminal: Terminal) -> None:
    shown = terminal.shown("notices")
    assert "было:  Дроби – Maths А." in shown
    assert "стало: Доли – Maths А." in shown


def test_refused_entries_name_reason_and_way_out(day: World, terminal: Terminal) -> None:
    shown = terminal.shown("rejected")
    assert "№ 17 · отметка" in shown
    assert "Такой отметки нет: шкала от 2 до 5 (п. 4.5.2)." in shown
    assert "Поставьте отметку от 2 до 5." in shown
    assert "pupil_id: Абрамов Саша" in shown


def test_a_command_of_another_version_is_listed_without_its_fields(
    day: World, terminal: Terminal
) -> None:
    shown = terminal.shown("rejected")
    assert "№ 18 · write_poem" in shown
    assert "Сообщение «9.9/new»" in shown
    assert terminal.json("rejected")[1]["fields"] is None


def test_status_warns_of_refused_and_waiting_entries(day: World, terminal: Terminal) -> None:
    assert "eschool rejected" in terminal.shown("status")
    assert "обмен при первой" not in terminal.shown("status")
    day.pending = 201
    assert "обмен при первой" in terminal.shown("status")


def test_sync_says_what_it_did_and_what_to_look_at(day: World, terminal: Terminal) -> None:
    shown = terminal.shown("sync")
    assert "Не принято" in shown
    assert "eschool rejected" in shown
    assert terminal.json("sync")["pulled_rows"] == 17


def test_the_regulation_needs_no_replica(terminal: Terminal) -> None:
    result = terminal.run("regulation", "3.6", who="nobody-here", typed="")
    assert result.exit_code == 0
    assert "В ‹N›-х классах отметки не ставятся" in result.stdout
    assert "{" not in result.stdout


def test_every_check_names_what_its_text_is_filled_with() -> None:
    for clause in CLAUSES:
        for check in clause.checks:
            for language in ("ru", "en"):
                for key in (check.id, f"{check.id}.remedy"):
                    said = spoken(key, language)
                    assert "…" not in said, (key, language)
                    assert "{" not in said, (key, language)


def test_an_english_example_names_people_and_subjects_as_the_school_does() -> None:
    """A subject or pupil is found by the letters that it is written with."""
    latin = re.compile(r"\b(algebra|[A-Z][a-z]+(ov|ova))\b")
    examples = [key for key in catalogue() if key.endswith(".examples")]
    assert [key for key in examples if latin.search(catalogue()[key]["en"])] == []


def test_the_regulation_as_json_has_exactly_the_agreed_fields(terminal: Terminal) -> None:
    listed = terminal.json("regulation")
    assert {frozenset(entry) for entry in listed} == {
        frozenset({"clause", "kind", "status", "checks", "place", "tests"})
    }
    assert len({entry["clause"] for entry in listed}) == len(listed) > 64
    [homework] = [entry for entry in listed if entry["clause"] == "4.5.3"]
    assert {"id": "4.5.3/late", "on_breach": "flag"} in homework["checks"]
    assert any("test_" in name for name in homework["tests"])


def test_an_unknown_clause_is_refused(terminal: Terminal) -> None:
    result = terminal.run("regulation", "8.1")
    assert result.exit_code == 4
    assert "Пункта 8.1 в регламенте нет." in result.stderr


def test_json_holds_the_very_letters(world: World, terminal: Terminal) -> None:
    lesson = world.school.lesson(*MATHS)
    topic = "Линия\u202eABC\u200b «ё»"
    world.school.must(RecordTopic(lesson_id=lesson, text=topic), "maths")
    raw = terminal.shown("today", "--json")
    assert "\u202e" not in raw
    assert json.loads(raw)["lessons"][0]["topic"] == topic


@pytest.mark.clause("2.5")
def test_a_date_names_the_year_whose_journal_is_meant(day: World, terminal: Terminal) -> None:
    shown = terminal.run("journal", "5А", "мат", "--from", "01.09.2020")
    assert shown.exit_code == 0
    assert terminal.json("journal", "5А", "мат", "--from", "07.09.2026")["lessons"]


@pytest.mark.parametrize("section", ["commands", "reads"])
def test_the_table_of_rights_has_words_for_every_row(section: Section) -> None:
    names = [name.partition("/") for name in table(section)]
    prefix = "cli.command" if section == "commands" else "cli.rights.rows"
    keys = {f"{prefix}.{kind}" for kind, _, _ in names}
    keys |= {f"cli.rights.variant.{variant}" for _, _, variant in names if variant}
    assert keys - catalogue().keys() == set()

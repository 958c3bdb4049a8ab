from __future__ import annotations

import pytest

from eschool_core.commands.lessons import RecordMark
from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import TermKind, WorkKind
from eschool_core.domain.journal import Lesson
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.core.forecast.test_backtest import course, students
from tests.school import FIRST_DAY, MONDAY, clock

MATHS = ("5А", "Математика")


@pytest.fixture
def term(world: World) -> World:
    """Two weeks of marks in a term of seven."""
    school = world.school
    school.must(
        SetTerm(
            year_id=school.year,
            term_kind=TermKind.QUARTER,
            ordinal=1,
            first_day=FIRST_DAY,
            last_day=FIRST_DAY + 52,
        ),
        "deputy",
    )
    school.schedule(*MATHS, MONDAY + 14, FIRST_DAY + 52)
    school.now = clock(MONDAY + 13, 12)
    for lesson in school.store.select(Lesson, journal_id=school.journals[MATHS]):
        if lesson.day < MONDAY + 13:
            for number, pupil in enumerate(school.pupils["5А"]):
                school.must(
                    RecordMark(
                        lesson_id=lesson.id,
                        pupil_id=pupil,
                        value=max(2, 5 - number - lesson.day % 2),
                        work_kind=WorkKind.ORAL,
                    ),
                    "maths",
                )
    return world


@pytest.mark.clause("2.8")
def test_a_class_by_journals_and_a_journal_by_pupils(term: World, terminal: Terminal) -> None:
    of_class = terminal.shown("forecast", "5А", who="deputy", width=120)
    assert "Математика" in of_class
    assert "Громова" in of_class
    of_journal = terminal.shown("forecast", "5А", "--subject", "мат", width=120)
    assert "Абрамов" in of_journal
    assert "успеваемость" in of_journal


@pytest.mark.clause("2.8")
def test_a_pupil_with_what_moves_it_and_what_is_needed(term: World, terminal: Terminal) -> None:
    shown = terminal.shown("forecast", "Белова 5А", "--subject", "мат", width=120)
    assert "Обычный уровень" in shown
    assert "Итого ожидается" in shown
    assert "Какие отметки нужны" in shown
    [found] = terminal.json("forecast", "Белова 5А", "--subject", "мат")
    [pupil] = found["forecast"]["pupils"]
    assert pupil["outlook"]["low"] <= pupil["outlook"]["mean"] <= pupil["outlook"]["high"]
    assert {need["target"] for need in pupil["needed"]} == {3, 4, 5}


def test_the_word_show_may_be_said(term: World, terminal: Terminal) -> None:
    assert terminal.shown("forecast", "show", "5А") == terminal.shown("forecast", "5А")


def test_a_date_outside_the_terms_has_nothing(world: World, terminal: Terminal) -> None:
    assert "Прогнозировать нечего" in terminal.shown("forecast", "5А")


def test_the_backtest_is_shown_and_told_as_json(terminal: Terminal) -> None:
    yearly = students(terminal.home)
    shown = terminal.shown("forecast", "backtest", str(yearly), "--format", "student")
    assert "как в прошлый раз" in shown
    told = terminal.json(
        "forecast", "backtest", str(course(terminal.home / "c")), "--format", "oulad"
    )
    assert {"rmse", "mae", "level_accuracy", "pass_accuracy"} == set(told["naive"])
    assert 0 < told["interval_coverage"] <= 1


def test_a_wrong_file_is_a_sentence(terminal: Terminal) -> None:
    result = terminal.run("forecast", "backtest", "none.csv", "--format", "student")
    assert result.exit_code == 4

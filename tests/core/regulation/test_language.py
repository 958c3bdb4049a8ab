from __future__ import annotations

import doctest
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.regulation import language
from eschool_core.regulation.language import looks_foreign

pytestmark = pytest.mark.clause("4.5.6/language")


@pytest.mark.parametrize(
    "text",
    [
        "abcdefghijklmno",
        "Past Simple and Past Continuous",
        "Learn the new words and retell the story",
        "Unit 3. My summer holidays by the sea",
        "Die Jahreszeiten und das Wetter in Deutschland",
        "Übung macht den Meister, wiederholen",
        "Les saisons de l’année et le temps",
        "READING COMPREHENSION PRACTICE",
        "Well-known Anglo-Saxon writers of today",
        "Reading:\nthe Canterville Ghost, first part",
    ],
)
def test_prose_in_another_language_warns(text: str) -> None:
    assert looks_foreign(text)


def test_fourteen_letters_never_warn() -> None:
    assert not looks_foreign("abcdefghijklmn")
    assert not looks_foreign("Present Perfect")


@pytest.mark.scenario("4.5.6:2")
@pytest.mark.parametrize(
    "text",
    [
        "Тема: «To be or not to be, that is the question»",
        "Past Simple and Past Continuous, с. 5",
        "Времена года",
        "Времена года, the four seasons of the year",
        "",
        "   \n ",
    ],
)
def test_russian_with_a_foreign_quotation_does_not_warn(text: str) -> None:
    assert not looks_foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "12, 13, 15–18, 21 (1, 3, 5)",
        "§ 4, № 17",
        "p. 45 ex. 3, 4, 5; WB p. 12 ex. 7",
        "Student's Book p. 45 ex. 3, Workbook p. 12 ex. 4",
        "Student’s book: page 12, exercises 3–5; workbook: page 7, exercise 2",
        "Lektion 5, Seite 34, Übung 3; Arbeitsbuch Seite 12, Aufgaben 1–4",
    ],
)
def test_references_to_exercises_do_not_warn(text: str) -> None:
    assert not looks_foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "sin x + cos y + tg z + ctg w + arcsin a + arccos b + arctg c",
        "x^2 + 2xy + y^2 = (x + y)^2; abc + bcd + cde + def = 0",
        "NaOH + HCl, CaO + HCl, MgO + HBr, FeS + HCl",
        "2H2SO4 + Cu -> CuSO4 + SO2 + 2H2O",
        "E = mc^2, F = ma, P = UI, Q = cm(t2 - t1), A = Fs",
    ],
)
def test_formulas_do_not_warn(text: str) -> None:
    assert not looks_foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "for i in range(10): print(i)",
        "import numpy as np",
        "from math import sqrt",
        "def area(width, height):\n    return width * height",
        "begin writeln; readln; end.",
        "SELECT name FROM pupils ORDER BY name",
        "https://resh.edu.ru/subject/lesson/7735/start",
        "www.example.org/lessons/seasons",
        "camelCase counterValue totalAmount",
        '#include <iostream>\nint main() { std::cout << "hello"; }',
    ],
)
def test_code_and_addresses_do_not_warn(text: str) -> None:
    assert not looks_foreign(text)


@given(st.text(), st.sampled_from("аЯёЁіў"), st.text())
def test_one_cyrillic_letter_is_enough_not_to_warn(before: str, letter: str, after: str) -> None:
    assert not looks_foreign(before + letter + after)


@given(st.text(max_size=14))
def test_a_short_text_never_warns(text: str) -> None:
    assert not looks_foreign(text)


@given(st.text(), st.integers(1, 30))
def test_a_higher_limit_never_warns_more(text: str, limit: int) -> None:
    assert looks_foreign(text, limit) or not looks_foreign(text, limit + 1)


def test_the_school_may_set_the_limit() -> None:
    assert looks_foreign("Present Perfect", 14)


@pytest.mark.asvs("1.3.12")
@pytest.mark.parametrize("piece", ["SELECT ", "a-", "a'", ";  ", "a(", "…-", "aB", "\n"])
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    before = time.process_time()
    looks_foreign(piece * (100_000 // len(piece)) + "!")
    assert time.process_time() - before < 0.5


def test_the_examples_of_the_docstring_hold() -> None:
    assert doctest.testmod(language).failed == 0

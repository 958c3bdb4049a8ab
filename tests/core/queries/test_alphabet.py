from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.queries.alphabet import sort_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["Егоров", "Ежов", "Ёлкин", "Жуков"],
        ["Алексеев", "Алексеева", "Алёшин", "Алябьев"],
        ["2Б", "7А", "7Б", "10А", "11А"],
        ["Ли Ан", "Лиан"],
        ["иванов", "Иванова", "ИВАНЦОВ"],
        ["Йорк", "Кац"],
        ["Урок 2", "Урок 10"],
    ],
)
def test_names_and_classes_stand_in_the_order_of_the_alphabet(ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=sort_key) == ordered


def test_a_letter_of_two_code_points_sorts_as_one() -> None:
    assert sort_key("Е\u0308лкин") == sort_key("Ёлкин")


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_texts_can_be_sorted(texts: list[str]) -> None:
    assert len(sorted(texts, key=sort_key)) == len(texts)

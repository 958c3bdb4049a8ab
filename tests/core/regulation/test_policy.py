from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.errors import InputError
from eschool_core.labels import message, remedy
from eschool_core.regulation.policy import (
    PARAMETERS,
    Parameter,
    Value,
    bounds,
    default,
    format_value,
    parameter,
    parse_value,
)

NAMES = [known.name for known in PARAMETERS]


def values(known: Parameter) -> st.SearchStrategy[Value]:
    numbers = st.integers(known.minimum, known.maximum)
    if known.kind == "choice":
        return st.sampled_from(known.choices)
    if known.kind == "ints":
        least, most = known.items
        return st.lists(numbers, min_size=least, max_size=most, unique=known.unique).map(tuple)
    if known.kind == "names":
        least, most = known.items
        names = st.text("абвгд", min_size=1, max_size=9)
        return st.lists(names, min_size=least, max_size=most, unique=True).map(", ".join)
    return numbers


def key_of(name: str, text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_value(name, text)
    assert message(caught.value, "ru")
    assert remedy(caught.value, "en")
    return caught.value.key


def test_no_name_is_used_twice() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("known", PARAMETERS, ids=NAMES)
def test_a_default_is_itself_allowed(known: Parameter) -> None:
    assert parse_value(known.name, format_value(known.name, known.default)) == known.default


@pytest.mark.parametrize("known", PARAMETERS, ids=NAMES)
def test_a_parameter_says_what_it_counts_and_who_sets_it(known: Parameter) -> None:
    assert known.unit
    assert known.act
    assert bounds(known)
    assert bool(known.choices) == (known.kind == "choice")


@given(st.sampled_from(PARAMETERS).flatmap(lambda known: st.tuples(st.just(known), values(known))))
def test_every_allowed_value_is_read_back_from_its_text(case: tuple[Parameter, Value]) -> None:
    known, value = case
    assert parse_value(known.name, format_value(known.name, value)) == value


@given(st.sampled_from(NAMES), st.text())
def test_no_text_gives_a_value_that_is_not_allowed(name: str, text: str) -> None:
    try:
        value = parse_value(name, text)
    except InputError:
        return
    assert parse_value(name, format_value(name, value)) == value


def test_homework_has_ninety_minutes_after_the_class_day_by_default() -> None:
    assert default("homework_grace_minutes") == 90
    assert default("homework_anchor") == "class_day_end"


def test_first_grade_alone_is_markless_by_default() -> None:
    assert default("markless_grades") == (1,)


def test_a_decimal_is_kept_in_hundredths() -> None:
    assert [parse_value("failing_mean", text) for text in ("2.5", "2,50", " 3 ", "2.05")] == [
        250,
        250,
        300,
        205,
    ]
    assert format_value("failing_mean", 205) == "2.05"


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("7", 7), (" 3 ", 3), ("007", 7)])
def test_a_number_within_its_bounds_is_taken(text: str, value: int) -> None:
    assert parse_value("slip_valid_days", text) == value


@pytest.mark.parametrize("text", ["0", "8", "999999"])
def test_a_number_just_outside_its_bounds_is_refused(text: str) -> None:
    assert key_of("slip_valid_days", text) == "policy.out_of_bounds"


@pytest.mark.parametrize("text", ["", "week", "-1", "1.0", "1e3", "1_0", "٣", "9" * 5000, "1 2"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    assert key_of("slip_valid_days", text) == "policy.not_a_number"


@pytest.mark.parametrize("text", ["", "nan", "inf", "2.555", "2.", ".5", "2.5.0", "2e0"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    assert key_of("failing_mean", text) == "policy.not_a_number"


def test_a_decimal_just_outside_its_bounds_is_refused() -> None:
    assert key_of("failing_mean", "1.99") == "policy.out_of_bounds"
    assert key_of("failing_mean", "3.51") == "policy.out_of_bounds"


def test_the_refusal_of_a_decimal_shows_its_bounds_as_people_write_them() -> None:
    with pytest.raises(InputError) as caught:
        parse_value("failing_mean", "9")
    assert caught.value.params == {"policy": "failing_mean", "minimum": "2.00", "maximum": "3.50"}


@pytest.mark.parametrize("text", ["", "Remind", "never", "remind, flag"])
def test_a_word_that_is_no_choice_is_refused(text: str) -> None:
    assert key_of("homework_blank", text) == "policy.not_a_choice"


@pytest.mark.parametrize("text", ["1, 2", "1,2", "1 2", " 1; 2 "])
def test_a_list_is_written_with_commas_semicolons_or_blanks(text: str) -> None:
    assert parse_value("markless_grades", text) == (1, 2)


def test_a_list_of_the_wrong_length_is_refused() -> None:
    assert key_of("markless_grades", "") == "policy.wrong_length"
    assert key_of("work_weights", ", ".join(["1"] * 9)) == "policy.wrong_length"
    assert key_of("work_weights", ", ".join(["1"] * 11)) == "policy.wrong_length"


def test_a_list_that_repeats_is_refused_only_where_it_is_a_set() -> None:
    assert key_of("markless_grades", "1, 1") == "policy.repeated"
    assert parse_value("marks_per_quarter", "3, 3") == (3, 3)


def test_items_of_a_list_keep_their_bounds() -> None:
    assert key_of("markless_grades", "1, 12") == "policy.out_of_bounds"
    assert key_of("markless_grades", "1, x") == "policy.not_a_number"


@pytest.mark.parametrize("ask", [parameter, default, lambda name: parse_value(name, "1")])
def test_an_unknown_name_is_refused(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(InputError) as caught:
        ask("homework_grace")
    assert caught.value.key == "policy.unknown"


def test_a_parameter_cannot_be_changed() -> None:
    known = parameter("slip_valid_days")
    assert replace(known, default=1) != known
    with pytest.raises(AttributeError):
        known.default = 1  # type: ignore[misc]

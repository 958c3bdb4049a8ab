from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import TermKind
from eschool_core.errors import RegulationError
from eschool_core.reports.contingent import Stay
from eschool_core.reports.movement import movement_of
from eschool_core.reports.period import term_numbered
from tests.core.reports.tables import asked, made, rows_of
from tests.school import FIRST_DAY, MONDAY, SmallSchool

KEYS = ("class", "at_start", "arrived", "moved_in", "left", "moved_out", "at_end")


def move(school: SmallSchool, pupil_id: int, class_name: str, day: int) -> None:
    command = MovePupil(
        pupil_id=pupil_id, class_id=school.classes[class_name], first_day=day, order="7-п"
    )
    school.must(command, "officer")


@pytest.mark.clause("4.4.3/2")
def test_a_transfer_between_classes_is_no_movement_of_the_school(school: SmallSchool) -> None:
    move(school, school.pupils["5А"][0], "5Б", MONDAY)
    shown = made(school, "movement", asked(school))
    found = {row[0]: row[1:] for row in rows_of(shown, *KEYS)}
    assert found["5А"] == (4, 0, 0, 0, 1, 3)
    assert found["5Б"] == (4, 0, 1, 0, 0, 5)
    assert shown.totals[0].cells[1:] == (20, 0, 1, 0, 1, 20)
    assert [note.title for note in shown.notes] == ["Переведены из класса в класс"]
    assert shown.notes[0].lines == ("Абрамов Саша, 5А → 5Б, с 07.09.2026, приказ 7-п",)


@pytest.mark.clause("4.4.3/2")
def test_who_comes_and_leaves_is_counted_and_named_with_the_order(school: SmallSchool) -> None:
    school.add_pupil("5А", "Новикова", first_day=MONDAY + 1, order="8-з")
    school.must(
        WithdrawPupil(pupil_id=school.pupils["10А"][0], last_day=MONDAY, order="9-о"), "officer"
    )
    shown = made(school, "movement", asked(school))
    found = {row[0]: row[1:] for row in rows_of(shown, *KEYS)}
    assert found["5А"] == (4, 1, 0, 0, 0, 5)
    assert found["10А"] == (4, 0, 0, 1, 0, 3)
    assert found["5–9 классы"] == (8, 1, 0, 0, 0, 9)
    assert shown.totals[0].cells[1:] == (20, 1, 0, 1, 0, 20)
    assert [note.lines for note in shown.notes] == [
        ("Новикова Саша, 5А, с 08.09.2026, приказ 8-з",),
        ("Абрамов Саша, 10А, последний день 07.09.2026, приказ 9-о",),
    ]


@pytest.mark.clause("4.4.3/2")
def test_who_comes_in_the_holidays_is_counted_in_the_next_term(school: SmallSchool) -> None:
    for ordinal, first in ((1, FIRST_DAY), (2, FIRST_DAY + 63)):
        school.must(
            SetTerm(
                year_id=school.year,
                term_kind=TermKind.QUARTER,
                ordinal=ordinal,
                first_day=first,
                last_day=first + 53,
            ),
            "officer",
        )
    school.add_pupil("5А", "Новикова", first_day=FIRST_DAY + 58)
    quarters = [term_numbered(school.store, MONDAY, None, number) for number in (1, 2)]
    arrived = [
        made(school, "movement", asked(school, period=quarter)).totals[0].cells[1:3]
        for quarter in quarters
    ]
    assert arrived == [(20, 0), (20, 1)]


stays = st.builds(
    lambda first, length, came, went: Stay(
        1, 1, 5, first, first + length, "", "", "", came_from=came, went_to=went
    ),
    st.integers(0, 30),
    st.integers(0, 30),
    st.sampled_from([0, 2]),
    st.sampled_from([0, 2]),
)


@pytest.mark.clause("4.4.3/2")
@given(st.lists(stays, max_size=20), st.integers(0, 30), st.integers(0, 30))
def test_the_balance_of_a_class_always_holds(listed: list[Stay], opening: int, length: int) -> None:
    at_start, arrived, moved_in, left, moved_out, at_end = astuple(
        movement_of(listed, opening, opening + length)
    )
    assert at_start + arrived + moved_in - left - moved_out == at_end


@pytest.mark.clause("4.4.3/2")
@pytest.mark.parametrize("viewer", ["maths", "russian", "nobody", "hr"])
def test_reports_of_the_school_are_for_the_administration(school: SmallSchool, viewer: str) -> None:
    with pytest.raises(RegulationError) as caught:
        made(school, "movement", asked(school), viewer)
    assert caught.value.check.id == "4.1/role"


def test_the_deputy_head_sees_the_same_as_the_server(school: SmallSchool) -> None:
    assert made(school, "movement", asked(school), "deputy") == made(
        school, "movement", asked(school)
    )

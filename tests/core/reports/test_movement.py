from __future__ import annotations

from dataclasses import astuple
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.commands.personal_files import KeepPupilFile, NoteSchoolChange
from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import TermKind
from eschool_core.domain.people import Enrolment
from eschool_core.domain.personal_file import ChangeDirection, ChangePlace
from eschool_core.errors import RegulationError
from eschool_core.reports.contingent import Stay
from eschool_core.reports.movement import movement_of
from eschool_core.reports.period import term_numbered
from eschool_core.reports.table import Table, Value
from tests.core.reports.tables import asked, made, rows_of
from tests.school import FIRST_DAY, MONDAY, SmallSchool

KEYS = ("class", "at_start", "arrived", "moved_in", "left", "moved_out", "at_end")


def whole(shown: Table) -> tuple[Value, ...]:
    """Return the sums of the school."""
    return tuple(shown.value(shown.totals[0], key) for key in KEYS[1:])


def move(school: SmallSchool, pupil_id: int, class_name: str, day: int) -> None:
    command = MovePupil(
        pupil_id=pupil_id, class_id=school.classes[class_name], first_day=day, order="7-п"
    )
    school.must(command, "officer")


@pytest.mark.scenario("4.4.3/2:2")
@pytest.mark.clause("4.4.3/2")
def test_a_transfer_between_classes_is_no_movement_of_the_school(school: SmallSchool) -> None:
    move(school, school.pupils["5А"][0], "5Б", MONDAY)
    shown = made(school, "movement", asked(school))
    found = {row[0]: row[1:] for row in rows_of(shown, *KEYS)}
    assert found["5А"] == (4, 0, 0, 0, 1, 3)
    assert found["5Б"] == (4, 0, 1, 0, 0, 5)
    assert whole(shown) == (20, 0, 1, 0, 1, 20)
    assert shown.notes == ()
    named = made(school, "movement_names", asked(school))
    assert rows_of(named, "name", "move", "class", "move_day", "move_order", "move_place") == [
        ("Абрамов Саша", "переведён(а)", "5Б", date(2026, 9, 7), "7-п", "из 5А")
    ]


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
    assert whole(shown) == (20, 1, 0, 1, 0, 20)
    assert [note.lines for note in shown.notes] == [("откуда прибыли: 1", "куда выбыли: 1")]
    named = made(school, "movement_names", asked(school))
    assert rows_of(named, "name", "move", "class", "move_day", "move_order", "move_place") == [
        ("Новикова Саша", "прибыл(а)", "5А", date(2026, 9, 8), "8-з", ""),
        ("Абрамов Саша", "выбыл(а)", "10А", date(2026, 9, 7), "9-о", ""),
    ]


@pytest.mark.clause("4.4.3/2")
def test_where_from_and_where_to_stand_in_their_own_columns(school: SmallSchool) -> None:
    newcomer = school.add_pupil("5А", "Новикова", first_day=MONDAY + 1, order="8-з")
    other = school.add_pupil("5Б", "Орлова", first_day=MONDAY + 1, order="8-з")
    left = school.pupils["10А"][0]
    school.must(WithdrawPupil(pupil_id=left, last_day=MONDAY, order="9-о"), "officer")
    for pupil, direction, place, name in (
        (newcomer, ChangeDirection.ARRIVED, ChangePlace.OTHER_REGION, "г. Томск"),
        (other, ChangeDirection.ARRIVED, ChangePlace.OTHER, "семейное обучение"),
        (left, ChangeDirection.LEFT, ChangePlace.COLLEGE, "горный колледж"),
    ):
        enrolment = school.all(Enrolment, pupil_id=pupil)[-1].id
        school.must(
            NoteSchoolChange(enrolment_id=enrolment, direction=direction, place=place, school=name),
            "officer",
        )
    school.must(
        KeepPupilFile(pupil_id=newcomer, file_number="Н-3", address="пр. Ленина, 1"), "officer"
    )
    shown = made(school, "movement", asked(school), "deputy")
    came = ("arrived", "from_city", "from_district", "from_region")
    assert [shown.value(shown.totals[0], key) for key in came] == [2, 0, 0, 1]
    went = ("left", "to_schools", "to_college", "to_region", "to_other")
    assert [shown.value(shown.totals[0], key) for key in went] == [1, 0, 1, 0, 0]
    # One came from elsewhere than the columns say, and it is recorded: nothing is missing.
    assert shown.notes == ()
    named = made(school, "movement_names", asked(school), "deputy")
    assert rows_of(named, "name", "address", "move_place") == [
        ("Новикова Саша", "пр. Ленина, 1", "другой регион, г. Томск"),
        ("Орлова Саша", "", "прочее, семейное обучение"),
        ("Абрамов Саша", "", "колледж, горный колледж"),
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
        whole(made(school, "movement", asked(school, period=quarter)))[:2] for quarter in quarters
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


@pytest.mark.scenario("4.4.3/2:1")
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

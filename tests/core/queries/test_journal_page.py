from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.lessons import (
    RecordAttendance,
    RecordHomework,
    RecordMark,
    RecordTopic,
    RecordWork,
)
from eschool_core.commands.people import WithdrawPupil
from eschool_core.domain.enums import ExemptionKind, Presence, WorkKind
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.queries.journal_page import (
    JournalPage,
    PageMark,
    journal_page,
    weighted_mean_hundredths,
)
from eschool_core.store.database import Parameters, Values
from tests.core.queries.conftest import replica_of
from tests.school import MONDAY, TUESDAY, SmallSchool

MATHS = ("5А", "Математика")


def page(school: SmallSchool, first: int = MONDAY, last: int = MONDAY + 6) -> JournalPage:
    return journal_page(school.store, school.journals[MATHS], first, last)


def mark(school: SmallSchool, pupil: int, value: int, **fields: int) -> None:
    command = RecordMark(
        lesson_id=school.lesson(*MATHS),
        pupil_id=school.pupils["5А"][pupil],
        value=value,
        **fields,  # type: ignore[arg-type]
    )
    school.must(command, "maths")


def attend(school: SmallSchool, pupil: int, presence: int) -> None:
    command = RecordAttendance(
        lesson_id=school.lesson(*MATHS),
        pupil_id=school.pupils["5А"][pupil],
        presence=presence,
    )
    school.must(command, "maths")


def cells(shown: JournalPage) -> list[str]:
    return [row.cells[0].text for row in shown.rows]


@pytest.mark.scenario("4.5.2:4")
def test_the_signs_of_the_journal(school: SmallSchool) -> None:
    mark(school, 0, 4)
    mark(school, 0, 5, position=1)
    attend(school, 1, Presence.ABSENT)
    attend(school, 2, Presence.ABSENT)
    mark(school, 2, 4)
    attend(school, 3, Presence.LATE)
    assert cells(page(school)) == ["4/5", "н", "н/4", "о"]


def test_a_mark_and_an_absence_that_were_taken_back_are_gone(school: SmallSchool) -> None:
    mark(school, 0, 4)
    mark(school, 0, 0)
    attend(school, 1, Presence.ABSENT)
    attend(school, 1, 0)
    shown = page(school)
    assert cells(shown) == ["", "", "", ""]
    assert [row.missed for row in shown.rows] == [0, 0, 0, 0]
    assert shown.rows[0].mean_hundredths is None


def test_lateness_is_no_miss(school: SmallSchool) -> None:
    attend(school, 0, Presence.LATE)
    attend(school, 1, Presence.ABSENT)
    assert [row.missed for row in page(school).rows] == [0, 1, 0, 0]


def test_means_are_weighted(school: SmallSchool) -> None:
    mark(school, 0, 5, weight=200)
    mark(school, 0, 4, position=1)
    assert page(school).rows[0].mean_hundredths == 467


def test_marks_without_weight_have_no_mean() -> None:
    assert weighted_mean_hundredths([PageMark(5, WorkKind.TEST, 0)]) is None


def test_half_a_hundredth_is_rounded_up() -> None:
    marks = [PageMark(value, WorkKind.TEST, 25) for value in (5, 4, 4, 4, 4, 4, 4, 5)]
    assert weighted_mean_hundredths(marks) == 425
    eighths = [PageMark(value, WorkKind.TEST, 100) for value in (5, 4, 4, 4, 4, 4, 4, 4)]
    assert weighted_mean_hundredths(eighths) == 413


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10_000)), max_size=30))
def test_a_mean_lies_between_the_marks(listed: list[tuple[int, int]]) -> None:
    mean = weighted_mean_hundredths([PageMark(v, WorkKind.ORAL, w) for v, w in listed])
    counted = [value for value, weight in listed if weight]
    assert mean is None if not counted else min(counted) * 100 <= (mean or 0) <= max(counted) * 100


def test_columns_carry_topic_homework_and_works(school: SmallSchool) -> None:
    lesson = school.lesson(*MATHS)
    school.must(RecordTopic(lesson_id=lesson, text="Дроби"), "maths")
    school.must(RecordHomework(lesson_id=lesson, text="№ 5"), "maths")
    school.must(RecordWork(lesson_id=lesson, work_kind=WorkKind.TEST, topic="Дроби"), "maths")
    first = page(school).lessons[0]
    assert (first.topic, first.homework, first.works) == (
        "Дроби", "№ 5", ((WorkKind.TEST, "Дроби"),),
    )  # fmt: skip


def test_only_the_lessons_of_the_period_are_there(school: SmallSchool) -> None:
    assert len(page(school, MONDAY, MONDAY).lessons) == 1
    assert len(page(school, MONDAY, TUESDAY).lessons) == 2
    assert page(school, MONDAY + 4, MONDAY + 5).lessons == ()


@pytest.mark.clause("4.6.6")
def test_who_left_stands_below_and_keeps_the_marks(school: SmallSchool) -> None:
    mark(school, 0, 5)
    school.must(
        WithdrawPupil(pupil_id=school.pupils["5А"][0], last_day=MONDAY, order="2-о"), "officer"
    )
    shown = page(school)
    assert [row.name.split()[0] for row in shown.rows][-1] == "Абрамов"
    assert [row.number for row in shown.rows] == [1, 2, 3, 0]
    assert shown.rows[-1].cells[0].text == "5"
    assert [cell.listed for cell in shown.rows[-1].cells][:2] == [True, False]


def test_an_exempt_pupil_is_marked_so_only_where_nothing_else_stands(school: SmallSchool) -> None:
    school.must(
        ExemptPupil(
            pupil_id=school.pupils["5А"][0],
            subject_id=school.subjects["Математика"],
            exemption_kind=ExemptionKind.SUBJECT,
            first_day=MONDAY,
            last_day=MONDAY,
            document="1",
        ),
        "russian",
    )
    row = page(school).rows[0]
    assert [cell.text for cell in row.cells][:2] == ["осв.", ""]


def test_pupils_stand_in_the_order_of_the_alphabet(school: SmallSchool) -> None:
    for family in ("Ёлкин", "Жуков", "Егоров"):
        school.add_pupil("5А", family)
    families = [row.name.split()[0] for row in page(school).rows]
    assert families == ["Абрамов", "Белова", "Власов", "Громова", "Егоров", "Ёлкин", "Жуков"]


@pytest.mark.asvs("row 31")
def test_a_replica_shows_only_the_lines_it_holds(school: SmallSchool) -> None:
    mark(school, 0, 5)
    mark(school, 1, 2)
    journal_id, pupil_id = school.journals[MATHS], school.pupils["5А"][0]
    line = school.line(*MATHS, pupil_id)
    store = replica_of(
        school,
        SCHOOL,
        partition(PartitionKind.JOURNAL, journal_id),
        line.part,
        partition(PartitionKind.NAME, pupil_id),
    )
    shown = journal_page(store, journal_id, MONDAY, MONDAY)
    assert [(row.name, row.cells[0].text) for row in shown.rows] == [("Абрамов Саша", "5")]


@pytest.mark.asvs("row 31")
def test_a_journal_outside_the_replica_is_not_shown_as_empty(school: SmallSchool) -> None:
    journal_id = school.journals[MATHS]
    with pytest.raises(InputError) as caught:
        journal_page(replica_of(school, SCHOOL), journal_id, MONDAY, MONDAY)
    assert caught.value.key == "lookup.journal_not_here"


def test_a_page_takes_the_same_number_of_queries_for_any_number_of_pupils(
    school: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = school.database.fetch

    def counted(sql: str, values: Parameters = ()) -> list[Values]:
        asked.append(sql)
        return fetch(sql, values)

    monkeypatch.setattr(school.database, "fetch", counted)
    page(school)
    few = len(asked)
    for number in range(10):
        school.add_pupil("5А", f"Новый{number}")
    asked.clear()
    page(school)
    assert len(asked) == few

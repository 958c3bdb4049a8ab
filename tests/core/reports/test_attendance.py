from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.commands.care import ExcuseAbsence
from eschool_core.commands.lessons import RecordAttendance, TakeRoll
from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.commands.school import SetCalendar, SetTerm
from eschool_core.domain.enums import (
    CalendarLevel,
    DayKind,
    ExcuseKind,
    JournalKind,
    Presence,
    TermKind,
)
from eschool_core.errors import InputError, RightsError
from eschool_core.reports.misses import Due, Missed, missed_by
from eschool_core.reports.period import year_period
from eschool_core.results.absences import Seen
from tests.core.reports.tables import asked, made, rows_of
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, TUESDAY, SmallSchool, clock

KEYS = ("days", "sick_days", "lessons", "sick", "valid", "unexcused", "unknown", "late")
# Monday of 5А: maths (1), English in two groups (3), Russian (6); Tuesday: maths, Russian.


def attend(
    school: SmallSchool, pupil: int, subject: str, day: int, presence: int, reason: int = 0
) -> None:
    teachers = {"Математика": "maths", "Русский язык": "russian", "Английский язык": "english"}
    group = "5А/1" if subject == "Английский язык" else "5А"
    command = RecordAttendance(
        lesson_id=school.lesson(group, subject, day),
        pupil_id=school.pupils["5А"][pupil],
        presence=presence,
        stated_reason=reason,
    )
    school.must(command, teachers[subject], at=clock(day, 15))


def call_roll(school: SmallSchool, subject: str, day: int, group: str = "5А") -> None:
    teacher = {"Математика": "maths", "Русский язык": "russian"}.get(subject, "english_2")
    command = TakeRoll(lesson_id=school.lesson(group, subject, day))
    school.must(command, teacher, at=clock(day, 15))


def excuse(school: SmallSchool, pupil: int, kind: ExcuseKind, day: int, lesson_id: int = 0) -> None:
    command = ExcuseAbsence(
        pupil_id=school.pupils["5А"][pupil],
        excuse=kind,
        first_day=day,
        last_day=day,
        lesson_id=lesson_id,
    )
    school.must(command, "russian")


def away(school: SmallSchool, pupil: int, day: int) -> None:
    """Miss every lesson of a Monday: of the first English group."""
    for subject in ("Математика", "Английский язык", "Русский язык"):
        attend(school, pupil, subject, day, Presence.ABSENT)


def of_5a(school: SmallSchool, **fields: object) -> list[tuple[object, ...]]:
    shown = made(school, "attendance", asked(school, class_name="5А", **fields))  # type: ignore[arg-type]
    return [tuple(row) for row in rows_of(shown, *(f"missed_{key}" for key in KEYS))]


@pytest.mark.scenario("4.4.3/9:1")
@pytest.mark.clause("4.4.3/9")
def test_reasons_and_whole_days_by_hand(school: SmallSchool) -> None:
    away(school, 0, MONDAY)
    excuse(school, 0, ExcuseKind.SICK, MONDAY)
    attend(school, 1, "Математика", MONDAY, Presence.ABSENT, ExcuseKind.VALID)
    attend(school, 1, "Математика", TUESDAY, Presence.ABSENT)
    attend(school, 2, "Математика", MONDAY, Presence.ABSENT)
    excuse(school, 2, ExcuseKind.NONE, MONDAY)
    attend(school, 3, "Математика", MONDAY, Presence.LATE)
    assert of_5a(school) == [
        (1, 1, 3, 3, 0, 0, 0, 0),
        (0, 0, 2, 0, 1, 0, 1, 0),
        (0, 0, 1, 0, 0, 1, 0, 0),
        (0, 0, 0, 0, 0, 0, 0, 1),
    ]


@pytest.mark.clause("4.4.3/9")
def test_the_total_of_the_class_and_its_rates(school: SmallSchool) -> None:
    away(school, 0, MONDAY)
    for subject in ("Математика", "Русский язык"):
        call_roll(school, subject, TUESDAY)
    call_roll(school, "Английский язык", MONDAY, "5А/2")
    shown = made(school, "attendance", asked(school, MONDAY, TUESDAY, class_name="5А"))
    assert shown.totals[0].cells[1:] == ("Всего по классу", 1, 0, 3, 0, 0, 0, 3, 0)
    # Five lessons a pupil in two days, of which 3 of 20 were missed.
    assert shown.notes[0].lines == (
        "пропущено уроков на одного ученика: 0,8",
        "посещаемость: 85,0 % из 20 человеко-уроков с перекличкой",
    )


@pytest.mark.clause("4.4.3/9")
def test_lessons_without_a_roll_are_told_and_are_no_attendance(school: SmallSchool) -> None:
    wanted = asked(school, MONDAY, TUESDAY, class_name="5А", day=TUESDAY + 1)
    assert made(school, "attendance", wanted).notes[0].lines == (
        "пропущено уроков на одного ученика: 0,0",
        "уроков без переклички: 6",
    )
    attend(school, 0, "Математика", MONDAY, Presence.ABSENT)
    assert made(school, "attendance", wanted).notes[0].lines == (
        "пропущено уроков на одного ученика: 0,3",
        "посещаемость: 75,0 % из 4 человеко-уроков с перекличкой",
        "уроков без переклички: 5",
    )


@pytest.mark.clause("4.4.3/9")
def test_a_roll_may_still_be_called_today(school: SmallSchool) -> None:
    wanted = asked(school, MONDAY, TUESDAY, class_name="5А", day=TUESDAY)
    assert "уроков без переклички: 4" in made(school, "attendance", wanted).notes[0].lines


@pytest.mark.clause("4.4.3/9")
def test_the_word_of_the_class_teacher_prevails_and_a_lesson_before_the_day(
    school: SmallSchool,
) -> None:
    attend(school, 0, "Математика", MONDAY, Presence.ABSENT, ExcuseKind.VALID)
    attend(school, 0, "Русский язык", MONDAY, Presence.ABSENT, ExcuseKind.VALID)
    excuse(school, 0, ExcuseKind.SICK, MONDAY)
    excuse(school, 0, ExcuseKind.NONE, MONDAY, school.lesson("5А", "Русский язык", MONDAY))
    assert of_5a(school)[0] == (0, 0, 2, 1, 0, 1, 0, 0)


@pytest.mark.clause("4.4.3/9")
def test_a_day_is_missed_only_where_every_lesson_was(school: SmallSchool) -> None:
    for subject in ("Математика", "Русский язык"):
        attend(school, 0, subject, MONDAY, Presence.ABSENT)
    assert of_5a(school)[0][:3] == (0, 0, 2)
    attend(school, 0, "Английский язык", MONDAY, Presence.ABSENT)
    assert of_5a(school)[0][:3] == (1, 0, 3)


def test_a_miss_of_a_club_is_no_missed_lesson(school: SmallSchool) -> None:
    school.add_journal("5А", "Хор", "physics", ((0, 7),), kind=JournalKind.EXTRACURRICULAR)
    school.must(
        RecordAttendance(
            lesson_id=school.lesson("5А", "Хор"),
            pupil_id=school.pupils["5А"][0],
            presence=Presence.ABSENT,
        ),
        "physics",
        at=clock(MONDAY, 16),
    )
    assert of_5a(school)[0] == (0,) * 8


@pytest.mark.clause("4.4.3/9")
def test_who_changed_class_counts_in_each_for_the_days_there(school: SmallSchool) -> None:
    attend(school, 0, "Математика", MONDAY, Presence.ABSENT)
    school.must(
        MovePupil(
            pupil_id=school.pupils["5А"][0],
            class_id=school.classes["5Б"],
            first_day=TUESDAY,
            order="7-п",
        ),
        "officer",
    )
    school.must(
        RecordAttendance(
            lesson_id=school.lesson("5Б", "Математика", TUESDAY),
            pupil_id=school.pupils["5А"][0],
            presence=Presence.ABSENT,
        ),
        "maths",
        at=clock(TUESDAY, 15),
    )
    for name in ("5А", "5Б"):
        shown = made(school, "attendance", asked(school, class_name=name))
        assert shown.totals[0].cells[4] == 1


def test_who_left_stands_below_the_line_with_the_order(school: SmallSchool) -> None:
    attend(school, 0, "Математика", MONDAY, Presence.ABSENT)
    school.must(
        WithdrawPupil(pupil_id=school.pupils["5А"][0], last_day=MONDAY, order="9-о"), "officer"
    )
    shown = made(school, "attendance", asked(school, class_name="5А"))
    assert shown.rows[-1].kind.value == "left"
    assert shown.rows[-1].cells[:2] == (None, "Абрамов Саша")
    remark = made(school, "particulars", asked(school, class_name="5А")).rows[-1].cells[-1]
    assert remark == "выбыл(а) 07.09.2026, приказ 9-о"


def test_a_lesson_cancelled_by_quarantine_is_asked_of_nobody(school: SmallSchool) -> None:
    school.must(
        SetCalendar(
            level=CalendarLevel.SCHOOL_CLASS,
            object_id=school.classes["5А"],
            days=(TUESDAY,),
            day_kind=DayKind.QUARANTINE,
            act="Приказ 5",
        ),
        "deputy",
    )
    wanted = asked(school, MONDAY, TUESDAY, class_name="5А", day=TUESDAY + 1)
    shown = made(school, "attendance", wanted)
    assert shown.notes[0].lines[-1] == "уроков без переклички: 4"


@pytest.mark.clause("4.4.3/9")
def test_the_year_has_a_part_for_each_term_and_their_sum(school: SmallSchool) -> None:
    for ordinal, first, last in ((1, FIRST_DAY, MONDAY + 4), (2, MONDAY + 7, LAST_DAY)):
        school.must(
            SetTerm(
                year_id=school.year,
                term_kind=TermKind.QUARTER,
                ordinal=ordinal,
                first_day=first,
                last_day=last,
            ),
            "officer",
        )
    attend(school, 0, "Математика", MONDAY, Presence.ABSENT)
    attend(school, 0, "Математика", MONDAY + 7, Presence.ABSENT)
    year = year_period(school.store, MONDAY)
    shown = made(school, "attendance", asked(school, period=year, class_name="5А", day=LAST_DAY))
    assert [column.group for column in shown.columns[2::8]] == [
        "I четверть", "II четверть", "Год",
    ]  # fmt: skip
    keys = [f"part_{part}_missed_lessons" for part in (1, 2, 3)]
    assert rows_of(shown, *keys)[0] == (1, 1, 2)


def test_the_days_of_a_month_with_their_codes(school: SmallSchool) -> None:
    away(school, 0, MONDAY)
    excuse(school, 0, ExcuseKind.SICK, MONDAY)
    attend(school, 1, "Математика", TUESDAY, Presence.ABSENT)
    attend(school, 1, "Русский язык", TUESDAY, Presence.LATE)
    shown = made(school, "attendance_days", asked(school, MONDAY, MONDAY + 6, class_name="5А"))
    assert [column.title for column in shown.columns[2:]] == [
        "7", "8", "9", "10", "11",
    ]  # fmt: skip
    assert rows_of(shown, "day_20260907", "day_20260908")[:2] == [("3б", ""), ("", "1? о")]


def test_a_month_is_a_month_at_most(school: SmallSchool) -> None:
    with pytest.raises(InputError) as caught:
        made(school, "attendance_days", asked(school, MONDAY, MONDAY + 31, class_name="5А"))
    assert caught.value.key == "report.month_only"


@pytest.mark.clause("4.4.3/1")
def test_particulars_of_a_class_and_their_sum(school: SmallSchool) -> None:
    school.add_pupil("5А", "Новикова", birth_day=15_000, sex=1)
    shown = made(school, "particulars", asked(school, class_name="5А"))
    found = dict(zip(shown.column("name"), shown.rows, strict=True))
    row = found["Новикова Саша"]
    assert shown.value(row, "sex") == "ж"
    assert str(shown.value(row, "birth")) == "2011-01-26"
    assert shown.value(row, "guardians") == "Новикова Мария, мать, +7 384 000"
    assert shown.value(found["Абрамов Саша"], "groups") == "5А/1"
    assert shown.totals[0].cells[0] == 5
    assert shown.notes[0].lines[:2] == ("девочек: 1", "пол не указан: 4")


@pytest.mark.scenario("4.4.3/1:1")
@pytest.mark.clause("4.4.3/1")
def test_the_classes_sum_up_to_the_contingent(school: SmallSchool) -> None:
    totals = [
        made(school, "particulars", asked(school, class_name=name)).totals[0].cells[0]
        for name in school.classes
    ]
    sizes = made(school, "class_sizes", asked(school))
    movement = made(school, "movement", asked(school))
    assert sum(int(str(total)) for total in totals) == sizes.totals[0].cells[3]
    assert movement.totals[0].cells[-1] == sizes.totals[0].cells[3] == 20


@pytest.mark.clause("4.6.1")
def test_a_class_teacher_sees_the_own_class_and_no_other(school: SmallSchool) -> None:
    for name in ("particulars", "attendance"):
        own = made(school, name, asked(school, class_name="5А"), "russian")
        if name == "attendance":
            assert own == made(school, name, asked(school, class_name="5А"))
        with pytest.raises(RightsError):
            made(school, name, asked(school, class_name="5Б"), "russian")


def test_a_report_on_a_class_needs_one(school: SmallSchool) -> None:
    with pytest.raises(InputError) as caught:
        made(school, "attendance", asked(school))
    assert caught.value.key == "report.class_needed"


reasons = st.sampled_from(list(ExcuseKind))
seen = st.builds(
    Seen,
    st.integers(1, 3),
    st.integers(1, 20),
    st.integers(1, 5),
    st.sampled_from(list(Presence)),
    reasons,
)


@pytest.mark.scenario("4.4.3/9:1")
@pytest.mark.clause("4.4.3/9")
@given(st.lists(seen, max_size=40, unique_by=lambda entry: (entry.pupil_id, entry.lesson_id)))
def test_reasons_always_sum_up_to_all_that_was_missed(entries: list[Seen]) -> None:
    for missed in missed_by(entries, Due((), (), {})).values():
        days, sick_days, lessons, sick, valid, unexcused, unknown, late = astuple(missed)
        assert sick + valid + unexcused + unknown == lessons
        assert sick_days <= days <= lessons
        assert late >= 0


def test_nothing_missed_is_nothing() -> None:
    assert Missed().plus(Missed(lessons=2, sick=2)) == Missed(lessons=2, sick=2)

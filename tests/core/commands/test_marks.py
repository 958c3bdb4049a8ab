from __future__ import annotations

import json

import pytest

from eschool_core.commands.care import ExcuseAbsence, ExemptPupil
from eschool_core.commands.lessons import RecordMark
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.enums import ExcuseKind, ExemptionKind, JournalKind, Presence, WorkKind
from eschool_core.domain.journal import Attendance, CellHistory, Mark, RollTaken
from eschool_core.domain.people import AbsenceExcuse, Exemption
from tests.core.commands.acts import absent, mark, roll
from tests.school import (
    FIRST_DAY,
    MONDAY,
    TUESDAY,
    SmallSchool,
    clock,
    findings,
    offline,
    verdict,
)

pytestmark = pytest.mark.clause("4.5.2")


@pytest.fixture
def lesson(school: SmallSchool) -> int:
    """The first lesson of 5А on Monday, from 8:00."""
    return school.lesson("5А", "Математика")


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


@pytest.mark.clause("4.5.2/scale")
@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, "4.5.2/scale"), (2, "accepted"), (5, "accepted"), (6, "4.5.2/scale")],
)
def test_marks_are_two_to_five(
    school: SmallSchool, lesson: int, pupil: int, value: int, expected: str
) -> None:
    assert verdict(school.do(mark(lesson, pupil, value), "maths")) == expected


@pytest.mark.clause("4.5.2/scale")
def test_the_schools_act_may_add_the_one(school: SmallSchool, lesson: int, pupil: int) -> None:
    act = SetPolicy(name="lowest_mark", value="1", first_day=FIRST_DAY, act="№ 2")
    school.must(act, "deputy")
    assert verdict(school.do(mark(lesson, pupil, 1), "maths")) == "accepted"


@pytest.mark.clause("4.5.2/not-begun")
@pytest.mark.parametrize("make", [mark, absent, lambda lesson, pupil: roll(lesson)])
@pytest.mark.parametrize(
    ("at", "expected"),
    [(clock(MONDAY, 7, 59, 59), "4.5.2/not-begun"), (clock(MONDAY, 8), "accepted")],
)
def test_a_lesson_that_has_not_begun_has_no_marks(
    school: SmallSchool, lesson: int, pupil: int, make: type, at: int, expected: str
) -> None:
    assert verdict(school.do(make(lesson, pupil), "maths", at=at)) == expected


@pytest.mark.clause("4.5.2/not-begun")
def test_what_may_have_been_made_in_time_is_not_refused(
    school: SmallSchool, lesson: int, pupil: int
) -> None:
    at = offline(clock(MONDAY, 7), clock(MONDAY, 7, 30), clock(MONDAY, 8))
    assert verdict(school.do(mark(lesson, pupil), "maths", at=at)) == "accepted"


def test_two_marks_of_one_lesson_stand_side_by_side(
    school: SmallSchool, lesson: int, pupil: int
) -> None:
    second = RecordMark(
        lesson_id=lesson, pupil_id=pupil, value=5, position=1, work_kind=WorkKind.TEST, weight=200
    )
    school.must(mark(lesson, pupil, 4), "maths")
    school.must(second, "maths")
    assert [(row.position, row.value, row.weight) for row in school.all(Mark)] == [
        (0, 4, 100),
        (1, 5, 200),
    ]


@pytest.mark.scenario("4.5.2:4")
def test_work_handed_in_later_stands_beside_the_absence(
    school: SmallSchool, lesson: int, pupil: int
) -> None:
    school.must(absent(lesson, pupil), "maths")
    school.must(mark(lesson, pupil, 4), "maths", at=clock(TUESDAY, 9))
    assert (school.one(Attendance).presence, school.one(Mark).value) == (Presence.ABSENT, 4)


@pytest.mark.clause("4.5.2/roll")
def test_the_first_absence_is_the_roll_and_a_second_call_changes_nothing(
    school: SmallSchool, lesson: int, pupil: int
) -> None:
    school.must(absent(lesson, pupil, Presence.LATE), "maths")
    taken = school.one(RollTaken)
    school.must(roll(lesson), "maths")
    assert school.one(RollTaken).values() == taken.values()


@pytest.mark.parametrize(
    ("presence", "stated", "expected"),
    [
        (Presence.ABSENT, ExcuseKind.SICK, "accepted"),
        (Presence.ABSENT, ExcuseKind.VALID, "accepted"),
        (Presence.ABSENT, ExcuseKind.UNKNOWN, "data.field"),
        (Presence.ABSENT, ExcuseKind.NONE, "data.field"),
        (Presence.LATE, ExcuseKind.SICK, "data.field"),
        (0, 0, "journal.nothing_to_take_back"),
    ],
)
def test_a_teacher_proposes_a_reason_for_an_absence_alone(
    school: SmallSchool, lesson: int, pupil: int, presence: int, stated: int, expected: str
) -> None:
    assert verdict(school.do(absent(lesson, pupil, presence, stated), "maths")) == expected


def excuse(pupil: int, **fields: int) -> ExcuseAbsence:
    values = {"pupil_id": pupil, "excuse": ExcuseKind.SICK, "first_day": MONDAY}
    return ExcuseAbsence.model_validate(
        {**values, "last_day": MONDAY + 2, "document": "Справка 4", **fields}
    )


@pytest.mark.clause("4.6.1")
def test_the_class_teachers_excuse_never_touches_the_teachers_entry(
    school: SmallSchool, lesson: int, pupil: int
) -> None:
    school.must(absent(lesson, pupil, Presence.ABSENT, ExcuseKind.VALID), "maths")
    before = school.one(Attendance).values()
    school.must(excuse(pupil), "russian")
    assert school.one(Attendance).values() == before
    entry = school.one(AbsenceExcuse)
    assert (entry.kind, entry.first_day, entry.last_day) == (ExcuseKind.SICK, MONDAY, MONDAY + 2)


@pytest.mark.clause("2.2")
def test_an_excuse_that_is_changed_keeps_what_it_said(school: SmallSchool, pupil: int) -> None:
    school.must(excuse(pupil), "russian")
    school.must(excuse(pupil, excuse=ExcuseKind.NONE), "russian")
    assert school.one(AbsenceExcuse).kind == ExcuseKind.NONE
    assert json.loads(school.one(CellHistory).content)["kind"] == ExcuseKind.SICK


@pytest.mark.clause("4.1")
@pytest.mark.parametrize("actor", ["maths", "primary", "deputy", "officer"])
def test_nobody_else_excuses(school: SmallSchool, pupil: int, actor: str) -> None:
    assert verdict(school.do(excuse(pupil), actor)) == "4.1/role"


def exempt(school: SmallSchool, pupil: int, last_day: int) -> ExemptPupil:
    return ExemptPupil(
        pupil_id=pupil,
        subject_id=school.subjects["Математика"],
        exemption_kind=ExemptionKind.SUBJECT,
        first_day=MONDAY,
        last_day=last_day,
        document="Справка 5",
    )


def test_an_exemption_has_dates_and_a_document_and_blocks_no_mark(
    school: SmallSchool, lesson: int, pupil: int
) -> None:
    assert verdict(school.do(exempt(school, pupil, MONDAY - 1), "russian")) == "data.field"
    assert verdict(school.do(exempt(school, pupil, MONDAY), "maths")) == "4.1/role"
    school.must(exempt(school, pupil, MONDAY), "russian")
    assert school.one(Exemption).document == "Справка 5"
    for command in (mark(lesson, pupil), absent(lesson, pupil)):
        assert verdict(school.do(command, "maths")) == "accepted"


@pytest.mark.scenario("journal_kinds:2")
@pytest.mark.clause("4.5.1")
@pytest.mark.clause("4.5.1/no-marks")
def test_an_extracurricular_journal_takes_attendance_and_no_marks(
    school: SmallSchool, pupil: int
) -> None:
    kind = JournalKind.EXTRACURRICULAR
    school.add_journal("5А", "Хор", "substitute", ((0, 7),), kind=kind)
    lesson, at = school.lesson("5А", "Хор"), clock(MONDAY, 15)
    assert verdict(school.do(mark(lesson, pupil), "substitute", at=at)) == "4.5.1/no-marks"
    assert verdict(school.do(absent(lesson, pupil), "substitute", at=at)) == "accepted"


@pytest.mark.clause("2.2")
class TestCorrection:
    """A mark changed after the lesson's day says why; every value stays."""

    @pytest.mark.scenario("2.2:1", "2.2:3")
    @pytest.mark.clause("2.2/reason")
    @pytest.mark.parametrize(
        ("at", "reason", "expected"),
        [
            (clock(MONDAY, 23, 59, 59), "", "accepted"),
            (clock(TUESDAY, 0), "", "2.2/reason"),
            (clock(TUESDAY, 0), "пересдача", "accepted"),
        ],
    )
    def test_a_reason_is_asked_from_the_next_day_on(
        self, school: SmallSchool, lesson: int, pupil: int, at: int, reason: str, expected: str
    ) -> None:
        school.must(mark(lesson, pupil, 3), "maths")
        assert verdict(school.do(mark(lesson, pupil, 4, reason), "maths", at=at)) == expected
        assert school.one(Mark).value == (4 if expected == "accepted" else 3)

    @pytest.mark.parametrize("field", [{"weight": 200}, {"work_kind": WorkKind.TEST}])
    def test_a_reason_is_asked_for_whatever_moves_the_mean(
        self, school: SmallSchool, lesson: int, pupil: int, field: dict[str, int]
    ) -> None:
        school.must(mark(lesson, pupil, 3), "maths")
        changed = mark(lesson, pupil, 3).model_copy(update=field)
        later = clock(TUESDAY, 9)
        assert verdict(school.do(changed, "maths", at=later)) == "2.2/reason"
        reasoned = changed.model_copy(update={"reason": "ошибка вида работы"})
        assert verdict(school.do(reasoned, "maths", at=later)) == "accepted"

    def test_both_values_author_time_and_reason_are_kept(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        first, second = clock(MONDAY, 9), clock(TUESDAY, 9)
        school.must(mark(lesson, pupil, 3), "maths", at=first)
        school.must(mark(lesson, pupil, 4, "пересдача"), "maths", at=second)
        old, now = school.one(CellHistory), school.one(Mark)
        assert json.loads(old.content)["value"] == 3
        assert (old.author_id, old.made_at) == (school.staff["maths"], first)
        assert (old.replaced_by_id, old.replaced_at) == (school.staff["maths"], second)
        assert (old.reason, old.conflict, old.part) == ("пересдача", 0, now.part)
        assert (now.value, now.made_at) == (4, second)

    @pytest.mark.clause("2.2/reason")
    def test_a_mark_taken_back_later_says_why_too(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        school.must(mark(lesson, pupil, 3), "maths")
        at = clock(TUESDAY, 9)
        assert verdict(school.do(mark(lesson, pupil, 0), "maths", at=at)) == "2.2/reason"
        school.must(mark(lesson, pupil, 0, "не тому"), "maths", at=at)
        assert school.one(Mark).value == 0

    def test_a_first_mark_given_later_needs_no_reason(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        assert findings(school.do(mark(lesson, pupil), "maths", at=clock(TUESDAY, 9))) == []

    def test_the_same_mark_again_is_no_correction(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        school.must(mark(lesson, pupil, 4), "maths")
        assert verdict(school.do(mark(lesson, pupil, 4), "maths", at=clock(TUESDAY, 9))) == (
            "accepted"
        )

    def test_who_could_not_know_of_a_mark_is_not_asked_why_it_is_changed(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        seen = school.seq
        school.must(mark(lesson, pupil, 3), "maths", at=clock(MONDAY, 9))
        outcome = school.do(
            mark(lesson, pupil, 4), "maths", at=clock(TUESDAY, 9), base=seen, device=60
        )
        assert (verdict(outcome), outcome.overwritten) == ("accepted", 1)
        assert school.one(CellHistory).conflict == 1

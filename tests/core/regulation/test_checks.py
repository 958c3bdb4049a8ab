from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from eschool_core.domain.enums import Timeliness, WorkKind
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks, entries, homework, marks
from eschool_core.regulation.clause import Check
from eschool_core.regulation.interval import Interval


def refusal(caught: pytest.ExceptionInfo[RegulationError]) -> tuple[Check, dict[str, str | int]]:
    return caught.value.check, caught.value.params


@pytest.mark.clause("4.5.2/scale")
@pytest.mark.parametrize(("value", "lowest"), [(1, 2), (6, 2), (6, 1), (99, 1), (-1, 1)])
def test_a_mark_off_the_scale_names_the_scale(value: int, lowest: int) -> None:
    with pytest.raises(RegulationError) as caught:
        marks.check_scale(value, lowest)
    assert refusal(caught) == (checks.MARK_SCALE, {"lowest": lowest, "highest": 5})


@pytest.mark.clause("4.5.2/scale")
@pytest.mark.parametrize(("value", "lowest"), [(1, 1), (2, 2), (5, 2), (0, 2)])
def test_a_mark_on_the_scale_passes_and_so_does_taking_one_back(value: int, lowest: int) -> None:
    marks.check_scale(value, lowest)


@pytest.mark.clause("3.6/mark")
def test_a_grade_without_marks_is_named() -> None:
    marks.check_markless(2, (1,))
    with pytest.raises(RegulationError) as caught:
        marks.check_markless(1, (1, 2))
    assert refusal(caught) == (checks.MARKLESS_MARK, {"grade": 1})


@pytest.mark.clause("4.5.2/not-begun")
def test_a_lesson_begins_in_its_first_second() -> None:
    begin = datetime(2026, 9, 7, 1, tzinfo=UTC)
    first = int(begin.timestamp())
    marks.check_begun(begin, Interval.at(first))
    with pytest.raises(RegulationError) as caught:
        marks.check_begun(begin, Interval.at(first - 1))
    assert refusal(caught) == (
        checks.LESSON_NOT_BEGUN,
        {"date": "2026-09-07", "time": "01:00"},
    )


@pytest.mark.clause("4.6.6/enrolment")
@pytest.mark.parametrize(("day", "there"), [(6, False), (7, True), (9, True), (10, False)])
def test_both_ends_of_an_enrolment_belong_to_it(day: int, *, there: bool) -> None:
    first, last = date(2026, 9, 7), date(2026, 9, 9)
    if there:
        marks.check_enrolled(first, last, date(2026, 9, day), "5А")
        return
    with pytest.raises(RegulationError) as caught:
        marks.check_enrolled(first, last, date(2026, 9, day), "5А")
    assert refusal(caught)[0] is checks.PUPIL_NOT_ENROLLED


@pytest.mark.clause("2.2/reason")
@pytest.mark.parametrize(("made", "reason"), [(6, ""), (7, ""), (8, "пересдача")])
def test_a_reason_is_needed_after_the_lessons_day_alone(made: int, reason: str) -> None:
    marks.check_correction_reason(made, 7, reason)
    if reason:
        with pytest.raises(RegulationError) as caught:
            marks.check_correction_reason(made, 7, "")
        assert refusal(caught) == (checks.CORRECTION_REASON, {})


@pytest.mark.clause("3.6/homework")
@pytest.mark.parametrize(
    ("grades", "refused"), [({3}, None), (set(), None), ({1}, 1), ({1, 3}, 1), ({2, 3}, 2)]
)
def test_homework_reaches_no_grade_without_homework(grades: set[int], refused: int | None) -> None:
    if refused is None:
        homework.check_markless(grades, (1, 2))
        return
    with pytest.raises(RegulationError) as caught:
        homework.check_markless(grades, (1, 2))
    assert refusal(caught) == (checks.MARKLESS_HOMEWORK, {"grade": refused})


@pytest.mark.clause("4.5.3")
@pytest.mark.parametrize(("made_at", "minutes"), [(101, 1), (160, 1), (161, 2), (99, 1)])
def test_begun_minutes_of_lateness_count(made_at: int, minutes: int) -> None:
    finding = homework.check_deadline(Timeliness.LATE, made_at, 100)
    assert finding is not None
    assert (finding.check, finding.params) == (checks.HOMEWORK_LATE, {"late_minutes": minutes})


@pytest.mark.clause("4.5.3")
@pytest.mark.parametrize("first", Timeliness)
@pytest.mark.parametrize("second", Timeliness)
def test_only_what_was_in_time_can_be_changed_late(first: Timeliness, second: Timeliness) -> None:
    in_time = first in (Timeliness.PROVEN, Timeliness.CREDIBLE)
    expected = {
        Timeliness.LATE: checks.HOMEWORK_CHANGED_LATE,
        Timeliness.UNDETERMINED: checks.HOMEWORK_UNDETERMINED,
    }.get(second)
    finding = homework.check_change(first, second)
    assert (finding.check if finding else None) is (expected if in_time else None)


@pytest.mark.clause("4.5.6/work-topic")
@pytest.mark.parametrize("kind", WorkKind)
def test_works_that_need_a_topic(kind: WorkKind) -> None:
    needs = kind in (WorkKind.PRACTICAL, WorkKind.LABORATORY, WorkKind.TEST)
    assert (entries.check_work_topic(kind, "") is not None) == needs
    assert entries.check_work_topic(kind, "Дроби") is None

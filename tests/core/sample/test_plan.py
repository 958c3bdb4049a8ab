from __future__ import annotations

import pytest

from eschool_core.domain.enums import WorkKind
from eschool_core.sample.curriculum import GRADES, curriculum
from eschool_core.sample.plan import LONGEST_PLAN_LESSONS, sample_plan


@pytest.mark.parametrize("grade", GRADES)
def test_every_subject_has_a_plan_for_each_lesson_of_the_year(grade: int) -> None:
    for line in curriculum(grade):
        items = sample_plan(line.subject, grade, line.hours * 34, seed=1).items
        assert [item.number for item in items] == list(range(1, line.hours * 34 + 1))
        assert all(item.section and item.topic and item.hours == 1 for item in items)
        assert max(len(item.topic) for item in items) <= 120


def test_every_eighth_lesson_is_a_graded_work() -> None:
    items = sample_plan("Русский язык", 5, 24, seed=1).items
    works = [item.number for item in items if item.work_kind is not None]
    assert works == [8, 16, 24]
    assert items[7].work_kind is WorkKind.DICTATION
    assert items[7].topic.startswith("Контрольный диктант № 1. ")
    assert items[7].homework == ""


@pytest.mark.clause("3.6")
def test_grade_one_has_no_works_and_no_homework() -> None:
    for subject in ("Русский язык", "Математика", "Физическая культура"):
        items = sample_plan(subject, 1, 99, seed=1).items
        assert {(item.work_kind, item.homework) for item in items} == {(None, "")}


def test_homework_has_numbers_in_place_of_the_marks() -> None:
    items = sample_plan("Алгебра", 8, 102, seed=1).items
    homework = [item.homework for item in items if item.homework]
    assert len(homework) > 80
    assert not any("{" in text for text in homework)


def test_an_unknown_subject_and_grade_get_a_general_plan() -> None:
    items = sample_plan("Elektrotechnik", None, 40, seed=1).items
    assert len(items) == 40
    assert items[0].section == "Введение"


def test_the_same_arguments_make_the_same_plan() -> None:
    assert sample_plan("Физика", 9, 102, seed=4) == sample_plan("Физика", 9, 102, seed=4)
    assert sample_plan("Физика", 9, 102, seed=4) != sample_plan("Физика", 9, 102, seed=5)


@pytest.mark.parametrize("lessons", [0, LONGEST_PLAN_LESSONS])
def test_the_shortest_and_the_longest_plan(lessons: int) -> None:
    assert len(sample_plan("Физика", 9, lessons, seed=4).items) == lessons


@pytest.mark.parametrize("lessons", [-1, LONGEST_PLAN_LESSONS + 1])
def test_a_plan_of_impossible_length_is_refused(lessons: int) -> None:
    with pytest.raises(ValueError, match="a plan has 0 to 1000 lessons"):
        sample_plan("Физика", 9, lessons, seed=4)

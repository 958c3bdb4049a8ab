from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eschool_core.sample.curriculum import (
    GRADES,
    curriculum,
    daily_limit,
    departments,
    obligatory_hours,
    weekly_limit,
)

RENAMED_SINCE_2023 = {
    "Технология": "Труд (технология)",
    "Основы безопасности жизнедеятельности": "Основы безопасности и защиты Родины",
}
WEEKS_OF_LESSONS = 34


@pytest.mark.parametrize("grade", GRADES)
def test_a_grade_uses_its_weekly_limit_to_the_hour(grade: int) -> None:
    assert sum(line.hours for line in curriculum(grade)) == weekly_limit(grade)


@pytest.mark.parametrize("grade", GRADES)
def test_five_days_have_room_for_the_week(grade: int) -> None:
    assert weekly_limit(grade) <= 5 * daily_limit(grade)


def test_obligatory_hours_are_those_of_the_order(shared_data: Path) -> None:
    path = shared_data / "ru_curriculum" / "fed_plan_5_9_5day_variant1.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            subject = RENAMED_SINCE_2023.get(row["subject"], row["subject"])
            ours = [obligatory_hours(subject, grade) for grade in range(5, 10)]
            assert ours == [int(row[f"grade{grade}"] or 0) for grade in range(5, 10)], subject


def test_a_year_is_within_the_annual_limits(shared_data: Path) -> None:
    path = shared_data / "ru_curriculum" / "annual_hours_limits_2025.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            grade = int(row["grade"])
            if grade == 1:  # It begins with three lessons a day: not 34 equal weeks.
                continue
            hours = weekly_limit(grade) * WEEKS_OF_LESSONS
            assert int(row["annual_hours_min"]) <= hours <= int(row["annual_hours_max"])


def test_divided_subjects_are_languages_informatics_and_labour() -> None:
    divided = {
        grade: {line.subject for line in curriculum(grade) if line.divided} for grade in GRADES
    }
    assert divided[1] == set()
    assert divided[2] == divided[4] == {"Иностранный язык"}
    assert divided[7] == {"Иностранный язык", "Информатика", "Труд (технология)"}
    assert divided[11] == {"Иностранный язык", "Информатика"}


@pytest.mark.parametrize("size", ["small", "full"])
def test_every_subject_of_the_upper_grades_has_one_department(size: str) -> None:
    listed = [subject for subjects in departments(size) for subject in subjects]
    taught = {line.subject for grade in range(5, 12) for line in curriculum(grade)}
    assert sorted(listed) == sorted(taught)

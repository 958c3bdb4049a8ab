from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from eschool_core.imports.drafts import TimetableDraft
from eschool_core.sample import placement
from eschool_core.sample.curriculum import curriculum, daily_limit
from eschool_core.sample.people import sample_roster
from eschool_core.sample.staffing import (
    HOURS_PER_TEACHER_LIMIT,
    Load,
    assign_teachers,
    class_teachers,
)
from eschool_core.sample.timetable import SchoolSize, sample_timetable
from tests.core.sample.brute_force import by_cell, off_grid, pupil_clashes, teacher_clashes

SIZES: tuple[SchoolSize, ...] = ("small", "full")


@pytest.fixture(scope="module", params=SIZES)
def draft(request: pytest.FixtureRequest) -> TimetableDraft:
    size: SchoolSize = request.param
    return sample_timetable(size, seed=7)


def test_the_full_school_has_its_true_size() -> None:
    draft = sample_timetable("full", seed=1)
    assert len(draft.classes) == 30
    assert sum(item.size for item in draft.classes) == 750
    assert len(draft.teachers) == 60
    assert {item.grade for item in draft.classes} == set(range(1, 12))


def test_the_small_school_is_small() -> None:
    draft = sample_timetable("small", seed=1)
    assert [item.name for item in draft.classes] == ["1А", "5А", "7А", "10А"]
    assert sum(item.size for item in draft.classes) == 40
    assert len(draft.teachers) == 14


def test_every_activity_is_placed_without_a_clash(draft: TimetableDraft) -> None:
    assert [activity.id for activity in draft.activities if activity.start is None] == []
    assert off_grid(draft) == []
    assert teacher_clashes(draft) == []
    assert pupil_clashes(draft, sample_roster(draft, 3, 2026)) == []


def test_some_lessons_need_the_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "EXCHANGE_ATTEMPTS", 0)
    draft = sample_timetable("full", seed=7)
    assert [activity.id for activity in draft.activities if activity.start is None] != []


def test_the_counts_say_what_is_in_the_draft(draft: TimetableDraft) -> None:
    assert draft.active == len(draft.activities)
    assert draft.periods_per_week == sum(activity.duration for activity in draft.activities)
    assert set(draft.subjects) == {activity.subject for activity in draft.activities}
    assert {name for activity in draft.activities for name in activity.groups} == {
        group.name for group in draft.groups
    }


def test_a_class_has_the_hours_of_the_curriculum(draft: TimetableDraft) -> None:
    classes = {group.name: group.classes[0] for group in draft.groups}
    times = {
        (classes[activity.groups[0]], activity.subject, cell)
        for cell, running in by_cell(draft).items()
        for activity in running
    }
    hours = Counter((class_name, subject) for class_name, subject, _ in times)
    for item in draft.classes:
        assert item.grade is not None
        for line in curriculum(item.grade):
            assert hours[item.name, line.subject] == line.hours, (item.name, line.subject)


def test_a_day_has_no_gap_and_is_not_too_long(draft: TimetableDraft) -> None:
    grades = {item.name: item.grade or 0 for item in draft.classes}
    classes = {group.name: group.classes[0] for group in draft.groups}
    days: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for (_, weekday, period), running in by_cell(draft).items():
        for activity in running:
            days[classes[activity.groups[0]], weekday].add(period)
    for (class_name, _), periods in days.items():
        assert periods == set(range(len(periods)))
        assert len(periods) <= daily_limit(grades[class_name])


def test_both_subgroups_meet_at_once_with_different_teachers(draft: TimetableDraft) -> None:
    classes = {group.name: group.classes[0] for group in draft.groups if not group.whole}
    meetings: defaultdict[tuple[str, str, object], list[tuple[str, ...]]] = defaultdict(list)
    for activity in draft.activities:
        [group] = activity.groups
        if group in classes:
            key = (classes[group], activity.subject, activity.start)
            meetings[key].append(activity.teachers)
    assert meetings
    for teachers in meetings.values():
        assert len(teachers) == len(set(teachers)) == 2


def test_every_teacher_works_and_nobody_too_much(draft: TimetableDraft) -> None:
    hours: Counter[str] = Counter()
    for activity in draft.activities:
        hours[activity.teachers[0]] += activity.duration
    assert set(hours) == set(draft.teachers)
    assert max(hours.values()) <= HOURS_PER_TEACHER_LIMIT


def test_the_seed_decides_names_only() -> None:
    one, same, other = (sample_timetable("full", seed) for seed in (1, 1, 2))
    assert one == same
    assert one.teachers != other.teachers
    assert [activity.start for activity in one.activities] == [
        activity.start for activity in other.activities
    ]


def test_too_few_teachers_are_refused() -> None:
    loads = [Load("5А", 5, "Математика", 20), Load("5Б", 5, "Математика", 20)]
    assert len(set(assign_teachers(loads, 2, "full").values())) == 2
    with pytest.raises(ValueError, match="2 subject teachers are needed, there are 1"):
        assign_teachers(loads, 1, "full")


def test_every_class_has_a_class_teacher_of_its_own(draft: TimetableDraft) -> None:
    chosen = class_teachers(draft)
    assert list(chosen) == [item.name for item in draft.classes]
    assert len(set(chosen.values())) == len(chosen)


def test_a_class_teacher_is_missing_where_nobody_teaches(draft: TimetableDraft) -> None:
    assert class_teachers(replace(draft, activities=())) == {}

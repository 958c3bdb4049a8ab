from __future__ import annotations

import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.imports.drafts import (
    ActivityDraft,
    ClassDraft,
    GroupDraft,
    PeriodDraft,
    StartDraft,
    TimetableDraft,
)
from eschool_core.sample.people import sample_roster
from eschool_core.sample.placement import NO_FREE_SLOT, place
from eschool_core.sample.splits import GroupRule, group_rule, split_sets
from tests.core.sample.brute_force import by_cell, off_grid, pupil_clashes, teacher_clashes

CLASSES = ("1А", "1Б", "2А")
GROUPS = (
    *(GroupDraft(name, (name,), whole=True) for name in CLASSES),
    GroupDraft("1-е классы", ("1А", "1Б"), whole=True),
    *(GroupDraft(f"{name} {part}", (name,), whole=False) for name in CLASSES for part in (1, 2, 3)),
    GroupDraft("1А+1Б хор", ("1А", "1Б"), whole=False),
)
GROUP_NAMES = [group.name for group in GROUPS]


def make_draft(
    *activities: ActivityDraft, weekdays: int = 2, periods: int = 3, cycle_weeks: int = 1
) -> TimetableDraft:
    return TimetableDraft(
        name="test",
        weekdays=weekdays,
        cycle_weeks=cycle_weeks,
        periods=tuple(PeriodDraft(number, str(number)) for number in range(periods)),
        classes=tuple(ClassDraft(name, None, 7) for name in CLASSES),
        groups=GROUPS,
        teachers=tuple(sorted({name for item in activities for name in item.teachers})),
        subjects=tuple(sorted({item.subject for item in activities})),
        activities=activities,
        not_taken=(),
        active=len(activities),
        periods_per_week=sum(item.duration for item in activities),
    )


def lesson(
    number: int,
    group: str,
    teacher: str,
    *,
    subject: str = "Математика",
    duration: int = 1,
    start: StartDraft | None = None,
) -> ActivityDraft:
    return ActivityDraft(number, subject, (group,), (teacher,), duration, start)


@st.composite
def drafts(draw: st.DrawFn) -> TimetableDraft:
    weekdays, periods, cycle_weeks = (draw(st.integers(1, top)) for top in (3, 4, 2))
    few = st.lists(st.sampled_from(GROUP_NAMES), max_size=2, unique=True).map(tuple)
    teachers = st.lists(st.sampled_from("абв"), max_size=2, unique=True).map(tuple)
    count = draw(st.integers(0, 14))
    activities = [
        ActivityDraft(
            number,
            draw(st.sampled_from(["Физика", "Химия", "Труд"])),
            draw(few),
            draw(teachers),
            draw(st.integers(1, 3)),
        )
        for number in range(count)
    ]
    return make_draft(*activities, weekdays=weekdays, periods=periods, cycle_weeks=cycle_weeks)


def clashes(draft: TimetableDraft, rule: GroupRule) -> list[object]:
    """Return the pairs that run at once although the rule of the groups forbids it."""
    return [
        (one.id, other.id)
        for together in by_cell(draft).values()
        for one, other in combinations(together, 2)
        if any(rule.clash(first, second) for first in one.groups for second in other.groups)
    ]


@settings(max_examples=150, deadline=None)
@given(drafts())
def test_placing_never_makes_a_clash(draft: TimetableDraft) -> None:
    placed, not_taken = place(draft)
    assert off_grid(placed) == []
    assert teacher_clashes(placed) == []
    assert clashes(placed, group_rule(draft)) == []
    waiting = [f"Activity {item.id}" for item in placed.activities if item.start is None]
    assert [item.where for item in not_taken] == waiting


@settings(max_examples=100, deadline=None)
@given(drafts(), st.integers(0, 5))
def test_no_sample_pupil_is_wanted_twice(draft: TimetableDraft, seed: int) -> None:
    single = [item for item in draft.activities if len(item.groups) < 2]
    placed, _ = place(make_draft(*single, weekdays=draft.weekdays, periods=len(draft.periods)))
    assert pupil_clashes(placed, sample_roster(placed, seed, 2026)) == []


@settings(max_examples=100, deadline=None)
@given(drafts())
def test_placing_changes_nothing_but_missing_starts(draft: TimetableDraft) -> None:
    placed, not_taken = place(draft)
    again, still_waiting = place(placed)
    assert place(draft)[0] == placed
    assert len(still_waiting) <= len(not_taken)
    assert [(item.id, item.groups, item.teachers, item.duration) for item in placed.activities] == [
        (item.id, item.groups, item.teachers, item.duration) for item in draft.activities
    ]
    for before, after in zip(placed.activities, again.activities, strict=True):
        assert before.start is None or before.start == after.start


def test_the_last_free_slot_is_used_and_the_next_activity_waits() -> None:
    full = [lesson(number, "1А", f"учитель {number}") for number in range(6)]
    _, none_left = place(make_draft(*full))
    assert none_left == ()
    _, [left_over] = place(make_draft(*full, lesson(6, "1А", "учитель 6")))
    assert left_over.reason == NO_FREE_SLOT
    assert left_over.where.startswith("Activity ")
    assert left_over.params == (("subject", "Математика"), ("duration", 1))


def test_a_double_lesson_does_not_run_over_the_end_of_the_day() -> None:
    placed, not_taken = place(
        make_draft(*(lesson(number, "1А", "а", duration=2) for number in range(3)))
    )
    starts = [item.start.period for item in placed.activities if item.start is not None]
    assert len(not_taken) == 1
    assert all(period in {0, 1} for period in starts)


def test_a_lesson_longer_than_the_day_waits() -> None:
    _, not_taken = place(make_draft(lesson(1, "1А", "а", duration=4)))
    assert len(not_taken) == 1


def test_given_starts_stay_even_where_they_clash() -> None:
    start = StartDraft(0, 1, 2)
    given_starts = [lesson(number, "1А", "а", start=start) for number in (1, 2)]
    placed, not_taken = place(make_draft(*given_starts, lesson(3, "1А", "а")))
    assert [item.start for item in placed.activities[:2]] == [start, start]
    assert placed.activities[2].start not in {start, None}
    assert not_taken == ()


def test_a_start_outside_the_week_is_left_alone() -> None:
    start = StartDraft(3, 9, 99)
    placed, not_taken = place(make_draft(lesson(1, "1А", "а", start=start), lesson(2, "1А", "а")))
    assert placed.activities[0].start == start
    assert not_taken == ()


def test_two_lessons_of_a_subject_go_to_different_days() -> None:
    placed, _ = place(make_draft(lesson(1, "1А", "а"), lesson(2, "1А", "а")))
    assert {item.start.weekday for item in placed.activities if item.start} == {0, 1}


@pytest.mark.parametrize(
    ("first", "second", "subjects", "clash"),
    [
        ("1А 1", "1А 2", "Труд Труд", False),
        ("1А 1", "1А 2", "Труд ИЗО", True),
        ("1А", "1А 1", "Труд Труд", True),
        ("1-е классы", "1Б 1", "Труд Труд", True),
        ("1А+1Б хор", "1Б 1", "Труд Труд", False),
        ("1А+1Б хор", "1Б 1", "Труд ИЗО", True),
        ("1А+1Б хор", "2А 1", "Труд ИЗО", False),
        ("1А", "1Б", "Труд Труд", False),
        ("1А", "1-е классы", "Труд ИЗО", True),
    ],
)
def test_the_rule_of_groups(first: str, second: str, subjects: str, *, clash: bool) -> None:
    subject, other_subject = subjects.split()
    draft = make_draft(
        lesson(1, first, "а", subject=subject), lesson(2, second, "б", subject=other_subject)
    )
    assert group_rule(draft).clash(first, second) is clash
    assert group_rule(draft).clash(second, first) is clash


def test_groups_that_the_draft_starts_together_are_disjoint() -> None:
    draft = make_draft(
        lesson(1, "1А 1", "а", subject="Английский", duration=2, start=StartDraft(0, 0, 0)),
        lesson(2, "1А 2", "б", subject="Немецкий", start=StartDraft(0, 0, 1)),
    )
    assert ("1А 1", "1А 2") in split_sets(draft)


def test_split_sets_hold_every_part_group_once() -> None:
    names = [name for names in split_sets(make_draft()) for name in names]
    assert names == [group.name for group in GROUPS if not group.whole]


def test_fifteen_hundred_activities_take_less_than_two_seconds() -> None:
    classes = [f"{grade}{letter}" for grade in range(1, 12) for letter in "АБВГ"]
    activities = [
        ActivityDraft(
            number,
            f"предмет {number % 15}",
            (classes[number % 44],),
            (f"учитель {number * 7 % 80}",),
            1,
        )
        for number in range(1500)
    ]
    draft = TimetableDraft(
        "",
        6,
        1,
        tuple(PeriodDraft(number, "") for number in range(7)),
        tuple(ClassDraft(name, None) for name in classes),
        tuple(GroupDraft(name, (name,), whole=True) for name in classes),
        (),
        (),
        tuple(activities),
        (),
        1500,
        1500,
    )
    began = time.process_time()
    placed, _ = place(draft)
    assert time.process_time() - began < 2
    assert teacher_clashes(placed) == []

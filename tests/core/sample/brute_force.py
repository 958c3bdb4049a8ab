"""What a timetable must hold, said again without the code under test."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

from eschool_core.imports.drafts import ActivityDraft, RosterDraft, TimetableDraft

Cell = tuple[int, int, int]


def cells(activity: ActivityDraft) -> list[Cell]:
    """Return week, weekday and period of every lesson of a placed activity."""
    start = activity.start
    assert start is not None
    return [
        (start.week, start.weekday, start.period + offset) for offset in range(activity.duration)
    ]


def by_cell(draft: TimetableDraft) -> dict[Cell, list[ActivityDraft]]:
    """Return what runs at each time."""
    running: defaultdict[Cell, list[ActivityDraft]] = defaultdict(list)
    for activity in draft.activities:
        if activity.start is not None:
            for cell in cells(activity):
                running[cell].append(activity)
    return running


def teacher_clashes(draft: TimetableDraft) -> list[tuple[int, int]]:
    """Return pairs of activities that want one teacher at one time."""
    return [
        (one.id, other.id)
        for together in by_cell(draft).values()
        for one, other in combinations(together, 2)
        if set(one.teachers) & set(other.teachers)
    ]


def pupil_clashes(draft: TimetableDraft, roster: RosterDraft) -> list[tuple[int, int]]:
    """Return pairs of activities that want one pupil at one time."""
    pupils = pupils_of_groups(draft, roster)
    return [
        (one.id, other.id)
        for together in by_cell(draft).values()
        for one, other in combinations(together, 2)
        if {key for name in one.groups for key in pupils[name]}
        & {key for name in other.groups for key in pupils[name]}
    ]


def pupils_of_groups(draft: TimetableDraft, roster: RosterDraft) -> dict[str, set[str]]:
    """Return the keys of the pupils of every group."""
    pupils: dict[str, set[str]] = {group.name: set() for group in draft.groups}
    for group in draft.groups:
        if group.whole:
            pupils[group.name] = {
                pupil.key for pupil in roster.pupils if pupil.class_name in group.classes
            }
    for membership in roster.memberships:
        pupils[membership.group].add(membership.pupil_key)
    return pupils


def off_grid(draft: TimetableDraft) -> list[int]:
    """Return the activities that leave the week."""
    return [
        activity.id
        for activity in draft.activities
        if activity.start is not None
        for week, weekday, period in cells(activity)
        if not (
            0 <= week < draft.cycle_weeks
            and 0 <= weekday < draft.weekdays
            and 0 <= period < len(draft.periods)
        )
    ]

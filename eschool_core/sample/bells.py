"""Usual bell schedules, in minutes from midnight."""

from __future__ import annotations

from collections.abc import Sequence

from eschool_core.imports.drafts import PeriodDraft

LESSON_MINUTES = 40
_FIRST_SHIFT_START = 8 * 60 + 30
_SECOND_SHIFT_START = 14 * 60
# Two breaks of 20 minutes for meals; no break is shorter than 10 (SanPiN 2.4.3648-20, 3.4.16).
_FIRST_SHIFT_BREAKS = (10, 20, 20, 10, 10, 10, 10)
# Lessons of the second shift end by 19:00.
_SECOND_SHIFT_BREAKS = (10, 20, 10, 10, 10)


def first_shift(lesson_minutes: int = LESSON_MINUTES) -> tuple[PeriodDraft, ...]:
    """Return eight periods from 08:30; with 40 minutes each the last one ends at 15:20."""
    return bells(_FIRST_SHIFT_START, lesson_minutes, _FIRST_SHIFT_BREAKS)


def second_shift(lesson_minutes: int = LESSON_MINUTES) -> tuple[PeriodDraft, ...]:
    """Return six periods from 14:00; with 40 minutes each the last one ends at 19:00."""
    return bells(_SECOND_SHIFT_START, lesson_minutes, _SECOND_SHIFT_BREAKS)


def bells(
    start_minute: int, lesson_minutes: int, break_minutes: Sequence[int]
) -> tuple[PeriodDraft, ...]:
    """Return one period more than there are breaks, named from 1.

    >>> [(bell.start_minute, bell.end_minute) for bell in bells(510, 45, (10,))]
    [(510, 555), (565, 610)]
    """
    periods = []
    start = start_minute
    for number, pause in enumerate((*break_minutes, 0)):
        end = start + lesson_minutes
        periods.append(PeriodDraft(number, str(number + 1), start, end))
        start = end + pause
    return tuple(periods)

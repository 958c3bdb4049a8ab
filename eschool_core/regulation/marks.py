"""Checks on marks and attendance: pure functions of a command's values and loaded facts."""

from __future__ import annotations

from datetime import date, datetime

from eschool_core.errors import RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.interval import Interval

HIGHEST_MARK = 5
TAKEN_BACK = 0


def check_scale(value: int, lowest: int) -> None:
    """Let only marks of the school's scale pass; 0 takes a mark back (4.5.2).

    Raises:
        RegulationError: The value is not on the scale.
    """
    if value != TAKEN_BACK and not lowest <= value <= HIGHEST_MARK:
        raise RegulationError(checks.MARK_SCALE, lowest=lowest, highest=HIGHEST_MARK)


def check_markless(grade: int, markless: tuple[int, ...]) -> None:
    """Refuse any mark in grades taught without marks, by the pupil's own grade (3.6).

    Raises:
        RegulationError: The grade is taught without marks.
    """
    if grade in markless:
        raise RegulationError(checks.MARKLESS_MARK, grade=grade)


def check_begun(begin: datetime, interval: Interval) -> None:
    """Refuse marks and attendance of a lesson that had surely not begun (4.5.2).

    Args:
        begin: When the lesson begins, as the school's clock shows it, zone-aware.
        interval: When the command can have been given.

    Raises:
        RegulationError: The lesson begins after the latest possible moment.
    """
    if begin.timestamp() > interval.hi:
        raise RegulationError(
            checks.LESSON_NOT_BEGUN, date=begin.date().isoformat(), time=f"{begin:%H:%M}"
        )


def check_enrolled(first_day: date, last_day: date, lesson_day: date, class_name: str) -> None:
    """Refuse entries outside the dates on which the pupil stands in the journal (4.6.6).

    Raises:
        RegulationError: The lesson lies outside them.
    """
    if not first_day <= lesson_day <= last_day:
        raise RegulationError(
            checks.PUPIL_NOT_ENROLLED, date=lesson_day.isoformat(), school_class=class_name
        )


def check_correction_reason(made_day: int, lesson_day: int, reason: str) -> None:
    """Ask for a reason where a mark is changed after the lesson's day (2.2).

    Raises:
        RegulationError: No reason is given.
    """
    if made_day > lesson_day and not reason:
        raise RegulationError(checks.CORRECTION_REASON)

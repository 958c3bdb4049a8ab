"""The stages by which school reports sum up: 1–4, 5–9, 10–11."""

from __future__ import annotations

from typing import Final

PRIMARY: Final = "primary"
BASIC: Final = "basic"
SENIOR: Final = "senior"
COURSES: Final = "courses"
"""Classes without a grade: courses of a college."""

STAGES: Final = (PRIMARY, BASIC, SENIOR, COURSES)
LAST_PRIMARY_GRADE: Final = 4
LAST_BASIC_GRADE: Final = 9


def stage_of(grade: int) -> str:
    """Return the stage of a grade.

    >>> stage_of(5)
    'basic'
    """
    if grade <= 0:
        return COURSES
    if grade <= LAST_PRIMARY_GRADE:
        return PRIMARY
    return BASIC if grade <= LAST_BASIC_GRADE else SENIOR

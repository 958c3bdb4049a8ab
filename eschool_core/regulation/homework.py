"""Checks on homework (3.6, 4.5.3)."""

from __future__ import annotations

from eschool_core.domain.enums import Timeliness
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding

SECONDS_PER_MINUTE = 60
IN_TIME = (Timeliness.PROVEN, Timeliness.CREDIBLE)


def check_markless(grades: set[int], markless: tuple[int, ...]) -> None:
    """Refuse homework addressed to a grade without homework (3.6).

    In a combined class it has to name the grade it is for.

    Args:
        grades: Grades of the pupils it is addressed to.
        markless: Grades that get none.

    Raises:
        RegulationError: A grade addressed is taught without homework.
    """
    refused = grades & set(markless)
    if refused:
        raise RegulationError(checks.MARKLESS_HOMEWORK, grade=min(refused))


def is_shown(begins: int, moment: int) -> bool:
    """Return whether homework is shown to the pupil and the family: from the lesson's start on.

    What was entered before the lesson is in time, and nobody is to see it before (4.5.3,
    specification §2, homework).

    Args:
        begins: Beginning of the lesson, seconds UTC.
        moment: Seconds UTC.
    """
    return moment >= begins


def check_deadline(timeliness: Timeliness, made_at: int, deadline: int) -> Finding | None:
    """Note homework entered late, or at a time that the evidence does not decide (4.5.3).

    Args:
        timeliness: How the judged interval stands to the deadline.
        made_at: Best single time of the entry, seconds UTC.
        deadline: Seconds UTC; exactly at the deadline is in time.

    Returns:
        A finding, or None where the entry is in time, proven or credible.
    """
    if timeliness is Timeliness.LATE:
        late_seconds = max(1, made_at - deadline)
        return Finding(
            checks.HOMEWORK_LATE, {"late_minutes": -(-late_seconds // SECONDS_PER_MINUTE)}
        )
    if timeliness is Timeliness.UNDETERMINED:
        return Finding(checks.HOMEWORK_UNDETERMINED, {})
    return None


def check_change(first: Timeliness, timeliness: Timeliness) -> Finding | None:
    """Note a change of content after the deadline; both versions stay (4.5.3).

    Args:
        first: How the first entry stands to the deadline; one that is not in time is a finding
            already.
        timeliness: How the change stands to it.
    """
    if first not in IN_TIME:
        return None
    if timeliness is Timeliness.LATE:
        return Finding(checks.HOMEWORK_CHANGED_LATE, {})
    if timeliness is Timeliness.UNDETERMINED:
        return Finding(checks.HOMEWORK_UNDETERMINED, {})
    return None

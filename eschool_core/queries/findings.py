"""Recorded breaches: all for the deputy head, one's own for a teacher (4.4.4, 1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from eschool_core import calendar
from eschool_core.domain.enums import FindingState
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import short_name
from eschool_core.store.store import Store

MAX_FINDINGS = 2_000
MINUTE_SECONDS = 60

FINDINGS = (
    "SELECT f.id, f.staff_id, s.family, s.given, s.patronymic, f.check_id, f.params, f.evidence, "
    "f.state, f.found_at, f.closed_at, c.family, c.given, c.patronymic, "
    "l.day, l.period, g.name, b.name, l.id, l.journal_id FROM finding_record f "
    "LEFT JOIN staff s ON s.id = f.staff_id LEFT JOIN staff c ON c.id = f.closed_by_id "
    "LEFT JOIN lesson l ON l.id = f.lesson_id LEFT JOIN journal j ON j.id = l.journal_id "
    "LEFT JOIN study_group g ON g.id = j.group_id LEFT JOIN subject b ON b.id = j.subject_id "
    "WHERE (? = 0 OR f.staff_id = ?) AND (? = 0 OR f.state = ?) "
    "ORDER BY f.found_at DESC, f.id DESC LIMIT ?"
)


LATE = (
    "SELECT lesson_id, params, evidence FROM finding_record WHERE check_id = ? AND lesson_id <> 0"
)


@dataclass(frozen=True, slots=True)
class Evidence(Answer):
    """What is known of the time of an act, on the school's clock.

    Attributes:
        earliest: Not before: the last signed time that the device knew.
        latest: Not after: when the server received it.
        estimate: The device's own account where it is credible.
        claimed: What the device's clock showed; never trusted alone.
    """

    earliest: datetime | None
    latest: datetime | None
    estimate: datetime | None
    claimed: datetime | None


@dataclass(frozen=True, slots=True)
class FindingAnswer(Answer):
    """One finding with the person and the lesson it is about.

    Attributes:
        check: Id of the check, also the key of its text, which ``params`` fill.
        day: Of the lesson; None where it concerns none.
        lesson_id: 0 where it concerns none.
        by_device_clock: It is late by the device's own clock alone: the times of the server leave
            open that it was in time.
        settled: Its time was not known, and the deputy head has decided that it is late.
    """

    finding_id: int
    staff_id: int
    person: str
    check: str
    params: dict[str, str | int]
    state: FindingState
    day: date | None
    period: int | None
    school_class: str
    subject: str
    found_at: datetime | None
    evidence: Evidence | None
    closed_at: datetime | None
    closed_by: str
    lesson_id: int = 0
    journal_id: int = 0
    by_device_clock: bool = False
    settled: bool = False


def findings(
    store: Store,
    staff_id: int = 0,
    state: FindingState | None = FindingState.OPEN,
    limit: int = MAX_FINDINGS,
) -> tuple[FindingAnswer, ...]:
    """Return the findings that the store holds, the newest first.

    Args:
        store: A teacher's replica holds only the own ones.
        staff_id: Whose; 0 for everybody's.
        state: None for every state.
        limit: At most so many.
    """
    zone = zone_of(store)
    wanted = 0 if state is None else int(state)
    rows = store.rows(FINDINGS, staff_id, staff_id, wanted, wanted, min(limit, MAX_FINDINGS))
    return tuple(_answer(row, zone) for row in rows)


def _answer(row: Sequence[Any], zone: str) -> FindingAnswer:
    params, evidence = decoded(row[6]), decoded(row[7])
    settled = "settled" in params
    return FindingAnswer(
        finding_id=row[0],
        staff_id=row[1],
        person=short_name(*row[2:5]),
        check=row[5],
        params=params,
        state=FindingState(row[8]),
        day=None if row[14] is None else calendar.date_of(row[14]),
        period=row[15],
        school_class=row[16] or "",
        subject=row[17] or "",
        found_at=local(row[9], zone),
        evidence=_evidence(evidence, zone),
        closed_at=local(row[10], zone),
        closed_by=short_name(*row[11:14]),
        lesson_id=row[18] or 0,
        journal_id=row[19] or 0,
        by_device_clock=not settled and _by_device_clock(evidence, params, zone),
        settled=settled,
    )


def late_by_device(store: Store, check_id: str) -> frozenset[int]:
    """Return the lessons that a check found late by the device's own clock alone."""
    zone = zone_of(store)
    return frozenset(
        int(lesson_id)
        for lesson_id, params, evidence in store.rows(LATE, check_id)
        if _by_device_clock(decoded(evidence), decoded(params), zone)
    )


def _by_device_clock(evidence: dict[str, Any], params: dict[str, Any], zone: str) -> bool:
    """Return whether what was found late may have been in time by the server's own times."""
    estimate = evidence.get("estimate")
    deadline = _deadline(estimate, params, zone) if estimate else None
    return deadline is not None and evidence.get("lo", 0) <= deadline


def _deadline(estimate: int, params: dict[str, Any], zone: str) -> int | None:
    """Return the deadline that was missed, seconds UTC; None where the finding is of no time.

    That of homework lies on a whole minute, so it follows from by how much it was missed; that of
    an order is the last second of its day.
    """
    if late_minutes := params.get("late_minutes"):
        return (-(-estimate // MINUTE_SECONDS) - int(late_minutes)) * MINUTE_SECONDS
    if due := params.get("due"):
        return calendar.moment_of(calendar.day_number(date.fromisoformat(due)) + 1, 0, zone) - 1
    return None


def _evidence(values: dict[str, Any], zone: str) -> Evidence | None:
    if not values:
        return None
    return Evidence(
        earliest=local(values.get("lo") or 0, zone),
        latest=local(values.get("hi") or 0, zone),
        estimate=local(values.get("estimate") or 0, zone),
        claimed=local(values.get("claimed") or 0, zone),
    )

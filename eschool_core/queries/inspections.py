"""Checks by the deputy head as people read them: the whole of one, and what is on oneself (5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from eschool_core import calendar
from eschool_core.domain.enums import FindingState
from eschool_core.domain.inspection import Inspection, InspectionItem, InspectionResult
from eschool_core.domain.inspection_enums import InspectionState, ResultState
from eschool_core.domain.office import FindingRecord
from eschool_core.queries.answer import Answer
from eschool_core.queries.cell_text import decoded
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import staff_names
from eschool_core.store.store import Store

LESSONS = (
    "SELECT l.id, l.day, l.period, g.name, s.name FROM lesson l "
    "JOIN journal j ON j.id = l.journal_id LEFT JOIN study_group g ON g.id = j.group_id "
    "LEFT JOIN subject s ON s.id = j.subject_id WHERE l.id IN "
    "(SELECT lesson_id FROM inspection_item UNION SELECT lesson_id FROM inspection_result)"
)
CLOSED = "state <> ? AND id IN (SELECT finding_id FROM inspection_item)"

Place = tuple[str, str, date, int]


@dataclass(frozen=True, slots=True)
class ItemAnswer(Answer):
    """One thing that a check has found.

    Attributes:
        item_id: Of the draft's item, or of the result once it is released.
        check: Id of the check, the key of its text that ``params`` fill; empty for own words.
        text: In the deputy head's words; empty where the check says it.
        remediable: False for a fact, such as «late»: it is acknowledged, never remedied.
        state: None before release.
        corrected: The finding it was drawn from is closed meanwhile.
    """

    item_id: int
    staff_id: int
    person: str
    check: str
    params: dict[str, str | int]
    text: str
    remediable: bool
    group: str
    subject: str
    day: date | None
    period: int | None
    state: ResultState | None = None
    answered_at: datetime | None = None
    objection: str = ""
    remedied_at: datetime | None = None
    remedy: str = ""
    due: date | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class InspectionHead(Answer):
    """A check with its papers, without what it has found."""

    inspection_id: int
    aim: str
    first_day: date
    last_day: date
    state: InspectionState
    author: str
    note_number: str
    note_day: date | None
    conclusions: str
    recommendations: str
    due: date | None
    order_number: str
    order_day: date | None
    ordered_by: str
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class InspectionAnswer(InspectionHead):
    """A check with its papers and what it has found."""

    items: tuple[ItemAnswer, ...]


def inspections(store: Store) -> tuple[InspectionHead, ...]:
    """Return every check that the store holds, the newest first, without its items."""
    names, zone = staff_names(store), zone_of(store)
    found = sorted(store.select(Inspection), key=lambda row: (-row.drafted_at, -row.id))
    return tuple(InspectionHead(**_head(row, names, zone)) for row in found)


def inspection(store: Store, inspection_id: int) -> InspectionAnswer:
    """Return a check with its items: of the draft, once released with each person's answer.

    Raises:
        InputError: There is none.
    """
    row = store.require(Inspection, inspection_id)
    names, zone = staff_names(store), zone_of(store)
    places = places_of(store)
    if row.state == InspectionState.RELEASED:
        results = store.select(InspectionResult, inspection_id=row.id)
        items = [_of_result(entry, names, zone, places) for entry in results]
    else:
        closed = {entry.id for entry in _closed_findings(store)}
        items = [
            _of_item(entry, names, places, corrected=entry.finding_id in closed)
            for entry in store.select(InspectionItem, inspection_id=row.id)
        ]
    ordered = sorted(items, key=lambda item: (item.person, item.check, item.item_id))
    return InspectionAnswer(**_head(row, names, zone), items=tuple(ordered))


def results_on(store: Store, staff_id: int) -> tuple[ItemAnswer, ...]:
    """Return what released checks say of a person, the newest first."""
    names, zone, places = staff_names(store), zone_of(store), places_of(store)
    found = store.select(InspectionResult, staff_id=staff_id)
    found.sort(key=lambda row: (-row.released_at, row.id))
    return tuple(_of_result(row, names, zone, places) for row in found)


def _closed_findings(store: Store) -> list[FindingRecord]:
    return store.where(FindingRecord, CLOSED, FindingState.OPEN)


def places_of(store: Store) -> dict[int, Place]:
    """Return group, subject, day and period of every lesson that a check has found something in."""
    return {
        lesson_id: (group or "", subject or "", calendar.date_of(day), period)
        for lesson_id, day, period, group, subject in store.rows(LESSONS)
    }


def _date(day: int) -> date | None:
    return calendar.date_of(day) if day else None


def _of_item(
    item: InspectionItem, names: dict[int, str], places: dict[int, Place], *, corrected: bool
) -> ItemAnswer:
    group, subject, day, period = places.get(item.lesson_id, ("", "", None, None))
    return ItemAnswer(
        item_id=item.id,
        staff_id=item.staff_id,
        person=names.get(item.staff_id, ""),
        check=item.check_id,
        params=decoded(item.params or "{}"),
        text=item.text,
        remediable=bool(item.remediable),
        group=group,
        subject=subject,
        day=day,
        period=period,
        corrected=corrected,
    )


def _of_result(
    row: InspectionResult, names: dict[int, str], zone: str, places: dict[int, Place]
) -> ItemAnswer:
    group, subject, day, period = places.get(row.lesson_id, ("", "", None, None))
    return ItemAnswer(
        item_id=row.id,
        staff_id=row.staff_id,
        person=names.get(row.staff_id, ""),
        check=row.check_id,
        params=decoded(row.params or "{}"),
        text=row.text,
        remediable=bool(row.remediable),
        group=group,
        subject=subject,
        day=day,
        period=period,
        state=ResultState(row.state),
        answered_at=local(row.answered_at, zone),
        objection=row.objection,
        remedied_at=local(row.remedied_at, zone),
        remedy=row.remedy,
        due=_date(row.due_day),
    )


def _head(row: Inspection, names: dict[int, str], zone: str) -> dict[str, Any]:
    return {
        "inspection_id": row.id,
        "aim": row.aim,
        "first_day": calendar.date_of(row.first_day),
        "last_day": calendar.date_of(row.last_day),
        "state": InspectionState(row.state),
        "author": names.get(row.author_id, ""),
        "note_number": row.note_number,
        "note_day": _date(row.note_day),
        "conclusions": row.conclusions,
        "recommendations": row.recommendations,
        "due": _date(row.due_day),
        "order_number": row.order_number,
        "order_day": _date(row.order_day),
        "ordered_by": names.get(row.ordered_by_id, ""),
        "released_at": local(row.released_at, zone),
    }

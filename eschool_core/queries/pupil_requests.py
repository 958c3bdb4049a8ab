"""Requests of class teachers that pupils be entered or removed (4.6.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.domain.care_enums import RequestKind, RequestState
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name, staff_names
from eschool_core.store.store import Store

REQUESTS = (
    "SELECT r.id, r.kind, r.state, r.day, r.note, r.asked_by_id, r.asked_at, r.closed_by_id, "
    "r.closed_at, r.answer, c.name, r.pupil_id, p.family, p.given, p.patronymic "
    "FROM pupil_request r LEFT JOIN school_class c ON c.id = r.class_id "
    "LEFT JOIN pupil p ON p.id = r.pupil_id WHERE r.state = ? OR ? = 0 ORDER BY r.asked_at, r.id"
)


@dataclass(frozen=True, slots=True)
class RequestAnswer(Answer):
    """One request.

    Attributes:
        day: First day of the one who comes, last day of the one who goes.
        answer: Number of the order, or why it was rejected.
    """

    request_id: int
    kind: RequestKind
    state: RequestState
    day: date
    note: str
    asked_by: str
    asked_at: datetime | None
    closed_by: str
    closed_at: datetime | None
    answer: str
    school_class: str
    pupil_id: int
    pupil: str


def pupil_requests(store: Store, state: RequestState | None = None) -> tuple[RequestAnswer, ...]:
    """Return the requests that the store holds, the oldest first; None for every state."""
    zone, names = zone_of(store), staff_names(store)
    wanted = 0 if state is None else int(state)
    return tuple(
        RequestAnswer(
            request_id=row[0],
            kind=RequestKind(row[1]),
            state=RequestState(row[2]),
            day=calendar.date_of(row[3]),
            note=row[4],
            asked_by=names.get(row[5], ""),
            asked_at=local(row[6], zone),
            closed_by=names.get(row[7], ""),
            closed_at=local(row[8], zone),
            answer=row[9],
            school_class=row[10] or "",
            pupil_id=row[11],
            pupil=full_name(*row[12:15]),
        )
        for row in store.rows(REQUESTS, wanted, wanted)
    )

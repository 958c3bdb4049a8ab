"""The log of issued papers, as far as a store holds it (5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import Role
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.school import SchoolClass, Staff
from eschool_core.ids import MAX_DEVICE, MAX_NUMBER, device_of, make_id, number_of
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name, staff_names
from eschool_core.store.store import Store

MAX_SHOWN: Final = 500
"""Papers of one answer, the newest."""
DASH: Final = "-"


@dataclass(frozen=True, slots=True)
class IssuedPaper(Answer):
    """One paper of the log.

    Attributes:
        paper_number: As it stands on the paper: device and number of the command that issued it.
        form: A report's name, ``journal`` or ``weekly_slip``.
        school_class: Empty for a paper of the whole school.
        day: The date that it bears.
        as_of: The moment whose data it shows.
        confirmed: False while the school has not heard of it.
    """

    paper_number: str
    form: str
    school_class: str
    object_id: int
    first_day: date
    last_day: date
    day: date
    as_of: datetime | None
    certified: bool
    issued_by: str
    post: Role
    issued_at: datetime | None
    sheet_hash: str
    confirmed: bool


def issued_papers(
    store: Store, class_id: int = 0, limit: int = MAX_SHOWN
) -> tuple[IssuedPaper, ...]:
    """Return the newest papers of the log, of one class or of all."""
    wanted = "class_id = ?" if class_id else "? = 0"
    rows = store.where(
        IssuedDocument, f"{wanted} ORDER BY issued_at DESC, id DESC LIMIT ?", class_id, limit
    )
    return tuple(_answers(store, rows))


def issued_paper(store: Store, paper_number: str) -> IssuedPaper | None:
    """Return the paper of a number; None where the log of this store has none."""
    row = store.get(IssuedDocument, row_of(paper_number))
    return None if row is None else _answers(store, [row])[0]


def paper_number(row_id: int) -> str:
    """Return the number of a paper: it is known without a network and given once.

    >>> paper_number(make_id(7, 1043))
    '7-1043'
    """
    return f"{device_of(row_id)}{DASH}{number_of(row_id)}"


def row_of(number: str) -> int:
    """Return the id of the row that a number names; 0 for what is no number.

    >>> row_of("7-1043") == make_id(7, 1043)
    True
    """
    device, _, place = number.strip().partition(DASH)
    if not (device.isascii() and device.isdigit() and place.isascii() and place.isdigit()):
        return 0
    if len(device) > len(str(MAX_DEVICE)) or len(place) > len(str(MAX_NUMBER)):
        return 0
    if int(device) > MAX_DEVICE or int(place) > MAX_NUMBER:
        return 0
    return make_id(int(device), int(place))


def certifier(store: Store, person_id: int) -> str:
    """Return the full name of who issues a paper; empty where it is not here."""
    row = store.get(Staff, person_id)
    return "" if row is None else full_name(row.family, row.given, row.patronymic)


def _answers(store: Store, rows: list[IssuedDocument]) -> list[IssuedPaper]:
    zone, names = zone_of(store), staff_names(store)
    classes = {entry.id: entry.name for entry in store.select(SchoolClass)}
    return [
        IssuedPaper(
            paper_number=paper_number(row.id),
            form=row.form,
            school_class=classes.get(row.class_id, ""),
            object_id=row.object_id,
            first_day=calendar.date_of(row.first_day),
            last_day=calendar.date_of(row.last_day),
            day=calendar.date_of(row.day),
            as_of=local(row.as_of, zone),
            certified=bool(row.certified),
            issued_by=names.get(row.issued_by_id, ""),
            post=Role(row.post),
            issued_at=local(row.issued_at, zone),
            sheet_hash=row.sheet_hash,
            confirmed=row.seq != 0,
        )
        for row in rows
    ]

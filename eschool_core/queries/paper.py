"""The weekly printed list for guardians who declined electronic access: whose, and what (4.6.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from eschool_core import calendar
from eschool_core.domain.care_enums import ConcernKind, SlipState
from eschool_core.domain.informing import PaperApplication, PaperSlip
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.queries.answer import Answer
from eschool_core.queries.diary import Diary, diary
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.names import full_name
from eschool_core.store.store import Store

OF_CLASS = (
    "SELECT a.id, a.pupil_id, a.guardian_id, a.document, g.family, g.given, g.patronymic "
    "FROM paper_application a "
    "JOIN enrolment e ON e.pupil_id = a.pupil_id AND e.class_id = ? "
    "AND e.first_day <= ? AND e.last_day >= ? "
    "JOIN guardianship g ON g.pupil_id = a.pupil_id AND g.guardian_id = a.guardian_id "
    "AND g.first_day <= ? AND g.last_day >= ? "
    "WHERE a.first_day <= ? AND a.last_day >= ? ORDER BY a.id"
)
PUPILS = "SELECT pupil_id FROM enrolment WHERE class_id = ? AND first_day <= ? AND last_day >= ?"
CONCERNS = (
    "SELECT c.pupil_id, c.kind, c.amount, s.name, c.sent_at FROM concern c "
    "JOIN journal j ON j.id = c.journal_id JOIN subject s ON s.id = j.subject_id "
    "WHERE c.sent_at >= ? AND c.sent_at < ? ORDER BY c.sent_at, c.id"
)


@dataclass(frozen=True, slots=True)
class PaperConcern(Answer):
    """A concern of the week; see ``ConcernAnswer`` for the amount."""

    kind: ConcernKind
    subject: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaperEntry(Answer):
    """One guardian's list.

    Attributes:
        state: What became of it; None while nothing is recorded.
        day: When it was handed, sent or tried.
        week: The pupil's lessons, marks, misses and homework.
    """

    application_id: int
    guardian: str
    pupil: str
    document: str
    state: SlipState | None
    day: date | None
    note: str
    week: Diary
    concerns: tuple[PaperConcern, ...]


@dataclass(frozen=True, slots=True)
class PaperWeek(Answer):
    """The lists of a class for one week.

    Attributes:
        as_of: The moment whose data they show; printed from a replica it says so («по данным на»).
        partial: True where this replica lacks applications of the class.
    """

    school_class: str
    first_day: date
    last_day: date
    as_of: datetime | None
    entries: tuple[PaperEntry, ...]
    partial: bool


def paper_week(store: Store, class_id: int, class_name: str, day: int, moment: int) -> PaperWeek:
    """Return one list for each guardian of the class with an application, for the week of ``day``.

    Args:
        store: The class teacher's replica, or the server.
        class_id: Of the class.
        class_name: Its name.
        day: Any day of the week.
        moment: Of the data: of the last sync, or now on the server. What is shown by then of
            homework is on the list, and again when the list is made anew.
    """
    zone, monday = zone_of(store), calendar.monday_of(day)
    sunday = monday + 6
    slips = {entry.application_id: entry for entry in store.select(PaperSlip, monday=monday)}
    told: dict[int, list[PaperConcern]] = {}
    begin, end = (calendar.moment_of(each, 0, zone) for each in (monday, sunday + 1))
    for pupil_id, kind, amount, subject, _ in store.rows(CONCERNS, begin, end):
        told.setdefault(int(pupil_id), []).append(
            PaperConcern(ConcernKind(kind), str(subject), int(amount))
        )
    entries = []
    weeks: dict[int, Diary] = {}
    for row in store.rows(OF_CLASS, class_id, *(sunday, monday) * 3):
        application_id, pupil_id = int(row[0]), int(row[1])
        week = weeks.setdefault(pupil_id, diary(store, pupil_id, monday, moment))
        slip = slips.get(application_id)
        entries.append(
            PaperEntry(
                application_id=application_id,
                guardian=full_name(*row[4:7]),
                pupil=week.pupil,
                document=str(row[3]),
                state=SlipState(slip.state) if slip else None,
                day=calendar.date_of(slip.day) if slip else None,
                note=slip.note if slip else "",
                week=week,
                concerns=tuple(told.get(pupil_id, ())),
            )
        )
    pupils = store.rows(PUPILS, class_id, sunday, monday)
    return PaperWeek(
        school_class=class_name,
        first_day=calendar.date_of(monday),
        last_day=calendar.date_of(sunday),
        as_of=local(moment, zone),
        entries=tuple(entries),
        partial=not all(store.holds(partition(PartitionKind.PUPIL, int(row[0]))) for row in pupils),
    )


def applications_of(store: Store, pupil_id: int, day: int) -> list[PaperApplication]:
    """Return the applications of a pupil's guardians that hold on a day or later."""
    return [
        entry
        for entry in store.select(PaperApplication, pupil_id=pupil_id)
        if entry.last_day >= day
    ]

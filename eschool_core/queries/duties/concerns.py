"""4.5.4: a case that nobody has told of becomes an overdue duty of the teacher."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.concern_facts import Case, cases_of, term_of
from eschool_core.domain.care_enums import ConcernKind
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.informing import Concern
from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.school import AcademicYear, Journal
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View
from eschool_core.queries.lookup import JournalPlace, journals

CLAUSE = "4.5.4"
SENT_SINCE = "first_day >= ? ORDER BY id"


def concern_duties(view: View) -> Iterator[Duty]:
    """Yield a duty for each case of the present term; due ``notice_confirm_days`` after its day."""
    if view.year is None:
        return
    days = facts.policy_number(view.store, "notice_confirm_days", view.day)
    places = {place.journal_id: place for place in journals(view.store, view.day)}
    begun = _begun(view, view.year)
    told = {
        (entry.journal_id, entry.first_day, entry.pupil_id, ConcernKind(entry.kind)): Done(
            entry.sent_at, entry.sent_by_id
        )
        for entry in view.store.where(Concern, SENT_SINCE, view.year.first_day)
    }
    for journal_id, cases in cases_of(view.store, begun, view.day).items():
        for case in cases:
            done = told.get((journal_id, begun[journal_id], case.pupil_id, case.kind))
            yield from _of_case(view, places.get(journal_id), journal_id, case, days, done)


def _begun(view: View, year: AcademicYear) -> dict[int, int]:
    """Return the first day of the present term of each journal that is asked about."""
    return {
        journal.id: term_of(view.store, journal, view.day)[0]
        for journal in view.store.select(Journal, year_id=year.id)
        if journal.kind != JournalKind.EXTRACURRICULAR
        and (view.person_id == 0 or view.person_id in view.teachers_ever(journal.id))
        and view.knows(PartitionKind.JOURNAL, [journal.id])
    }


def _of_case(
    view: View,
    place: JournalPlace | None,
    journal_id: int,
    case: Case,
    days: int,
    done: Done | None,
) -> Iterator[Duty]:
    last_day = case.since + days
    mean = f"{case.amount // 100},{case.amount % 100:02d}"
    for teacher in view.teachers(journal_id, last_day):
        yield view.duty(
            CLAUSE,
            f"{journal_id}:{case.pupil_id}:{case.kind.name.lower()}"
            f":{calendar.date_of(case.since).isoformat()}",
            teacher,
            last_day,
            {
                "pupil": view.pupils.get(case.pupil_id, ""),
                "group": "" if place is None else place.group,
                "subject": "" if place is None else place.subject,
                "amount": mean if case.kind is ConcernKind.FAILING else case.amount,
            },
            done=done,
            object_id=case.pupil_id,
            text=f"duty.4.5.4.{case.kind.name.lower()}",
        )

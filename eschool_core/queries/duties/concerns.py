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
from eschool_core.domain.people import Pupil
from eschool_core.domain.school import Journal
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View
from eschool_core.queries.lookup import JournalPlace, journals
from eschool_core.queries.names import full_name

CLAUSE = "4.5.4"


def concern_duties(view: View) -> Iterator[Duty]:
    """Yield a duty for each case of the present term; due ``notice_confirm_days`` after its day."""
    if view.year is None:
        return
    days = facts.policy_number(view.store, "notice_confirm_days", view.day)
    places = {place.journal_id: place for place in journals(view.store, view.day)}
    for journal in view.store.select(Journal, year_id=view.year.id):
        if journal.kind == JournalKind.EXTRACURRICULAR:
            continue
        wanted = view.person_id == 0 or view.person_id in view.teachers_ever(journal.id)
        if not wanted or not view.knows(PartitionKind.JOURNAL, [journal.id]):
            continue
        first_day, _ = term_of(view.store, journal, view.day)
        told = {
            (entry.pupil_id, ConcernKind(entry.kind)): Done(entry.sent_at, entry.sent_by_id)
            for entry in view.store.select(Concern, journal_id=journal.id, first_day=first_day)
        }
        for case in cases_of(view.store, journal.id, first_day, view.day):
            done = told.get((case.pupil_id, case.kind))
            yield from _of_case(view, places.get(journal.id), journal, case, days, done)


def _of_case(
    view: View,
    place: JournalPlace | None,
    journal: Journal,
    case: Case,
    days: int,
    done: Done | None,
) -> Iterator[Duty]:
    last_day = case.since + days
    pupil = view.store.get(Pupil, case.pupil_id)
    name = "" if pupil is None else full_name(pupil.family, pupil.given)
    mean = f"{case.amount // 100},{case.amount % 100:02d}"
    for teacher in view.teachers(journal.id, last_day):
        yield view.duty(
            CLAUSE,
            f"{journal.id}:{case.pupil_id}:{case.kind.name.lower()}"
            f":{calendar.date_of(case.since).isoformat()}",
            teacher,
            last_day,
            {
                "pupil": name,
                "group": "" if place is None else place.group,
                "subject": "" if place is None else place.subject,
                "amount": mean if case.kind is ConcernKind.FAILING else case.amount,
            },
            done=done,
            object_id=case.pupil_id,
            text=f"duty.4.5.4.{case.kind.name.lower()}",
        )

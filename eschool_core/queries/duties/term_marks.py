"""4.5.5: term and year marks stand by the date of the head's order."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.result_enums import AssessmentMode, ResultKind
from eschool_core.domain.school import Journal, Subject, Term
from eschool_core.queries.duties.duty import Done, Duty, Missing
from eschool_core.queries.duties.view import View
from eschool_core.queries.lookup import journals
from eschool_core.queries.names import full_name
from eschool_core.results import terms

CLAUSE = "4.5.5"
# Pupils on the list on the last day of the period, with the mark of it where there is one.
ON_LIST = (
    "SELECT n.pupil_id, p.family, p.given, m.made_at, m.author_id FROM journal_line n "
    "LEFT JOIN pupil p ON p.id = n.pupil_id "
    "LEFT JOIN term_mark m ON m.part = n.part AND m.kind = ? AND m.term_id = ? AND m.value <> 0 "
    "WHERE n.journal_id = ? AND n.first_day <= ? AND n.last_day >= ? ORDER BY p.family, p.given"
)


def term_mark_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each journal and term whose date an order has set."""
    if view.year is None:
        return
    groups = {place.journal_id: place.group for place in journals(view.store, view.day)}
    subjects = {entry.id: entry.name for entry in view.store.select(Subject)}
    for journal in view.store.select(Journal, year_id=view.year.id):
        if journal.kind == JournalKind.EXTRACURRICULAR:
            continue
        names = (groups.get(journal.id, ""), subjects.get(journal.subject_id, ""))
        for term in (*terms.terms_of(view.store, journal), None):
            yield from _of_term(view, journal, term, names)


def _of_term(
    view: View, journal: Journal, term: Term | None, names: tuple[str, str]
) -> Iterator[Duty]:
    term_id = terms.WHOLE_YEAR if term is None else term.id
    grade = terms.grade_of(view.store, journal)
    date = terms.due_date(view.store, journal.year_id, term_id, grade, 0)
    if date is None or view.day < date.act_day:
        return
    teachers = [one for one in view.teachers(journal.id, date.day) if view.wants(one)]
    mode = terms.mode_of(view.store, journal, term_id, 0, grade)
    if not teachers or mode is AssessmentMode.NONE:
        return
    if not view.knows(PartitionKind.JOURNAL, [journal.id]):
        return
    _, last_day = terms.period_of(view.store, journal, term)
    kind = ResultKind.YEAR if term is None else ResultKind.TERM
    rows = view.store.rows(ON_LIST, kind, term_id, journal.id, last_day, last_day)
    missing = [
        Missing("gap.term_mark", {"pupil": full_name(row[1], row[2])})
        for row in rows
        if row[3] is None
    ]
    latest = max(((row[3], row[4]) for row in rows if row[3] is not None), default=None)
    for teacher in teachers:
        yield view.duty(
            CLAUSE,
            f"{journal.id}:{term_id}",
            teacher,
            date.day,
            {
                "group": names[0],
                "subject": names[1],
                "ordinal": 0 if term is None else term.ordinal,
                "act": date.act,
                "until": calendar.date_of(date.day).isoformat(),
            },
            done=None if missing or latest is None else Done(int(latest[0]), int(latest[1])),
            missing=missing,
            object_id=journal.id,
            text="duty.4.5.5.year" if term is None else "duty.4.5.5",
        )

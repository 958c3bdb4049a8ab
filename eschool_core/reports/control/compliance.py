"""Compliance panel (1.3): what is not as it should be, who answers for it, since when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import FindingState
from eschool_core.domain.office import FindingRecord
from eschool_core.labels import Language, text
from eschool_core.queries.duties.duty import DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.in_force import zone_of
from eschool_core.queries.names import staff_names
from eschool_core.reports.frame import Asked, Sheet, column, framed
from eschool_core.reports.journals import journals_of
from eschool_core.reports.table import About, Note, Row, Table, Unit
from eschool_core.store.store import Store
from eschool_core.wording import sentence

NAME: Final = "compliance"
CLAUSE: Final = "1.3"

LESSONS = "SELECT id, journal_id, day, period FROM lesson WHERE day BETWEEN ? AND ?"


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing that is open.

    Attributes:
        clause: That asks for it.
        what: In words.
        object_name: Class, subject and lesson, or what a duty is about.
        person_id: Who answers for it; 0 for nobody.
        since_day: The day it was found, or was overdue.
        about: Where a page can lead.
    """

    clause: str
    what: str
    object_name: str
    person_id: int
    since_day: int
    about: About | None


def breaches(store: Store, asked: Asked) -> list[Breach]:
    """Return the open findings and the overdue duties, by clause and the oldest first."""
    found = [*_findings(store, asked), *_overdue(store, asked)]
    return sorted(found, key=lambda one: (_order(one.clause), one.since_day, one.person_id))


def compliance_report(store: Store, asked: Asked) -> Table:
    """Return each breach with clause, object, responsible person and age; beneath, by clause."""
    language = asked.language
    names = staff_names(store)
    listed = [one for one in breaches(store, asked) if asked.staff_id in (0, one.person_id)]
    rows = [
        Row(
            (
                one.clause,
                one.what,
                one.object_name,
                names.get(one.person_id, ""),
                calendar.date_of(one.since_day),
                max(0, asked.day - one.since_day),
            ),
            about=one.about,
        )
        for one in listed
    ]
    columns = (
        column(language, "clause", Unit.TEXT, 8),
        column(language, "breach", Unit.TEXT, 44),
        column(language, "object", Unit.TEXT, 30),
        column(language, "responsible", Unit.TEXT, 22),
        column(language, "since", Unit.DATE, 11),
        column(language, "age_days", width=7),
    )
    counts = {one.clause: 0 for one in listed}
    for one in listed:
        counts[one.clause] += 1
    lines = tuple(_counted(clause, count, language) for clause, count in counts.items())
    note = Note(text("report.compliance.by_clause", language), lines)
    return framed(store, asked, NAME, CLAUSE, Sheet(columns, rows, notes=(note,)))


def _counted(clause: str, count: int, language: Language) -> str:
    title = text(f"clause.{clause}", language)
    return text("report.compliance.line", language, clause=clause, title=title, count=count)


def _findings(store: Store, asked: Asked) -> Iterator[Breach]:
    language, zone = asked.language, zone_of(store)
    journals = journals_of(store, asked.period.year_id)
    lessons = {
        lesson_id: (journal_id, day, period)
        for lesson_id, journal_id, day, period in store.rows(
            LESSONS, asked.period.first_day, asked.period.last_day
        )
    }
    for finding in store.select(FindingRecord, state=FindingState.OPEN):
        day = calendar.local_day(finding.found_at, zone)
        if day > asked.period.last_day:
            continue
        place, about = "", None
        if finding.lesson_id in lessons:
            journal_id, lesson_day, period = lessons[finding.lesson_id]
            place = text(
                "report.lesson",
                language,
                group=journals[journal_id].group,
                subject=journals[journal_id].subject,
                date=f"{calendar.date_of(lesson_day):%d.%m.%Y}",
                period=period,
            )
            about = About("lesson", finding.lesson_id)
        elif finding.lesson_id and day < asked.period.first_day:
            continue
        what = sentence(finding.check_id, json.loads(finding.params), language)
        clause = finding.check_id.rpartition("/")[0]
        yield Breach(clause, what, place, finding.staff_id, day, about)


def _overdue(store: Store, asked: Asked) -> Iterator[Breach]:
    for duty in duties(store, asked.now).duties if asked.now else ():
        if duty.state is not DutyState.OVERDUE:
            continue
        day = calendar.day_number(duty.due.date())
        if asked.period.first_day <= day <= asked.period.last_day:
            what = sentence(duty.text, duty.params, asked.language)
            about = About("duty", duty.object_id) if duty.object_id else None
            yield Breach(duty.clause, what, "", duty.person_id, day, about)


def _order(clause: str) -> tuple[int, ...]:
    return tuple(int(step) for step in clause.replace("/", ".").split("."))

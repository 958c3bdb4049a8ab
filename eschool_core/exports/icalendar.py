"""Lessons, duties and deadlines of a person as an iCalendar file (RFC 5545).

An event's id is that of its lesson, duty or work, so a later file replaces what an earlier one
brought. No pupil is named in it: lessons by group and subject, duties by their clause's title,
works that are owed by their subject.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from eschool_core import calendar
from eschool_core.domain.enums import SubstitutionKind
from eschool_core.domain.result_enums import OwedState
from eschool_core.labels import Language, text
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.in_force import zone_of
from eschool_core.store.store import Store

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//eschool//journal//RU"
DOMAIN = "eschool"
LESSONS = (
    "SELECT DISTINCT l.id, l.day, l.start_minute, l.end_minute, l.room, g.name, s.name "
    "FROM lesson l JOIN journal j ON j.id = l.journal_id "
    "JOIN study_group g ON g.id = j.group_id JOIN subject s ON s.id = j.subject_id "
    "WHERE l.day BETWEEN ? AND ? AND (EXISTS (SELECT 1 FROM teaching_load t "
    "WHERE t.journal_id = j.id AND t.staff_id = ? AND l.day BETWEEN t.first_day AND t.last_day) "
    "OR EXISTS (SELECT 1 FROM substitution u WHERE u.substitute_id = ? AND u.confirmed = 1 "
    "AND u.journal_id = j.id AND l.day BETWEEN u.first_day AND u.last_day "
    "AND (u.kind = ? OR u.lesson_id = l.id)) "
    "OR EXISTS (SELECT 1 FROM journal_line n WHERE n.journal_id = j.id AND n.pupil_id = ? "
    "AND l.day BETWEEN n.first_day AND n.last_day)) ORDER BY l.day, l.start_minute, l.id"
)
OWED = (
    "SELECT o.id, o.due_day, s.name FROM journal_line n JOIN owed_work o ON o.part = n.part "
    "JOIN journal j ON j.id = n.journal_id JOIN subject s ON s.id = j.subject_id "
    "WHERE n.pupil_id = ? AND o.state = ? AND o.due_day BETWEEN ? AND ? ORDER BY o.due_day, o.id"
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The file and how much is in it."""

    data: bytes
    lessons: int
    duties: int
    works: int


def person_calendar(
    store: Store,
    person_id: int,
    first_day: int,
    last_day: int,
    moment: int,
    language: Language = "ru",
) -> Calendar:
    """Return a person's lessons and owed works of some days, and the duties not kept yet.

    Args:
        store: A replica gives what it holds.
        person_id: A teacher, or a pupil for the pupil's lessons.
        first_day: First of the days.
        last_day: Last of them, included.
        moment: Seconds UTC: when the file is made.
        language: Of the names of duties.
    """
    from icalendar import Calendar as File

    file = File()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("x-wr-calname", text("export.calendar_name", language))
    file.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    stamp = datetime.fromtimestamp(moment, UTC)
    zone = zone_of(store)
    wanted = (first_day, last_day, person_id, person_id, int(SubstitutionKind.ACTING), person_id)
    lessons = store.rows(LESSONS, *wanted)
    for lesson_id, day, start, end, room, group, subject in lessons:
        file.add_component(
            _event(
                f"lesson-{lesson_id}",
                f"{group}: {subject}",
                _utc(day, start, zone),
                _utc(day, end, zone),
                stamp,
                str(room),
            )
        )
    open_duties = [
        duty for duty in duties(store, moment, person_id).duties if duty.state is not DutyState.DONE
    ]
    for duty in open_duties:
        file.add_component(_duty(duty, stamp, language))
    works = store.rows(OWED, person_id, int(OwedState.OPEN), first_day, last_day)
    for work_id, due_day, subject in works:
        summary = text("export.owed", language, subject=subject)
        file.add_component(_of_day(f"owed-{work_id}", summary, calendar.date_of(due_day), stamp))
    return Calendar(file.to_ical(), len(lessons), len(open_duties), len(works))


def _event(
    uid: str, summary: str, start: datetime | date, end: datetime | date, stamp: datetime, room: str
) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{uid}@{DOMAIN}")
    event.add("dtstamp", stamp)
    event.add("summary", summary)
    event.add("dtstart", start)
    event.add("dtend", end)
    if room:
        event.add("location", room)
    return event


def _duty(duty: Duty, stamp: datetime, language: Language) -> Event:
    """Return a duty as an event of its last day."""
    title = text(f"clause.{duty.clause}", language)
    summary = text("export.duty", language, clause=duty.clause, title=title)
    return _of_day(f"duty-{duty.key}", summary, duty.last_day, stamp)


def _of_day(uid: str, summary: str, day: date, stamp: datetime) -> Event:
    return _event(uid, summary, day, day + timedelta(days=1), stamp, "")


def _utc(day: int, minute: int, zone: str) -> datetime:
    return datetime.fromtimestamp(calendar.moment_of(day, minute, zone), UTC)

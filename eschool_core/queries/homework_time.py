"""Until when homework is in time (4.5.3), for all lessons of a journal's period at once."""

from __future__ import annotations

from collections import defaultdict

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.journal import Lesson, TimetableSlot
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.school import BellPeriod, Journal, PolicyValue, SchoolClass
from eschool_core.queries.grid_cells import Period
from eschool_core.queries.in_force import zone_of
from eschool_core.results.values import value_among
from eschool_core.store.store import Store

LESSONS = "part = ? AND day BETWEEN ? AND ?"
SLOTS = "part = ? AND first_day <= ? AND last_day >= ?"
# Lessons that say nothing of when the class's day ends.
APART = (
    "SELECT DISTINCT j.id FROM timetable_slot s JOIN journal j ON j.id = s.journal_id "
    "WHERE s.part = ? AND j.kind IN (?, ?)"
)
EXTRA_ENDS = (
    "SELECT l.day, MAX(l.end_minute) FROM lesson l JOIN journal j ON j.id = l.journal_id "
    "JOIN group_class g ON g.group_id = j.group_id WHERE g.class_id = ? "
    "AND l.day BETWEEN ? AND ? AND l.planned = 0 AND j.kind NOT IN (?, ?) GROUP BY l.day"
)
ANCHOR = "homework_anchor"
GRACE = "homework_grace_minutes"


def homework_deadlines(store: Store, period: Period) -> dict[int, int]:
    """Return the last moment at which homework is in time, seconds UTC, by lesson.

    The same as ``facts.homework_deadline`` says of each, by a number of statements that does not
    grow with the lessons. Nothing for an extracurricular journal, which has no homework (4.5.1).

    Source: clause 4.5.3.
    """
    journal = store.require(Journal, period.journal_id)
    lessons = store.where(Lesson, LESSONS, *period.values())
    if journal.kind == JournalKind.EXTRACURRICULAR or not lessons:
        return {}
    zone = zone_of(store)
    anchors = store.select(PolicyValue, name=ANCHOR)
    graces = store.select(PolicyValue, name=GRACE)
    ends = _day_ends(store, journal, period)
    found = {}
    for lesson in lessons:
        end = lesson.end_minute
        if value_among(anchors, ANCHOR, lesson.day) != "lesson_end":
            end = max(end, ends.get(lesson.day, 0))
        grace = value_among(graces, GRACE, lesson.day)
        found[lesson.id] = calendar.moment_of(
            lesson.day, end + (grace if isinstance(grace, int) else 0), zone
        )
    return found


def _day_ends(store: Store, journal: Journal, period: Period) -> dict[int, int]:
    """Return the minute at which the last of the journal's classes has gone, by day."""
    if journal.kind in facts.OWN_END:
        return {}
    latest: dict[int, int] = {}
    bells: dict[int, dict[int, int]] = defaultdict(dict)
    for bell in store.select(BellPeriod):
        rung = bells[bell.schedule_id]
        rung[bell.period] = max(bell.end_minute, rung.get(bell.period, 0))
    for school_class in facts.group_classes(store, journal):
        for day, end in _class_day_ends(store, school_class, period, bells).items():
            latest[day] = max(end, latest.get(day, 0))
    return latest


def _class_day_ends(
    store: Store, school_class: SchoolClass, period: Period, bells: dict[int, dict[int, int]]
) -> dict[int, int]:
    """Return the minute at which a class's last curriculum lesson ends, by day that has any."""
    first, last = period.first_day, period.last_day
    part = partition(PartitionKind.CLASS, school_class.id)
    apart = {int(row[0]) for row in store.rows(APART, part, *facts.OWN_END)}
    weekly: dict[tuple[int, int], list[TimetableSlot]] = defaultdict(list)
    for slot in store.where(TimetableSlot, SLOTS, part, last, first):
        if slot.journal_id not in apart:
            weekly[slot.weekday, slot.week].append(slot)
    extra = store.rows(EXTRA_ENDS, school_class.id, first, last, *facts.OWN_END)
    extra_ends = {int(day): int(end) for day, end in extra}
    found = {}
    for resolved in facts.class_days(store, school_class, first, last):
        if not resolved.has_lessons:
            continue
        rung, day = bells[resolved.schedule_id], resolved.day
        ends = [
            rung[slot.period]
            for slot in weekly[resolved.weekday, resolved.week]
            if slot.first_day <= day <= slot.last_day and slot.period in rung
        ]
        ends += [extra_ends[day]] if day in extra_ends else []
        if ends:
            found[day] = max(ends)
    return found

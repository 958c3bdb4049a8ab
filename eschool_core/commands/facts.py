"""What handlers need to know, read from rows with validity dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from eschool_core import calendar
from eschool_core.domain.enums import CalendarLevel, DayKind, JournalKind
from eschool_core.domain.journal import JournalLine, Lesson, TimetableSlot
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.people import Enrolment, GroupMember
from eschool_core.domain.school import (
    AcademicYear,
    BellPeriod,
    CalendarDay,
    GroupClass,
    Journal,
    School,
    SchoolClass,
    StudyGroup,
    TeachingLoad,
)
from eschool_core.results import values
from eschool_core.store.store import Store

policy_value = values.policy_value
policy_number = values.policy_number
policy_numbers = values.policy_numbers

GRADES_OF_JOURNAL = (
    "SELECT DISTINCT e.grade, l.first_day, l.last_day, e.first_day, e.last_day "
    "FROM journal_line l JOIN enrolment e ON e.pupil_id = l.pupil_id WHERE l.journal_id = ?"
)
HELD_DAYS = (DayKind.SCHOOL_DAY, DayKind.REMOTE)
OWN_END = (JournalKind.INDIVIDUAL, JournalKind.EXTRACURRICULAR)
"""Journals whose lessons say nothing of when the class's day ends."""
DAYS_REST_ON = (AcademicYear, CalendarDay, SchoolClass)
ENDS_REST_ON = (*DAYS_REST_ON, TimetableSlot, BellPeriod, Lesson, Journal, GroupClass)
# The nearest rule of a date comes last.
RULES = "day >= ? AND day <= ? ORDER BY level, id"
# Lessons beyond the timetable that were held: the planned or the actual end, whichever is later.
EXTRA_ENDS = (
    "SELECT g.class_id, MAX(l.end_minute) FROM lesson l JOIN journal j ON j.id = l.journal_id "
    "JOIN group_class g ON g.group_id = j.group_id "
    "WHERE l.day = ? AND l.planned = 0 AND j.kind NOT IN (?, ?) GROUP BY g.class_id"
)


def school(store: Store) -> School:
    """Return the school's row.

    Raises:
        InputError: The school is not founded yet.
    """
    found = store.first(School)
    return store.require(School, 0) if found is None else found


@dataclass(frozen=True, slots=True)
class ClassDay:
    """What the calendar says of one date for one class.

    Attributes:
        kind: See ``DayKind``.
        weekday: Whose timetable is followed, 0 = Monday.
        week: Week of the cycle, from 0.
        schedule_id: Bells of the date.
    """

    day: int
    kind: DayKind
    weekday: int
    week: int
    schedule_id: int

    @property
    def has_lessons(self) -> bool:
        """True where lessons are held, also remotely."""
        return self.kind in HELD_DAYS


def class_day(store: Store, school_class: SchoolClass, day: int) -> ClassDay:
    """Resolve a date for a class: year → school → grade → class, the nearest rule prevails.

    Source: specification §6, calendar per class.
    """

    def read() -> ClassDay:
        return class_days(store, school_class, day, day)[0]

    return store.reads.derived(("class_day", *_key(school_class), day), DAYS_REST_ON, read)


def _key(school_class: SchoolClass) -> tuple[int, int, int, int]:
    """Return what of a class its days follow from."""
    entry = school_class
    return entry.id, entry.year_id, entry.grade, entry.schedule_id


def class_days(
    store: Store, school_class: SchoolClass, first_day: int, last_day: int
) -> list[ClassDay]:
    """Resolve every date from one to another as ``class_day`` does, in two queries for all."""
    year = store.require(AcademicYear, school_class.year_id)
    rules = calendar_rules(store, first_day, last_day)
    return class_days_by(rules, year, school_class, first_day, last_day)


def calendar_rules(store: Store, first_day: int, last_day: int) -> list[CalendarDay]:
    """Return the calendar's rules of all classes between two days, the nearest one last."""
    return store.where(CalendarDay, RULES, first_day, last_day)


def class_days_by(
    rules: Iterable[CalendarDay],
    year: AcademicYear,
    school_class: SchoolClass,
    first_day: int,
    last_day: int,
) -> list[ClassDay]:
    """Resolve every date from one to another by rules that were read for many classes."""
    objects = {
        CalendarLevel.SCHOOL: 0,
        CalendarLevel.GRADE: school_class.grade,
        CalendarLevel.SCHOOL_CLASS: school_class.id,
    }
    nearest: dict[int, CalendarDay] = {}
    for rule in rules:
        if objects[CalendarLevel(rule.level)] == rule.object_id:
            nearest[rule.day] = rule
    return [
        _resolved(year, school_class, day, nearest.get(day))
        for day in range(first_day, last_day + 1)
    ]


def _resolved(
    year: AcademicYear, school_class: SchoolClass, day: int, rule: CalendarDay | None
) -> ClassDay:
    weekday = calendar.weekday_of(day)
    week = (calendar.monday_of(day) - calendar.monday_of(year.first_day)) // 7 % year.cycle_weeks
    if not year.first_day <= day <= year.last_day:
        return ClassDay(day, DayKind.SCHOOL_BREAK, weekday, week, school_class.schedule_id)
    if rule is not None:
        return ClassDay(
            day,
            DayKind(rule.kind),
            rule.as_weekday if rule.as_weekday >= 0 else weekday,
            week,
            rule.schedule_id or school_class.schedule_id,
        )
    kind = DayKind.SCHOOL_DAY if weekday < year.weekdays else DayKind.DAY_OFF
    return ClassDay(day, kind, weekday, week, school_class.schedule_id)


def group_classes(store: Store, journal: Journal) -> list[SchoolClass]:
    """Return the classes whose pupils a journal lists."""
    links = store.select(GroupClass, group_id=journal.group_id)
    return [store.require(SchoolClass, link.class_id) for link in links]


def class_day_end(store: Store, school_class: SchoolClass, day: int) -> int | None:
    """Return the minute at which a class's last curriculum lesson of a date ends, or None.

    Electives count, extracurricular and individual lessons do not; a lesson held beyond the
    timetable does (specification §2, anchor of 4.5.3). Asked for each lesson without a topic.
    """

    def read() -> int | None:
        return _class_day_end(store, school_class, day)

    return store.reads.derived(("class_day_end", *_key(school_class), day), ENDS_REST_ON, read)


def _class_day_end(store: Store, school_class: SchoolClass, day: int) -> int | None:
    resolved = class_day(store, school_class, day)
    if not resolved.has_lessons:
        return None
    periods = {
        slot.period
        for slot in store.where(
            TimetableSlot,
            "part = ? AND weekday = ? AND week = ? AND first_day <= ? AND last_day >= ?",
            partition(PartitionKind.CLASS, school_class.id),
            resolved.weekday,
            resolved.week,
            day,
            day,
        )
        if _journal_kind(store, slot.journal_id) not in OWN_END
    }
    bells = store.select(BellPeriod, schedule_id=resolved.schedule_id)
    ends = [entry.end_minute for entry in bells if entry.period in periods]
    extra = _extra_ends(store, day).get(school_class.id)
    return max([*ends, *([] if extra is None else [extra])], default=None)


def _extra_ends(store: Store, day: int) -> dict[int, int]:
    """Return the minute at which the last lesson beyond the timetable ends, by class."""

    def read() -> dict[int, int]:
        rows = store.rows(EXTRA_ENDS, day, *OWN_END)
        return {int(class_id): int(end) for class_id, end in rows}

    return store.reads.derived(("extra_ends", day), (Lesson, Journal, GroupClass), read)


def day_end(store: Store, journal: Journal, lesson: Lesson) -> int:
    """Return the minute at which a lesson's day is over: of its class, or its own end.

    For a mixed group the latest among its classes; never before the lesson's own end.
    """
    ends = [lesson.end_minute]
    if journal.kind not in OWN_END:
        for school_class in group_classes(store, journal):
            end = class_day_end(store, school_class, lesson.day)
            ends.append(lesson.end_minute if end is None else end)
    return max(ends)


def homework_deadline(store: Store, journal: Journal, lesson: Lesson) -> int:
    """Return the last moment at which homework of a lesson is in time (4.5.3).

    The end of the day of the class, or of the lesson where the policy says so; plus the grace.
    """
    anchor = policy_value(store, "homework_anchor", lesson.day)
    end = lesson.end_minute if anchor == "lesson_end" else day_end(store, journal, lesson)
    grace = policy_number(store, "homework_grace_minutes", lesson.day)
    return calendar.moment_of(lesson.day, end + grace, school(store).zone)


def lesson_begin(store: Store, lesson: Lesson) -> datetime:
    """Return when a lesson begins, zone-aware."""
    zone = school(store).zone
    return calendar.local_time(calendar.moment_of(lesson.day, lesson.start_minute, zone), zone)


def journal_name(store: Store, journal_id: int) -> str:
    """Return the name of the class or group that a journal is kept for."""

    def read() -> str:
        journal = store.get(Journal, journal_id)
        group = None if journal is None else store.get(StudyGroup, journal.group_id)
        return "" if group is None else group.name

    return store.reads.derived(("journal_name", journal_id), (Journal, StudyGroup), read)


def place_of(store: Store, lesson_id: int) -> dict[str, str | int]:
    """Return what names a lesson in texts: its date and class; nothing for no lesson."""
    lesson = store.get(Lesson, lesson_id)
    if lesson is None:
        return {}
    return {
        "date": calendar.date_of(lesson.day).isoformat(),
        "school_class": journal_name(store, lesson.journal_id),
    }


def line_of(store: Store, journal_id: int, pupil_id: int) -> JournalLine | None:
    """Return the line of a pupil in a journal, or None."""
    return store.first(JournalLine, journal_id=journal_id, pupil_id=pupil_id)


def require_line(store: Store, journal_id: int, pupil_id: int) -> JournalLine:
    """Return the line of a pupil in a journal.

    Raises:
        InputError: The pupil never stood in it.
        UnknownFactError: The line is not on this replica.
    """
    line = line_of(store, journal_id, pupil_id)
    if line is None:
        raise store.absent("journal.no_such_pupil")
    return line


def stays_of(store: Store, journal: Journal, line: JournalLine) -> list[tuple[int, int]]:
    """Return the first and last days between which a line's pupil belongs to the journal.

    A line reopens for a pupil who comes back; the time between belongs to nobody (4.6.6).
    """
    stays = [
        (max(entry.first_day, line.first_day), min(entry.last_day, line.last_day))
        for entry in store.select(GroupMember, group_id=journal.group_id, pupil_id=line.pupil_id)
    ]
    return stays or [(line.first_day, line.last_day)]


def enrolment_on(store: Store, pupil_id: int, day: int) -> Enrolment | None:
    """Return the enrolment that covers a day, or None."""
    for enrolment in store.select(Enrolment, pupil_id=pupil_id):
        if enrolment.first_day <= day <= enrolment.last_day:
            return enrolment
    return None


def teaches(store: Store, journal_id: int, staff_id: int, first_day: int, last_day: int) -> bool:
    """Return whether a load gives the journal to a teacher at some time between two days."""
    return any(
        load.first_day <= last_day and first_day <= load.last_day
        for load in store.select(TeachingLoad, journal_id=journal_id, staff_id=staff_id)
    )


def grade_on(store: Store, pupil_id: int, day: int) -> int | None:
    """Return a pupil's grade on a day, or None where no enrolment covers it (3.6)."""
    enrolment = enrolment_on(store, pupil_id, day)
    return None if enrolment is None else enrolment.grade


def grades_taught(store: Store, journal: Journal, day: int) -> set[int]:
    """Return the grades of a journal's pupils on a day; of its classes while it has none."""
    spans = store.reads.derived(
        ("grades_taught", journal.id),
        (JournalLine, Enrolment),
        lambda: store.rows(GRADES_OF_JOURNAL, journal.id),
    )
    found = {
        int(grade)
        for grade, listed, struck, enrolled, left in spans
        if listed <= day <= struck and enrolled <= day <= left
    }
    return found or {entry.grade for entry in group_classes(store, journal)}


def markless_grades(store: Store, day: int) -> tuple[int, ...]:
    """Return the grades in which no marks are given on a day (3.6)."""
    return policy_numbers(store, "markless_grades", day)


def _journal_kind(store: Store, journal_id: int) -> int:
    journal = store.get(Journal, journal_id)
    return JournalKind.CLASS if journal is None else journal.kind

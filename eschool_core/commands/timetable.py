"""The published timetable and the lessons that follow from it (4.4.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import clashes, facts, rights
from eschool_core.commands.barrier import hold_if_closed
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Minute,
    ObjectId,
    Occasion,
    ShortText,
    Small,
)
from eschool_core.commands.clashes import Weekly
from eschool_core.commands.facts import ClassDay
from eschool_core.domain.enums import Role
from eschool_core.domain.journal import Lesson, TimetableSlot
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import AcademicYear, BellPeriod, Journal, SchoolClass
from eschool_core.errors import InputError, RegulationError
from eschool_core.ids import ROWS_PER_NUMBER
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding
from eschool_core.results import terms
from eschool_core.store.store import Store

MAX_SLOTS = 60
MAX_DAYS = 400
DAYS_OF_WEEK = 7
MAX_PERIODS = 8

# Lessons to come that nobody has written anything about or attached anything to.
UNTOUCHED = (
    "part = ? AND planned = 1 AND day >= ? "
    "AND NOT EXISTS (SELECT 1 FROM topic e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM homework e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM lesson_work e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM roll_taken e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM mark e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM attendance e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM substitution e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM absence_excuse e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM resource_link e WHERE e.lesson_id = lesson.id) "
    "AND NOT EXISTS (SELECT 1 FROM lesson_file e WHERE e.lesson_id = lesson.id) "
    "ORDER BY id"
)

Bells = dict[tuple[int, int], tuple[int, int]]
"""First and last minute by bell schedule and period."""


class SetSlots(Command):
    """Publish the weekly lessons of a journal from a day on: (week, weekday, period, room)."""

    kind: ClassVar[str] = "set_slots"
    journal_id: ObjectId
    first_day: Day
    slots: Annotated[tuple[tuple[Small, Small, Small, ShortText], ...], Field(max_length=MAX_SLOTS)]


def set_slots(store: Store, command: SetSlots, occasion: Occasion) -> Findings:
    """Write the slots of each class; earlier ones end the day before.

    Lessons to come that no slot makes any more are withdrawn, but for those in which somebody has
    written already; ``ScheduleLessons`` makes the new ones. What a slot still makes stays the same
    lesson, since a teacher may have written in it offline; so does every lesson of today and
    before.

    Returns:
        A finding for each room that is taken (rooms are flagged, not refused).

    Raises:
        InputError: A slot stands there twice, or in a week or on a weekday that the year lacks.
        RegulationError: A teacher or pupil of the journal is busy then (4.4.2), or the bells of
            its class have no such period (4.7.2).
    """
    journal = store.require(Journal, command.journal_id)
    _check_slots(store.require(AcademicYear, journal.year_id), command)
    classes = facts.group_classes(store, journal)
    bells = _bells(store)
    wanted = [
        (_with_bells(bells, school_class, slot, command.first_day), slot[3])
        for school_class in classes
        for slot in command.slots
    ]
    clashes.refuse_clash(
        store, journal, [slot for slot, _ in wanted], clashes.rivals_of(store, journal)
    )
    findings = clashes.room_findings(store, journal, wanted)
    for earlier in store.select(TimetableSlot, journal_id=journal.id):
        if earlier.last_day >= command.first_day:
            store.put(earlier.replace(last_day=command.first_day - 1))
    _withdraw_lessons(store, journal, classes, command)
    for school_class in classes:
        for week, weekday, period, room in command.slots:
            store.put(
                TimetableSlot(
                    id=occasion.new_id(),
                    part=partition(PartitionKind.CLASS, school_class.id),
                    class_id=school_class.id,
                    journal_id=journal.id,
                    week=week,
                    weekday=weekday,
                    period=period,
                    room=room,
                    first_day=command.first_day,
                    last_day=FOREVER,
                )
            )
    return findings


def _withdraw_lessons(
    store: Store, journal: Journal, classes: list[SchoolClass], command: SetSlots
) -> None:
    part = partition(PartitionKind.JOURNAL, journal.id)
    first_day = max(command.first_day, facts.school(store).current_day + 1)
    made = {slot[:3]: slot[3] for slot in command.slots}
    lessons = store.where(Lesson, UNTOUCHED, part, first_day)
    if not lessons:
        return
    days = {
        (school_class.id, resolved.day): (resolved.week, resolved.weekday)
        for school_class in classes
        for resolved in facts.class_days(
            store,
            school_class,
            min(lesson.day for lesson in lessons),
            max(lesson.day for lesson in lessons),
        )
    }
    for lesson in lessons:
        rooms = [
            made[*place, lesson.period]
            for school_class in classes
            if (place := days.get((school_class.id, lesson.day)))
            and (*place, lesson.period) in made
        ]
        if not rooms:
            store.delete(lesson)
        elif lesson.room not in rooms:
            store.put(lesson.replace(room=rooms[0]))


def _check_slots(year: AcademicYear, command: SetSlots) -> None:
    places = [slot[:3] for slot in command.slots]
    known = all(week < year.cycle_weeks and weekday < DAYS_OF_WEEK for week, weekday, _ in places)
    if not known or len(set(places)) < len(places):
        raise InputError("data.field", field="slots")


def _with_bells(
    bells: Bells, school_class: SchoolClass, slot: tuple[int, int, int, str], day: int
) -> Weekly:
    week, weekday, period, _ = slot
    clock = bells.get((school_class.schedule_id, period))
    if clock is None:
        raise _no_bells(school_class, day)
    return Weekly(week, weekday, period, *clock, first_day=day)


def _no_bells(school_class: SchoolClass, day: int) -> RegulationError:
    return RegulationError(
        checks.BELLS_MISSING,
        date=calendar.date_of(day).isoformat(),
        school_class=school_class.name,
    )


class ScheduleLessons(Command):
    """Make the lessons of a journal from its timetable, from one day to another."""

    kind: ClassVar[str] = "schedule_lessons"
    journal_id: ObjectId
    first_day: Day
    last_day: Day

    def numbers_taken(self) -> int:
        """Return the numbers for a lesson in every period a bell schedule can have."""
        lessons = (self.last_day - self.first_day + 1) * MAX_PERIODS
        return max(1, -(-lessons // ROWS_PER_NUMBER))


def schedule_lessons(store: Store, command: ScheduleLessons, occasion: Occasion) -> Findings:
    """Write one lesson for each slot on each date on which the class has lessons.

    A joint lesson of several classes is one lesson; the calendar of its first class that has
    lessons on the date decides. Lessons that are there already stay, and ring by the bells that
    the date has now.

    Raises:
        InputError: The period is longer than 400 days.
        RegulationError: The bells of a date lack a period (4.7.2), or on a date with other bells
            than usual somebody would be in two lessons at once (4.4.2).
    """
    if not command.first_day <= command.last_day <= command.first_day + MAX_DAYS:
        raise InputError("data.field", field="last_day")
    journal = store.require(Journal, command.journal_id)
    classes = facts.group_classes(store, journal)
    part = partition(PartitionKind.JOURNAL, journal.id)
    known = {(lesson.day, lesson.period): lesson for lesson in store.select(Lesson, part=part)}
    slots = store.select(TimetableSlot, journal_id=journal.id)
    rivals = clashes.rivals_of(store, journal)
    bells = _bells(store)
    lessons: list[Lesson] = []
    for held in _held_from(store, classes, slots, (command.first_day, command.last_day)):
        there = known.get((held.resolved.day, held.slot.period))
        lesson = _timed(bells, held, part, there)
        if there is not None and lesson.values() == there.values():
            continue
        if held.unusual:
            clashes.refuse_lesson_clash(store, lesson, rivals)
        if there is None:
            lessons.append(lesson.replace(id=occasion.new_id()))
        elif there.planned:
            store.put(lesson)
    store.add_many(lessons)
    return []


@dataclass(frozen=True, slots=True)
class Held:
    """A slot on a date: whose class it is for, and what the calendar says."""

    school_class: SchoolClass
    resolved: ClassDay
    slot: TimetableSlot

    @property
    def unusual(self) -> bool:
        """True where the date has other bells, or follows another weekday, than usual."""
        own_weekday = calendar.weekday_of(self.resolved.day)
        return (self.resolved.schedule_id, self.resolved.weekday) != (
            self.school_class.schedule_id,
            own_weekday,
        )


def _timed(bells: Bells, held: Held, part: int, there: Lesson | None) -> Lesson:
    clock = bells.get((held.resolved.schedule_id, held.slot.period))
    if clock is None:
        raise _no_bells(held.school_class, held.resolved.day)
    if there is not None:
        return there.replace(start_minute=clock[0], end_minute=clock[1])
    return Lesson(
        id=0,
        part=part,
        journal_id=held.slot.journal_id,
        day=held.resolved.day,
        period=held.slot.period,
        start_minute=clock[0],
        end_minute=clock[1],
        room=held.slot.room,
    )


class RecordLesson(Command):
    """Record a lesson that was held outside the timetable (4.4.2)."""

    kind: ClassVar[str] = "record_lesson"
    journal_id: ObjectId
    day: Day
    period: Small
    start_minute: Minute
    end_minute: Minute


def record_lesson(store: Store, command: RecordLesson, occasion: Occasion) -> Findings:
    """Write the lesson with a finding for the deputy head to settle.

    Raises:
        InputError: It ends before it begins, lies outside the journal's year, or stands there
            already.
    """
    if command.end_minute <= command.start_minute:
        raise InputError("data.field", field="end_minute")
    journal = store.require(Journal, command.journal_id)
    year = store.require(AcademicYear, journal.year_id)
    if not year.first_day <= command.day <= year.last_day:
        raise InputError("data.field", field="day")
    part = partition(PartitionKind.JOURNAL, command.journal_id)
    if store.first(Lesson, part=part, day=command.day, period=command.period) is not None:
        raise InputError("journal.lesson_exists")
    store.put(Lesson(id=occasion.new_id(), part=part, planned=0, **command.model_dump()))
    return [
        Finding(
            checks.LESSON_OUTSIDE_TIMETABLE,
            {
                "date": calendar.date_of(command.day).isoformat(),
                "school_class": facts.journal_name(store, command.journal_id),
            },
        )
    ]


def may_record_lesson(store: Store, command: RecordLesson, occasion: Occasion) -> None:
    """Let pass who teaches the journal (4.5.1), while the term of the date is open (4.5.5)."""
    journal = store.require(Journal, command.journal_id)
    rights.writes_journal(store, occasion, journal, None)
    hold_if_closed(occasion, terms.closing_of_day(store, journal, command.day))


def _bells(store: Store) -> Bells:
    return {
        (entry.schedule_id, entry.period): (entry.start_minute, entry.end_minute)
        for entry in store.select(BellPeriod)
    }


def _held_from(
    store: Store, classes: list[SchoolClass], slots: list[TimetableSlot], days: tuple[int, int]
) -> Iterator[Held]:
    """Yield what is held from one day to another, by date and period."""
    placed: defaultdict[tuple[int, int, int], list[TimetableSlot]] = defaultdict(list)
    for slot in slots:
        placed[slot.class_id, slot.week, slot.weekday].append(slot)
    resolved_days = [(one, one.id, facts.class_days(store, one, *days)) for one in classes]
    for offset in range(days[1] - days[0] + 1):
        found: dict[int, Held] = {}
        for school_class, class_id, resolved in resolved_days:
            date = resolved[offset]
            if not date.has_lessons:
                continue
            for slot in placed.get((class_id, date.week, date.weekday), ()):
                if slot.first_day <= date.day <= slot.last_day:
                    found.setdefault(slot.period, Held(school_class, date, slot))
        yield from (found[period] for period in sorted(found))


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(SetSlots, rights.by_role(Role.HEAD, Role.DEPUTY_STUDIES), set_slots),
    CommandSpec(ScheduleLessons, rights.by_role(Role.HEAD, Role.DEPUTY_STUDIES), schedule_lessons),
    CommandSpec(RecordLesson, may_record_lesson, record_lesson),
)

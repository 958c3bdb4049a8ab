"""The institution and its year: calendar, bells, policy, turn of the day (4.3, 4.7.2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from eschool_core import calendar
from eschool_core.commands import rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    Minute,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
    Small,
)
from eschool_core.commands.day_end import find_blanks, find_gaps
from eschool_core.commands.grants import shut_dismissed
from eschool_core.commands.owed import expire_works
from eschool_core.commands.sections import remind_of_sections
from eschool_core.domain.acts import LocalAct
from eschool_core.domain.enums import CalendarLevel, DayKind, Role, TermKind
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import (
    AcademicYear,
    BellPeriod,
    BellSchedule,
    CalendarDay,
    PolicyValue,
    School,
    SchoolClass,
    Subject,
    Term,
)
from eschool_core.errors import InputError
from eschool_core.regulation import policy
from eschool_core.regulation.local_acts import resting_act
from eschool_core.store.store import Store

MAX_DAYS_AT_ONCE = 400


class FoundSchool(Command):
    """Found the school; the first command of its log."""

    kind: ClassVar[str] = "found_school"
    name: Name
    zone: Name

    @field_validator("zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        """Let only IANA zones pass."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            # A zone is looked for as a file: a folder or too long a name is an OSError.
            raise ValueError("unknown time zone") from error
        return value


def found_school(store: Store, command: FoundSchool, occasion: Occasion) -> Findings:
    """Write the school's row.

    Raises:
        InputError: The school is founded already.
    """
    if store.first(School) is not None:
        raise InputError("school.founded")
    today = calendar.local_day(occasion.interval.made_at, command.zone)
    store.put(
        School(
            id=occasion.new_id(),
            part=SCHOOL,
            name=command.name,
            zone=command.zone,
            current_day=today,
        )
    )
    return []


NUMBERS_A_DAY = 16


class TurnDay(Command):
    """Open a date: expired grants and slips end, gaps of the days before become findings."""

    kind: ClassVar[str] = "turn_day"
    day: Day

    def numbers_taken(self) -> int:
        """Return the numbers for the findings on every lesson of a big school's day."""
        return NUMBERS_A_DAY


def turn_day(store: Store, command: TurnDay, occasion: Occasion) -> Findings:
    """Move the school to ``day`` and record what the past days lack (4.5.2, 4.5.6, 4.4.4/4).

    The access of those whose last day of employment is over ends with it.

    Raises:
        InputError: The date is not later than the current one.
    """
    school = store.select(School)[0]
    if command.day <= school.current_day:
        raise InputError("school.day_passed", day=calendar.date_of(command.day).isoformat())
    find_gaps(store, occasion, school.current_day, command.day - 1)
    remind_of_sections(store, occasion, school.current_day + 1, command.day)
    find_blanks(store, occasion, school.current_day, command.day - 1)
    shut_dismissed(store, occasion, school.current_day, command.day)
    expire_works(store, occasion, command.day)
    store.put(school.replace(current_day=command.day))
    return []


class OpenYear(Command):
    """Enter an academic year."""

    kind: ClassVar[str] = "open_year"
    name: Name
    first_day: Day
    last_day: Day
    weekdays: Annotated[int, Field(strict=True, ge=1, le=7)]
    cycle_weeks: Annotated[int, Field(strict=True, ge=1, le=4)] = 1

    @model_validator(mode="after")
    def ordered(self) -> OpenYear:
        """Let a year end after it begins and within 400 days."""
        if not self.first_day < self.last_day <= self.first_day + MAX_DAYS_AT_ONCE:
            raise ValueError("last_day must follow first_day within 400 days")
        return self


def open_year(store: Store, command: OpenYear, occasion: Occasion) -> Findings:
    """Write the year.

    Raises:
        InputError: ``school.year_exists``: a date belongs to another year.
    """
    first, last = calendar.date_of(command.first_day), calendar.date_of(command.last_day)
    refuse_second_year(store, command.name, first, last)
    store.put(AcademicYear(id=occasion.new_id(), part=SCHOOL, **command.model_dump()))
    return []


def refuse_second_year(store: Store, name: str, first: date, last: date) -> None:
    """Let a year pass none of whose dates belongs to another: a date has one timetable.

    Raises:
        InputError: ``school.year_exists``.
    """
    days = (calendar.day_number(last), calendar.day_number(first))
    other = store.where(AcademicYear, "first_day <= ? AND last_day >= ? ORDER BY id", *days)
    if other:
        raise InputError("school.year_exists", name=name, other=other[0].name)


class SetTerm(Command):
    """Enter a quarter, half-year or trimester."""

    kind: ClassVar[str] = "set_term"
    year_id: ObjectId
    term_kind: Annotated[TermKind, WHOLE]
    ordinal: Annotated[int, Field(strict=True, ge=1, le=12)]
    first_day: Day
    last_day: Day


def set_term(store: Store, command: SetTerm, occasion: Occasion) -> Findings:
    """Write the term, or its new dates.

    Raises:
        InputError: It does not lie within its year, or overlaps another of its kind.
    """
    year = store.require(AcademicYear, command.year_id)
    if not year.first_day <= command.first_day <= command.last_day <= year.last_day:
        raise InputError("school.term_outside_year", field="first_day")
    for other in store.select(Term, year_id=year.id, kind=command.term_kind):
        if (
            other.ordinal != command.ordinal
            and other.first_day <= command.last_day
            and command.first_day <= other.last_day
        ):
            raise InputError("school.terms_overlap", other=other.ordinal)
    known = store.first(Term, year_id=year.id, kind=command.term_kind, ordinal=command.ordinal)
    store.put(
        Term(
            id=occasion.new_id() if known is None else known.id,
            part=SCHOOL,
            year_id=year.id,
            kind=command.term_kind,
            ordinal=command.ordinal,
            first_day=command.first_day,
            last_day=command.last_day,
        )
    )
    return []


class SetBells(Command):
    """Enter a bell schedule: (period, first minute, last minute)."""

    kind: ClassVar[str] = "set_bells"
    name: Name
    periods: Annotated[tuple[tuple[Small, Minute, Minute], ...], Field(min_length=1, max_length=20)]

    @field_validator("periods")
    @classmethod
    def in_order(cls, value: tuple[tuple[int, int, int], ...]) -> tuple[tuple[int, int, int], ...]:
        """Let periods follow one another without overlap."""
        flat = [minute for _, start, end in value for minute in (start, end)]
        numbers = [number for number, _, _ in value]
        empty = any(start == end for _, start, end in value)
        if empty or flat != sorted(flat) or numbers != sorted(set(numbers)):
            raise ValueError("periods must follow one another")
        return value


def set_bells(store: Store, command: SetBells, occasion: Occasion) -> Findings:
    """Write the schedule and its periods."""
    schedule_id = occasion.new_id()
    store.put(BellSchedule(id=schedule_id, part=SCHOOL, name=command.name))
    for number, start, end in command.periods:
        store.put(
            BellPeriod(
                id=occasion.new_id(),
                part=SCHOOL,
                schedule_id=schedule_id,
                period=number,
                start_minute=start,
                end_minute=end,
            )
        )
    return []


class SetCalendar(Command):
    """Say of some dates what they are, for the school, a grade or a class, by an act."""

    kind: ClassVar[str] = "set_calendar"
    level: Annotated[CalendarLevel, WHOLE]
    object_id: OptionalId = 0
    days: Annotated[tuple[Day, ...], Field(min_length=1, max_length=MAX_DAYS_AT_ONCE)]
    day_kind: Annotated[DayKind, WHOLE]
    as_weekday: Annotated[int, Field(strict=True, ge=-1, le=6)] = -1
    schedule_id: OptionalId = 0
    act: ShortText = ""

    @model_validator(mode="after")
    def addressed(self) -> SetCalendar:
        """Ask for a grade or class where the level is not the whole school."""
        if (self.level is CalendarLevel.SCHOOL) != (self.object_id == 0):
            raise ValueError("object_id names the grade or class of the level")
        return self


def set_calendar(store: Store, command: SetCalendar, occasion: Occasion) -> Findings:
    """Write one row a date, replacing what the same level said of it before.

    Raises:
        InputError: There is no such class or bell schedule, or a date comes twice.
    """
    if command.level is CalendarLevel.SCHOOL_CLASS:
        store.require(SchoolClass, command.object_id)
    if command.schedule_id:
        store.require(BellSchedule, command.schedule_id)
    if len(set(command.days)) < len(command.days):
        raise InputError("data.field", field="days")
    for day in command.days:
        known = store.first(CalendarDay, day=day, level=command.level, object_id=command.object_id)
        store.put(
            CalendarDay(
                id=occasion.new_id() if known is None else known.id,
                part=SCHOOL,
                level=command.level,
                object_id=command.object_id,
                day=day,
                kind=command.day_kind,
                as_weekday=command.as_weekday,
                schedule_id=command.schedule_id,
                act=command.act,
            )
        )
    return []


class SetPolicy(Command):
    """Set a policy value from a day on, by a local act (4.4.1)."""

    kind: ClassVar[str] = "set_policy"
    name: Name
    value: ShortText
    first_day: Day
    last_day: Day = FOREVER
    act: Name


def set_policy(store: Store, command: SetPolicy, occasion: Occasion) -> Findings:
    """Write the value; earlier periods keep theirs, and one that is interrupted goes on after.

    Raises:
        InputError: No such policy, a value out of its bounds, dates in the wrong order, or marks
            for the first grade.
        RegulationError: ``4.4.1/act``: the act is not in the school's register, or not in force.
    """
    value = policy.parse_value(command.name, command.value)
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    if command.name == "markless_grades" and isinstance(value, tuple) and 1 not in value:
        raise InputError("policy.first_grade")
    act_id = resting_act(store.select(LocalAct), command.act, command.first_day)
    for earlier in store.where(
        PolicyValue,
        "name = ? AND last_day BETWEEN ? AND ? AND first_day < ?",
        command.name,
        command.first_day,
        command.last_day,
        command.first_day,
    ):
        store.put(earlier.replace(last_day=command.first_day - 1))
    known = store.first(PolicyValue, name=command.name, first_day=command.first_day)
    row_id = occasion.new_id() if known is None else known.id
    store.put(PolicyValue(id=row_id, part=SCHOOL, act_id=act_id, **command.model_dump()))
    return []


class CreateSubject(Command):
    """Enter a subject."""

    kind: ClassVar[str] = "create_subject"
    name: Name


def create_subject(store: Store, command: CreateSubject, occasion: Occasion) -> Findings:
    """Write the subject."""
    store.put(Subject(id=occasion.new_id(), part=SCHOOL, name=command.name))
    return []


class CreateClass(Command):
    """Enter a class of a year."""

    kind: ClassVar[str] = "create_class"
    year_id: ObjectId
    name: Name
    grade: Annotated[int, Field(strict=True, ge=0, le=12)]
    schedule_id: ObjectId


def create_class(store: Store, command: CreateClass, occasion: Occasion) -> Findings:
    """Write the class.

    Raises:
        InputError: The year has a class of that name.
    """
    store.require(AcademicYear, command.year_id)
    store.require(BellSchedule, command.schedule_id)
    if store.first(SchoolClass, year_id=command.year_id, name=command.name) is not None:
        raise InputError("school.class_exists", class_name=command.name)
    store.put(SchoolClass(id=occasion.new_id(), part=SCHOOL, **command.model_dump()))
    return []


REGIME = rights.by_role(Role.SYSTEM_OFFICER, Role.HEAD, Role.DEPUTY_STUDIES)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(FoundSchool, rights.server_only, found_school),
    CommandSpec(TurnDay, rights.server_only, turn_day),
    CommandSpec(OpenYear, REGIME, open_year),
    CommandSpec(SetTerm, REGIME, set_term),
    CommandSpec(SetBells, REGIME, set_bells),
    CommandSpec(SetCalendar, REGIME, set_calendar),
    CommandSpec(SetPolicy, rights.by_role(*rights.STUDIES), set_policy),
    CommandSpec(CreateSubject, REGIME, create_subject),
    CommandSpec(CreateClass, REGIME, create_class),
)

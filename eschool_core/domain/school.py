"""Institution, calendar, bells, policy, classes, staff: what everybody in the school may see."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field

from eschool_core.domain.row import FOREVER, Id, Row


class School(Row, table=True):
    """The institution; one row."""

    number: ClassVar[int] = 1
    name: str
    zone: str
    current_day: int
    """The last date that ``TurnDay`` has opened; time by itself changes nothing."""


class AcademicYear(Row, table=True):
    """One school year."""

    __tablename__ = "academic_year"
    number: ClassVar[int] = 2
    name: str
    first_day: int
    last_day: int
    weekdays: int
    cycle_weeks: int


class Term(Row, table=True):
    """A quarter, half-year or trimester of a year."""

    number: ClassVar[int] = 3
    year_id: int = Field(sa_type=Id)
    kind: int
    ordinal: int
    first_day: int
    last_day: int


class BellSchedule(Row, table=True):
    """A named list of periods: a shift, a shortened day."""

    __tablename__ = "bell_schedule"
    number: ClassVar[int] = 4
    name: str


class BellPeriod(Row, table=True):
    """One period; minutes count from local midnight."""

    __tablename__ = "bell_period"
    number: ClassVar[int] = 5
    schedule_id: int = Field(sa_type=Id)
    period: int
    start_minute: int
    end_minute: int


class CalendarDay(Row, table=True):
    """What an act says of one date, for the school, a grade or a class."""

    __tablename__ = "calendar_day"
    number: ClassVar[int] = 6
    level: int
    object_id: int = Field(sa_type=Id)
    """Grade or class id; 0 for the whole school."""
    day: int
    kind: int
    as_weekday: int = -1
    """Weekday whose timetable a moved working day follows; −1 for its own."""
    schedule_id: int = Field(default=0, sa_type=Id)
    """Bell schedule of that date; 0 for the class's usual one."""
    act: str = ""


class PolicyValue(Row, table=True):
    """A value that a local act sets, from one day to another."""

    __tablename__ = "policy_value"
    number: ClassVar[int] = 7
    name: str
    value: str
    first_day: int
    last_day: int = FOREVER
    act: str
    act_id: int = Field(default=0, sa_type=Id)
    """The registered act that it rests on (4.4.1); 0 where none was registered yet."""


class Subject(Row, table=True):
    """A school subject."""

    number: ClassVar[int] = 8
    name: str


class SchoolClass(Row, table=True):
    """A class of one year."""

    __tablename__ = "school_class"
    number: ClassVar[int] = 9
    year_id: int = Field(sa_type=Id)
    name: str
    grade: int
    """1 to 11; 0 where a college course has no grade."""
    schedule_id: int = Field(sa_type=Id)


class StudyGroup(Row, table=True):
    """Pupils taught together: a class, a part of one, or several."""

    __tablename__ = "study_group"
    number: ClassVar[int] = 10
    year_id: int = Field(sa_type=Id)
    name: str
    whole: int
    """1 where every pupil of its classes belongs to it."""


class GroupClass(Row, table=True):
    """A class that pupils of a group come from."""

    __tablename__ = "group_class"
    number: ClassVar[int] = 11
    group_id: int = Field(sa_type=Id, index=True)
    class_id: int = Field(sa_type=Id, index=True)


class Journal(Row, table=True):
    """The journal of one subject in one group."""

    number: ClassVar[int] = 12
    year_id: int = Field(sa_type=Id)
    group_id: int = Field(sa_type=Id, index=True)
    subject_id: int = Field(sa_type=Id)
    kind: int


class Staff(Row, table=True):
    """A member of staff."""

    number: ClassVar[int] = 13
    family: str
    given: str
    patronymic: str = ""
    last_day: int = FOREVER
    """Of employment; after it nothing opens any more."""


class Appointment(Row, table=True):
    """A role that a person holds from one day to another, by an act."""

    number: ClassVar[int] = 14
    person_id: int = Field(sa_type=Id, index=True)
    role: int
    class_id: int = Field(default=0, sa_type=Id)
    """The class led, for a class teacher; else 0."""
    first_day: int
    last_day: int = FOREVER
    act: str = ""
    acting: int = 0
    """1 for «и.о.»: by order and within its dates with all rights of the post."""


class TeachingLoad(Row, table=True):
    """A teacher's hours in a journal."""

    __tablename__ = "teaching_load"
    number: ClassVar[int] = 15
    journal_id: int = Field(sa_type=Id, index=True)
    staff_id: int = Field(sa_type=Id, index=True)
    weekly_periods: int
    """Over the whole cycle of weeks."""
    first_day: int
    last_day: int = FOREVER


class Substitution(Row, table=True):
    """Somebody teaches for somebody else (4.5.1)."""

    number: ClassVar[int] = 16
    journal_id: int = Field(sa_type=Id, index=True)
    lesson_id: int = Field(default=0, sa_type=Id)
    """The lesson of a SINGLE or MERGED one; 0 for ACTING."""
    absent_id: int = Field(sa_type=Id)
    substitute_id: int = Field(sa_type=Id, index=True)
    kind: int
    first_day: int
    last_day: int
    act: str = ""
    confirmed: int = 1
    """0 while «замена не оформлена»."""

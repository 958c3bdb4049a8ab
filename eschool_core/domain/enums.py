"""Closed lists, stored and sent as small integers; a number once given is never used again."""

from __future__ import annotations

from enum import IntEnum


class Role(IntEnum):
    """What an appointment makes of a person."""

    HEAD = 1
    DEPUTY_STUDIES = 2
    DEPUTY_UPBRINGING = 3
    DEPUTY_SAFETY = 4
    DEPUTY_FACILITIES = 5
    HR_SPECIALIST = 6
    SYSTEM_OFFICER = 7
    TEACHER = 8
    CLASS_TEACHER = 9
    EXAM_SECRETARY = 20
    """Named by an order to enter exam marks and retakes from their protocols."""


class PersonKind(IntEnum):
    """Who a person is to the school."""

    STAFF = 1
    PUPIL = 2
    GUARDIAN = 3


class Sex(IntEnum):
    """As the statistical forms ask."""

    FEMALE = 1
    MALE = 2


class TermKind(IntEnum):
    """How a year is divided for marks."""

    QUARTER = 1
    HALF_YEAR = 2
    TRIMESTER = 3


class DayKind(IntEnum):
    """What the calendar says of a date."""

    SCHOOL_DAY = 1
    DAY_OFF = 2
    SCHOOL_BREAK = 3
    QUARANTINE = 4
    WEATHER_CLOSURE = 5
    REMOTE = 6


class CalendarLevel(IntEnum):
    """Whom a calendar row is for; the higher number prevails."""

    SCHOOL = 1
    GRADE = 2
    SCHOOL_CLASS = 3


class JournalKind(IntEnum):
    """What a journal is kept for (specification, "journal kinds")."""

    CLASS = 1
    GROUP = 2
    INDIVIDUAL = 3
    ELECTIVE = 4
    EXTRACURRICULAR = 5


class SubstitutionKind(IntEnum):
    """The three kinds of 4.5.1."""

    SINGLE = 1
    ACTING = 2
    MERGED = 3


class WorkKind(IntEnum):
    """What a mark was given for."""

    ORAL = 1
    CLASSWORK = 2
    HOMEWORK = 3
    INDEPENDENT = 4
    TEST = 5
    PRACTICAL = 6
    LABORATORY = 7
    DICTATION = 8
    ESSAY = 9
    PROJECT = 10


class Presence(IntEnum):
    """What the teacher saw."""

    ABSENT = 1
    LATE = 2


class ExcuseKind(IntEnum):
    """Why a pupil was away."""

    UNKNOWN = 1
    SICK = 2
    VALID = 3
    NONE = 4


class ExemptionKind(IntEnum):
    """What a pupil is released from, and how taught instead.

    INDIVIDUAL: from the class's lessons in a subject, by an own curriculum. FAMILY: from all
    lessons: taught in the family, with interim assessment only (specification §6, journal kinds).
    """

    SUBJECT = 1
    PRACTICE = 2
    INDIVIDUAL = 3
    FAMILY = 4


class HomeworkState(IntEnum):
    """Blank is a third thing (4.4.4/4): it has no row."""

    SET = 1
    NOT_SET = 2


class Timeliness(IntEnum):
    """How an act stands to its deadline (4.5.3)."""

    PROVEN = 1
    CREDIBLE = 2
    LATE = 3
    UNDETERMINED = 4


class GroupChangeGround(IntEnum):
    """Why a pupil changes subgroup (4.6.4/2)."""

    APPLICATION = 1
    ORDER = 2
    FIRST_PLACING = 3


class NoticeKind(IntEnum):
    """What a person is told."""

    OVERWRITTEN = 1
    REJECTED = 2
    HELD = 3
    FINDING = 4
    CREDENTIALS = 5
    MARKS_RELEASED = 10
    CORRECTION = 11
    OWED_WORK = 12
    ACADEMIC_DEBT = 13
    ALERT = 20
    BREACH = 21
    ACCESS_BLOCKED = 22
    ACCESS_ASKED = 23
    ACCESS_GRANTED = 24
    REQUEST = 30
    CONCERN = 31
    INSPECTION = 50
    HELD_APPLIED = 70
    HELD_DECLINED = 71
    SETTLED = 72
    ORDER_DATE_IN_OUTAGE = 92
    SECTION_DUE = 94
    CONSENT_WITHDRAWN = 95


class FindingState(IntEnum):
    """Life of a finding."""

    OPEN = 1
    REMEDIED = 2
    WAIVED = 3


class Verdict(IntEnum):
    """The server's last word on a command; kept for ever."""

    ACCEPTED = 1
    WITH_FINDINGS = 2
    REJECTED = 3
    HELD = 4

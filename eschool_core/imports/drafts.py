"""What an import file says, before anything is written: plain values, checked for shape only.

Readers (``fet``, ``oneroster``, ``class_list``, ``plan``) make drafts; the builder turns a
draft into commands. Weeks, weekdays and periods count from 0; minutes count from midnight.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from eschool_core.domain.enums import Sex, WorkKind


@dataclass(frozen=True, slots=True)
class NotTaken:
    """One row or activity of the file that the import leaves out, and why.

    Attributes:
        where: Place in the file as its author knows it: ``Activity 17``, ``users.csv:12``.
        reason: Key of the reason's text, such as ``import.activity_inactive``.
        params: What the text is filled with.
    """

    where: str
    reason: str
    params: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodDraft:
    """One lesson period of the day; minutes are None where the file names no clock times."""

    number: int
    name: str
    start_minute: int | None = None
    end_minute: int | None = None


@dataclass(frozen=True, slots=True)
class ClassDraft:
    """One school class; ``grade`` is None where the name does not tell it."""

    name: str
    grade: int | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """One set of pupils that is taught together.

    Attributes:
        name: Unique in the draft.
        classes: Names of the classes its pupils come from, at least one.
        whole: True where it is one whole class or several whole classes.
    """

    name: str
    classes: tuple[str, ...]
    whole: bool
    size: int = 0


@dataclass(frozen=True, slots=True)
class StartDraft:
    """When an activity begins: week of the cycle, weekday (0 = Monday), period."""

    week: int
    weekday: int
    period: int


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """One weekly block of lessons.

    Attributes:
        id: Number in the file.
        groups: Names of ``GroupDraft``; several mean one joint lesson.
        teachers: Names; several teach together.
        duration: Periods, one or more.
        start: None where the file gives no fixed start: teaching load that waits for a slot.
    """

    id: int
    subject: str
    groups: tuple[str, ...]
    teachers: tuple[str, ...]
    duration: int
    start: StartDraft | None = None
    room: str = ""


@dataclass(frozen=True, slots=True)
class TimetableDraft:
    """A weekly timetable or the teaching load for one.

    Attributes:
        weekdays: Working days of a week, 5 or 6 in most schools.
        cycle_weeks: 1, or 2 for alternating weeks.
        activities: Active ones that can be taken.
        not_taken: Active ones that cannot, each with its reason.
        active: All active activities of the file: taken and not taken.
        periods_per_week: Sum of the durations of all active activities.
    """

    name: str
    weekdays: int
    cycle_weeks: int
    periods: tuple[PeriodDraft, ...]
    classes: tuple[ClassDraft, ...]
    groups: tuple[GroupDraft, ...]
    teachers: tuple[str, ...]
    subjects: tuple[str, ...]
    activities: tuple[ActivityDraft, ...]
    not_taken: tuple[NotTaken, ...]
    active: int
    periods_per_week: int


@dataclass(frozen=True, slots=True)
class NameDraft:
    """A person's name; the patronymic may be empty."""

    family: str
    given: str
    patronymic: str = ""


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """A member of staff; ``key`` is what the file calls the person."""

    key: str
    name: NameDraft


@dataclass(frozen=True, slots=True)
class GuardianDraft:
    """A pupil's representative; ``key`` joins the rows of several children."""

    key: str
    name: NameDraft
    relation: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PupilDraft:
    """A pupil with the class to be admitted to."""

    key: str
    name: NameDraft
    class_name: str
    birth_date: date | None = None
    sex: Sex | None = None
    guardians: tuple[GuardianDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class MembershipDraft:
    """One pupil in one study group that is not the whole class."""

    group: str
    pupil_key: str


@dataclass(frozen=True, slots=True)
class TeachingDraft:
    """Who teaches a study group, or whose class it is.

    Attributes:
        group: Name of a ``GroupDraft``; of a ``ClassDraft`` for its class teacher.
    """

    staff_key: str
    group: str
    class_teacher: bool = False


@dataclass(frozen=True, slots=True)
class RosterDraft:
    """Who is in the school."""

    classes: tuple[ClassDraft, ...]
    staff: tuple[StaffDraft, ...]
    pupils: tuple[PupilDraft, ...]
    groups: tuple[GroupDraft, ...]
    memberships: tuple[MembershipDraft, ...]
    not_taken: tuple[NotTaken, ...]
    teachings: tuple[TeachingDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanItemDraft:
    """One row of a calendar plan (КТП).

    Attributes:
        number: From 1, as in the file.
        hours: Lessons it takes, one or more.
        planned: The day, or the Monday of the week, that the plan names; None if it names none.
        week: School week from 1, where the plan counts weeks; holidays are not counted.
    """

    number: int
    section: str
    topic: str
    hours: int = 1
    planned: date | None = None
    work_kind: WorkKind | None = None
    homework: str = ""
    week: int | None = None


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A calendar plan of one journal."""

    items: tuple[PlanItemDraft, ...]
    not_taken: tuple[NotTaken, ...]

"""Activities of a timetabling file: which can become lessons, and why the others cannot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eschool_core.errors import InputError
from eschool_core.imports.cells import shown
from eschool_core.imports.drafts import ActivityDraft, GroupDraft, NotTaken, StartDraft
from eschool_core.imports.fet_grid import Grid
from eschool_core.imports.fet_places import Places, is_on, read_id
from eschool_core.imports.limits import ACTIVITY_PERIODS, TIMETABLE_ACTIVITIES

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_NAMES = 200
"""Teachers or student sets of one activity."""
_DURATION_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Activity:
    """An active activity as the file lists it.

    Attributes:
        id: None where it is unreadable or was used before.
        duration: Periods; None where it is unreadable.
    """

    where: str
    id: int | None
    subject: str
    teachers: tuple[str, ...]
    students: tuple[str, ...]
    duration: int | None

    @property
    def counted_periods(self) -> int:
        """Return the duration as the week's sum counts it: what no day can hold is nothing."""
        return self.duration if self.duration and self.duration <= ACTIVITY_PERIODS else 0


@dataclass(frozen=True, slots=True)
class Listed:
    """What activities may name, by the names of the file.

    Attributes:
        days: Position of each day.
        hours: Position of each hour.
    """

    grid: Grid
    places: Places
    days: dict[str, int]
    hours: dict[str, int]
    groups: dict[str, GroupDraft]
    teachers: dict[str, str]
    subjects: dict[str, str]


def read_activities(section: Element) -> list[Activity]:
    """Return the active activities in the file's order.

    Raises:
        InputError: There are more than any school has.
    """
    elements = section.findall("Activity")
    if len(elements) > TIMETABLE_ACTIVITIES:
        raise InputError(
            "import.fet_too_many", section="Activities_List", limit=TIMETABLE_ACTIVITIES
        )
    used: set[int] = set()
    activities = []
    for position, element in enumerate(elements, start=1):
        activity_id = read_id(element, "Id")
        if is_on(element):
            activities.append(
                _read(element, position, None if activity_id in used else activity_id)
            )
        if activity_id is not None:
            used.add(activity_id)
    return activities


def _read(element: Element, position: int, activity_id: int | None) -> Activity:
    stated = (element.findtext("Duration") or "").strip()
    plain = stated.isascii() and stated.isdecimal() and len(stated) <= _DURATION_DIGITS
    return Activity(
        where=f"Activity {activity_id}" if activity_id else f"Activity (no. {position})",
        id=activity_id,
        subject=element.findtext("Subject") or "",
        teachers=_texts(element, "Teacher"),
        students=_texts(element, "Students"),
        duration=int(stated) if plain else None,
    )


def _texts(element: Element, tag: str) -> tuple[str, ...]:
    texts = (one.text or "" for one in element.findall(tag))
    return tuple(dict.fromkeys(text for text in texts if text.strip()))


def load_of_sets(activities: list[Activity]) -> Counter[str]:
    """Return the weekly periods taught to each student set."""
    load: Counter[str] = Counter()
    for activity in activities:
        for name in activity.students:
            load[name] += activity.counted_periods
    return load


def draft(activity: Activity, listed: Listed) -> ActivityDraft:
    """Return the activity as lessons or teaching load.

    Raises:
        InputError: It cannot become either; key and parameters are the reason.
    """
    _check_names(activity, listed)
    if activity.id is None:
        raise InputError("import.activity_id")
    if not activity.duration or activity.duration > listed.grid.hours:
        raise InputError("import.activity_duration", limit=listed.grid.hours)
    groups = dict.fromkeys(listed.groups[name].name for name in activity.students)
    return ActivityDraft(
        id=activity.id,
        subject=listed.subjects[activity.subject],
        groups=tuple(groups),
        teachers=tuple(listed.teachers[name] for name in activity.teachers),
        duration=activity.duration,
        start=_start(activity.id, activity.duration, listed),
        room=listed.places.room(activity.id),
    )


def _check_names(activity: Activity, listed: Listed) -> None:
    if not activity.students:
        raise InputError("import.activity_without_students")
    if max(len(activity.students), len(activity.teachers)) > _MOST_NAMES:
        raise InputError("import.activity_too_many_names", limit=_MOST_NAMES)
    if activity.subject not in listed.subjects:
        raise InputError("import.activity_unknown_subject")
    if not listed.groups.keys() >= {*activity.students}:
        raise InputError("import.activity_unknown_students")
    if not listed.teachers.keys() >= {*activity.teachers}:
        raise InputError("import.activity_unknown_teacher")


def _start(activity_id: int, duration: int, listed: Listed) -> StartDraft | None:
    slots = listed.places.slots.get(activity_id)
    if not slots:
        return None
    if len(slots) > 1:
        raise InputError("import.activity_two_starts")
    [(day, hour)] = slots
    if day not in listed.days or hour not in listed.hours:
        raise InputError("import.activity_unknown_slot", day=shown(day), hour=shown(hour))
    if listed.hours[hour] + duration > listed.grid.hours:
        raise InputError("import.activity_beyond_day", duration=duration)
    start = listed.grid.start(listed.days[day], listed.hours[hour])
    if start is None:
        raise InputError("import.activity_day_not_understood", day=shown(day))
    return start


def sort(
    activities: list[Activity], listed: Listed
) -> tuple[tuple[ActivityDraft, ...], tuple[NotTaken, ...]]:
    """Return what can be taken, and the rest with its reasons."""
    taken: list[ActivityDraft] = []
    not_taken: list[NotTaken] = []
    for activity in activities:
        try:
            taken.append(draft(activity, listed))
        except InputError as reason:
            params = tuple(reason.params.items())
            not_taken.append(NotTaken(activity.where, reason.key, params))
    return tuple(taken), tuple(not_taken)

"""Timetabling files of FET (``.fet``, any version) and its result export (``…_activities.xml``).

An activity is taken if it can become lessons: it has a subject, at least one student set and a
duration that fits into a day, and all that it names is listed in the file. One with a fixed start
(one preferred starting time, or a line of the result export) is placed; one without waits for a
slot. A choice of several preferred times places nothing. One without a teacher is taken: a school
may name the teacher later. Activities that FET itself leaves out (``Active`` is false) are not
counted at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.cells import clean
from eschool_core.imports.drafts import ActivityDraft, GroupDraft, TimetableDraft
from eschool_core.imports.fet_activities import Listed, load_of_sets, read_activities, sort
from eschool_core.imports.fet_grid import read_grid
from eschool_core.imports.fet_places import RESULT_ROOT, Places, read_id, read_places, read_result
from eschool_core.imports.fet_students import StudentSets, read_sets
from eschool_core.imports.names import unique_names
from eschool_core.imports.safe_xml import parse
from eschool_core.imports.source import Source, load

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ROOT = "fet"
_HALF_DAY_MODE = "mornings_afternoons"
_HALF_DAY_VERSIONS = ("-ma", "-morocco", "-algeria")
_NOT_HALF_DAY_VERSION = "-mathmake"


def read_timetable(source: Source, placements: Source | None = None) -> TimetableDraft:
    """Return the timetable, every active activity either taken or not taken with its reason.

    Args:
        source: A ``.fet`` file.
        placements: The result export that belongs to it; its starts and rooms prevail.

    Raises:
        InputError: A file is no such file, is damaged or hostile, or the two do not belong
            together.
    """
    root = _read_root(source)
    days, hours = _named_list(root, "Days_List"), _named_list(root, "Hours_List")
    grid = read_grid(tuple(days), tuple(hours), half_days=_lists_days_twice(root))
    section = _section(root, "Activities_List")
    activities = read_activities(section)
    sets = read_sets(_section(root, "Students_List"), load_of_sets(activities))
    listed = Listed(
        grid=grid,
        places=_places(root, section, placements),
        days={name: position for position, name in enumerate(days)},
        hours={name: position for position, name in enumerate(hours)},
        groups=sets.groups,
        teachers=unique_names(_raw_names(root, "Teachers_List"), "Teachers_List"),
        subjects=unique_names(_raw_names(root, "Subjects_List"), "Subjects_List"),
    )
    taken, not_taken = sort(activities, listed)
    return TimetableDraft(
        name=clean(root.findtext("Institution_Name") or "", "Institution_Name"),
        weekdays=grid.weekdays,
        cycle_weeks=grid.cycle_weeks,
        periods=grid.periods,
        classes=sets.classes,
        groups=_taught_groups(sets, taken),
        teachers=tuple(listed.teachers.values()),
        subjects=tuple(listed.subjects.values()),
        activities=taken,
        not_taken=not_taken,
        active=len(activities),
        periods_per_week=sum(activity.counted_periods for activity in activities),
    )


def _read_root(source: Source) -> Element:
    file = load(source, ("xml",))
    root = parse(file.data, file.name)
    if root.tag == RESULT_ROOT:
        raise InputError("import.fet_result_alone", file=file.name)
    if str(root.tag).lower() != _ROOT:
        raise InputError("import.xml_root", file=file.name, expected=_ROOT)
    return root


def _places(root: Element, activities: Element, placements: Source | None) -> Places:
    fixed = read_places(root)
    if placements is None:
        return fixed
    file = load(placements, ("xml",))
    result = parse(file.data, file.name)
    if result.tag != RESULT_ROOT:
        raise InputError("import.xml_root", file=file.name, expected=RESULT_ROOT)
    ids = (read_id(element, "Id") for element in activities.iterfind("Activity"))
    known = frozenset(activity_id for activity_id in ids if activity_id is not None)
    return fixed | read_result(result, known, file.name)


def _lists_days_twice(root: Element) -> bool:
    mode = (root.findtext("Mode") or "").strip().lower()
    version = (root.get("version") or "").lower().replace(_NOT_HALF_DAY_VERSION, "")
    return mode == _HALF_DAY_MODE or any(mark in version for mark in _HALF_DAY_VERSIONS)


def _section(root: Element, tag: str) -> Element:
    section = root.find(tag)
    if section is None:
        raise InputError("import.fet_section_missing", section=tag)
    return section


def _raw_names(root: Element, tag: str) -> list[str]:
    """Return the names in a list: ``<Day><Name>…`` of today or ``<Name>…`` of old files."""
    names = (
        element.text if element.tag == "Name" else element.findtext("Name")
        for element in _section(root, tag)
    )
    return [name for name in names if name and name.strip()]


def _named_list(root: Element, tag: str) -> dict[str, str]:
    """Return days or hours in order: the name in the file, and the name to show.

    Raises:
        InputError: There are none, too many, or two of one name.
    """
    names = _raw_names(root, tag)
    limit = limits.TIMETABLE_DAYS if tag == "Days_List" else limits.TIMETABLE_HOURS
    if not names:
        raise InputError("import.fet_section_missing", section=tag)
    if len(names) > limit:
        raise InputError("import.fet_too_many", section=tag, limit=limit)
    if len(set(names)) < len(names):
        raise InputError("import.fet_name_twice", section=tag)
    return unique_names(names, tag)


def _taught_groups(
    sets: StudentSets, activities: Iterable[ActivityDraft]
) -> tuple[GroupDraft, ...]:
    """Return every class as a whole, and what else is taught: parts and joined classes.

    Sets that nothing is taught to (many files list them to say who is in which part) are left
    out: they would be study groups without a journal.
    """
    taught = {name for activity in activities for name in activity.groups}
    groups = {one.name: GroupDraft(one.name, (one.name,), True, one.size) for one in sets.classes}
    for group in sets.groups.values():
        if group.name in taught:
            groups.setdefault(group.name, group)
    return tuple(groups.values())

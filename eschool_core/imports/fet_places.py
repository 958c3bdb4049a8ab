"""Fixed starts and rooms of activities: from constraints, or from FET's result export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from eschool_core.errors import InputError
from eschool_core.imports.cells import clean
from eschool_core.imports.limits import TIMETABLE_ACTIVITIES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

RESULT_ROOT = "Activities_Timetable"
_START_TAGS = ("ConstraintActivityPreferredStartingTime", "ConstraintActivityPreferredTime")
_ROOM_TAG = "ConstraintActivityPreferredRoom"
_NO = frozenset({"false", "no", "0"})
_ANY = frozenset({"", "-1"})
_ID_DIGITS = 9
_T = TypeVar("_T")

Slot = tuple[str, str]
"""Day and hour by their names in the file."""


@dataclass(frozen=True, slots=True)
class Places:
    """What the file fixes, by activity id; several slots or rooms contradict each other."""

    slots: dict[int, frozenset[Slot]]
    rooms: dict[int, frozenset[str]]

    def room(self, activity_id: int) -> str:
        """Return the one fixed room, or an empty text."""
        rooms = self.rooms.get(activity_id, frozenset())
        return next(iter(rooms)) if len(rooms) == 1 else ""

    def __or__(self, later: Places) -> Places:
        return Places(self.slots | later.slots, self.rooms | later.rooms)


def read_id(element: Element, tag: str) -> int | None:
    """Return a positive number of an activity, or None for anything else."""
    text = (element.findtext(tag) or "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS):
        return None
    return int(text) or None


def is_on(element: Element) -> bool:
    """Tell whether ``Active`` is not switched off; files before FET 5.10 have no such tag."""
    return (element.findtext("Active") or "").strip().lower() not in _NO


def read_places(root: Element) -> Places:
    """Return what the active constraints of a ``.fet`` file fix."""
    slots: dict[int, set[Slot]] = {}
    rooms: dict[int, set[str]] = {}
    for tag in _START_TAGS:
        for constraint in root.iterfind(f"Time_Constraints_List/{tag}"):
            _add_slot(constraint, slots)
    for constraint in root.iterfind(f"Space_Constraints_List/{_ROOM_TAG}"):
        activity_id = read_id(constraint, "Activity_Id")
        room = clean(constraint.findtext("Room") or "", _ROOM_TAG)
        if activity_id is not None and room and is_on(constraint):
            rooms.setdefault(activity_id, set()).add(room)
    return Places(_frozen(slots), _frozen(rooms))


def _add_slot(constraint: Element, slots: dict[int, set[Slot]]) -> None:
    activity_id = read_id(constraint, "Activity_Id")
    slot = _slot(constraint, ("Preferred_Day", "Day"), ("Preferred_Hour", "Hour"))
    if activity_id is not None and is_on(constraint) and not _ANY.intersection(slot):
        slots.setdefault(activity_id, set()).add(slot)


def _slot(element: Element, day_tags: Iterable[str], hour_tags: Iterable[str]) -> Slot:
    day = next((text for tag in day_tags if (text := element.findtext(tag))), "")
    hour = next((text for tag in hour_tags if (text := element.findtext(tag))), "")
    return day, hour


def _frozen(values: dict[int, set[_T]]) -> dict[int, frozenset[_T]]:
    return {key: frozenset(value) for key, value in values.items()}


def read_result(root: Element, known_ids: frozenset[int], file: str) -> Places:
    """Return what the result export places.

    Args:
        root: Element ``Activities_Timetable``.
        known_ids: Activities of the ``.fet`` file that the result belongs to.
        file: Name for messages.

    Raises:
        InputError: The result names an activity twice, or one that the ``.fet`` file has not.
    """
    slots: dict[int, frozenset[Slot]] = {}
    rooms: dict[int, frozenset[str]] = {}
    lines = root.findall("Activity")
    if len(lines) > TIMETABLE_ACTIVITIES:
        raise InputError("import.fet_too_many", section=RESULT_ROOT, limit=TIMETABLE_ACTIVITIES)
    for position, line in enumerate(lines, start=1):
        activity_id = read_id(line, "Id")
        if activity_id is None or activity_id not in known_ids or activity_id in slots:
            raise InputError("import.fet_result_foreign", file=file, position=position)
        slot = _slot(line, ("Day",), ("Hour",))
        slots[activity_id] = frozenset() if _ANY.intersection(slot) else frozenset({slot})
        room = clean(line.findtext("Room") or "", f"{file}:{position}")
        rooms[activity_id] = frozenset({room} if room else ())
    return Places(slots, rooms)

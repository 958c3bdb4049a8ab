"""What the lessons of an aSc timetable may name: periods, days, classes, groups, teachers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.cells import clean
from eschool_core.imports.drafts import ClassDraft, GroupDraft, PeriodDraft
from eschool_core.imports.names import free_name, grade_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_DIGITS: Final = 9
DAYS_A_WEEK: Final = 7
MOST_WEEKS: Final = 2
MINUTES_PER_HOUR: Final = 60
MINUTES_PER_DAY: Final = 24 * MINUTES_PER_HOUR


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything that is listed, by the ids of the file.

    Attributes:
        places: Place of each period's number in the day, from 0.
        weekdays: Days of a week.
        weeks: 1, or 2 for alternating weeks.
        groups: Parts of classes, and whole classes.
    """

    periods: tuple[PeriodDraft, ...]
    places: dict[int, int]
    weekdays: int
    weeks: int
    subjects: dict[str, str]
    teachers: dict[str, str]
    rooms: dict[str, str]
    classes: dict[str, ClassDraft]
    groups: dict[str, GroupDraft]


def read_listed(root: Element) -> Listed:
    """Return what the file lists.

    Raises:
        InputError: A list is missing or too long, or a name is not fit to be shown.
    """
    periods, places = _periods(root)
    classes = _classes(root)
    teachers = _named(root, "teachers", "teacher", _teacher_name, apart=True)
    return Listed(
        periods=periods,
        places=places,
        weekdays=_width(root, "daysdefs", "days", DAYS_A_WEEK),
        weeks=_width(root, "weeksdefs", "weeks", MOST_WEEKS, default=1),
        subjects=_named(root, "subjects", "subject", _name),
        teachers=teachers,
        rooms=_named(root, "classrooms", "classroom", _short_name),
        classes=classes,
        groups=_groups(root, classes),
    )


def rows(root: Element, section: str, limit: int) -> list[Element]:
    """Return the elements of a list; empty where there is no such list.

    Raises:
        InputError: There are more than any school has.
    """
    found = root.find(section)
    elements = [] if found is None else list(found)
    if len(elements) > limit:
        raise InputError("import.fet_too_many", section=section, limit=limit)
    return elements


def split_ids(text: str) -> list[str]:
    """Return the ids in a column that lists some.

    >>> split_ids("A1, B2,"), split_ids("")
    (['A1', 'B2'], [])
    """
    return [part for part in (piece.strip() for piece in text.split(",")) if part]


def whole(text: str) -> int | None:
    """Return a number written in plain digits, or None."""
    plain = text.strip()
    if plain.isascii() and plain.isdecimal() and len(plain) <= MOST_DIGITS:
        return int(plain)
    return None


def is_mask(text: str, width: int) -> bool:
    """Tell whether a text has one sign for each of ``width`` places, and names one at least.

    >>> is_mask("01000", 5), is_mask("00000", 5), is_mask("10", 5)
    (True, False, False)
    """
    return len(text) == width and {*text} <= {"0", "1"} and "1" in text


def places_of(mask: str) -> list[int]:
    """Return the places that a mask names."""
    return [place for place, sign in enumerate(mask) if sign == "1"]


def _periods(root: Element) -> tuple[tuple[PeriodDraft, ...], dict[int, int]]:
    elements = rows(root, "periods", limits.TIMETABLE_HOURS)
    numbered = {whole(one.get("period", "")): one for one in elements}
    numbers = sorted(number for number in numbered if number is not None)
    if not numbers or len(numbers) != len(elements):
        raise InputError("import.fet_section_missing", section="periods")
    periods = []
    for place, number in enumerate(numbers):
        element = numbered[number]
        name = clean(element.get("name") or str(number), "periods")
        periods.append(PeriodDraft(place, name, *_clock_times(element)))
    return tuple(periods), {number: place for place, number in enumerate(numbers)}


def _clock_times(period: Element) -> tuple[int | None, int | None]:
    start, end = (_minute(period.get(name, "")) for name in ("starttime", "endtime"))
    return (start, end) if start is not None and end is not None and start < end else (None, None)


def _minute(text: str) -> int | None:
    hours, minutes = (whole(part) for part in (text.partition(":")[0], text.partition(":")[2]))
    if hours is None or minutes is None or minutes >= MINUTES_PER_HOUR:
        return None
    found = hours * MINUTES_PER_HOUR + minutes
    return found if found < MINUTES_PER_DAY else None


def _width(root: Element, section: str, column: str, most: int, default: int = 0) -> int:
    """Return how many places the masks of a list have.

    Raises:
        InputError: ``import.fet_section_missing``: none, different widths, or too many.
    """
    masks = [
        part
        for one in rows(root, section, limits.TIMETABLE_DAYS)
        for part in split_ids(one.get(column, ""))
    ]
    widths = {len(mask) for mask in masks} or {default}
    if len(widths) != 1 or not 1 <= min(widths) <= most:
        raise InputError("import.fet_section_missing", section=section)
    return widths.pop()


def _name(element: Element) -> str:
    return element.get("name") or element.get("short") or ""


def _short_name(element: Element) -> str:
    return element.get("short") or element.get("name") or ""


def _teacher_name(element: Element) -> str:
    """Return the family name first, as the rest of the program has it."""
    family, given = element.get("lastname", "").strip(), element.get("firstname", "").strip()
    return f"{family} {given}" if family and given else _name(element)


def _named(
    root: Element, section: str, tag: str, name: Callable[[Element], str], *, apart: bool = False
) -> dict[str, str]:
    """Return the names to show by the ids of the file.

    Args:
        root: Of the document.
        section: The list.
        tag: Of its elements.
        name: Tells the name of one.
        apart: Two ids of one name are two people or classes, and never show alike; else they are
            one subject or room.

    Raises:
        InputError: A name holds a control character or is too long.
    """
    shown: dict[str, str] = {}
    used: set[str] = set()
    numbers: dict[str, int] = {}
    for element in rows(root, section, limits.TIMETABLE_SETS):
        key, text = element.get("id", ""), clean(name(element), section)
        if element.tag != tag or not key or not text:
            continue
        shown[key] = free_name(text, used, numbers) if apart else text
        used.add(shown[key])
    return shown


def _classes(root: Element) -> dict[str, ClassDraft]:
    names = _named(root, "classes", "class", _name, apart=True)
    return {key: ClassDraft(name, grade_of(name)) for key, name in names.items()}


def _groups(root: Element, classes: dict[str, ClassDraft]) -> dict[str, GroupDraft]:
    """Return the groups; one that is a whole class has the class's name."""
    found: dict[str, GroupDraft] = {}
    used = {entry.name for entry in classes.values()}
    numbers: dict[str, int] = {}
    for element in rows(root, "groups", limits.TIMETABLE_SETS):
        key, entry = element.get("id", ""), classes.get(element.get("classid", ""))
        if not key or entry is None:
            continue
        if element.get("entireclass") == "1":
            found[key] = GroupDraft(entry.name, (entry.name,), whole=True)
            continue
        name = free_name(clean(f"{entry.name} {_name(element)}", "groups"), used, numbers)
        used.add(name)
        size = whole(element.get("studentcount", "")) or 0
        found[key] = GroupDraft(name, (entry.name,), whole=False, size=size)
    return found

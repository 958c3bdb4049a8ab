"""Timetables of aSc Timetables (``File → Export → aSc Timetables 2012 XML``).

A lesson says who learns what with whom, a card where one of its parts stands in the week. Each
card becomes a placed activity; what a lesson's weekly periods leave over waits for a slot. A card
of every week of an alternating timetable becomes one activity in each week. A lesson for a part of
the year only is left out with its reason: the school's timetable holds from a day on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from eschool_core.errors import InputError
from eschool_core.imports import limits
from eschool_core.imports.asc_lists import (
    Listed,
    is_mask,
    places_of,
    read_listed,
    rows,
    split_ids,
    whole,
)
from eschool_core.imports.drafts import (
    ActivityDraft,
    GroupDraft,
    NotTaken,
    StartDraft,
    TimetableDraft,
)
from eschool_core.imports.safe_xml import parse
from eschool_core.imports.source import Source, load

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ROOT: Final = "timetable"
HUNDREDTHS: Final = 100
"""Periods of a week may have a fraction (``1.5`` is one every week and one every other)."""


@dataclass(slots=True)
class _Found:
    """What becomes of lessons, one after another.

    Attributes:
        active: Lessons of the file, and activities that their cards make.
        hundredths: Periods of a week, in hundredths.
    """

    taken: list[ActivityDraft]
    not_taken: list[NotTaken]
    active: int = 0
    hundredths: int = 0


def is_asc(root: Element) -> bool:
    """Tell whether a document is one of these."""
    return root.tag == ROOT and root.find("lessons") is not None


def read_asc(source: Source) -> TimetableDraft:
    """Return the timetable, every lesson either taken or not taken with its reason.

    Raises:
        InputError: The file is no such file, is damaged or hostile.
    """
    file = load(source, ("xml",))
    root = parse(file.data, file.name)
    if not is_asc(root):
        raise InputError("import.xml_root", file=file.name, expected=ROOT)
    return draft_of(root)


def draft_of(root: Element) -> TimetableDraft:
    """Return the timetable in a parsed document."""
    listed = read_listed(root)
    cards: dict[str, list[Element]] = defaultdict(list)
    for card in rows(root, "cards", limits.TIMETABLE_ACTIVITIES):
        cards[card.get("lessonid", "")].append(card)
    found = _Found([], [])
    for position, lesson in enumerate(rows(root, "lessons", limits.TIMETABLE_ACTIVITIES), start=1):
        _take(lesson, f"lesson {position}", cards[lesson.get("id", "")], listed, found)
    used = {name for activity in found.taken for name in activity.groups}
    groups = {group.name: group for group in listed.groups.values()}
    for entry in listed.classes.values():
        groups.setdefault(entry.name, GroupDraft(entry.name, (entry.name,), whole=True))
    return TimetableDraft(
        name="",
        weekdays=listed.weekdays,
        cycle_weeks=listed.weeks,
        periods=listed.periods,
        classes=tuple(listed.classes.values()),
        groups=tuple(group for group in groups.values() if group.whole or group.name in used),
        teachers=tuple(listed.teachers.values()),
        subjects=tuple(listed.subjects.values()),
        activities=tuple(found.taken),
        not_taken=tuple(found.not_taken),
        active=found.active,
        periods_per_week=found.hundredths // HUNDREDTHS,
    )


def _take(lesson: Element, where: str, cards: list[Element], listed: Listed, found: _Found) -> None:
    """Take a lesson's cards and what is left over, or note why it cannot be taken."""
    hundredths = _hundredths(lesson.get("periodsperweek", ""))
    found.hundredths += hundredths
    before = len(found.taken)
    try:
        _take_cards(lesson, cards, hundredths, listed, found)
    except InputError as reason:
        del found.taken[before:]
        found.not_taken.append(NotTaken(where, reason.key, tuple(reason.params.items())))
        found.active += 1
        return
    found.active += len(found.taken) - before


def _take_cards(
    lesson: Element, cards: list[Element], hundredths: int, listed: Listed, found: _Found
) -> None:
    """Make the activities of a lesson.

    Raises:
        InputError: It cannot become lessons; key and parameters are the reason.
    """
    subject = listed.subjects.get(lesson.get("subjectid", ""))
    if subject is None:
        raise InputError("import.activity_unknown_subject")
    groups = _groups(lesson, listed)
    teachers = _named(lesson, "teacherids", listed.teachers, "import.activity_unknown_teacher")
    duration = whole(lesson.get("periodspercard", "1") or "1")
    if not duration or duration > len(listed.periods):
        raise InputError("import.activity_duration", limit=len(listed.periods))
    placed = 0
    for card in cards:
        room = _room(card, lesson, listed)
        for start in _starts(card, duration, listed):
            number = len(found.taken) + 1
            found.taken.append(
                ActivityDraft(number, subject, groups, teachers, duration, start, room)
            )
            placed += duration * HUNDREDTHS // listed.weeks
    waiting = max(0, hundredths - placed) // (duration * HUNDREDTHS)
    if waiting > limits.ACTIVITY_PERIODS:
        raise InputError("import.activity_duration", limit=limits.ACTIVITY_PERIODS)
    for _ in range(waiting):
        number = len(found.taken) + 1
        found.taken.append(ActivityDraft(number, subject, groups, teachers, duration))


def _groups(lesson: Element, listed: Listed) -> tuple[str, ...]:
    """Return the names of the groups that a lesson is for."""
    ids = split_ids(lesson.get("groupids", ""))
    if not ids:
        ids = [f"class {one}" for one in split_ids(lesson.get("classids", ""))]
    if not ids:
        raise InputError("import.activity_without_students")
    known = listed.groups | {
        f"class {key}": GroupDraft(entry.name, (entry.name,), whole=True)
        for key, entry in listed.classes.items()
    }
    if not known.keys() >= {*ids}:
        raise InputError("import.activity_unknown_students")
    return tuple(dict.fromkeys(known[one].name for one in ids))


def _named(lesson: Element, column: str, known: dict[str, str], reason: str) -> tuple[str, ...]:
    ids = split_ids(lesson.get(column, ""))
    if not known.keys() >= {*ids}:
        raise InputError(reason)
    return tuple(dict.fromkeys(known[one] for one in ids))


def _room(card: Element, lesson: Element, listed: Listed) -> str:
    """Return the room of a card; a lesson's is the list of those it may have."""
    ids = split_ids(card.get("classroomids", "")) or split_ids(lesson.get("classroomids", ""))
    return next((listed.rooms[one] for one in ids if one in listed.rooms), "")


def _starts(card: Element, duration: int, listed: Listed) -> list[StartDraft]:
    """Return where a card stands: one place for each week and day that its masks name.

    Raises:
        InputError: The place is none of the timetable's, or holds for a part of the year.
    """
    days, period = card.get("days", ""), whole(card.get("period", ""))
    weeks, terms = card.get("weeks") or "1" * listed.weeks, card.get("terms") or "1"
    if not is_mask(days, listed.weekdays) or period not in listed.places:
        raise InputError(
            "import.activity_unknown_slot", day=days[:20], hour=card.get("period", "")[:20]
        )
    if not is_mask(weeks, listed.weeks):
        raise InputError("import.activity_day_not_understood", day=weeks[:20])
    if "0" in terms:
        raise InputError("import.activity_part_of_year")
    place = listed.places[period]
    if place + duration > len(listed.periods):
        raise InputError("import.activity_beyond_day", duration=duration)
    return [
        StartDraft(week, weekday, place) for week in places_of(weeks) for weekday in places_of(days)
    ]


def _hundredths(text: str) -> int:
    """Return a count of periods such as ``2`` or ``1.5`` in hundredths; 0 where it is none."""
    units, _, parts = text.replace(",", ".").partition(".")
    digits = units + (parts + "00")[:2]
    number = whole(digits)
    return number if number is not None and number <= limits.ACTIVITY_PERIODS * HUNDREDTHS else 0

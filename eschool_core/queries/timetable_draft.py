"""A drafted timetable and what clashes in it, live (4.4.2)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from eschool_core import calendar
from eschool_core.commands import clashes, facts
from eschool_core.commands.clashes import Rival, Weekly
from eschool_core.domain.planning import DraftSlot, TimetableDraft
from eschool_core.domain.school import BellPeriod, GroupClass, Journal, SchoolClass
from eschool_core.errors import InputError
from eschool_core.queries.answer import Answer
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.lookup import journals
from eschool_core.store.snapshot import Snapshot
from eschool_core.store.store import Store

ClashKind = Literal["people", "room", "bells"]
Placed = tuple[Weekly, str]


@dataclass(frozen=True, slots=True)
class DraftClash(Answer):
    """Two lessons at once, or a lesson for which the bells have no period.

    Attributes:
        kind: ``people``: refused when published; ``room``: flagged; ``bells``: refused.
        second: Empty for ``bells``.
        weekday: 0 = Monday.
    """

    kind: ClashKind
    week: int
    weekday: int
    first: str
    first_period: int
    second: str
    second_period: int
    room: str


@dataclass(frozen=True, slots=True)
class DraftAnswer(Answer):
    """A drafted timetable.

    Attributes:
        lessons: Weekly lessons that it holds.
        published_at: None while it is a draft.
    """

    draft_id: int
    name: str
    first_day: date
    lessons: int
    published_at: datetime | None
    clashes: tuple[DraftClash, ...]


def drafts(store: Store) -> list[TimetableDraft]:
    """Return every draft, the newest last."""
    return store.select(TimetableDraft)


def draft_answer(store: Store, draft_id: int, day: int) -> DraftAnswer:
    """Return a draft with its clashes, among its own journals and with those outside it.

    Raises:
        InputError: ``planning.no_draft``.
    """
    draft = store.get(TimetableDraft, draft_id)
    if draft is None:
        raise InputError("planning.no_draft")
    slots = store.select(DraftSlot, draft_id=draft.id)
    names = {place.journal_id: f"{place.group}, {place.subject}" for place in journals(store, day)}
    return DraftAnswer(
        draft_id=draft.id,
        name=draft.name,
        first_day=calendar.date_of(draft.first_day),
        lessons=len(slots),
        published_at=local(draft.published_at, zone_of(store)),
        clashes=tuple(_clashes(store, draft, slots, names)),
    )


def _clashes(
    store: Store, draft: TimetableDraft, slots: list[DraftSlot], names: dict[int, str]
) -> list[DraftClash]:
    placed, found = _placed(store, draft, slots, names)
    rivals = clashes.rivals_of_journals(store, placed)
    outside = {rival.journal_id for listed in rivals.values() for rival in listed} - {*placed}
    taught = {
        **clashes.weekly(store, outside, draft.first_day),
        **{journal_id: [weekly for weekly, _ in listed] for journal_id, listed in placed.items()},
    }
    for journal_id in sorted(placed):
        for rival in rivals[journal_id]:
            # A pair within the draft is looked at once, from the journal of the lower id.
            if rival.journal_id not in placed or journal_id < rival.journal_id:
                found += _with_rival(taught, journal_id, rival, names)
    found += _rooms(placed, names)
    return list(dict.fromkeys(found))


def _placed(
    store: Store, draft: TimetableDraft, slots: list[DraftSlot], names: dict[int, str]
) -> tuple[dict[int, list[Placed]], list[DraftClash]]:
    """Return the lessons of each journal with their clock times, and those without bells."""
    bells = {
        (entry.schedule_id, entry.period): (entry.start_minute, entry.end_minute)
        for entry in store.select(BellPeriod)
    }
    placed: dict[int, list[Placed]] = defaultdict(list)
    without = []
    once = Snapshot(store, frozenset({GroupClass, Journal, SchoolClass}))
    for slot in slots:
        journal = once.require(Journal, slot.journal_id)
        name = names.get(slot.journal_id, "")
        for school_class in facts.group_classes(once, journal):
            clock = bells.get((school_class.schedule_id, slot.period))
            where = (slot.week, slot.weekday)
            if clock is None:
                clash = DraftClash("bells", *where, name, slot.period, "", 0, "")
                without.append(clash)
                continue
            weekly = Weekly(*where, slot.period, *clock, first_day=draft.first_day)
            placed[slot.journal_id].append((weekly, slot.room))
    return placed, without


def _with_rival(
    taught: dict[int, list[Weekly]], journal_id: int, rival: Rival, names: dict[int, str]
) -> list[DraftClash]:
    return [
        _clash("people", mine, other, names.get(journal_id, ""), names.get(rival.journal_id, ""))
        for mine in taught[journal_id]
        for other in taught.get(rival.journal_id, ())
        if mine.meets(other, rival.first_day, rival.last_day)
    ]


def _rooms(placed: dict[int, list[Placed]], names: dict[int, str]) -> list[DraftClash]:
    by_room: dict[str, list[tuple[int, Weekly]]] = defaultdict(list)
    for journal_id, listed in sorted(placed.items()):
        for weekly, room in listed:
            if room:
                by_room[room].append((journal_id, weekly))
    return [
        _clash("room", mine, other, names.get(first, ""), names.get(second, ""), room)
        for room, listed in sorted(by_room.items())
        for number, (first, mine) in enumerate(listed)
        for second, other in listed[number + 1 :]
        if first != second and mine.meets(other)
    ]


def _clash(
    kind: ClashKind, mine: Weekly, other: Weekly, first: str, second: str, room: str = ""
) -> DraftClash:
    return DraftClash(kind, mine.week, mine.weekday, first, mine.period, second, other.period, room)

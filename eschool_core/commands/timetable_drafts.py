"""A timetable that is drafted whole and published at once (4.4.2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    ShortText,
    Small,
)
from eschool_core.commands.timetable import MAX_SLOTS, SetSlots, set_slots
from eschool_core.domain.journal import TimetableSlot
from eschool_core.domain.partition import OFFICE
from eschool_core.domain.planning import DraftSlot, TimetableDraft
from eschool_core.domain.school import AcademicYear, Journal
from eschool_core.errors import InputError
from eschool_core.store.store import Store

NUMBERS_TO_PUBLISH = 8
"""For the slots of a big school: 8,192 rows."""

Slots = Annotated[tuple[tuple[Small, Small, Small, ShortText], ...], Field(max_length=MAX_SLOTS)]


class DraftTimetable(Command):
    """Begin a draft that is to hold from a day on."""

    kind: ClassVar[str] = "draft_timetable"
    year_id: ObjectId
    name: Name
    first_day: Day


def draft_timetable(store: Store, command: DraftTimetable, occasion: Occasion) -> Findings:
    """Write the draft.

    Raises:
        InputError: The day lies outside the year.
    """
    year = store.require(AcademicYear, command.year_id)
    if not year.first_day <= command.first_day <= year.last_day:
        raise InputError("data.field", field="first_day")
    store.put(TimetableDraft(id=occasion.new_id(), part=OFFICE, **command.model_dump()))
    return []


class SetDraftSlots(Command):
    """Write the weekly lessons of a journal in a draft: (week, weekday, period, room)."""

    kind: ClassVar[str] = "set_draft_slots"
    draft_id: ObjectId
    journal_id: ObjectId
    slots: Slots


def set_draft_slots(store: Store, command: SetDraftSlots, occasion: Occasion) -> Findings:
    """Write them in place of earlier ones, whatever they clash with.

    Raises:
        InputError: The draft is published, or is of another year, or a slot comes twice.
    """
    draft = open_draft(store, command.draft_id)
    if store.require(Journal, command.journal_id).year_id != draft.year_id:
        raise InputError("data.field", field="journal_id")
    if len({slot[:3] for slot in command.slots}) < len(command.slots):
        raise InputError("data.field", field="slots")
    for earlier in store.select(DraftSlot, draft_id=draft.id, journal_id=command.journal_id):
        store.delete(earlier)
    for week, weekday, period, room in command.slots:
        store.put(
            DraftSlot(
                id=occasion.new_id(),
                part=OFFICE,
                draft_id=draft.id,
                journal_id=command.journal_id,
                week=week,
                weekday=weekday,
                period=period,
                room=room,
            )
        )
    return []


class PublishTimetable(Command):
    """Publish a draft: its journals' lessons follow it from its day on."""

    kind: ClassVar[str] = "publish_timetable"
    draft_id: ObjectId

    def numbers_taken(self) -> int:
        """Return the numbers for the slots of a big school."""
        return NUMBERS_TO_PUBLISH


def publish_timetable(store: Store, command: PublishTimetable, occasion: Occasion) -> Findings:
    """End what the journals of the draft had, and set what it says; nothing where two clash.

    Returns:
        A finding for each room that is taken.

    Raises:
        InputError: The draft is published or empty, or names a week or weekday there is not.
        RegulationError: A teacher or pupil would be in two lessons at once; both are named
            (4.4.2). Or the bells lack a period (4.7.2).
    """
    draft = open_draft(store, command.draft_id)
    slots: dict[int, list[tuple[int, int, int, str]]] = {}
    for slot in store.select(DraftSlot, draft_id=draft.id):
        place = (slot.week, slot.weekday, slot.period, slot.room)
        slots.setdefault(slot.journal_id, []).append(place)
    if not slots:
        raise InputError("planning.empty_draft")
    # First all of the old ends, so that two journals may change places.
    for journal_id in slots:
        for earlier in store.select(TimetableSlot, journal_id=journal_id):
            if earlier.last_day >= draft.first_day:
                store.put(earlier.replace(last_day=draft.first_day - 1))
    findings: Findings = []
    for journal_id, wanted in sorted(slots.items()):
        asked = SetSlots(
            journal_id=journal_id, first_day=draft.first_day, slots=tuple(sorted(wanted))
        )
        findings += set_slots(store, asked, occasion)
    store.put(draft.replace(published_at=occasion.interval.made_at))
    return findings


def open_draft(store: Store, draft_id: int) -> TimetableDraft:
    """Return a draft that is not published yet.

    Raises:
        InputError: It is.
    """
    draft = store.require(TimetableDraft, draft_id)
    if draft.published_at:
        raise InputError("planning.published")
    return draft


STUDIES = rights.by_role(*rights.STUDIES)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(DraftTimetable, STUDIES, draft_timetable),
    CommandSpec(SetDraftSlots, STUDIES, set_draft_slots),
    CommandSpec(PublishTimetable, STUDIES, publish_timetable),
)

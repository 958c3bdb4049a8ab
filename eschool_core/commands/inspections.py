"""A check by the deputy head, from draft to release (5.1, 3.5)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    LongText,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
)
from eschool_core.commands.telling import GAPS, tell
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.inspection import Inspection, InspectionItem, InspectionResult
from eschool_core.domain.inspection_enums import InspectionState, ResultState
from eschool_core.domain.journal import Lesson
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.partition import OFFICE, PartitionKind, partition
from eschool_core.domain.school import Staff
from eschool_core.errors import InputError, RegulationError
from eschool_core.ids import ROWS_PER_NUMBER
from eschool_core.regulation import checks
from eschool_core.store.store import Store

NUMBERS: Final = 4
"""Command numbers that a draft and a release take for the ids of their rows."""
MOST_ITEMS: Final = (NUMBERS * ROWS_PER_NUMBER - 1) // 2
"""A release writes a result for each item, and at most as many notices."""
REMEDIABLE: Final = frozenset(check.id for check in GAPS)

FOUND_WITHIN = "found_at >= ? AND found_at < ? ORDER BY staff_id, id"

Flag = Annotated[int, Field(strict=True, ge=0, le=1)]


class DraftInspection(Command):
    """Draw up a check: its items come from the findings of a period."""

    kind: ClassVar[str] = "draft_inspection"
    aim: Name
    first_day: Day
    last_day: Day
    staff_id: OptionalId = 0
    """Whose journals; 0 for everybody's."""

    def numbers_taken(self) -> int:
        """Return how many command numbers it needs for the ids of its rows."""
        return NUMBERS


def draft_inspection(store: Store, command: DraftInspection, occasion: Occasion) -> Findings:
    """Write the draft with an item for each finding of the period.

    Raises:
        InputError: It ends before it begins, or has more findings than one note can hold.
    """
    if command.last_day < command.first_day:
        raise InputError("data.field", field="last_day")
    if command.staff_id:
        store.require(Staff, command.staff_id)
    zone = facts.school(store).zone
    found = [
        finding
        for finding in store.where(
            FindingRecord,
            FOUND_WITHIN,
            calendar.moment_of(command.first_day, 0, zone),
            calendar.moment_of(command.last_day + 1, 0, zone),
        )
        if command.staff_id in (0, finding.staff_id)
    ]
    if len(found) > MOST_ITEMS:
        raise InputError("inspection.too_many", count=len(found), limit=MOST_ITEMS)
    inspection_id = occasion.new_id()
    store.put(
        Inspection(
            id=inspection_id,
            part=OFFICE,
            aim=command.aim,
            first_day=command.first_day,
            last_day=command.last_day,
            state=InspectionState.DRAFT,
            author_id=occasion.actor_id,
            drafted_at=occasion.interval.made_at,
        )
    )
    store.add_many(
        [
            InspectionItem(
                id=occasion.new_id(),
                part=OFFICE,
                inspection_id=inspection_id,
                staff_id=finding.staff_id,
                finding_id=finding.id,
                check_id=finding.check_id,
                lesson_id=finding.lesson_id,
                params=finding.params,
                remediable=int(finding.check_id in REMEDIABLE),
            )
            for finding in found
        ]
    )
    return []


class AddInspectionItem(Command):
    """Add what the deputy head has seen to a draft."""

    kind: ClassVar[str] = "add_inspection_item"
    inspection_id: ObjectId
    staff_id: ObjectId
    text: Name
    lesson_id: OptionalId = 0
    remediable: Flag = 1


def add_inspection_item(store: Store, command: AddInspectionItem, occasion: Occasion) -> Findings:
    """Write the item.

    Raises:
        InputError: The note is registered already, or it holds all that one can.
    """
    inspection = _in_state(store, command.inspection_id, InspectionState.DRAFT)
    store.require(Staff, command.staff_id)
    if command.lesson_id:
        store.require(Lesson, command.lesson_id)
    count = len(store.select(InspectionItem, inspection_id=inspection.id))
    if count >= MOST_ITEMS:
        raise InputError("inspection.too_many", count=count + 1, limit=MOST_ITEMS)
    store.put(
        InspectionItem(
            id=occasion.new_id(),
            part=OFFICE,
            inspection_id=inspection.id,
            staff_id=command.staff_id,
            lesson_id=command.lesson_id,
            text=command.text,
            remediable=command.remediable,
        )
    )
    return []


class DropInspectionItem(Command):
    """Take an item out of a draft."""

    kind: ClassVar[str] = "drop_inspection_item"
    item_id: ObjectId


def drop_inspection_item(store: Store, command: DropInspectionItem, occasion: Occasion) -> Findings:
    """Delete the item; the finding it was drawn from stays.

    Raises:
        InputError: The note is registered already.
    """
    item = store.require(InspectionItem, command.item_id)
    _in_state(store, item.inspection_id, InspectionState.DRAFT)
    store.delete(item)
    return []


class RegisterNote(Command):
    """Register the note (справка) of a check: its items stand from then on."""

    kind: ClassVar[str] = "register_note"
    inspection_id: ObjectId
    note_number: Name
    note_day: Day
    conclusions: LongText = ""
    recommendations: LongText = ""
    due_day: Day = 0


def register_note(store: Store, command: RegisterNote, occasion: Occasion) -> Findings:
    """Write number and date of the note, what it concludes and recommends.

    Raises:
        InputError: It is registered already, or its date is to come: it would count as the control
            of a month that nobody has looked at yet (3.5).
    """
    if command.note_day > rights.act_days(store, occasion)[1]:
        raise InputError("data.field", field="note_day")
    inspection = _in_state(store, command.inspection_id, InspectionState.DRAFT)
    store.put(
        inspection.replace(
            state=InspectionState.NOTED,
            **command.model_dump(exclude={"inspection_id"}),
        )
    )
    return []


class RegisterInspectionOrder(Command):
    """Register the head's order on the results of a check."""

    kind: ClassVar[str] = "register_inspection_order"
    inspection_id: ObjectId
    order_number: Name
    order_day: Day


def register_inspection_order(
    store: Store, command: RegisterInspectionOrder, occasion: Occasion
) -> Findings:
    """Write number and date of the order and who signed it.

    Raises:
        InputError: There is no note yet, or the order is registered already.
    """
    inspection = _in_state(store, command.inspection_id, InspectionState.NOTED)
    store.put(
        inspection.replace(
            state=InspectionState.ORDERED,
            order_number=command.order_number,
            order_day=command.order_day,
            ordered_by_id=occasion.actor_id,
        )
    )
    return []


class ReleaseInspection(Command):
    """Make the results of a check known: each person sees the own ones."""

    kind: ClassVar[str] = "release_inspection"
    inspection_id: ObjectId

    def numbers_taken(self) -> int:
        """Return how many command numbers it needs for the ids of its rows."""
        return NUMBERS


def release_inspection(store: Store, command: ReleaseInspection, occasion: Occasion) -> Findings:
    """Write each item as a result of its person, with a notice to everybody concerned.

    Raises:
        RegulationError: Note or order is not registered (5.1).
        InputError: It is released already.
    """
    inspection = store.require(Inspection, command.inspection_id)
    if inspection.state < InspectionState.ORDERED:
        raise RegulationError(checks.INSPECTION_UNORDERED)
    _in_state(store, inspection.id, InspectionState.ORDERED)
    made_at = occasion.interval.made_at
    items = store.select(InspectionItem, inspection_id=inspection.id)
    for item in items:
        store.put(_result(occasion.new_id(), inspection, item, made_at))
    params: dict[str, str | int] = {
        "note": inspection.note_number,
        "order": inspection.order_number,
    }
    for staff_id in dict.fromkeys(item.staff_id for item in items):
        key = "notice.inspection"
        kind = NoticeKind.INSPECTION
        tell(store, occasion, staff_id, kind, key, params, inspection.id)
    store.put(
        inspection.replace(
            state=InspectionState.RELEASED,
            released_at=made_at,
            released_by_id=occasion.actor_id,
        )
    )
    return []


def _result(
    row_id: int, inspection: Inspection, item: InspectionItem, made_at: int
) -> InspectionResult:
    return InspectionResult(
        id=row_id,
        part=partition(PartitionKind.STAFF, item.staff_id),
        inspection_id=inspection.id,
        staff_id=item.staff_id,
        check_id=item.check_id,
        lesson_id=item.lesson_id,
        params=item.params,
        text=item.text,
        remediable=item.remediable,
        aim=inspection.aim,
        note_number=inspection.note_number,
        note_day=inspection.note_day,
        order_number=inspection.order_number,
        order_day=inspection.order_day,
        due_day=inspection.due_day if item.remediable else 0,
        state=ResultState.RELEASED,
        released_at=made_at,
    )


def _in_state(store: Store, inspection_id: int, state: InspectionState) -> Inspection:
    """Return a check in a state.

    Raises:
        InputError: It is in another one.
    """
    inspection = store.require(Inspection, inspection_id)
    if inspection.state != state:
        raise InputError("inspection.state", state=inspection.state, needed=int(state))
    return inspection


_STUDIES = rights.by_role(*rights.STUDIES)
_HEAD = rights.by_role(Role.HEAD)

SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(DraftInspection, _STUDIES, draft_inspection),
    CommandSpec(AddInspectionItem, _STUDIES, add_inspection_item),
    CommandSpec(DropInspectionItem, _STUDIES, drop_inspection_item),
    CommandSpec(RegisterNote, _STUDIES, register_note),
    CommandSpec(RegisterInspectionOrder, _HEAD, register_inspection_order),
    CommandSpec(ReleaseInspection, _STUDIES, release_inspection),
)

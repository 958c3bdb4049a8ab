"""Works that pupils owe («точка», «долг»): with a date until which, and an end (§2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import rights
from eschool_core.commands.base import (
    WHOLE,
    CommandSpec,
    Day,
    Findings,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.commands.cells import signed, write_cell
from eschool_core.commands.columns import (
    LessonCommand,
    check_at_lessons,
    line_in_lesson,
    writes_lesson,
)
from eschool_core.commands.telling import tell
from eschool_core.domain.enums import NoticeKind, WorkKind
from eschool_core.domain.journal import Lesson, Mark
from eschool_core.domain.result_enums import OwedState
from eschool_core.domain.results import OwedWork
from eschool_core.errors import InputError
from eschool_core.regulation import marks
from eschool_core.store.store import Store

REMINDER_DAYS = 1
DUE = "state = ? AND due_day < ? ORDER BY id"
DUE_SOON = "state = ? AND due_day = ? ORDER BY id"


class GiveOwedWork(LessonCommand):
    """Note that a pupil owes a work of a lesson until a day; a mark for it settles that."""

    kind: ClassVar[str] = "give_owed_work"
    pupil_id: ObjectId
    work_kind: Annotated[WorkKind, WHOLE] = WorkKind.TEST
    due_day: Day
    comment: ShortText = ""


def give_owed_work(store: Store, command: GiveOwedWork, occasion: Occasion) -> Findings:
    """Write the place-holder, or its new date.

    Raises:
        InputError: The date lies before the lesson or is over, or there is a mark already.
        RegulationError: 4.5.2 (pupil taught in the family), 4.6.6 (pupil not there on that day).
    """
    lesson = store.require(Lesson, command.lesson_id)
    line = line_in_lesson(store, lesson, command.pupil_id)
    check_at_lessons(store, lesson, command.pupil_id)
    if command.due_day < max(lesson.day, rights.made_day(store, occasion)):
        raise InputError("data.field", field="due_day")
    if _marked(store, line.part, lesson.id):
        raise InputError("owed.marked")
    earlier = store.first(OwedWork, lesson_id=lesson.id, part=line.part)
    work = OwedWork(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=line.part,
        lesson_id=lesson.id,
        kind=command.work_kind,
        due_day=command.due_day,
        state=OwedState.OPEN,
        comment=command.comment,
        **signed(occasion),
    )
    write_cell(store, occasion, earlier, work)
    return []


class SettleOwedWork(LessonCommand):
    """Say what became of a work owed: handed in, or forgiven with a comment."""

    kind: ClassVar[str] = "settle_owed_work"
    pupil_id: ObjectId
    state: Annotated[int, Field(strict=True, ge=2, le=4)]
    comment: ShortText = ""


def settle_owed_work(store: Store, command: SettleOwedWork, occasion: Occasion) -> Findings:
    """Write the end of it.

    Raises:
        InputError: Nothing is owed, or it is forgiven without a comment.
    """
    lesson = store.require(Lesson, command.lesson_id)
    line = line_in_lesson(store, lesson, command.pupil_id)
    earlier = store.first(OwedWork, lesson_id=lesson.id, part=line.part)
    if earlier is None or earlier.state not in (OwedState.OPEN, OwedState.EXPIRED):
        raise InputError("owed.nothing")
    if command.state == OwedState.FORGIVEN and not command.comment:
        raise InputError("data.field", field="comment")
    settled = earlier.replace(
        state=command.state, comment=command.comment or earlier.comment, **signed(occasion)
    )
    write_cell(store, occasion, earlier, settled, command.comment)
    return []


def expire_works(store: Store, occasion: Occasion, day: int) -> None:
    """Let works whose date is over expire, and remind of those whose date comes.

    One for which there is a mark by now was handed in.
    """
    for work in store.where(OwedWork, DUE, OwedState.OPEN, day):
        handed_in = _marked(store, work.part, work.lesson_id)
        store.put(work.replace(state=OwedState.HANDED_IN if handed_in else OwedState.EXPIRED))
        if not handed_in:
            _remind(store, occasion, work, "notice.owed_expired")
    for work in store.where(OwedWork, DUE_SOON, OwedState.OPEN, day + REMINDER_DAYS):
        if not _marked(store, work.part, work.lesson_id):
            _remind(store, occasion, work, "notice.owed_due")


def _remind(store: Store, occasion: Occasion, work: OwedWork, key: str) -> None:
    tell(store, occasion, work.author_id, NoticeKind.OWED_WORK, key, {}, work.lesson_id)


def _marked(store: Store, part: int, lesson_id: int) -> bool:
    return any(
        mark.value != marks.TAKEN_BACK
        for mark in store.select(Mark, lesson_id=lesson_id, part=part)
    )


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(GiveOwedWork, writes_lesson, give_owed_work),
    CommandSpec(SettleOwedWork, writes_lesson, settle_owed_work),
)

"""Correcting what stands: a mark moved to its right row; a closed term changed by two (2.2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.barrier import hold_lesson
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Findings,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.commands.cells import signed, write_cell
from eschool_core.commands.columns import check_mark, line_in_lesson
from eschool_core.commands.lessons import FULL_WEIGHT
from eschool_core.commands.released import write_result
from eschool_core.commands.telling import tell
from eschool_core.domain.enums import NoticeKind, Presence, WorkKind
from eschool_core.domain.journal import Attendance, JournalLine, Lesson, Mark
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import CorrectionState, CorrectionTarget, ResultKind
from eschool_core.domain.results import Correction, TermMark
from eschool_core.domain.row import Cell
from eschool_core.domain.school import Journal, Term
from eschool_core.errors import InputError
from eschool_core.regulation import marks, results
from eschool_core.results import terms
from eschool_core.store.store import Store

Truth = Annotated[int, Field(strict=True, ge=0, le=1)]
Position = Annotated[int, Field(strict=True, ge=0, le=1)]


class MoveMark(Command):
    """Move a mark from a wrong row or column to the right one, in one command (2.2).

    Attributes:
        lesson_id: Of the mark as it stands.
        reason: Asked for after the day of the lesson.
    """

    kind: ClassVar[str] = "move_mark"
    lesson_id: ObjectId
    pupil_id: ObjectId
    position: Position = 0
    to_lesson_id: ObjectId
    to_pupil_id: ObjectId
    to_position: Position = 0
    reason: ShortText = ""


def move_mark(store: Store, command: MoveMark, occasion: Occasion) -> Findings:
    """Take the mark back where it stands and write it where it belongs.

    The history of each end names the other.

    Raises:
        RegulationError: 2.2 (after the lesson's day, without a reason), and whatever refuses a
            mark at the new place.
        InputError: Nothing to move, the new place is taken, or lies in another journal.
    """
    source, target = (
        store.require(Lesson, command.lesson_id),
        store.require(Lesson, command.to_lesson_id),
    )
    if source.journal_id != target.journal_id:
        raise InputError("data.field", field="to_lesson_id")
    from_line = facts.require_line(store, source.journal_id, command.pupil_id)
    to_line = line_in_lesson(store, target, command.to_pupil_id)
    mark = _mark(store, from_line, source.id, command.position)
    if mark is None or mark.value == marks.TAKEN_BACK:
        raise InputError("journal.nothing_to_move")
    place = _mark(store, to_line, target.id, command.to_position)
    if place is not None and place.value != marks.TAKEN_BACK:
        raise InputError("journal.place_taken")
    made_day = rights.made_day(store, occasion)
    marks.check_correction_reason(made_day, source.day, command.reason)
    check_mark(store, occasion, mark.value, target, to_line)
    moved = Mark(
        id=occasion.new_id() if place is None else place.id,
        part=to_line.part,
        lesson_id=target.id,
        position=command.to_position,
        value=mark.value,
        kind=mark.kind,
        weight=mark.weight,
        comment=mark.comment,
        **signed(occasion),
    )
    emptied = mark.replace(value=marks.TAKEN_BACK, **signed(occasion))
    before = place or store.add(moved.replace(value=marks.TAKEN_BACK))
    write_cell(store, occasion, mark, emptied, command.reason, other_id=moved.id)
    write_cell(store, occasion, before, moved, command.reason, other_id=mark.id)
    return []


def moves_mark(store: Store, command: MoveMark, occasion: Occasion) -> None:
    """Let pass who may write in both columns, while both lie in open terms."""
    ends = ((command.lesson_id, command.pupil_id), (command.to_lesson_id, command.to_pupil_id))
    for lesson_id, pupil_id in ends:
        lesson = store.require(Lesson, lesson_id)
        journal = store.require(Journal, lesson.journal_id)
        rights.writes_journal(store, occasion, journal, lesson)
        hold_lesson(store, occasion, journal, lesson, pupil_id)


class ProposeCorrection(Command):
    """Propose, with its ground, a change in a closed term; another person decides (2.2).

    Attributes:
        target: A mark or the attendance of a lesson, or a term, year, exam or final mark.
        lesson_id: Of a mark or of attendance.
        term_id: Of a term mark.
        value: The new mark, ``ResultValue`` or ``Presence``; 0 takes it back.
        work_kind: Of a mark that was not there.
    """

    kind: ClassVar[str] = "propose_correction"
    journal_id: ObjectId
    pupil_id: ObjectId
    target: Annotated[CorrectionTarget, WHOLE]
    lesson_id: OptionalId = 0
    position: Position = 0
    result_kind: Annotated[int, Field(strict=True, ge=0, le=4)] = 0
    term_id: OptionalId = 0
    value: Annotated[int, Field(strict=True, ge=0, le=99)]
    work_kind: Annotated[WorkKind, WHOLE] = WorkKind.CLASSWORK
    ground: Name


def propose_correction(store: Store, command: ProposeCorrection, occasion: Occasion) -> Findings:
    """Write the proposal; the cell stays as it is until somebody else approves.

    Raises:
        InputError: The term is open (correct it directly), or the cell is not named whole.
        RegulationError: The value is none of the scale or mode.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    lesson = _lesson(store, command)
    if _closing(store, command, journal, lesson) is None:
        raise InputError("correction.term_open")
    _check_value(store, command, journal, line, lesson)
    store.put(
        Correction(
            id=occasion.new_id(),
            part=line.part + TO_RESULT,
            target=command.target,
            lesson_id=command.lesson_id,
            position=command.position,
            result_kind=command.result_kind,
            term_id=command.term_id,
            value=command.value,
            work_kind=command.work_kind,
            ground=command.ground,
            proposed_by_id=occasion.actor_id,
            proposed_at=occasion.interval.made_at,
            state=CorrectionState.PROPOSED,
        )
    )
    return []


def _lesson(store: Store, command: ProposeCorrection) -> Lesson | None:
    of_result = command.target is CorrectionTarget.RESULT
    if of_result == bool(command.lesson_id):
        raise InputError("data.field", field="lesson_id")
    if of_result != bool(command.result_kind):
        raise InputError("data.field", field="result_kind")
    if (command.result_kind == ResultKind.TERM) != bool(command.term_id):
        raise InputError("data.field", field="term_id")
    if of_result:
        return None
    lesson = store.require(Lesson, command.lesson_id)
    if lesson.journal_id != command.journal_id:
        raise InputError("data.field", field="lesson_id")
    return lesson


def _closing(
    store: Store, command: ProposeCorrection, journal: Journal, lesson: Lesson | None
) -> object:
    if lesson is not None:
        return terms.closing_of_day(store, journal, lesson.day, command.pupil_id)
    term = store.require(Term, command.term_id) if command.term_id else None
    first, last = terms.period_of(store, journal, term)
    enrolment = terms.class_of(store, command.pupil_id, first, last)
    if enrolment is None:
        return None
    return terms.closing_of(store, journal.year_id, command.term_id, enrolment.class_id)


def _check_value(
    store: Store,
    command: ProposeCorrection,
    journal: Journal,
    line: JournalLine,
    lesson: Lesson | None,
) -> None:
    if command.target is CorrectionTarget.ATTENDANCE:
        if command.value not in (0, Presence.ABSENT, Presence.LATE):
            raise InputError("data.field", field="value")
        return
    if lesson is not None:
        day = lesson.day
        marks.check_scale(command.value, facts.policy_number(store, "lowest_mark", day))
        grade = facts.grade_on(store, line.pupil_id, day)
    else:
        term = store.get(Term, command.term_id) if command.term_id else None
        first, day = terms.period_of(store, journal, term)
        enrolment = terms.class_of(store, line.pupil_id, first, day)
        grade = None if enrolment is None else enrolment.grade
        mode = terms.mode_of(store, journal, command.term_id, line.pupil_id, grade)
        results.check_mode(command.value, mode)
    if grade is not None and command.value:
        marks.check_markless(grade, facts.markless_grades(store, day))


class DecideCorrection(Command):
    """Approve or decline what somebody else has proposed (2.2)."""

    kind: ClassVar[str] = "decide_correction"
    correction_id: ObjectId
    approve: Truth
    answer: ShortText = ""


def decide_correction(store: Store, command: DecideCorrection, occasion: Occasion) -> Findings:
    """Write the decision and, where it approves, the new value; the term stays closed.

    Raises:
        RegulationError: The one who proposed it decides, whatever the roles and devices (2.2).
        InputError: It is decided already, or declined without an answer.
    """
    correction = store.require(Correction, command.correction_id)
    if correction.state != CorrectionState.PROPOSED:
        raise InputError("correction.decided")
    results.check_two_persons(correction.proposed_by_id, occasion.actor_id)
    if not command.approve and not command.answer:
        raise InputError("data.field", field="answer")
    state = CorrectionState.APPROVED if command.approve else CorrectionState.DECLINED
    store.put(
        correction.replace(
            state=state,
            decided_by_id=occasion.actor_id,
            decided_at=occasion.interval.made_at,
            answer=command.answer,
        )
    )
    if command.approve:
        _apply(store, occasion, correction)
    key = f"notice.correction_{state.name.lower()}"
    kind, told = NoticeKind.CORRECTION, correction.proposed_by_id
    tell(store, occasion, told, kind, key, {}, correction.id)
    return []


def _apply(store: Store, occasion: Occasion, correction: Correction) -> None:
    """Write the proposed value as its proposer's, approved by the actor; the ground is kept."""
    earlier = _cell(store, correction)
    envelope = {**signed(occasion), "author_id": correction.proposed_by_id}
    changed = {"value": correction.value, **envelope}
    if isinstance(earlier, Attendance):
        changed["presence"] = changed.pop("value")
    if earlier is not None:
        cell: Cell = earlier.replace(**changed)
    elif correction.target == CorrectionTarget.MARK:
        cell = Mark(
            id=occasion.new_id(),
            part=_part_of_cell(correction),
            lesson_id=correction.lesson_id,
            position=correction.position,
            value=correction.value,
            kind=correction.work_kind,
            weight=FULL_WEIGHT,
            comment="",
            **envelope,
        )
    elif correction.target == CorrectionTarget.ATTENDANCE:
        cell = Attendance(
            id=occasion.new_id(),
            part=_part_of_cell(correction),
            lesson_id=correction.lesson_id,
            presence=correction.value,
            **envelope,
        )
    else:
        cell = TermMark(
            id=occasion.new_id(),
            part=_part_of_cell(correction),
            kind=correction.result_kind,
            term_id=correction.term_id,
            value=correction.value,
            reason=correction.ground,
            document="",
            act="",
            **envelope,
        )
    if isinstance(cell, TermMark):
        held = earlier if isinstance(earlier, TermMark) else None
        write_result(store, occasion, held, cell, correction.ground)
    else:
        write_cell(store, occasion, earlier, cell, correction.ground)


def _cell(store: Store, correction: Correction) -> Mark | Attendance | TermMark | None:
    part, lesson_id = _part_of_cell(correction), correction.lesson_id
    if correction.target == CorrectionTarget.MARK:
        return store.first(Mark, lesson_id=lesson_id, part=part, position=correction.position)
    if correction.target == CorrectionTarget.ATTENDANCE:
        return store.first(Attendance, lesson_id=lesson_id, part=part)
    return store.first(
        TermMark,
        part=part,
        kind=correction.result_kind,
        term_id=correction.term_id,
        subject_id=correction.subject_id,
    )


def _part_of_cell(correction: Correction) -> int:
    """Return where the cell lies: a proposal is the school's own, a mark or absence is not."""
    if correction.target == CorrectionTarget.RESULT:
        return correction.part
    return correction.part - TO_RESULT


def _mark(store: Store, line: JournalLine, lesson_id: int, position: int) -> Mark | None:
    return store.first(Mark, lesson_id=lesson_id, part=line.part, position=position)


def proposes(store: Store, command: ProposeCorrection, occasion: Occasion) -> None:
    """Let pass the journal's teacher and who is ACTING by order."""
    rights.writes_journal(store, occasion, store.require(Journal, command.journal_id), None)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(MoveMark, moves_mark, move_mark),
    CommandSpec(ProposeCorrection, proposes, propose_correction),
    CommandSpec(DecideCorrection, rights.by_role(*rights.STUDIES), decide_correction),
)

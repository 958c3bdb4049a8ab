"""Exam marks from a protocol and final marks for the certificate (2.6, specification §2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.barrier import hold_if_closed
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
    ShortText,
)
from eschool_core.commands.cells import signed
from eschool_core.commands.released import write_result
from eschool_core.commands.term_marks import check_change, find_result
from eschool_core.domain.enums import Role
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import ResultKind
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import AcademicYear, Journal, Subject
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks, marks, results
from eschool_core.regulation.clause import Finding
from eschool_core.results import terms
from eschool_core.results.final import propose_final
from eschool_core.store.store import Store

MAX_OTHERS = 6


class SetExamMark(Command):
    """Enter an exam mark from its protocol (value 0 takes it back).

    Attributes:
        subject_id: Subject of the certificate, where it is not the journal's («математика»).
    """

    kind: ClassVar[str] = "set_exam_mark"
    journal_id: ObjectId
    pupil_id: ObjectId
    subject_id: OptionalId = 0
    value: Annotated[int, Field(strict=True, ge=0, le=5)]
    protocol: Name
    protocol_day: Day
    reason: ShortText = ""


def set_exam_mark(store: Store, command: SetExamMark, occasion: Occasion) -> Findings:
    """Write the exam mark with number and date of its protocol.

    Raises:
        RegulationError: 4.5.2 (scale), 2.2 (changed later without a reason), 3.6.
        InputError: Nothing to take back.
        HoldForReview: The year is closed for the pupil's class.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    if command.subject_id:
        store.require(Subject, command.subject_id)
    year = store.require(AcademicYear, journal.year_id)
    marks.check_scale(command.value, facts.policy_number(store, "lowest_mark", year.last_day))
    _check_grade(store, line, year)
    _hold_if_closed(store, occasion, journal, line)
    earlier = find_result(store, line, ResultKind.EXAM, 0, command.subject_id)
    if earlier is None and command.value == results.TAKEN_BACK:
        raise InputError("journal.nothing_to_take_back")
    check_change(store, occasion, earlier, command.value, command.reason)
    mark = TermMark(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=line.part + TO_RESULT,
        kind=ResultKind.EXAM,
        subject_id=command.subject_id,
        value=command.value,
        reason=command.reason,
        document=command.protocol,
        document_day=command.protocol_day,
        act="",
        **signed(occasion),
    )
    write_result(store, occasion, earlier, mark, command.reason)
    return []


class ConfirmFinalMark(Command):
    """Confirm the proposed mark for the certificate, or set another with a reason.

    Attributes:
        subject_id: Subject of the certificate, where it is not the journal's.
        other_ids: Journals whose year marks enter too (geometry beside algebra).
    """

    kind: ClassVar[str] = "confirm_final_mark"
    journal_id: ObjectId
    pupil_id: ObjectId
    subject_id: OptionalId = 0
    other_ids: Annotated[tuple[ObjectId, ...], Field(max_length=MAX_OTHERS)] = ()
    value: Annotated[int, Field(strict=True, ge=0, le=99)]
    reason: ShortText = ""


def confirm_final_mark(store: Store, command: ConfirmFinalMark, occasion: Occasion) -> Findings:
    """Write the final mark with what was proposed; the year mark comes first.

    Raises:
        RegulationError: 4.5.5 (no year mark), 4.5.2, 3.6, 2.6 (differs without a reason), 2.2.
        InputError: A journal of another year, or nothing to take back.
        HoldForReview: The year is closed for the pupil's class.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    others = [store.require(Journal, journal_id) for journal_id in command.other_ids]
    if any(other.year_id != journal.year_id for other in others):
        raise InputError("data.field", field="other_ids")
    year = store.require(AcademicYear, journal.year_id)
    _check_grade(store, line, year)
    mode = terms.mode_of(store, journal, terms.WHOLE_YEAR, line.pupil_id)
    results.check_mode(command.value, mode)
    if command.value in results.NUMERIC:
        marks.check_scale(command.value, facts.policy_number(store, "lowest_mark", year.last_day))
    proposal = propose_final(store, journal, line.pupil_id, others, command.subject_id)
    if proposal.value is None and command.value:
        raise RegulationError(checks.TERM_MARKS_MISSING, terms="год")
    _hold_if_closed(store, occasion, journal, line)
    earlier = find_result(store, line, ResultKind.FINAL, 0, command.subject_id)
    if earlier is None and command.value == results.TAKEN_BACK:
        raise InputError("journal.nothing_to_take_back")
    check_change(store, occasion, earlier, command.value, command.reason)
    proposed, mean = proposal.value or 0, proposal.mean_hundredths or 0
    deviation = results.check_deviation(command.value, proposed, mean, command.reason)
    mark = TermMark(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=line.part + TO_RESULT,
        kind=ResultKind.FINAL,
        subject_id=command.subject_id,
        value=command.value,
        proposed=proposed,
        mean=mean,
        reason=command.reason,
        document="",
        act="",
        **signed(occasion),
    )
    write_result(store, occasion, earlier, mark, command.reason)
    if deviation is None:
        return []
    named: dict[str, str | int] = {
        "journal_id": journal.id,
        "pupil_id": line.pupil_id,
        "term_id": 0,
        "school_class": facts.journal_name(store, journal.id),
    }
    return [Finding(deviation.check, named | deviation.params)]


def _check_grade(store: Store, line: JournalLine, year: AcademicYear) -> None:
    enrolment = terms.class_of(store, line.pupil_id, year.first_day, year.last_day)
    if enrolment is not None:
        marks.check_markless(enrolment.grade, facts.markless_grades(store, year.last_day))


def _hold_if_closed(store: Store, occasion: Occasion, journal: Journal, line: JournalLine) -> None:
    first, last = terms.period_of(store, journal, None)
    enrolment = terms.class_of(store, line.pupil_id, first, last)
    if enrolment is not None:
        closing = terms.closing_of(store, journal.year_id, 0, enrolment.class_id)
        hold_if_closed(occasion, closing)


def confirms(store: Store, command: ConfirmFinalMark, occasion: Occasion) -> None:
    """Let pass the journal's teacher, and the deputy head and head who sign the certificate."""
    if rights.roles_of(store, occasion.actor_id, rights.act_days(store, occasion)) & set(
        rights.STUDIES
    ):
        rights.require_role(store, occasion, *rights.STUDIES)
        return
    rights.writes_journal(store, occasion, store.require(Journal, command.journal_id), None)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(
        SetExamMark,
        rights.by_role(Role.EXAM_SECRETARY, check=checks.EXAM_BY_ORDER),
        set_exam_mark,
    ),
    CommandSpec(ConfirmFinalMark, confirms, confirm_final_mark),
)

"""Academic debt: opened when the year closes, cleared by a retake, settled by the council.

Not the same as a work that is owed (specification §6, academic debt; law 273-FZ, article 58).
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    WHOLE,
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
)
from eschool_core.commands.cells import signed, write_cell
from eschool_core.commands.released import write_debt, write_result
from eschool_core.commands.telling import tell
from eschool_core.commands.term_marks import find_result
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import TO_RESULT, PartitionKind, partition
from eschool_core.domain.people import Enrolment, Pupil
from eschool_core.domain.result_enums import (
    AssessmentMode,
    CouncilDecisionKind,
    DebtState,
    ResultKind,
    ResultValue,
)
from eschool_core.domain.results import AcademicDebt, CouncilDecision, TermMark
from eschool_core.domain.school import AcademicYear, Journal
from eschool_core.errors import InputError
from eschool_core.regulation import marks, results
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm
from eschool_core.store.store import Store

DAYS_TO_CLEAR = 365
"""«В пределах одного года» (law 273-FZ, article 58, part 5)."""

UNSATISFACTORY = (
    "SELECT DISTINCT n.id FROM journal_line n JOIN enrolment e ON e.pupil_id = n.pupil_id "
    "JOIN journal j ON j.id = n.journal_id "
    "JOIN term_mark m ON m.part = n.part + 12 "
    "WHERE e.class_id = ? AND e.first_day <= ? AND e.last_day >= ? AND j.year_id = ? "
    "AND m.kind = ? AND m.value IN (?, ?, ?, ?) ORDER BY n.id"
)


def open_debts(store: Store, occasion: Occasion, of: ClassTerm) -> None:
    """Open a debt for each unsatisfactory year mark of a class, «н/а» among them.

    One that is open or cleared already, since the year was closed before, stays as it is.
    """
    year_id, day = of.school_class.year_id, of.last_day
    rows = store.rows(
        UNSATISFACTORY,
        of.school_class.id,
        day,
        day,
        year_id,
        ResultKind.YEAR,
        *sorted(results.UNSATISFACTORY),
    )
    for line in [store.require(JournalLine, row[0]) for row in rows]:
        part = line.part + TO_RESULT
        if store.first(AcademicDebt, part=part, year_id=year_id) is None:
            debt = AcademicDebt(
                id=occasion.new_id(),
                part=part,
                year_id=year_id,
                state=DebtState.OPEN,
                due_day=day + DAYS_TO_CLEAR,
                protocol="",
                **signed(occasion),
            )
            write_debt(store, occasion, None, debt)


class RecordRetake(Command):
    """Enter the result of a retake from its protocol; a good one becomes the year mark.

    Attributes:
        commission: 1 for the second one, which a commission holds.
    """

    kind: ClassVar[str] = "record_retake"
    journal_id: ObjectId
    pupil_id: ObjectId
    value: Annotated[int, Field(strict=True, ge=1, le=99)]
    commission: Annotated[int, Field(strict=True, ge=0, le=1)] = 0
    protocol: Name
    protocol_day: Day


def record_retake(store: Store, command: RecordRetake, occasion: Occasion) -> Findings:
    """Write the retake; both values of a changed year mark stay, with date and protocol.

    Raises:
        RegulationError: 4.5.5: a third retake, a second one without a commission; 4.5.2: a value
            that is not on the scale or not of the journal's mode.
        InputError: There is no open debt, or the protocol is of the time before it.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    debt = store.first(AcademicDebt, part=line.part + TO_RESULT, year_id=journal.year_id)
    if debt is None or debt.state != DebtState.OPEN:
        raise InputError("debt.none_open")
    results.check_retake(debt.retakes, commission=bool(command.commission))
    _check_value(store, command, journal)
    cleared = command.value not in results.UNSATISFACTORY
    retaken = debt.replace(
        state=DebtState.CLEARED if cleared else DebtState.OPEN,
        retakes=debt.retakes + 1,
        value=command.value,
        commission=command.commission,
        protocol=command.protocol,
        protocol_day=command.protocol_day,
        **signed(occasion),
    )
    write_debt(store, occasion, debt, retaken)
    if cleared:
        _set_year_mark(store, command, occasion, line)
    return []


def _check_value(store: Store, command: RecordRetake, journal: Journal) -> None:
    mode = terms.mode_of(store, journal, terms.WHOLE_YEAR, command.pupil_id)
    if command.value in (ResultValue.EXEMPT, ResultValue.NOT_ATTESTED):
        raise InputError("data.field", field="value")
    results.check_mode(command.value, mode)
    if mode is AssessmentMode.MARKS:
        lowest = facts.policy_number(store, "lowest_mark", command.protocol_day)
        marks.check_scale(command.value, lowest)


def _set_year_mark(
    store: Store, command: RecordRetake, occasion: Occasion, line: JournalLine
) -> None:
    earlier = find_result(store, line, ResultKind.YEAR)
    mark = TermMark(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=line.part + TO_RESULT,
        kind=ResultKind.YEAR,
        value=command.value,
        reason="",
        document=command.protocol,
        document_day=command.protocol_day,
        act="",
        **signed(occasion),
    )
    write_result(store, occasion, earlier, mark, command.protocol)


class RecordCouncilDecision(Command):
    """Enter what the teachers' council decided on a pupil at the year's end.

    Attributes:
        next_grade: Grade of the next year; 0 for who has finished school.
    """

    kind: ClassVar[str] = "record_council_decision"
    pupil_id: ObjectId
    year_id: ObjectId
    decision: Annotated[CouncilDecisionKind, WHOLE]
    next_grade: Annotated[int, Field(strict=True, ge=0, le=12)] = 0
    protocol: Name
    protocol_day: Day


def record_council_decision(
    store: Store, command: RecordCouncilDecision, occasion: Occasion
) -> Findings:
    """Write the decision; an earlier one stays in its history.

    Raises:
        InputError: Promotion in spite of an open debt, a conditional one without any, or no pupil
            of that year.
    """
    store.require(Pupil, command.pupil_id)
    year = store.require(AcademicYear, command.year_id)
    enrolments = store.select(Enrolment, pupil_id=command.pupil_id)
    if not any(entry.first_day <= year.last_day <= entry.last_day for entry in enrolments):
        raise InputError("council.not_a_pupil")
    owes = bool(debts_of(store, command.pupil_id, year.id))
    if command.decision is CouncilDecisionKind.CONDITIONAL and not owes:
        raise InputError("council.no_debt")
    if command.decision in (CouncilDecisionKind.PROMOTED, CouncilDecisionKind.GRADUATED) and owes:
        raise InputError("council.debt_open")
    part = partition(PartitionKind.PUPIL_DAY, command.pupil_id)
    earlier = store.first(CouncilDecision, part=part, year_id=year.id)
    decision = CouncilDecision(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=part,
        pupil_id=command.pupil_id,
        year_id=year.id,
        kind=command.decision,
        next_grade=command.next_grade,
        protocol=command.protocol,
        protocol_day=command.protocol_day,
        **signed(occasion),
    )
    write_cell(store, occasion, earlier, decision)
    if command.decision is CouncilDecisionKind.CONDITIONAL:
        kind, key = NoticeKind.ACADEMIC_DEBT, "notice.conditional_promotion"
        tell(store, occasion, command.pupil_id, kind, key, {}, command.pupil_id)
    return []


def debts_of(store: Store, pupil_id: int, year_id: int) -> list[AcademicDebt]:
    """Return the open debts of a pupil in a year."""
    lines = store.select(JournalLine, pupil_id=pupil_id)
    parts = (line.part + TO_RESULT for line in lines)
    found = (store.first(AcademicDebt, part=part, year_id=year_id) for part in parts)
    return [debt for debt in found if debt is not None and debt.state == DebtState.OPEN]


BY_PROTOCOL = rights.by_role(Role.EXAM_SECRETARY, *rights.STUDIES)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(RecordRetake, BY_PROTOCOL, record_retake),
    CommandSpec(RecordCouncilDecision, rights.by_role(*rights.STUDIES), record_council_decision),
)

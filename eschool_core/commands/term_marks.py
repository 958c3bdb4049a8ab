"""Term and year marks: set by the teacher, beside what the calculation proposes (2.6, 4.5.5)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.barrier import hold_if_closed
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    ObjectId,
    Occasion,
    ShortText,
)
from eschool_core.commands.cells import signed
from eschool_core.commands.outages import timeliness_of
from eschool_core.commands.released import write_result
from eschool_core.commands.telling import remedy_findings
from eschool_core.domain.enums import ExemptionKind, SubstitutionKind, Timeliness
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.people import Exemption
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.domain.results import OrderDate, TermClosing, TermMark
from eschool_core.domain.school import Journal, Substitution, TeachingLoad, Term
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks, marks, results
from eschool_core.regulation.clause import Finding
from eschool_core.regulation.interval import judge
from eschool_core.results import terms
from eschool_core.results.proposal import Proposal, propose_term, propose_year
from eschool_core.store.store import Store

MINUTES_PER_DAY = 24 * 60
MENDED_BY_DEFERRAL = (0, ResultValue.NOT_ATTESTED)

Value = Annotated[int, Field(strict=True, ge=0, le=99)]


class SetTermMark(Command):
    """Set, change or take back (value 0) a pupil's mark of a term (4.5.5).

    Attributes:
        value: A ``ResultValue``: 2–5 (1 by the scale), зач, незач, н/а, осв.
        reason: Why it differs from what is proposed, why it is «н/а», why it is changed.
        document: Ground of «осв.» where no exemption is registered.
    """

    kind: ClassVar[str] = "set_term_mark"
    journal_id: ObjectId
    pupil_id: ObjectId
    term_id: ObjectId
    value: Value
    reason: ShortText = ""
    document: ShortText = ""


class SetYearMark(Command):
    """Set, change or take back (value 0) a pupil's mark of the year (4.5.5)."""

    kind: ClassVar[str] = "set_year_mark"
    journal_id: ObjectId
    pupil_id: ObjectId
    value: Value
    reason: ShortText = ""
    document: ShortText = ""


def set_term_mark(store: Store, command: SetTermMark, occasion: Occasion) -> Findings:
    """Write the mark with what was proposed; late or different from that is a finding.

    Raises:
        RegulationError: 4.5.5 (not begun, «н/а» without reason, «осв.» without document), 4.5.2
            (scale, mode), 3.6, 2.6 (differs, no reason), 2.2 (changed later, no reason).
        InputError: The term is none of the journal's, or the pupil was not here in it.
        HoldForReview: The term is closed for the pupil's class.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    term = store.require(Term, command.term_id)
    if term.id not in {entry.id for entry in terms.terms_of(store, journal)}:
        raise InputError("term.not_of_journal")
    proposal = propose_term(store, journal, term, line.pupil_id)[line.pupil_id]
    if not proposal.studied and command.value not in (0, ResultValue.NOT_ATTESTED):
        raise InputError("term.not_studied")
    return _write(store, command, occasion, _Place(journal, line, term, proposal))


def set_year_mark(store: Store, command: SetYearMark, occasion: Occasion) -> Findings:
    """Write the year mark; the marks of all terms come first.

    Raises:
        RegulationError: 4.5.5 (a term's mark is missing, the last term has not begun), and as
            ``set_term_mark``.
        HoldForReview: The year is closed for the pupil's class.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    proposal = propose_year(store, journal, line.pupil_id)[line.pupil_id]
    for reason in proposal.reasons:
        if reason.key == "proposal.terms_missing" and command.value:
            raise RegulationError(checks.TERM_MARKS_MISSING, terms=str(reason.params["terms"]))
    return _write(store, command, occasion, _Place(journal, line, None, proposal))


class _Place:
    """The cell of a term or year mark, with what has to be known to judge it."""

    def __init__(
        self, journal: Journal, line: JournalLine, term: Term | None, proposal: Proposal
    ) -> None:
        self.journal = journal
        self.line = line
        self.term = term
        self.proposal = proposal

    @property
    def term_id(self) -> int:
        return terms.WHOLE_YEAR if self.term is None else self.term.id

    @property
    def result_kind(self) -> ResultKind:
        return ResultKind.YEAR if self.term is None else ResultKind.TERM

    def period(self, store: Store) -> tuple[int, int]:
        """Return its first and last day."""
        return terms.period_of(store, self.journal, self.term)

    def about(self) -> dict[str, str | int]:
        """Return what tells findings on one cell from those on others; ids only."""
        return {
            "journal_id": self.journal.id,
            "pupil_id": self.line.pupil_id,
            "term_id": self.term_id,
        }


def _write(
    store: Store, command: SetTermMark | SetYearMark, occasion: Occasion, place: _Place
) -> Findings:
    journal, line, value = place.journal, place.line, command.value
    first_day, last_day = place.period(store)
    enrolment = terms.class_of(store, line.pupil_id, first_day, last_day)
    grade = 0 if enrolment is None else enrolment.grade
    _check_value(store, command, occasion, place, enrolment.grade if enrolment else None)
    document = command.document or _exemption(store, command, place)
    results.check_exempt(value, document)
    studied = place.proposal.studied
    results.check_not_attested(value, command.reason, studied=studied)
    earlier = find_result(store, line, place.result_kind, place.term_id)
    if earlier is None and value == results.TAKEN_BACK:
        raise InputError("journal.nothing_to_take_back")
    closing = (
        None
        if enrolment is None
        else terms.closing_of(store, journal.year_id, place.term_id, enrolment.class_id)
    )
    deferred = deferral_in_force(store, occasion, closing, earlier, line, place)
    if deferred is None:
        hold_if_closed(occasion, closing)
    check_change(store, occasion, earlier, value, command.reason)
    deviation = results.check_deviation(
        value,
        place.proposal.value or 0,
        place.proposal.mean_hundredths or 0,
        command.reason,
        seen=_seen(occasion, place.proposal),
    )
    due = terms.due_date(store, journal.year_id, place.term_id, grade, line.pupil_id)
    timeliness = _timeliness(store, occasion, deferred or due, earlier)
    cell = TermMark(
        id=occasion.new_id() if earlier is None else earlier.id,
        part=line.part + TO_RESULT,
        kind=place.result_kind,
        term_id=place.term_id,
        value=value,
        proposed=place.proposal.value or 0,
        mean=place.proposal.mean_hundredths or 0,
        reason=command.reason,
        document=document or ("" if deferred is None else deferred.act),
        document_day=0 if deferred is None else deferred.act_day,
        act=_acting_act(store, occasion, journal),
        timeliness=timeliness,
        **signed(occasion),
    )
    write_result(store, occasion, earlier, cell, command.reason)
    if earlier is not None:
        # Findings on a cell come after its first mark; all open ones on cells are looked through.
        remedy_findings(store, occasion, checks.DEVIATION, 0, **place.about())
    late = None
    if earlier is None and due is not None and deferred is None:
        late = results.check_due(Timeliness(timeliness), calendar.date_of(due.day).isoformat())
    named = place.about() | {"school_class": facts.journal_name(store, journal.id)}
    return [
        Finding(finding.check, named | finding.params) for finding in (deviation, late) if finding
    ]


def _check_value(
    store: Store,
    command: SetTermMark | SetYearMark,
    occasion: Occasion,
    place: _Place,
    grade: int | None,
) -> None:
    first_day, last_day = place.period(store)
    if place.term is None:
        listed = terms.terms_of(store, place.journal)
        first_day = listed[-1].first_day if listed else first_day
    last_act_day = rights.act_days(store, occasion)[1]
    results.check_begun(first_day, last_act_day, calendar.date_of(first_day).isoformat())
    if command.value == results.TAKEN_BACK:
        return
    if grade is not None:
        marks.check_markless(grade, facts.markless_grades(store, last_day))
    mode = terms.mode_of(store, place.journal, place.term_id, place.line.pupil_id, grade)
    results.check_mode(command.value, mode)
    if command.value in results.NUMERIC:
        lowest = facts.policy_number(store, "lowest_mark", last_day)
        marks.check_scale(command.value, lowest)


def find_result(
    store: Store, line: JournalLine, kind: ResultKind, term_id: int = 0, subject_id: int = 0
) -> TermMark | None:
    """Return the cell of a term, year, exam or final mark, or None."""
    part = line.part + TO_RESULT
    return store.first(TermMark, part=part, kind=kind, term_id=term_id, subject_id=subject_id)


def check_change(
    store: Store, occasion: Occasion, earlier: TermMark | None, value: int, reason: str
) -> None:
    """Ask for a reason where a mark is changed on a later day than it was set (2.2).

    Raises:
        RegulationError: There is none.
    """
    if earlier is None or earlier.value == value:
        return
    zone = facts.school(store).zone
    set_on = calendar.local_day(earlier.made_at, zone)
    marks.check_correction_reason(rights.made_day(store, occasion), set_on, reason)


def deferral_in_force(
    store: Store,
    occasion: Occasion,
    closing: TermClosing | None,
    earlier: TermMark | None,
    line: JournalLine,
    place: _Place,
) -> OrderDate | None:
    """Return the deferral that lets a closed term's «н/а» or missing mark be mended now, or None.

    The class's term stays closed (specification §6, academic debt).
    """
    if closing is None or (0 if earlier is None else earlier.value) not in MENDED_BY_DEFERRAL:
        return None
    found = terms.deferral(store, line, place.journal.year_id, place.term_id)
    if found is None or judge(occasion.interval, end_of_day(store, found.day)) is Timeliness.LATE:
        return None
    return found


def end_of_day(store: Store, day: int) -> int:
    """Return the last second of a day by the school's clock."""
    return calendar.moment_of(day, MINUTES_PER_DAY, facts.school(store).zone) - 1


def _timeliness(
    store: Store, occasion: Occasion, due: OrderDate | None, earlier: TermMark | None
) -> int:
    """Return how the first entry of a cell stands to its date; 0 where no order sets one."""
    if earlier is not None and earlier.timeliness:
        return earlier.timeliness
    if due is None:
        return 0
    return int(timeliness_of(store, occasion, due.day, end_of_day(store, due.day)))


def _seen(occasion: Occasion, proposal: Proposal) -> bool:
    """Return whether the actor can have known every mark that the proposal rests on."""
    return not any(
        mark.seq > occasion.base_seq and mark.device not in (0, occasion.device)
        for mark in proposal.marks
    )


def _exemption(store: Store, command: SetTermMark | SetYearMark, place: _Place) -> str:
    """Return the document of a registered exemption, for «осв.»."""
    if command.value != ResultValue.EXEMPT:
        return ""
    first_day, last_day = place.period(store)
    found = [
        entry.document
        for entry in store.select(
            Exemption,
            pupil_id=command.pupil_id,
            subject_id=place.journal.subject_id,
            kind=ExemptionKind.SUBJECT,
        )
        if entry.first_day <= last_day and first_day <= entry.last_day
    ]
    return found[-1] if found else ""


def _acting_act(store: Store, occasion: Occasion, journal: Journal) -> str:
    """Return the order by which the actor stands in for the teacher; empty for the teacher."""
    actor, day = occasion.actor_id, rights.made_day(store, occasion)
    loads = store.select(TeachingLoad, journal_id=journal.id, staff_id=actor)
    if any(load.first_day <= day <= load.last_day for load in loads):
        return ""
    acting = store.select(
        Substitution, journal_id=journal.id, substitute_id=actor, kind=SubstitutionKind.ACTING
    )
    orders = [entry.act for entry in acting if entry.first_day <= day <= entry.last_day]
    return orders[-1] if orders else ""


def writes_results(store: Store, command: SetTermMark | SetYearMark, occasion: Occasion) -> None:
    """Let pass the journal's teacher and who is ACTING by order (4.5.1, 4.2/1, 4.6.1)."""
    rights.writes_journal(store, occasion, store.require(Journal, command.journal_id), None)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(SetTermMark, writes_results, set_term_mark),
    CommandSpec(SetYearMark, writes_results, set_year_mark),
)

"""What families may know of results and debts: copies of those released (2.9, ADR 0033)."""

from __future__ import annotations

from eschool_core.commands.base import Occasion
from eschool_core.commands.cells import write_cell
from eschool_core.domain.archive import MarksRelease
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import PartitionKind, object_of, partition
from eschool_core.domain.people import Enrolment
from eschool_core.domain.results import AcademicDebt, ReleasedDebt, ReleasedMark, TermMark
from eschool_core.domain.school import Journal, Term
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm
from eschool_core.store.store import Store

OF_PUPIL = (
    "term_id = ? AND part IN (SELECT n.part + 12 FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id WHERE n.pupil_id = ? AND j.year_id = ?) ORDER BY id"
)

DEBTS_OF_PUPIL = (
    "year_id = ? AND part IN (SELECT n.part + 12 FROM journal_line n "
    "JOIN journal j ON j.id = n.journal_id WHERE n.pupil_id = ? AND j.year_id = ?) ORDER BY id"
)


def write_result(
    store: Store, occasion: Occasion, earlier: TermMark | None, mark: TermMark, reason: str = ""
) -> None:
    """Write a term, year, exam or final mark, and show it where its release has been."""
    write_cell(store, occasion, earlier, mark, reason)
    if _is_known(store, mark.part, mark.term_id):
        _show(store, mark)


def write_debt(
    store: Store, occasion: Occasion, earlier: AcademicDebt | None, debt: AcademicDebt
) -> None:
    """Write an academic debt, and show it where the year's marks have been released."""
    write_cell(store, occasion, earlier, debt)
    if _is_known(store, debt.part, terms.WHOLE_YEAR):
        _show_debt(store, debt)


def is_released(store: Store, line: JournalLine, term_id: int) -> bool:
    """Return whether a line's marks of a term, or of the year (0), are released to the family.

    What counts is the class that the pupil was in last within the term or year.
    """
    journal = store.require(Journal, line.journal_id)
    term = store.require(Term, term_id) if term_id else None
    enrolment = terms.class_of(store, line.pupil_id, *terms.period_of(store, journal, term))
    if enrolment is None:
        return False
    known = {"year_id": journal.year_id, "term_id": term_id, "class_id": enrolment.class_id}
    return store.first(MarksRelease, **known) is not None


def show_results(store: Store, of: ClassTerm) -> None:
    """Show the families of a class the marks of a term, or of the year with its debts.

    Only the server has where to write them: no replica but a family's holds what is shown.
    """
    if not store.complete:
        return
    class_id, year_id = of.school_class.id, of.school_class.year_id
    for pupil_id in sorted({row.pupil_id for row in store.select(Enrolment, class_id=class_id)}):
        enrolment = terms.class_of(store, pupil_id, of.first_day, of.last_day)
        if enrolment is not None and enrolment.class_id == class_id:
            for mark in store.where(TermMark, OF_PUPIL, of.term_id, pupil_id, year_id):
                _show(store, mark)
            if of.term_id == terms.WHOLE_YEAR:
                for debt in store.where(AcademicDebt, DEBTS_OF_PUPIL, year_id, pupil_id, year_id):
                    _show_debt(store, debt)


def _is_known(store: Store, part: int, term_id: int) -> bool:
    """Return whether what stands in a line's partition RESULT is shown to the family, and here."""
    if not store.holds(_released(part)):
        return False
    return is_released(store, store.require(JournalLine, object_of(part)), term_id)


def _released(part: int) -> int:
    return partition(PartitionKind.RELEASED, object_of(part))


def _show(store: Store, mark: TermMark) -> None:
    store.put(
        ReleasedMark(
            id=mark.id,
            part=_released(mark.part),
            kind=mark.kind,
            term_id=mark.term_id,
            subject_id=mark.subject_id,
            value=mark.value,
        )
    )


def _show_debt(store: Store, debt: AcademicDebt) -> None:
    store.put(
        ReleasedDebt(
            id=debt.id,
            part=_released(debt.part),
            year_id=debt.year_id,
            state=debt.state,
            due_day=debt.due_day,
            retakes=debt.retakes,
            value=debt.value,
            protocol=debt.protocol,
            protocol_day=debt.protocol_day,
        )
    )

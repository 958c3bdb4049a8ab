"""Closing a term or the year for a class, and reopening it by the head's order (4.5.5)."""

from __future__ import annotations

from typing import ClassVar

from eschool_core import calendar
from eschool_core.commands import debts, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
)
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.results import TermClosing
from eschool_core.domain.school import AcademicYear, SchoolClass, Term
from eschool_core.errors import InputError, RegulationError
from eschool_core.regulation import checks
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm, open_gaps, unmarked
from eschool_core.store.store import Store


class OfClassTerm(Command):
    """A command about one class and a term of it, or its year.

    Attributes:
        term_id: 0 for the year: year, exam and final marks, and whatever lies in no term.
    """

    class_id: ObjectId
    term_id: OptionalId = 0


class CloseTerm(OfClassTerm):
    """Close a term, or the year, for a class: a barrier in server order."""

    kind: ClassVar[str] = "close_term"


def close_term(store: Store, command: CloseTerm, occasion: Occasion) -> Findings:
    """Write the closing; what arrives later is held, whenever it was made.

    Closing the year opens an academic debt for every unsatisfactory year mark and every «н/а».

    Raises:
        RegulationError: 4.5.5: the term is not over; findings 4.5.6 are neither filled nor waived;
            somebody has no term mark.
        InputError: It is closed already, or is no term of the class.
    """
    of = class_term(store, command)
    today = rights.act_days(store, occasion)[1]
    if today < of.last_day:
        raise RegulationError(checks.TERM_NOT_OVER, date=calendar.date_of(of.last_day).isoformat())
    if _in_force(store, of) is not None:
        raise InputError("term.closed_already")
    gaps = open_gaps(store, of)
    if gaps:
        raise RegulationError(checks.TERM_GAPS, count=len(gaps))
    missing = unmarked(store, of)
    if missing:
        raise RegulationError(checks.TERM_MARKS_MISSING, terms=str(len(missing)))
    store.put(
        TermClosing(
            id=occasion.new_id(),
            part=SCHOOL,
            year_id=of.school_class.year_id,
            term_id=of.term_id,
            class_id=of.school_class.id,
            closed_at=occasion.interval.made_at,
            closed_by_id=occasion.actor_id,
        )
    )
    if of.term is None:
        debts.open_debts(store, occasion, of)
    return []


class ReopenTerm(OfClassTerm):
    """Open a closed term, or the year, of a class again, by an order of the head."""

    kind: ClassVar[str] = "reopen_term"
    act: Name
    reason: Name


def reopen_term(store: Store, command: ReopenTerm, occasion: Occasion) -> Findings:
    """End the closing; that it was closed, by whom and when, stays.

    Raises:
        InputError: It is not closed.
    """
    closing = _in_force(store, class_term(store, command))
    if closing is None:
        raise InputError("term.not_closed")
    store.put(
        closing.replace(
            reopened_at=occasion.interval.made_at,
            reopened_by_id=occasion.actor_id,
            reopening_act=command.act,
            reason=command.reason,
        )
    )
    return []


def class_term(store: Store, command: OfClassTerm) -> ClassTerm:
    """Return the class with the term, or the year, that a command names.

    Raises:
        InputError: No journal of the class has that term.
    """
    school_class = store.require(SchoolClass, command.class_id)
    year = store.require(AcademicYear, school_class.year_id)
    if not command.term_id:
        return ClassTerm(school_class, None, year.first_day, year.last_day)
    term = store.require(Term, command.term_id)
    if term.id not in {entry.id for entry in terms.terms_of_class(store, school_class)}:
        raise InputError("term.not_of_class")
    return ClassTerm(school_class, term, term.first_day, term.last_day)


def _in_force(store: Store, of: ClassTerm) -> TermClosing | None:
    return store.first(
        TermClosing,
        year_id=of.school_class.year_id,
        term_id=of.term_id,
        class_id=of.school_class.id,
        reopened_at=0,
    )


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(CloseTerm, rights.by_role(*rights.STUDIES), close_term),
    CommandSpec(ReopenTerm, rights.by_role(Role.HEAD, check=checks.REOPENING_ORDER), reopen_term),
)

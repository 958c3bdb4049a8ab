"""How terms are marked: schemes, assessment modes, the dates of orders (2.6, 4.5.5)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

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
    OptionalId,
    ShortText,
)
from eschool_core.domain.enums import TermKind
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.domain.people import Pupil
from eschool_core.domain.result_enums import AssessmentMode, DateKind
from eschool_core.domain.results import AssessmentRule, OrderDate, TermScheme
from eschool_core.domain.school import AcademicYear, Journal, Term
from eschool_core.errors import InputError
from eschool_core.regulation import marks
from eschool_core.results import terms
from eschool_core.store.store import Store

Grade = Annotated[int, Field(strict=True, ge=0, le=12)]


class SetTermScheme(Command):
    """Say which terms a grade has in a year, or one journal instead."""

    kind: ClassVar[str] = "set_term_scheme"
    year_id: ObjectId
    term_kind: Annotated[TermKind, WHOLE]
    grade: Grade = 0
    journal_id: OptionalId = 0

    @model_validator(mode="after")
    def addressed(self) -> SetTermScheme:
        """Ask for a grade or a journal, not for both."""
        if (self.grade == 0) == (self.journal_id == 0):
            raise ValueError("grade or journal_id")
        return self


def set_term_scheme(store: Store, command: SetTermScheme, occasion: Occasion) -> Findings:
    """Write the scheme, or the new one.

    Raises:
        InputError: The year has no such terms, or the journal is of another year.
    """
    store.require(AcademicYear, command.year_id)
    if store.first(Term, year_id=command.year_id, kind=command.term_kind) is None:
        raise store.absent("term.no_such_kind")
    if command.journal_id:
        journal = store.require(Journal, command.journal_id)
        if journal.year_id != command.year_id:
            raise InputError("data.field", field="journal_id")
    known = store.first(
        TermScheme, year_id=command.year_id, grade=command.grade, journal_id=command.journal_id
    )
    store.put(
        TermScheme(
            id=occasion.new_id() if known is None else known.id,
            part=SCHOOL,
            year_id=command.year_id,
            grade=command.grade,
            journal_id=command.journal_id,
            kind=command.term_kind,
        )
    )
    return []


class SetAssessment(Command):
    """Say how a journal is marked in a term, or one pupil of it on a document (4.5.2).

    Attributes:
        term_id: 0 for every term of the year.
        pupil_id: 0 for all pupils.
    """

    kind: ClassVar[str] = "set_assessment"
    journal_id: ObjectId
    term_id: OptionalId = 0
    pupil_id: OptionalId = 0
    mode: Annotated[AssessmentMode, WHOLE]
    document: ShortText = ""


def set_assessment(store: Store, command: SetAssessment, occasion: Occasion) -> Findings:
    """Write the rule; a pupil's lies with the pupil's line.

    Raises:
        InputError: The term is none of the journal's year, the pupil is not in it, or is treated
            otherwise without a document.
        RegulationError: Marks for a grade that is taught without them (3.6).
    """
    journal = store.require(Journal, command.journal_id)
    year = store.require(AcademicYear, journal.year_id)
    if command.term_id and store.require(Term, command.term_id).year_id != year.id:
        raise InputError("data.field", field="term_id")
    if command.pupil_id and not command.document:
        raise InputError("data.field", field="document")
    part = partition(PartitionKind.JOURNAL, journal.id)
    grade: int | None = terms.grade_of(store, journal)
    if command.pupil_id:
        part = facts.require_line(store, journal.id, command.pupil_id).part
        enrolment = terms.class_of(store, command.pupil_id, year.first_day, year.last_day)
        grade = None if enrolment is None else enrolment.grade
    if command.mode is not AssessmentMode.NONE and grade is not None:
        marks.check_markless(grade, facts.markless_grades(store, year.first_day))
    known = store.first(
        AssessmentRule,
        part=part,
        journal_id=journal.id,
        term_id=command.term_id,
        pupil_id=command.pupil_id,
    )
    store.put(
        AssessmentRule(
            id=occasion.new_id() if known is None else known.id,
            part=part,
            journal_id=journal.id,
            term_id=command.term_id,
            pupil_id=command.pupil_id,
            mode=command.mode,
            document=command.document,
        )
    )
    return []


class SetOrderDate(Command):
    """Enter a date that an order sets for term or year marks (4.5.5).

    Attributes:
        date_kind: DUE for a grade or all; EARLY for one pupil who leaves; DEFERRAL puts off one
            pupil's mark in one journal beyond the closing.
        term_id: 0 for year marks.
        grade: 0 for all grades.
        journal_id: Of a deferral.
    """

    kind: ClassVar[str] = "set_order_date"
    date_kind: Annotated[DateKind, WHOLE]
    year_id: ObjectId
    term_id: OptionalId = 0
    grade: Grade = 0
    pupil_id: OptionalId = 0
    journal_id: OptionalId = 0
    day: Day
    act: Name
    act_day: Day

    @model_validator(mode="after")
    def addressed(self) -> SetOrderDate:
        """Ask for a pupil and a journal where the date is for one."""
        for_one = self.date_kind is not DateKind.DUE
        if for_one != bool(self.pupil_id) or (for_one and self.grade):
            raise ValueError("pupil_id names whom the date is for")
        if (self.date_kind is DateKind.DEFERRAL) != bool(self.journal_id):
            raise ValueError("journal_id names where a mark is put off")
        return self


def set_order_date(store: Store, command: SetOrderDate, occasion: Occasion) -> Findings:
    """Write the date, or the new one of a later order.

    Raises:
        InputError: The term is of another year, or the pupil is not in the journal.
    """
    store.require(AcademicYear, command.year_id)
    if command.term_id and store.require(Term, command.term_id).year_id != command.year_id:
        raise InputError("data.field", field="term_id")
    part = _part_of_date(store, command)
    known = store.first(
        OrderDate,
        part=part,
        kind=command.date_kind,
        year_id=command.year_id,
        term_id=command.term_id,
        grade=command.grade,
        pupil_id=command.pupil_id,
    )
    store.put(
        OrderDate(
            id=occasion.new_id() if known is None else known.id,
            part=part,
            kind=command.date_kind,
            year_id=command.year_id,
            term_id=command.term_id,
            grade=command.grade,
            pupil_id=command.pupil_id,
            day=command.day,
            act=command.act,
            act_day=command.act_day,
        )
    )
    return []


def _part_of_date(store: Store, command: SetOrderDate) -> int:
    if command.date_kind is DateKind.DUE:
        return SCHOOL
    if command.date_kind is DateKind.DEFERRAL:
        return facts.require_line(store, command.journal_id, command.pupil_id).part
    store.require(Pupil, command.pupil_id)
    return partition(PartitionKind.NAME, command.pupil_id)


LEADERS = rights.by_role(*rights.STUDIES)
SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(SetTermScheme, LEADERS, set_term_scheme),
    CommandSpec(SetAssessment, LEADERS, set_assessment),
    CommandSpec(SetOrderDate, LEADERS, set_order_date),
)

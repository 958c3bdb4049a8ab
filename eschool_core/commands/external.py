"""Marks of a former school: entered by the class teacher, accepted by the teacher (2.6, §6)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from eschool_core.commands import facts, rights
from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Day,
    Findings,
    Name,
    ObjectId,
    Occasion,
    OptionalId,
)
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import object_of
from eschool_core.domain.result_enums import ExternalState, ResultKind
from eschool_core.domain.results import ExternalMark
from eschool_core.domain.school import Journal, Term
from eschool_core.errors import InputError
from eschool_core.regulation import marks, results
from eschool_core.results import terms
from eschool_core.store.store import Store

FULL_WEIGHT = 100


class EnterExternalMark(Command):
    """Enter one mark from the statement of a former school or sanatorium.

    Attributes:
        journal_id: In which it is to count here.
        mark_kind: 0 for a current mark, else the ``ResultKind`` TERM or YEAR.
        term_id: Term of this school's year in which it counts; 0 for a year mark.
        weight: Hundredths, of a current mark.
    """

    kind: ClassVar[str] = "enter_external_mark"
    journal_id: ObjectId
    pupil_id: ObjectId
    mark_kind: Annotated[int, Field(strict=True, ge=0, le=2)] = 0
    term_id: OptionalId = 0
    value: Annotated[int, Field(strict=True, ge=1, le=99)]
    weight: Annotated[int, Field(strict=True, ge=0, le=10_000)] = FULL_WEIGHT
    day: Day
    source: Name
    document: Name


def enter_external_mark(store: Store, command: EnterExternalMark, occasion: Occasion) -> Findings:
    """Write the mark; it counts for nothing until the teacher accepts it.

    Raises:
        RegulationError: 4.5.2 (scale, mode), 3.6 (grade without marks).
        InputError: The term is none of the journal's, or does not go with the kind of mark.
    """
    journal = store.require(Journal, command.journal_id)
    line = facts.require_line(store, journal.id, command.pupil_id)
    if (command.mark_kind == ResultKind.YEAR) == bool(command.term_id):
        raise InputError("data.field", field="term_id")
    term = store.require(Term, command.term_id) if command.term_id else None
    if term is not None and term.id not in {e.id for e in terms.terms_of(store, journal)}:
        raise InputError("term.not_of_journal")
    _check_value(store, command, journal, term)
    store.put(
        ExternalMark(
            id=occasion.new_id(),
            part=line.part,
            kind=command.mark_kind,
            term_id=command.term_id,
            value=command.value,
            weight=command.weight,
            day=command.day,
            source=command.source,
            document=command.document,
            state=ExternalState.ENTERED,
            entered_by_id=occasion.actor_id,
        )
    )
    return []


def _check_value(
    store: Store, command: EnterExternalMark, journal: Journal, term: Term | None
) -> None:
    last_day = terms.period_of(store, journal, term)[1]
    if command.value in results.NUMERIC or not command.mark_kind:
        lowest = facts.policy_number(store, "lowest_mark", last_day)
        marks.check_scale(command.value, lowest)
    mode = terms.mode_of(store, journal, command.term_id, command.pupil_id)
    if command.mark_kind:
        results.check_mode(command.value, mode)
    else:
        results.check_marks_given(mode)
    grade = facts.grade_on(store, command.pupil_id, last_day)
    if grade is not None:
        marks.check_markless(grade, facts.markless_grades(store, last_day))


class DecideExternalMark(Command):
    """Accept or decline a mark of a former school, as the teacher of the journal."""

    kind: ClassVar[str] = "decide_external_mark"
    external_mark_id: ObjectId
    accept: Annotated[int, Field(strict=True, ge=0, le=1)]


def decide_external_mark(store: Store, command: DecideExternalMark, occasion: Occasion) -> Findings:
    """Write the decision.

    Raises:
        InputError: It is decided already.
    """
    entry = store.require(ExternalMark, command.external_mark_id)
    if entry.state != ExternalState.ENTERED:
        raise InputError("external.decided")
    store.put(
        entry.replace(
            state=ExternalState.ACCEPTED if command.accept else ExternalState.DECLINED,
            decided_by_id=occasion.actor_id,
            decided_at=occasion.interval.made_at,
        )
    )
    return []


def decides_external(store: Store, command: DecideExternalMark, occasion: Occasion) -> None:
    """Let pass who writes in the journal of the mark's line."""
    entry = store.require(ExternalMark, command.external_mark_id)
    line = store.require(JournalLine, object_of(entry.part))
    rights.writes_journal(store, occasion, store.require(Journal, line.journal_id), None)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(
        EnterExternalMark,
        rights.class_teacher_of_pupil(lambda command: int(command.pupil_id)),
        enter_external_mark,
    ),
    CommandSpec(DecideExternalMark, decides_external, decide_external_mark),
)

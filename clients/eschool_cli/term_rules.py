"""``eschool term scheme``, ``assess``, ``defer``: how terms are marked (2.6, 4.5.2, 4.5.5)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json, journal_arguments
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.naming_terms import of_journal, term_option
from eschool_cli.parameters import Day, DayType, NumberType, WordType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.terms import SetAssessment, SetOrderDate, SetTermScheme
from eschool_core.domain.enums import TermKind
from eschool_core.domain.result_enums import AssessmentMode, DateKind
from eschool_core.domain.school import Journal
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.in_force import year_on
from eschool_core.results import terms

HIGHEST_GRADE = 12


@click.command(name="scheme", cls=LocalCommand, says="term.scheme")
@argument("kind", says="term_kind", type=WordType(TermKind))
@option("--grade", type=NumberType(1, HIGHEST_GRADE), says="scheme_grade", shown_as="number")
@option("--class", "class_name", says="scheme_class", shown_as="class")
@option("--subject", says="scheme_subject", shown_as="text")
@as_json
@click.pass_obj
def scheme_command(
    session: Session,
    kind: TermKind,
    grade: int | None,
    class_name: str | None,
    subject: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Say which terms a grade has, or one journal instead.

    Raises:
        InputError: ``cli.term.scheme.whose``: neither a grade nor a journal, or both.
    """
    if (class_name is None) != (subject is None) or (grade is None) == (class_name is None):
        raise InputError("cli.term.scheme.whose")
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        if class_name is not None and subject is not None:
            place = lookup.journal(store, class_name, subject, today, replica.person_id)
            journal = store.require(Journal, place.journal_id)
            command = made(
                SetTermScheme, year_id=journal.year_id, term_kind=kind, journal_id=journal.id
            )
        else:
            year = year_on(store, today)
            if year is None:
                raise InputError("data.field", field="year_id")
            command = made(SetTermScheme, year_id=year.id, term_kind=kind, grade=grade)
        give(session, replica, command, say("cli.term.scheme.done"), as_json=as_json)


@click.command(name="assess", cls=LocalCommand, says="term.assess")
@journal_arguments
@argument("mode", says="assessment_mode", type=WordType(AssessmentMode))
@term_option
@option("--pupil", says="assessed_pupil", shown_as="pupil")
@option("--document", default="", says="assessed_document", shown_as="text")
@as_json
@click.pass_obj
def assess_command(
    session: Session,
    class_name: str,
    subject: str,
    mode: AssessmentMode,
    ordinal: int | None,
    pupil: str | None,
    document: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Say how a journal is marked, or one pupil of it on a document; without a term all year."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        term_id = (
            terms.WHOLE_YEAR
            if ordinal is None
            else of_journal(store, place.journal_id, ordinal, today)
        )
        pupil_id = 0
        if pupil is not None:
            pupil_id = lookup.pupil(store, pupil, place.journal_id, today).pupil_id
        command = made(
            SetAssessment,
            journal_id=place.journal_id,
            term_id=term_id,
            pupil_id=pupil_id,
            mode=mode,
            document=document,
        )
        give(session, replica, command, say("cli.term.assess.done"), as_json=as_json)


@click.command(name="defer", cls=LocalCommand, says="term.defer")
@journal_arguments
@argument("pupil", says="pupil")
@argument("day", says="date", type=DayType())
@term_option
@option("--order", required=True, says="term_order", shown_as="text")
@option(
    "--order-date", "order_day", type=DayType(), default=TODAY, says="order_date", shown_as="date"
)
@as_json
@click.pass_obj
def defer_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    day: Day,
    ordinal: int | None,
    order: str,
    order_day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put off one pupil's term mark until a day that an order sets (§6)."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        journal = store.require(Journal, place.journal_id)
        person = lookup.pupil(store, pupil, journal.id, today)
        command = made(
            SetOrderDate,
            date_kind=DateKind.DEFERRAL,
            year_id=journal.year_id,
            term_id=of_journal(store, journal.id, ordinal, today),
            pupil_id=person.pupil_id,
            journal_id=journal.id,
            day=day.number(today),
            act=order,
            act_day=order_day.number(today),
        )
        done = say("cli.term.defer.done", pupil=person.name)
        give(session, replica, command, done, as_json=as_json)

"""``eschool term``: dates of orders, what is missing, closing, releasing (4.5.5, 2.9)."""

from __future__ import annotations

from datetime import date

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.naming_terms import TermType, of_class, term_option
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.term_rules import assess_command, defer_command, scheme_command
from eschool_cli.wording import DASH, moment, short_date
from eschool_cli.writing import give, made
from eschool_core.commands.base import Command
from eschool_core.commands.closing import CloseTerm, ReopenTerm
from eschool_core.commands.releases import ReleaseMarks, SeeMarks
from eschool_core.commands.terms import SetOrderDate
from eschool_core.domain.result_enums import DateKind
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.queries.in_force import year_on
from eschool_core.queries.term_results import pupil_results
from eschool_core.queries.term_state import TermState, missing, term_states, unseen_marks

HIGHEST_GRADE = 12


@click.group(name="term", cls=LocalGroup)
def term_group() -> None:
    """Terms and their marks."""


for of_rules in (scheme_command, assess_command, defer_command):
    term_group.add_command(of_rules)


@term_group.command(name="list", cls=LocalCommand, says="term.list")
@as_json
@click.pass_obj
def list_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show how every term stands for every class."""
    with session.replica() as replica:
        states = term_states(replica.store, today_of(replica))
    if as_json:
        session.screen.json([state.as_json() for state in states])
        return
    if not states:
        session.screen.line(say("cli.term.none"))
    columns = (
        Column(say("cli.column.class"), keep=True),
        Column(say("cli.column.due"), keep=True),
        Column(say("cli.column.closed"), keep=True),
        Column(say("cli.column.released"), keep=True),
    )
    for state in states:
        days = f"{short_date(state.first_day)}{DASH}{short_date(state.last_day)}"
        session.screen.heading(f"{_name(session, state)} · {days}")
        rows = [
            (
                entry.school_class,
                _date(entry.due),
                moment(entry.closed_at),
                moment(entry.released_at),
            )
            for entry in state.classes
        ]
        session.screen.table(columns, rows)
        session.screen.line()


def _name(session: Session, state: TermState) -> str:
    if state.kind is None:
        return say("cli.term.year")
    kind = text(f"TermKind.{state.kind.name.lower()}", session.language)
    return f"{kind} {state.ordinal}"


def _date(day: date | None) -> str:
    return DASH if day is None else f"{day:%d.%m.%Y}"


@term_group.command(name="check", cls=LocalCommand, says="term.check")
@argument("class_name", says="class")
@argument("ordinal", says="term", type=TermType())
@as_json
@click.pass_obj
def check_command(session: Session, class_name: str, ordinal: int, as_json: bool) -> None:  # noqa: FBT001
    """Show what is missing before a term can be closed."""
    with session.replica() as replica:
        store = replica.store
        school_class = lookup.school_class(store, class_name, today_of(replica))
        found = missing(store, school_class.id, of_class(store, school_class, ordinal))
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.term.complete", class_name=school_class.name))
        return
    columns = (
        Column(say("cli.column.class"), keep=True),
        Column(say("cli.column.subject")),
        Column(say("cli.column.teacher")),
        Column(say("cli.column.topics_missing"), "right", keep=True),
        Column(say("cli.column.without_mark")),
    )
    rows = [
        (
            entry.group,
            entry.subject,
            entry.teachers or DASH,
            str(entry.topics or ""),
            ", ".join(entry.pupils),
        )
        for entry in found
    ]
    session.screen.table(columns, rows)


def _give_for_class(
    session: Session,
    class_name: str,
    ordinal: int,
    model: type[Command],
    done: str,
    *,
    as_json: bool,
    **fields: str,
) -> None:
    with session.replica() as replica:
        store = replica.store
        school_class = lookup.school_class(store, class_name, today_of(replica))
        term_id = of_class(store, school_class, ordinal)
        command = made(model, class_id=school_class.id, term_id=term_id, **fields)
        said = say(done, class_name=school_class.name)
        give(session, replica, command, said, as_json=as_json)


@term_group.command(name="close", cls=LocalCommand, says="term.close")
@argument("class_name", says="class")
@argument("ordinal", says="term", type=TermType())
@as_json
@click.pass_obj
def close_command(session: Session, class_name: str, ordinal: int, as_json: bool) -> None:  # noqa: FBT001
    """Close a term, or the year, for a class."""
    _give_for_class(session, class_name, ordinal, CloseTerm, "cli.term.close.done", as_json=as_json)


@term_group.command(name="reopen", cls=LocalCommand, says="term.reopen")
@argument("class_name", says="class")
@argument("ordinal", says="term", type=TermType())
@option("--order", required=True, says="term_order", shown_as="text")
@option("--reason", required=True, says="reopen_reason", shown_as="text")
@as_json
@click.pass_obj
def reopen_command(
    session: Session,
    class_name: str,
    ordinal: int,
    order: str,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Open a closed term again, by the head's order."""
    _give_for_class(
        session,
        class_name,
        ordinal,
        ReopenTerm,
        "cli.term.reopen.done",
        as_json=as_json,
        act=order,
        reason=reason,
    )


@term_group.command(name="release", cls=LocalCommand, says="term.release")
@argument("class_name", says="class")
@argument("ordinal", says="term", type=TermType())
@as_json
@click.pass_obj
def release_command(session: Session, class_name: str, ordinal: int, as_json: bool) -> None:  # noqa: FBT001
    """Make a term's marks known to the families of a class."""
    _give_for_class(
        session, class_name, ordinal, ReleaseMarks, "cli.term.release.done", as_json=as_json
    )


@term_group.command(name="due", cls=LocalCommand, says="term.due")
@argument("day", says="date", type=DayType())
@term_option
@option("--grade", type=NumberType(1, HIGHEST_GRADE), says="term_grade", shown_as="number")
@option("--class", "class_name", says="class_of_term", shown_as="class")
@option("--pupil", says="early_pupil", shown_as="pupil")
@option("--order", required=True, says="term_order", shown_as="text")
@option(
    "--order-date", "order_day", type=DayType(), default=TODAY, says="order_date", shown_as="date"
)
@as_json
@click.pass_obj
def due_command(
    session: Session,
    day: Day,
    ordinal: int | None,
    grade: int | None,
    class_name: str | None,
    pupil: str | None,
    order: str,
    order_day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter until when an order asks for the marks of a term."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        year = year_on(store, today)
        if year is None or (ordinal and class_name is None):
            raise InputError("data.field", field="term")
        term_id = 0
        if ordinal and class_name is not None:
            school_class = lookup.school_class(store, class_name, today)
            term_id = of_class(store, school_class, ordinal)
        person = None if pupil is None else lookup.any_pupil(store, pupil, today)
        command = made(
            SetOrderDate,
            date_kind=DateKind.DUE if person is None else DateKind.EARLY,
            year_id=year.id,
            term_id=term_id,
            grade=0 if person is not None else grade or 0,
            pupil_id=0 if person is None else person.pupil_id,
            day=day.number(today),
            act=order,
            act_day=order_day.number(today),
        )
        give(session, replica, command, say("cli.term.due.done"), as_json=as_json)


@term_group.command(name="unseen", cls=LocalCommand, says="term.unseen")
@argument("class_name", says="class")
@as_json
@click.pass_obj
def unseen_command(session: Session, class_name: str, as_json: bool) -> None:  # noqa: FBT001
    """Show which families have not opened released marks in time (2.9)."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        school_class = lookup.school_class(store, class_name, today)
        found = unseen_marks(store, school_class.id, today)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.term.unseen.none"))
        return
    columns = (
        Column(say("cli.column.pupil"), least=12),
        Column(say("cli.column.guardians")),
        Column(say("cli.column.days"), "right", keep=True),
    )
    rows = [(entry.pupil, ", ".join(entry.people), str(entry.days)) for entry in found]
    session.screen.table(columns, rows)


@term_group.command(name="seen", cls=LocalCommand, says="term.seen")
@argument("pupil", says="diary_pupil", required=False)
@as_json
@click.pass_obj
def seen_command(session: Session, pupil: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Confirm, as a guardian or pupil, that released marks were opened."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        person = (
            lookup.ward(store, replica.person_id, today)
            if pupil is None
            else lookup.any_pupil(store, pupil, today)
        )
        releases = pupil_results(store, person.pupil_id, today, released_only=True).releases
        if not releases:
            session.screen.line(say("cli.term.seen.none"))
            return
        command = made(SeeMarks, release_id=releases[-1], pupil_id=person.pupil_id)
        give(session, replica, command, say("cli.term.seen.done"), as_json=as_json)

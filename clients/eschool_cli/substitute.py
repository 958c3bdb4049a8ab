"""``eschool substitute``: the deputy head registers that somebody teaches for somebody (4.5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eschool_cli.answers import TODAY, as_json, journal_arguments
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType, NumberType, WordType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.journals import RecordSubstitution
from eschool_core.domain.enums import PersonKind, SubstitutionKind
from eschool_core.domain.school import TeachingLoad
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.people import person

if TYPE_CHECKING:
    from eschool_core.store.store import Store

MAX_PERIOD = 20


@click.command(name="substitute", cls=LocalCommand)
@journal_arguments
@argument("substitute", says="substitute")
@option(
    "--kind",
    type=WordType(SubstitutionKind),
    default=SubstitutionKind.SINGLE,
    says="substitution_kind",
    shown_as="substitution_kind",
)
@option("--date", "day", type=DayType(), default=TODAY, says="substitution_date", shown_as="date")
@option("--to", "last", type=DayType(), says="substitution_to", shown_as="date")
@option("--period", type=NumberType(0, MAX_PERIOD), says="period", shown_as="number")
@option("--absent", default="", says="absent_teacher", shown_as="full_name")
@option("--act", default="", says="act", shown_as="text")
@as_json
@click.pass_obj
def substitute_command(
    session: Session,
    class_name: str,
    subject: str,
    substitute: str,
    kind: SubstitutionKind,
    day: Day,
    last: Day | None,
    period: int | None,
    absent: str,
    act: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Register a substitution: of one lesson, or by dates with an order (4.5.1)."""
    acting = kind is SubstitutionKind.ACTING
    if acting != (last is not None):
        raise InputError("cli.substitute.dates")
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        first_day = day.number(today)
        journal = lookup.journal(store, class_name, subject, first_day)
        lesson_id = 0
        if not acting:
            lesson_id = lookup.lesson(store, journal.journal_id, first_day, period).id
        someone = person(store, substitute, today, kind=PersonKind.STAFF)
        command = made(
            RecordSubstitution,
            journal_id=journal.journal_id,
            lesson_id=lesson_id,
            absent_id=_absent(store, absent, journal.journal_id, first_day, today),
            substitute_id=someone.person_id,
            substitution_kind=kind,
            first_day=first_day,
            last_day=first_day if last is None else last.number(today),
            act=act,
        )
        done = say(
            "cli.substitute.done", name=someone.name, group=journal.group, subject=journal.subject
        )
        give(session, replica, command, done, as_json=as_json)


def _absent(store: Store, typed: str, journal_id: int, day: int, today: int) -> int:
    """Return who is absent: the one that was named, or the journal's only teacher of that day."""
    if typed:
        return person(store, typed, today, kind=PersonKind.STAFF).person_id
    loads = store.select(TeachingLoad, journal_id=journal_id)
    teachers = {load.staff_id for load in loads if load.first_day <= day <= load.last_day}
    if len(teachers) != 1:
        raise InputError("cli.substitute.absent", count=len(teachers))
    return teachers.pop()

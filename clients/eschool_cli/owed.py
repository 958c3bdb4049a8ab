"""``eschool owed``: works that pupils owe, with a date until which («точка») (§2)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day, DayType, WordType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, short_date
from eschool_cli.writing import give, made
from eschool_core.commands.owed import GiveOwedWork, SettleOwedWork
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.result_enums import OwedState
from eschool_core.queries import lookup
from eschool_core.queries.beside_marks import owed_works
from eschool_core.queries.cell_text import word


@click.group(name="owed", cls=LocalGroup)
def owed_group() -> None:
    """Works that pupils owe."""


@owed_group.command(name="list", cls=LocalCommand, says="owed.list")
@option("--expired", is_flag=True, says="expired")
@as_json
@click.pass_obj
def list_command(session: Session, expired: bool, as_json: bool) -> None:  # noqa: FBT001
    """Show what is owed, by its date."""
    with session.replica() as replica:
        state = OwedState.EXPIRED if expired else OwedState.OPEN
        found = owed_works(replica.store, state)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.owed.none"))
        return
    columns = (
        Column(say("cli.column.due"), keep=True),
        Column(say("cli.column.pupil"), least=12),
        Column(say("cli.column.class"), keep=True),
        Column(say("cli.column.subject")),
        Column(say("cli.column.work")),
        Column(say("cli.column.date"), keep=True),
    )
    rows = [
        (
            short_date(entry.due),
            entry.pupil or DASH,
            entry.group,
            entry.subject,
            word(entry.work_kind, session.language),
            short_date(entry.day),
        )
        for entry in found
    ]
    session.screen.table(columns, rows)


@owed_group.command(name="give", cls=LocalCommand, says="owed.give")
@journal_arguments
@argument("pupil", says="pupil")
@option("--due", "due_day", type=DayType(), required=True, says="owed_due", shown_as="date")
@option(
    "--kind",
    type=WordType(WorkKind),
    default=WorkKind.TEST,
    says="work_kind",
    shown_as="work_kind",
)
@option("--comment", default="", says="comment", shown_as="text")
@lesson_options
@as_json
@click.pass_obj
def give_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    due_day: Day,
    kind: WorkKind,
    comment: str,
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Note that a pupil owes a work of a lesson until a day."""
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        person = lookup.pupil(replica.store, pupil, place.journal.journal_id, place.lesson.day)
        command = made(
            GiveOwedWork,
            lesson_id=place.lesson.id,
            pupil_id=person.pupil_id,
            work_kind=int(kind),
            due_day=due_day.number(today_of(replica)),
            comment=comment,
        )
        done = say("cli.owed.give.done", pupil=person.name)
        give(session, replica, command, done, as_json=as_json)


@owed_group.command(name="settle", cls=LocalCommand, says="owed.settle")
@journal_arguments
@argument("pupil", says="pupil")
@option("--forgive", default="", says="forgive", shown_as="text")
@lesson_options
@as_json
@click.pass_obj
def settle_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    forgive: str,
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Say that a work owed was handed in, or forgive it with a reason."""
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        person = lookup.pupil(replica.store, pupil, place.journal.journal_id, place.lesson.day)
        state = OwedState.FORGIVEN if forgive else OwedState.HANDED_IN
        command = made(
            SettleOwedWork,
            lesson_id=place.lesson.id,
            pupil_id=person.pupil_id,
            state=int(state),
            comment=forgive,
        )
        done = say("cli.owed.settle.done", pupil=person.name)
        give(session, replica, command, done, as_json=as_json)

"""``eschool archive former`` and ``forget``: what is kept of people who left, and its end (5.3)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.base import MAX_ID
from eschool_core.commands.former import OF_PEOPLE, ProposeErasure
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.labels import text
from eschool_core.queries.former import Former, former

WHAT = click.Choice([kind.name.lower() for kind in OF_PEOPLE])


@click.command(name="former", cls=LocalCommand, says="archive.former")
@option("--due", is_flag=True, says="former_due")
@as_json
@click.pass_obj
def former_command(session: Session, due: bool, as_json: bool) -> None:  # noqa: FBT001
    """Show what is kept of people who have left."""
    with session.replica() as replica:
        today = today_of(replica)
        found = [one for one in former(replica.store, today) if not due or one.is_due(today)]
    if as_json:
        session.screen.json([one.as_json() for one in found])
        return
    if not found:
        session.screen.line(say("cli.archive.former.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.kind")),
        Column(say("cli.column.name")),
        Column(say("cli.column.left")),
        Column(say("cli.column.keep_until"), keep=True),
        Column(say("cli.column.state")),
    )
    rows = [
        (
            str(one.person_id),
            text(f"ArchiveKind.{one.what.name.lower()}", session.language),
            one.name,
            one.left,
            f"{one.keep_until:%d.%m.%Y}",
            _state(one, today),
        )
        for one in found
    ]
    session.screen.table(columns, rows)


@click.command(name="forget", cls=LocalCommand, says="archive.forget")
@argument("what", says="former_what", type=WHAT)
@argument("number", says="former_number", type=NumberType(1, MAX_ID))
@option("--act", required=True, says="destruction_act", shown_as="text")
@option("--act-date", "day", type=DayType(), default=TODAY, says="act_date", shown_as="date")
@as_json
@click.pass_obj
def forget_command(
    session: Session,
    what: str,
    number: int,
    act: str,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Propose to erase what is kept of somebody who has left, by an act."""
    with session.replica() as replica:
        command = made(
            ProposeErasure,
            what=int(ArchiveKind[what.upper()]),
            person_id=number,
            act=act,
            act_day=day.number(today_of(replica)),
        )
        give(session, replica, command, say("cli.archive.forget.done"), as_json=as_json)


def _state(one: Former, today: int) -> str:
    if one.proposed:
        return say("cli.archive.former.proposed")
    if one.journals:
        return say("cli.archive.former.journals", count=one.journals)
    return say("cli.archive.former.due" if one.is_due(today) else "cli.archive.former.kept")

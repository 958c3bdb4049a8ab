"""``eschool acts``: what the regulation rests on (1.1), and the school's own acts (4.4.1)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH
from eschool_cli.writing import give, made
from eschool_core.commands.acts import RegisterAct, RevokeAct
from eschool_core.domain.acts import LocalAct
from eschool_core.errors import InputError
from eschool_core.labels import Language
from eschool_core.queries.acts import ActVersion, local_acts
from eschool_core.queries.answer import plain
from eschool_core.regulation.legal_acts import LegalAct, legal_acts
from eschool_core.regulation.local_acts import act_key

if TYPE_CHECKING:
    from eschool_sync.replica import Replica


@click.group(name="acts", cls=LocalGroup)
def acts_group() -> None:
    """Legal basis and local acts."""


@acts_group.command(name="legal", cls=LocalCommand, says="acts.legal")
@as_json
@click.pass_obj
def legal_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show the nine acts that the regulation rests on (1.1); needs no replica."""
    if as_json:
        session.screen.json([plain(act) for act in legal_acts()])
        return
    columns = (
        Column(say("acts.column.number"), keep=True),
        Column(say("acts.column.day"), keep=True),
        Column(say("acts.column.from"), keep=True),
        Column(say("acts.column.title")),
        Column(say("acts.column.state")),
    )
    session.screen.table(columns, [_legal_row(act, session.language) for act in legal_acts()])


def _legal_row(act: LegalAct, language: Language) -> tuple[str, ...]:
    state = DASH
    if act.successor is not None:
        successor = act.in_force
        state = say("acts.superseded", number=successor.number, day=_date(successor.day))
    return (act.number, _date(act.day), _date(act.first_day), act.title(language), state)


@acts_group.command(name="local", cls=LocalCommand, says="acts.local")
@as_json
@click.pass_obj
def local_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show the school's own acts with their versions (4.4.1)."""
    with session.replica() as replica:
        found = local_acts(replica.store)
    if as_json:
        session.screen.json([act.as_json() for act in found])
        return
    if not found:
        session.screen.line(say("acts.none"))
        return
    columns = (
        Column(say("acts.column.number"), keep=True),
        Column(say("acts.column.day"), keep=True),
        Column(say("acts.column.title")),
        Column(say("acts.column.holds"), keep=True),
        Column(say("acts.column.values")),
    )
    session.screen.table(columns, [_local_row(act) for act in found])


def _local_row(act: ActVersion) -> tuple[str | Cell, ...]:
    below = say("acts.replaces", number=act.replaces) if act.replaces else ""
    return (
        act.number,
        _date(act.day),
        Cell(act.title, below=below),
        f"{_date(act.first_day)}{DASH}{_date(act.last_day) if act.last_day else ''}",
        ", ".join(say(f"policy.title.{name}") for name in act.policies) or DASH,
    )


@acts_group.command(name="register", cls=LocalCommand, says="acts.register")
@argument("title", says="act_title")
@option("--number", required=True, says="act_number", shown_as="text")
@option("--date", "day", type=DayType(), required=True, says="act_day", shown_as="date")
@option("--from", "first", type=DayType(), says="act_from", shown_as="date")
@option("--replaces", says="act_replaces", shown_as="text")
@as_json
@click.pass_obj
def register_command(
    session: Session,
    title: str,
    number: str,
    day: Day,
    first: Day | None,
    replaces: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter a local act or its new version (4.4.1)."""
    with session.replica() as replica:
        today = today_of(replica)
        made_on = day.number(today)
        command = made(
            RegisterAct,
            title=title,
            act_number=number,
            act_day=made_on,
            first_day=made_on if first is None else first.number(today),
            replaces_id=_act(replica, replaces).id if replaces else 0,
        )
        give(session, replica, command, say("acts.registered", number=number), as_json=as_json)


@acts_group.command(name="revoke", cls=LocalCommand, says="acts.revoke")
@argument("number", says="act")
@option("--to", "last", type=DayType(), required=True, says="act_to", shown_as="date")
@as_json
@click.pass_obj
def revoke_command(session: Session, number: str, last: Day, as_json: bool) -> None:  # noqa: FBT001
    """End a local act that nothing replaces (4.4.1)."""
    with session.replica() as replica:
        act = _act(replica, number)
        command = made(RevokeAct, act_id=act.id, last_day=last.number(today_of(replica)))
        give(session, replica, command, say("acts.revoked", number=act.act_number), as_json=as_json)


def _act(replica: Replica, number: str) -> LocalAct:
    """Return the latest act of a number.

    Raises:
        InputError: ``acts.unknown``.
    """
    acts = sorted(replica.store.select(LocalAct), key=lambda act: (act.first_day, act.id))
    found = [act for act in acts if act_key(act.act_number) == act_key(number)]
    if not found:
        raise InputError("acts.unknown", number=number)
    return found[-1]


def _date(day: date | None) -> str:
    return DASH if day is None else f"{day:%d.%m.%Y}"

"""``eschool appoint``: a role for a member of staff."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType, WordType
from eschool_cli.session import Session, today_of
from eschool_cli.wording import role_name
from eschool_cli.writing import give, made
from eschool_core.commands.people import Appoint
from eschool_core.domain.enums import PersonKind, Role
from eschool_core.domain.row import FOREVER
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.people import person


@click.command(name="appoint", cls=LocalCommand)
@argument("typed", says="person")
@argument("role", says="role", type=WordType(Role))
@option("--class", "class_name", says="led_class", shown_as="class")
@option("--from", "first", type=DayType(), default=TODAY, says="appointed_from", shown_as="date")
@option("--to", "last", type=DayType(), says="appointed_to", shown_as="date")
@option("--act", default="", says="act", shown_as="text")
@option("--acting", is_flag=True, says="acting")
@as_json
@click.pass_obj
def appoint_command(
    session: Session,
    typed: str,
    role: Role,
    class_name: str | None,
    first: Day,
    last: Day | None,
    act: str,
    acting: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Give a member of staff a role (4.1)."""
    if (role is Role.CLASS_TEACHER) != (class_name is not None):
        raise InputError("cli.appoint.class")
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        someone = person(store, typed, today, kind=PersonKind.STAFF)
        led = None if class_name is None else lookup.school_class(store, class_name, today)
        command = made(
            Appoint,
            person_id=someone.person_id,
            role=role,
            class_id=0 if led is None else led.id,
            first_day=first.number(today),
            last_day=FOREVER if last is None else last.number(today),
            act=act,
            acting=int(acting),
        )
        named = role_name(role, acting=acting) + ("" if led is None else f" {led.name}")
        done = say("cli.appoint.done", name=someone.name, role=named)
        give(session, replica, command, done, as_json=as_json)

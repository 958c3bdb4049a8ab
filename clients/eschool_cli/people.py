"""``eschool people``: who is in the school, with the ids that other commands take."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import role_name
from eschool_core.domain.enums import PersonKind
from eschool_core.queries.people import PersonAnswer, RoleHeld, children_of, people
from eschool_core.queries.personal_reads import readings_of_pupils

KINDS = {
    "staff": PersonKind.STAFF,
    "pupils": PersonKind.PUPIL,
    "guardians": PersonKind.GUARDIAN,
}


@click.command(name="people", cls=LocalCommand)
@argument("name", says="person_name", required=False, default="")
@option("--role", type=click.Choice(tuple(KINDS)), says="people_role", shown_as="people_role")
@option("--class", "class_name", default="", says="people_class", shown_as="class")
@as_json
@click.pass_obj
def people_command(
    session: Session,
    name: str,
    role: str | None,
    class_name: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show the people whom this replica knows."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        found = people(
            store,
            today,
            replica.now(),
            kind=None if role is None else KINDS[role],
            class_name=class_name,
            typed=name,
        )
        readings = readings_of_pupils(store, replica.person_id, children_of(found), today)
        log_reading(replica, *readings)
    if as_json:
        session.screen.json([person.as_json() for person in found])
        return
    if not found:
        session.screen.line(say("cli.people.none"))
        return
    columns = [
        Column(say("cli.people.id"), "right", keep=True),
        Column(say("cli.people.name")),
        Column(say("cli.people.what")),
    ]
    access_known = any(person.access is not None for person in found)
    if access_known:
        columns.append(Column(say("cli.people.access"), keep=True))
    session.screen.table(columns, [_row(person)[: len(columns)] for person in found])


def _row(person: PersonAnswer) -> tuple[str, str, str, str]:
    access = "" if person.access is None else say(f"AccessState.{person.access.name.lower()}")
    return str(person.person_id), person.name, _what(person), access


def _what(person: PersonAnswer) -> str:
    if person.kind is PersonKind.STAFF:
        return ", ".join(_role(held) for held in person.roles) or say("cli.people.no_role")
    if person.kind is PersonKind.PUPIL:
        return say("cli.people.pupil", classes=", ".join(person.classes))
    return say("cli.people.guardian", children=", ".join(person.children))


def _role(held: RoleHeld) -> str:
    return f"{role_name(held.role, acting=held.acting)} {held.school_class}".rstrip()

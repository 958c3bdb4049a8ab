"""``eschool hire``: a new member of staff."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.session import Session, today_of
from eschool_cli.writing import made, receipt_json, show
from eschool_core.commands.people import HireStaff
from eschool_core.domain.enums import PersonKind
from eschool_core.errors import InputError
from eschool_core.ids import make_id
from eschool_core.queries.people import name_parts, people


@click.command(name="hire", cls=LocalCommand)
@argument("name", says="full_name")
@option("--namesake", is_flag=True, says="namesake")
@as_json
@click.pass_obj
def hire_command(session: Session, name: str, namesake: bool, as_json: bool) -> None:  # noqa: FBT001
    """Enter a member of staff (4.7.4)."""
    family, given, patronymic = name_parts(name)
    with session.replica() as replica:
        known = people(replica.store, today_of(replica), 0, kind=PersonKind.STAFF)
        whole = " ".join(part for part in (family, given, patronymic) if part)
        if not namesake and whole in {person.name for person in known}:
            raise InputError("cli.hire.namesake")
        command = made(HireStaff, family=family, given=given, patronymic=patronymic)
        receipt = replica.do(command)
        person_id = make_id(replica.device, receipt.number)
    if as_json:
        session.screen.json({"person_id": person_id, **receipt_json(receipt, session.language)})
        return
    show(session, [receipt], [say("cli.hire.done", name=whole, person=person_id)], as_json=False)
    session.screen.line(say("cli.hire.next", person=person_id), "dim")

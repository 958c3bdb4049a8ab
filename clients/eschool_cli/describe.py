"""``eschool describe``: what stands on papers of the school (2.1, 4.7.2)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.session import Session
from eschool_cli.wording import DASH
from eschool_cli.writing import give, made
from eschool_core.commands.office_work import DescribeSchool
from eschool_core.domain.care import SchoolDetails
from eschool_core.domain.row import columns

FIELDS = tuple(DescribeSchool.model_fields)


@click.command(name="describe", cls=LocalCommand)
@option("--full-name", says="detail_full_name", shown_as="text")
@option("--address", says="detail_address", shown_as="text")
@option("--phone", says="detail_phone", shown_as="text")
@option("--email", says="detail_email", shown_as="text")
@option("--website", says="detail_website", shown_as="text")
@option("--tax-number", says="detail_tax_number", shown_as="text")
@option("--state-number", says="detail_state_number", shown_as="text")
@option("--licence", says="detail_licence", shown_as="text")
@as_json
@click.pass_obj
def describe_command(session: Session, /, as_json: bool, **given: str | None) -> None:  # noqa: FBT001
    """Show the school's details; what is named is entered, the rest stays."""
    with session.replica() as replica:
        row = replica.store.first(SchoolDetails)
        known = {} if row is None else dict(zip(columns(SchoolDetails), row.values(), strict=True))
        values = {name: str(known.get(name, "")) for name in FIELDS}
        changes = {name: value for name, value in given.items() if value is not None}
        if changes:
            command = made(DescribeSchool, **{**values, **changes})
            give(session, replica, command, say("cli.describe.done"), as_json=as_json)
            return
    if as_json:
        session.screen.json(values)
        return
    pairs = [(say(f"cli.detail.{name}"), values[name] or DASH) for name in FIELDS]
    session.screen.fields(pairs)

"""``eschool control``: what the deputy head, class teachers and the officer watch (4.4.4)."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.localised import LocalCommand, argument, option
from eschool_cli.reporting import list_reports, report_of
from eschool_cli.session import Session
from eschool_cli.tables import give_table, table_options, wanted


@click.command(name="control", cls=LocalCommand)
@argument("name", says="control_name", required=False, default="")
@option("--class", "class_name", default="", says="report_class", shown_as="class")
@option("--teacher", default="", says="report_teacher", shown_as="full_name")
@table_options
@click.pass_obj
def control_command(
    session: Session, /, name: str, class_name: str, teacher: str, **values: Any
) -> None:
    """Show how the journal is kept, or what can be watched (4.4.4)."""
    typed = wanted(values)
    with session.replica() as replica:
        if not name:
            list_reports(session, replica, "control", as_json=typed.json)
            return
        table = report_of(session, replica, "control", name, class_name, teacher, typed)
    give_table(session, table, typed)

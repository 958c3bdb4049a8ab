"""``eschool report``: the reports of 4.4.3 on the terminal and in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eschool_cli.bundling import BUNDLE, write_bundle
from eschool_cli.localised import LocalCommand, argument, option
from eschool_cli.reporting import list_reports, report_of
from eschool_cli.session import Session
from eschool_cli.tables import give_table, table_options, wanted


@click.command(name="report", cls=LocalCommand)
@argument("name", says="report_name", required=False, default="")
@option("--class", "class_name", default="", says="report_class", shown_as="class")
@option("--teacher", default="", says="report_teacher", shown_as="full_name")
@option("--folder", type=click.Path(path_type=Path), says="report_folder", shown_as="folder")
@table_options
@click.pass_obj
def report_command(
    session: Session,
    /,
    name: str,
    class_name: str,
    teacher: str,
    folder: Path | None,
    **values: Any,
) -> None:
    """Show a report, or which there are (4.4.3)."""
    typed = wanted(values)
    with session.replica() as replica:
        if not name:
            list_reports(session, replica, "report", as_json=typed.json)
            return
        if name == BUNDLE:
            write_bundle(session, replica, folder, typed)
            return
        table = report_of(session, replica, "report", name, class_name, teacher, typed)
    give_table(session, table, typed)

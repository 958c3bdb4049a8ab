"""``eschool server report``: reports and control where all is known, last contacts too (4.7.3)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from eschool_cli.localised import LocalCommand, argument, option
from eschool_cli.server import of_school, on_data, school_of
from eschool_cli.session import Session
from eschool_cli.tables import chosen_period, give_table, table_options, wanted
from eschool_core import calendar
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.in_force import zone_of
from eschool_core.reports.catalogue import ReportSpec, default_period, make_report, report
from eschool_core.reports.frame import Asked
from eschool_sync.clock import SystemClock
from eschool_sync.server.contacts import family_weeks
from eschool_sync.server.directory import Directory
from eschool_sync.server.usage import last_seen


@click.command(name="report", cls=LocalCommand, says="server.report")
@on_data
@of_school
@argument("name", says="report_name")
@option("--class", "class_name", default="", says="report_class", shown_as="class")
@table_options
@click.pass_obj
def report_command(
    session: Session,
    /,
    data: Path,
    database: str,
    school: int | None,
    name: str,
    class_name: str,
    **values: Any,
) -> None:
    """Show a report or a control of the whole school, as its server knows it."""
    typed = wanted(values)
    spec = _spec(name)
    with closing(Directory(data, database)) as directory:
        store = school_of(directory, school).store
        now = SystemClock().wall()
        today = calendar.local_day(now, zone_of(store))
        period = chosen_period(store, typed, today, session.language)
        asked = Asked(
            period or default_period(store, spec, today, session.language),
            today,
            now,
            lookup.school_class(store, class_name, today).id if class_name else 0,
            language=session.language,
            last_seen=last_seen(store),
            family_weeks=family_weeks(store, now) if spec.of_visits else None,
        )
        table = make_report(store, spec, asked, 0)
    give_table(session, table, typed)


def _spec(name: str) -> ReportSpec:
    """Return the report of either section.

    Raises:
        InputError: There is none.
    """
    try:
        return report(name, "report")
    except InputError:
        return report(name, "control")

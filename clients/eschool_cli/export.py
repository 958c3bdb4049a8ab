"""``eschool export``: the contingent as a OneRoster bundle (1.2/3)."""

from __future__ import annotations

from pathlib import Path

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.session import Session, today_of
from eschool_core.errors import AccessError, InputError
from eschool_core.exports.oneroster import export_oneroster


@click.group(name="export", cls=LocalGroup)
def export_group() -> None:
    """Hand data to other systems."""


@export_group.command(name="oneroster", cls=LocalCommand, says="export.oneroster")
@argument("file", says="export_file", type=click.Path(path_type=Path, dir_okay=False))
@option("--date", "day", type=DayType(), default=TODAY, says="export_date", shown_as="date")
@as_json
@click.pass_obj
def oneroster_command(session: Session, file: Path, day: Day, as_json: bool) -> None:  # noqa: FBT001
    """Write who is in the school as a OneRoster 1.2 CSV bundle."""
    with session.replica() as replica:
        made = export_oneroster(replica.store, day.number(today_of(replica)))
    try:
        with file.open("xb") as stream:
            stream.write(made.data)
    except FileExistsError as error:
        raise InputError("export.file_there") from error
    except OSError as error:
        raise AccessError("access.file") from error
    if as_json:
        told = {"pupils": made.pupils, "staff": made.staff, "classes": made.classes}
        session.screen.json({"file": str(file), **told})
        return
    counts = {"pupils": made.pupils, "staff": made.staff, "classes": made.classes}
    session.screen.line(say("export.written", file=file.name, **counts))
    session.screen.line(say("export.personal"), "dim")

"""``eschool export``: the contingent (1.2/3), a calendar, one person's data on demand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.session import Session, today_of
from eschool_core.domain.enums import PersonKind
from eschool_core.domain.school import Staff
from eschool_core.errors import AccessError, InputError
from eschool_core.exports.gradebook import Gradebook, export_gradebook
from eschool_core.exports.icalendar import person_calendar
from eschool_core.exports.oneroster import Exported, export_oneroster
from eschool_core.exports.person import person_data
from eschool_core.queries import lookup
from eschool_core.queries.people import person
from eschool_core.queries.personal_reads import reading_of_pupil

OWNER_ONLY = 0o600
MOST_DAYS = 366


@click.group(name="export", cls=LocalGroup)
def export_group() -> None:
    """Hand data to other systems."""


@export_group.command(name="oneroster", cls=LocalCommand, says="export.oneroster")
@argument("file", says="export_file", type=click.Path(path_type=Path, dir_okay=False))
@option("--date", "day", type=DayType(), default=TODAY, says="export_date", shown_as="date")
@option("--results", is_flag=True, says="export_results")
@as_json
@click.pass_obj
def oneroster_command(
    session: Session,
    file: Path,
    day: Day,
    results: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write who is in the school as a OneRoster 1.2 CSV bundle, with marks if asked for."""
    with session.replica() as replica:
        store, number = replica.store, day.number(today_of(replica))
        made: Exported | Gradebook
        if results:
            made = export_gradebook(store, number, session.language)
        else:
            made = export_oneroster(store, number)
    _write(file, made.data)
    counts = {"pupils": made.pupils, "staff": made.staff, "classes": made.classes}
    of_marks: dict[str, int] = {}
    if isinstance(made, Gradebook):
        of_marks = {"line_items": made.line_items, "results": made.results}
    if as_json:
        session.screen.json({"file": str(file), **counts, **of_marks})
        return
    session.screen.line(say("export.written", file=file.name, **counts))
    if of_marks:
        session.screen.line(say("export.results", **of_marks))
    session.screen.line(say("export.personal"), "dim")


@export_group.command(name="calendar", cls=LocalCommand, says="export.calendar")
@argument("file", says="calendar_file", type=click.Path(path_type=Path, dir_okay=False))
@option(
    "--days", type=NumberType(1, MOST_DAYS), default=28, says="calendar_days", shown_as="number"
)
@as_json
@click.pass_obj
def calendar_command(session: Session, file: Path, days: int, as_json: bool) -> None:  # noqa: FBT001
    """Write own lessons and duties as an iCalendar file."""
    with session.replica() as replica:
        today = today_of(replica)
        person = replica.person_id
        if replica.store.get(Staff, person) is None:
            person = lookup.ward(replica.store, person, today).pupil_id
        made = person_calendar(
            replica.store, person, today, today + days - 1, replica.now(), session.language
        )
    _write(file, made.data)
    counts = {"lessons": made.lessons, "duties": made.duties, "works": made.works}
    if as_json:
        session.screen.json({"file": str(file), **counts})
        return
    said = say("export.calendar", file=file.name, **counts)
    session.screen.line(said)


@export_group.command(name="person", cls=LocalCommand, says="export.person")
@argument("who", says="export_who")
@argument("file", says="person_file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@click.pass_obj
def person_command(session: Session, who: str, file: Path, as_json: bool) -> None:  # noqa: FBT001
    """Write everything that is kept of one person as JSON, on that person's demand."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        found = person(store, who, today)
        if found.kind is PersonKind.PUPIL:
            reading = reading_of_pupil(store, replica.person_id, found.person_id, today)
            log_reading(replica, reading)
        data = person_data(store, found.person_id)
    text = json.dumps(data.as_json(), ensure_ascii=False, indent=1)
    _write(file, text.encode() + b"\n")
    rows = sum(len(listed) for listed in data.tables.values())
    if as_json:
        told = {"file": str(file), "rows": rows, "complete": data.complete}
        session.screen.json(told)
        return
    session.screen.line(say("export.person_written", file=file.name, rows=rows))
    if not data.complete:
        session.screen.line(say("export.partial"))
    session.screen.line(say("export.personal"), "dim")


def _write(file: Path, data: bytes) -> None:
    """Write a new file that its owner alone reads.

    Raises:
        InputError: ``export.file_there``.
        AccessError: ``access.file``.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
    except FileExistsError as error:
        raise InputError("export.file_there") from error
    except OSError as error:
        raise AccessError("access.file") from error

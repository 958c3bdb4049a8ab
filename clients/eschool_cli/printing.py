"""``eschool print``: registers, reports, weekly lists and orders on paper (2.4, 5.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from eschool_cli.answers import TODAY
from eschool_cli.inspection import NUMBER
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.papers import document_of, refuse_existing, write_pdf
from eschool_cli.parameters import Day, DayType
from eschool_cli.reporting import report_of
from eschool_cli.session import Session, today_of
from eschool_cli.tables import FILE, chosen_period, period_options, wanted
from eschool_cli.wording import sentence
from eschool_core.domain.school import School
from eschool_core.errors import InputError
from eschool_core.forms.inspection_papers import note_sheet, order_sheet
from eschool_core.forms.journal_sheets import sheets_of_journals
from eschool_core.forms.weekly_slips import weekly_slips
from eschool_core.queries import lookup
from eschool_core.queries.inspections import inspection
from eschool_core.queries.paper import paper_week
from eschool_core.queries.personal_reads import reading_of_class, reading_of_school
from eschool_core.reports.bundle import bundle
from eschool_core.reports.catalogue import make_report, report
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import period_at
from eschool_core.reports.table import Table

F = TypeVar("F", bound=Callable[..., Any])

overwrite_option = option("--overwrite", is_flag=True, says="print_overwrite")
copy_option = option("--copy", "certified", is_flag=True, says="print_copy")
file_argument = argument("file", says="print_file", type=FILE)


@click.group(name="print", cls=LocalGroup)
def print_group() -> None:
    """Print registers, reports and slips."""


@print_group.command(name="report", cls=LocalCommand, says="print.report")
@argument("name", says="report_name")
@file_argument
@option("--class", "class_name", default="", says="report_class", shown_as="class")
@option("--teacher", default="", says="report_teacher", shown_as="full_name")
@period_options
@copy_option
@overwrite_option
@click.pass_obj
def report_command(
    session: Session,
    /,
    name: str,
    file: Path,
    class_name: str,
    teacher: str,
    *,
    certified: bool,
    overwrite: bool,
    **values: Any,
) -> None:
    """Put one report on paper."""
    _early(file, overwrite=overwrite)
    with session.replica() as replica:
        table = report_of(session, replica, "report", name, class_name, teacher, wanted(values))
        made = document_of(session, replica, today_of(replica), table.title, [table])
    write_pdf(session, file, replace(made, certified=certified), overwrite=overwrite)


@print_group.command(name="bundle", cls=LocalCommand, says="print.bundle")
@argument("folder", says="print_folder", type=click.Path(path_type=Path, file_okay=False))
@period_options
@click.pass_obj
def bundle_command(session: Session, /, folder: Path, **values: Any) -> None:
    """Put the nine reports of 4.4.3 on paper, one file for each form."""
    if folder.exists() and any(folder.iterdir()):
        raise InputError("cli.report.folder_used")
    folder.mkdir(parents=True, exist_ok=True)
    forms: dict[int, list[Table]] = {}
    with session.replica() as replica, session.screen.progress(say("print.collecting")) as tell:
        asked = _asked(session, replica, values)
        log_reading(replica, reading_of_school(replica.store, replica.person_id, asked.day))
        for sheet in bundle(replica.store, asked, replica.person_id):
            forms.setdefault(sheet.form, []).append(sheet.table)
            tell(sheet.table.title, sheet.form, 9)
        made = [
            (
                folder / f"{form}_{tables[0].name}.pdf",
                document_of(session, replica, asked.day, tables[0].title, tables),
            )
            for form, tables in forms.items()
        ]
    for file, document in made:
        write_pdf(session, file, document)


@print_group.command(name="registers", cls=LocalCommand, says="print.registers")
@file_argument
@option("--class", "class_name", default="", says="report_class", shown_as="class")
@period_options
@overwrite_option
@click.pass_obj
def registers_command(
    session: Session, /, file: Path, class_name: str, *, overwrite: bool, **values: Any
) -> None:
    """Put summary registers of progress on paper, with the sheet that says how many are sewn."""
    _early(file, overwrite=overwrite)
    spec = report("register", "report")
    with session.replica() as replica, session.screen.progress(say("print.collecting")) as tell:
        asked = _asked(session, replica, values)
        classes = classes_of(replica.store, asked.period.year_id)
        if class_name:
            led = lookup.school_class(replica.store, class_name, asked.day)
            classes = [entry for entry in classes if entry.id == led.id]
        tables = []
        for place, entry in enumerate(classes, start=1):
            wished = replace(asked, class_id=entry.id)
            tables.append(make_report(replica.store, spec, wished, replica.person_id))
            tell(entry.name, place, len(classes))
        if not tables:
            raise InputError("print.nothing")
        made = document_of(session, replica, asked.day, tables[0].title, tables)
    write_pdf(session, file, replace(made, bound=True), overwrite=overwrite)


@print_group.command(name="journal", cls=LocalCommand, says="print.journal")
@argument("class_name", says="class")
@file_argument
@option("--subject", default="", says="print_subject", shown_as="text")
@period_options
@copy_option
@overwrite_option
@click.pass_obj
def journal_command(
    session: Session,
    /,
    class_name: str,
    file: Path,
    subject: str,
    *,
    certified: bool,
    overwrite: bool,
    **values: Any,
) -> None:
    """Put the pages of a class's journals on paper, a grid and a list of lessons for each term."""
    _early(file, overwrite=overwrite)
    with session.replica() as replica, session.screen.progress(say("print.collecting")) as tell:
        store, asked = replica.store, _asked(session, replica, values)
        places = _journals(replica, class_name, subject, asked.day)
        tables: list[Table] = []
        walk = sheets_of_journals(store, places, asked.period, session.language)
        for number, (place, sheets) in enumerate(walk, start=1):
            tables += sheets
            tell(place.subject, number, len(places))
        made = document_of(
            session,
            replica,
            asked.day,
            say("form.journal_grid"),
            tables,
        )
    if not made.tables:
        raise InputError("print.nothing")
    write_pdf(session, file, replace(made, certified=certified), overwrite=overwrite)


@print_group.command(name="weekly", cls=LocalCommand, says="print.weekly")
@argument("class_name", says="class")
@file_argument
@option("--week", "day", type=DayType(), default=TODAY, says="check_week", shown_as="date")
@overwrite_option
@click.pass_obj
def weekly_command(
    session: Session,
    class_name: str,
    file: Path,
    day: Day,
    overwrite: bool,  # noqa: FBT001
) -> None:
    """Put the weekly lists of a class on paper, four on a sheet."""
    _early(file, overwrite=overwrite)
    with session.replica() as replica:
        today = today_of(replica)
        number = day.number(today)
        led = lookup.school_class(replica.store, class_name, number)
        log_reading(replica, reading_of_class(replica.store, replica.person_id, led.id, today))
        as_of = replica.status().last_sync or replica.now()
        week = paper_week(replica.store, led.id, led.name, number, as_of)
        slips = weekly_slips(week, session.language)
        if not slips:
            raise InputError("print.no_applications")
        made = document_of(session, replica, today, slips[0].title, slips=slips)
    write_pdf(session, file, made, overwrite=overwrite)


@print_group.command(name="inspection", cls=LocalCommand, says="print.inspection")
@argument("number", says="inspection_number", type=NUMBER)
@file_argument
@option("--order", is_flag=True, says="print_order")
@overwrite_option
@click.pass_obj
def inspection_command(
    session: Session,
    number: int,
    file: Path,
    order: bool,  # noqa: FBT001
    overwrite: bool,  # noqa: FBT001
) -> None:
    """Put the note on a check on paper, or the order that brings it to people."""
    _early(file, overwrite=overwrite)
    language = session.language
    with session.replica() as replica:
        found = inspection(replica.store, number)
        row = replica.store.first(School)
        school = "" if row is None else row.name
        if order:
            table = order_sheet(found, school, language)
        else:
            table = note_sheet(
                found,
                school,
                lambda item: item.text or sentence(item.check, item.params, language),
                language,
            )
        made = document_of(session, replica, today_of(replica), table.title, [table])
    write_pdf(session, file, made, overwrite=overwrite)


def _early(file: Path, *, overwrite: bool) -> None:
    """Refuse before the passphrase is asked for and a long reading begins."""
    if not overwrite:
        refuse_existing(file)


def _asked(session: Session, replica: Any, values: dict[str, Any]) -> Asked:
    today = today_of(replica)
    period = chosen_period(replica.store, wanted(values), today, session.language)
    return Asked(
        period or period_at(replica.store, today, session.language),
        today,
        replica.now(),
        language=session.language,
    )


def _journals(replica: Any, class_name: str, subject: str, day: int) -> list[lookup.JournalPlace]:
    """Return the journals of a class, or the one of a subject.

    Raises:
        LookupFailedError: No such class or subject.
    """
    if subject:
        return [lookup.journal(replica.store, class_name, subject, day, replica.person_id)]
    led = lookup.school_class(replica.store, class_name, day)
    return [place for place in lookup.journals(replica.store, day) if led.name in place.classes]

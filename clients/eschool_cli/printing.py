"""``eschool print``: registers, reports, weekly lists and orders on paper (2.4, 5.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.deeds import archive_act_command, hand_over_command, inspection_command
from eschool_cli.issued import log_command
from eschool_cli.issuing import heard, issued
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.papers import (
    document_of,
    file_argument,
    hand_out,
    overwrite_option,
    refuse_early,
    told_of,
    write_pdf,
)
from eschool_cli.parameters import Day, DayType
from eschool_cli.reporting import asked_of
from eschool_cli.session import Session, today_of
from eschool_cli.tables import chosen_period, period_options, wanted
from eschool_core.commands.issuing import JOURNAL, REGISTER
from eschool_core.errors import InputError
from eschool_core.forms.content import Paper
from eschool_core.forms.remaking import journal_tables
from eschool_core.forms.weekly_slips import weekly_slips
from eschool_core.forms.wishes import Wish, of_table, of_week
from eschool_core.queries import lookup
from eschool_core.queries.paper import paper_week
from eschool_core.queries.personal_reads import reading_of_class, reading_of_school
from eschool_core.reports.audience import audience_of
from eschool_core.reports.bundle import Sheet, bundle
from eschool_core.reports.catalogue import make_report, report
from eschool_core.reports.contingent import classes_of
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import period_at
from eschool_core.reports.table import Table

F = TypeVar("F", bound=Callable[..., Any])

copy_option = option("--copy", "certified", is_flag=True, says="print_copy")


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
@as_json
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
    as_json: bool,
    **values: Any,
) -> None:
    """Put one report on paper."""
    refuse_early(file, overwrite=overwrite)
    spec = report(name, "report")
    counts = certified or spec.name == REGISTER
    with session.replica() as replica:
        online = counts and heard(session, replica)
        asked = asked_of(session, replica, spec, class_name, teacher, wanted(values))
        table = make_report(replica.store, spec, asked, replica.person_id)
        made = document_of(session, replica, today_of(replica), table.title, [table])
        if counts:
            audience = audience_of(replica.store, replica.person_id, asked.day)
            wish = of_table(
                table,
                spec.name,
                asked.class_id or audience.only_class,
                asked.staff_id,
                certified=certified,
            )
            made = issued(session, replica, made, [wish], online=online)
    hand_out(session, file, made, as_json=as_json, overwrite=overwrite)


@print_group.command(name="bundle", cls=LocalCommand, says="print.bundle")
@argument("folder", says="print_folder", type=click.Path(path_type=Path, file_okay=False))
@period_options
@as_json
@click.pass_obj
def bundle_command(session: Session, /, folder: Path, *, as_json: bool, **values: Any) -> None:
    """Put the nine reports of 4.4.3 on paper, one file for each form."""
    if folder.exists() and any(folder.iterdir()):
        raise InputError("cli.report.folder_used")
    folder.mkdir(parents=True, exist_ok=True)
    with session.replica() as replica:
        online = heard(session, replica)
        asked = _asked(session, replica, values)
        log_reading(replica, reading_of_school(replica.store, replica.person_id, asked.day))
        forms: dict[int, list[Sheet]] = {}
        with session.screen.progress(say("print.collecting")) as tell:
            for sheet in bundle(replica.store, asked, replica.person_id):
                forms.setdefault(sheet.form, []).append(sheet)
                tell(sheet.table.title, sheet.form, 9)
        made = {}
        for form, sheets in forms.items():
            tables, name = [sheet.table for sheet in sheets], sheets[0].name
            document = document_of(session, replica, asked.day, tables[0].title, tables)
            if name == REGISTER:
                wishes = [of_table(sheet.table, name, sheet.class_id) for sheet in sheets]
                document = issued(session, replica, document, wishes, online=online)
            made[folder / f"{form}_{name}.pdf"] = document
    for file, document in made.items():
        write_pdf(session, file, document)
    if as_json:
        session.screen.json([told_of(file, document) for file, document in made.items()])


@print_group.command(name="registers", cls=LocalCommand, says="print.registers")
@file_argument
@option("--class", "class_name", default="", says="report_class", shown_as="class")
@period_options
@overwrite_option
@as_json
@click.pass_obj
def registers_command(
    session: Session,
    /,
    file: Path,
    class_name: str,
    *,
    overwrite: bool,
    as_json: bool,
    **values: Any,
) -> None:
    """Put summary registers of progress on paper, with the sheet that says how many are sewn."""
    refuse_early(file, overwrite=overwrite)
    spec = report(REGISTER, "report")
    with session.replica() as replica:
        online = heard(session, replica)
        asked = _asked(session, replica, values)
        classes = classes_of(replica.store, asked.period.year_id)
        if class_name:
            led = lookup.school_class(replica.store, class_name, asked.day)
            classes = [entry for entry in classes if entry.id == led.id]
        if not classes:
            raise InputError("print.nothing")
        wishes = []
        with session.screen.progress(say("print.collecting")) as tell:
            for place, entry in enumerate(classes, start=1):
                wished = replace(asked, class_id=entry.id)
                table = make_report(replica.store, spec, wished, replica.person_id)
                wishes.append(of_table(table, spec.name, entry.id))
                tell(entry.name, place, len(classes))
        tables = [wish.paper.tables[0] for wish in wishes]
        made = document_of(session, replica, asked.day, tables[0].title, tables)
        made = issued(session, replica, replace(made, bound=True), wishes, online=online)
    hand_out(session, file, made, as_json=as_json, overwrite=overwrite)


@print_group.command(name="journal", cls=LocalCommand, says="print.journal")
@argument("class_name", says="class")
@file_argument
@option("--subject", default="", says="print_subject", shown_as="text")
@period_options
@copy_option
@overwrite_option
@as_json
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
    as_json: bool,
    **values: Any,
) -> None:
    """Put the pages of a class's journals on paper, a grid and a list of lessons for each term."""
    refuse_early(file, overwrite=overwrite)
    with session.replica() as replica:
        online = certified and heard(session, replica)
        store, asked = replica.store, _asked(session, replica, values)
        led = lookup.school_class(store, class_name, asked.day)
        journal_id = 0
        if subject:
            place = lookup.journal(store, class_name, subject, asked.day, replica.person_id)
            journal_id = place.journal_id
        tables: list[Table] = []
        with session.screen.progress(say("print.collecting")) as tell:
            made_of = journal_tables(
                store, led.name, journal_id, asked.period, asked.day, session.language
            )
            for number, (name, sheets) in enumerate(made_of, start=1):
                tables += sheets
                tell(name, number, 0)
        if not tables:
            raise InputError("print.nothing")
        made = document_of(session, replica, asked.day, say("form.journal_grid"), tables)
        if certified:
            wish = Wish(
                Paper(tuple(tables)),
                f"{made.title}, {led.name}, {asked.period.name}",
                JOURNAL,
                asked.period.first_day,
                asked.period.last_day,
                class_id=led.id,
                object_id=journal_id,
                certified=True,
            )
            made = issued(session, replica, made, [wish], online=online)
    hand_out(session, file, made, as_json=as_json, overwrite=overwrite)


@print_group.command(name="weekly", cls=LocalCommand, says="print.weekly")
@argument("class_name", says="class")
@file_argument
@option("--week", "day", type=DayType(), default=TODAY, says="check_week", shown_as="date")
@overwrite_option
@as_json
@click.pass_obj
def weekly_command(
    session: Session,
    class_name: str,
    file: Path,
    day: Day,
    overwrite: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put the weekly lists of a class on paper, four on a sheet."""
    refuse_early(file, overwrite=overwrite)
    with session.replica() as replica:
        online = heard(session, replica)
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
        wishes = of_week(week, slips, led.id)
        made = issued(session, replica, made, wishes, online=online)
    hand_out(session, file, made, as_json=as_json, overwrite=overwrite)


print_group.add_command(inspection_command)
print_group.add_command(hand_over_command)
print_group.add_command(archive_act_command)
print_group.add_command(log_command)


def _asked(session: Session, replica: Any, values: dict[str, Any]) -> Asked:
    today = today_of(replica)
    period = chosen_period(replica.store, wanted(values), today, session.language)
    return Asked(
        period or period_at(replica.store, today, session.language),
        today,
        replica.now(),
        language=session.language,
    )

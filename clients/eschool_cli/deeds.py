"""``eschool print inspection|hand-over|archive-act``: notes, orders and acts on paper."""

from __future__ import annotations

from pathlib import Path

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.duties import said_of
from eschool_cli.inspection import NUMBER
from eschool_cli.localised import LocalCommand, argument, option
from eschool_cli.noting import log_reading
from eschool_cli.papers import (
    document_of,
    file_argument,
    hand_out,
    overwrite_option,
    refuse_early,
)
from eschool_cli.parameters import Day, DayType
from eschool_cli.session import Session, today_of
from eschool_cli.wording import sentence
from eschool_core import calendar
from eschool_core.domain.school import School
from eschool_core.errors import InputError
from eschool_core.forms.archive_act import archive_deed
from eschool_core.forms.hand_over_act import hand_over_deed
from eschool_core.forms.inspection_papers import note_sheet, order_deed
from eschool_core.queries import lookup
from eschool_core.queries.archive import archive
from eschool_core.queries.hand_over import hand_over_act
from eschool_core.queries.in_force import year_on
from eschool_core.queries.inspections import inspection
from eschool_core.queries.personal_reads import reading_of_class
from eschool_core.store.store import Store


@click.command(name="inspection", cls=LocalCommand, says="print.inspection")
@argument("number", says="inspection_number", type=NUMBER)
@file_argument
@option("--order", is_flag=True, says="print_order")
@overwrite_option
@as_json
@click.pass_obj
def inspection_command(
    session: Session,
    number: int,
    file: Path,
    order: bool,  # noqa: FBT001
    overwrite: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put the note on a check on paper, or the order that brings it to people."""
    refuse_early(file, overwrite=overwrite)
    language = session.language
    with session.replica() as replica:
        found = inspection(replica.store, number)
        school = _school(replica.store)
        if order:
            deed = order_deed(found, school, language)
            made = document_of(session, replica, today_of(replica), deed.title, deeds=[deed])
        else:
            table = note_sheet(
                found,
                school,
                lambda item: item.text or sentence(item.check, item.params, language),
                language,
            )
            made = document_of(session, replica, today_of(replica), table.title, [table])
    hand_out(session, file, made, as_json=as_json, overwrite=overwrite)


@click.command(name="hand-over", cls=LocalCommand, says="print.hand-over")
@argument("class_name", says="class")
@file_argument
@overwrite_option
@as_json
@click.pass_obj
def hand_over_command(
    session: Session,
    class_name: str,
    file: Path,
    overwrite: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put the act of a class's last hand-over on paper."""
    refuse_early(file, overwrite=overwrite)
    language = session.language
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        led = lookup.school_class(store, class_name, today)
        log_reading(replica, reading_of_class(store, replica.person_id, led.id, today))
        act = hand_over_act(store, led, replica.now())
        deed = hand_over_deed(
            act,
            _school(store),
            lambda duty: said_of(duty.text, duty.params, language),
            language,
        )
        made = document_of(session, replica, today, deed.title, deeds=[deed])
    hand_out(session, file, made, as_json=as_json, overwrite=overwrite)


@click.command(name="archive-act", cls=LocalCommand, says="print.archive-act")
@file_argument
@option("--act", required=True, says="act", shown_as="text")
@option("--date", "on", type=DayType(), default=TODAY, says="archive_act_day", shown_as="date")
@overwrite_option
@as_json
@click.pass_obj
def archive_act_command(
    session: Session,
    file: Path,
    act: str,
    on: Day,
    overwrite: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put the act of what a year hands to the archive on paper."""
    refuse_early(file, overwrite=overwrite)
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        day = on.number(today)
        year = year_on(store, day)
        if year is None:
            raise InputError("print.nothing")
        kept = archive(store, today, year_id=year.id)
        date = calendar.date_of(day)
        deed = archive_deed(kept, year, act, date, _school(store), session.language)
        made = document_of(session, replica, today, deed.title, deeds=[deed])
    hand_out(session, file, made, as_json=as_json, overwrite=overwrite)


def _school(store: Store) -> str:
    row = store.first(School)
    return "" if row is None else row.name

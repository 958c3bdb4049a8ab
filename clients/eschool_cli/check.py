"""``eschool check``: missed lessons of a week, pupils' data, sections; and recording the check."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.duties import said_of
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import Day, DayType, WordType
from eschool_cli.screen import Column, Screen
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core import calendar
from eschool_core.commands.class_care import CheckAttendance, CheckCards
from eschool_core.commands.office_work import RecordControl
from eschool_core.commands.sections import ConfirmSection
from eschool_core.domain.care_enums import Section
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.cards import Card, cards
from eschool_core.queries.completeness import completeness
from eschool_core.queries.in_force import year_on
from eschool_core.queries.missed_lessons import missed_lessons, week_of
from eschool_core.queries.personal_reads import reading_of_class

week = option("--week", "day", type=DayType(), default=TODAY, says="check_week", shown_as="date")
month = option("--month", "day", type=DayType(), default=TODAY, says="check_month", shown_as="date")
record = option("--record", is_flag=True, says="check_record")
note = option("--note", default="", says="check_note", shown_as="text")


@click.group(name="check", cls=LocalGroup)
def check_group() -> None:
    """Look through what has to be looked through at set intervals."""


@check_group.command(name="attendance", cls=LocalCommand, says="check.attendance")
@argument("class_name", says="class")
@week
@record
@note
@as_json
@click.pass_obj
def attendance_command(
    session: Session,
    class_name: str,
    day: Day,
    record: bool,  # noqa: FBT001
    note: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show the missed lessons of a week; with ``--record`` record the check (4.6.2)."""
    with session.replica() as replica:
        number = day.number(today_of(replica))
        school_class = lookup.school_class(replica.store, class_name, number)
        first, last = week_of(number)
        if record:
            command = made(CheckAttendance, class_id=school_class.id, day=number, note=note)
            done = say(
                "cli.check.attendance.done",
                school_class=school_class.name,
                first=f"{calendar.date_of(first):%d.%m}",
                last=f"{calendar.date_of(last):%d.%m.%Y}",
            )
            give(session, replica, command, done, as_json=as_json)
            return
        answer = missed_lessons(replica.store, school_class.id, school_class.name, first, last)
    if as_json:
        session.screen.json(answer.as_json())
        return
    span = f"{calendar.date_of(first):%d.%m}{DASH}{calendar.date_of(last):%d.%m.%Y}"
    session.screen.heading(f"{answer.school_class} · {span}")
    if answer.partial:
        session.screen.line(say("cli.check.partial"))
    if not answer.pupils:
        session.screen.line(say("cli.check.attendance.none"))
        return
    kinds = ("sick", "valid", "none", "unknown")
    columns = [
        Column(say("cli.column.pupil")),
        Column(say("cli.column.missed_lessons"), "right"),
        *(Column(say(f"cli.column.missed_{kind}"), "right") for kind in kinds),
        Column(say("cli.column.late"), "right"),
    ]
    rows = [(each.name, *map(_number, each.counts())) for each in answer.pupils]
    session.screen.table(columns, rows)


@check_group.command(name="cards", cls=LocalCommand, says="check.cards")
@argument("class_name", says="class")
@month
@record
@note
@as_json
@click.pass_obj
def cards_command(
    session: Session,
    class_name: str,
    day: Day,
    record: bool,  # noqa: FBT001
    note: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show the pupils' data of a class; with ``--record`` record the check (4.6.7)."""
    with session.replica() as replica:
        today = today_of(replica)
        number = day.number(today)
        school_class = lookup.school_class(replica.store, class_name, number)
        reading = reading_of_class(replica.store, replica.person_id, school_class.id, today)
        log_reading(replica, reading)
        answer = cards(replica.store, school_class.id, school_class.name, today)
        if record:
            command = made(
                CheckCards,
                class_id=school_class.id,
                day=number,
                pupil_ids=[card.pupil_id for card in answer.cards],
                note=note,
            )
            done = say(
                "cli.check.cards.done",
                school_class=school_class.name,
                month=f"{calendar.date_of(number):%m.%Y}",
                count=len(answer.cards),
            )
            give(session, replica, command, done, as_json=as_json)
            return
    if as_json:
        session.screen.json(answer.as_json())
        return
    checked = moment(answer.checked_at) if answer.checked_at else say("cli.check.cards.never")
    session.screen.heading(
        say("cli.check.cards.head", school_class=answer.school_class, checked=checked)
    )
    if answer.partial:
        session.screen.line(say("cli.check.partial"))
    _show_cards(session.screen, answer.cards)


@check_group.command(name="section", cls=LocalCommand, says="check.section")
@argument("section", says="section", type=WordType(Section))
@as_json
@click.pass_obj
def section_command(session: Session, section: Section, as_json: bool) -> None:  # noqa: FBT001
    """Confirm that a section of the school's data is complete and true (4.3, 4.7.2)."""
    with session.replica() as replica:
        year = year_on(replica.store, today_of(replica))
        if year is None:
            raise InputError("cli.check.section.no_year")
        command = made(ConfirmSection, year_id=year.id, section=section)
        named = say(f"Section.{section.name.lower()}")
        done = say("cli.check.section.done", section=named, year=year.name)
        give(session, replica, command, done, as_json=as_json)


@check_group.command(name="control", cls=LocalCommand, says="check.control")
@argument("topic", says="control_topic")
@argument("result", says="control_result")
@option("--date", "day", type=DayType(), default=TODAY, says="control_day", shown_as="date")
@option("--document", default="", says="control_document", shown_as="text")
@as_json
@click.pass_obj
def control_command(
    session: Session,
    topic: str,
    result: str,
    day: Day,
    document: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Record what a deputy head has looked into (3.5)."""
    with session.replica() as replica:
        command = made(
            RecordControl,
            day=day.number(today_of(replica)),
            topic=topic,
            result=result,
            document=document,
        )
        give(session, replica, command, say("cli.check.control.done"), as_json=as_json)


@check_group.command(name="school", cls=LocalCommand, says="check.school")
@as_json
@click.pass_obj
def school_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show what the school's base lacks (2.1)."""
    with session.replica() as replica:
        answer = completeness(replica.store, today_of(replica))
    if as_json:
        session.screen.json(answer.as_json())
        return
    if answer.partial:
        session.screen.line(say("cli.check.partial"))
    if not answer.sections and not answer.cards:
        session.screen.line(say("cli.check.school.complete"))
    for section in answer.sections:
        session.screen.heading(say(f"Section.{section.section.name.lower()}"))
        for each in section.missing:
            session.screen.line(said_of(each.key, each.params, session.language), indent=2)
    if answer.cards:
        session.screen.heading(say("cli.check.school.cards"))
    for card in answer.cards:
        lacks = ", ".join(say(f"card.missing.{key}") for key in card.missing)
        session.screen.line(f"{card.school_class} · {card.pupil}: {lacks}", indent=2)


def _number(count: int) -> str:
    return str(count) if count else DASH


def _show_cards(screen: Screen, listed: tuple[Card, ...]) -> None:
    columns = (
        Column(say("cli.column.pupil")),
        Column(say("cli.column.birth"), keep=True),
        Column(say("cli.column.guardians")),
        Column(say("cli.column.missing")),
    )
    screen.table(columns, [_card_row(card) for card in listed])
    for card in listed:
        for change in card.changes:
            said: dict[str, Any] = {
                "name": card.name,
                "field": say(f"card.field.{change.field}"),
                "old": change.old or DASH,
                "new": change.new or DASH,
                "at": moment(change.changed_at),
                "by": change.changed_by or DASH,
            }
            screen.line(say("cli.check.cards.change", **said), indent=2)


def _card_row(card: Card) -> tuple[str, str, str, str]:
    guardians = [
        ", ".join(part for part in (each.name, each.relation, each.phone) if part)
        for each in card.guardians
    ]
    return (
        card.name,
        DASH if card.birth_day is None else f"{card.birth_day:%d.%m.%Y}",
        "; ".join(guardians) or DASH,
        ", ".join(say(f"card.missing.{key}") for key in card.missing) or DASH,
    )

"""``eschool paper``: guardians who are informed on paper (4.6.5)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.check import week
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import MAX_DIGITS, Day, DayType, NumberType, WordType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment, short_date
from eschool_cli.writing import give, made
from eschool_core.commands.paper import (
    FilePaperApplication,
    RecordPaperSlip,
    RevokePaperApplication,
)
from eschool_core.domain.care_enums import SlipState
from eschool_core.queries import lookup, lookup_groups
from eschool_core.queries.paper import PaperEntry, paper_week
from eschool_core.queries.personal_reads import reading_of_class

NUMBER = NumberType(1, 10**MAX_DIGITS)


@click.group(name="paper", cls=LocalGroup)
def paper_group() -> None:
    """Guardians who are informed on paper."""


@paper_group.command(name="list", cls=LocalCommand, says="paper.list")
@argument("class_name", says="class")
@week
@as_json
@click.pass_obj
def list_command(session: Session, class_name: str, day: Day, as_json: bool) -> None:  # noqa: FBT001
    """Show whose printed lists are due, and what became of them."""
    with session.replica() as replica:
        number = day.number(today_of(replica))
        school_class = lookup.school_class(replica.store, class_name, number)
        as_of = replica.status().last_sync or replica.now()
        reading = reading_of_class(
            replica.store, replica.person_id, school_class.id, today_of(replica)
        )
        log_reading(replica, reading)
        answer = paper_week(replica.store, school_class.id, school_class.name, number, as_of)
    if as_json:
        session.screen.json(answer.as_json())
        return
    session.screen.heading(
        say(
            "cli.paper.head",
            school_class=answer.school_class,
            first=short_date(answer.first_day),
            last=f"{answer.last_day:%d.%m.%Y}",
            as_of=moment(answer.as_of),
        )
    )
    if answer.partial:
        session.screen.line(say("cli.check.partial"))
    if not answer.entries:
        session.screen.line(say("cli.paper.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.guardian")),
        Column(say("cli.column.pupil")),
        Column(say("cli.column.marks"), "right"),
        Column(say("cli.column.state")),
    )
    session.screen.table(columns, [_row(entry) for entry in answer.entries])


def _row(entry: PaperEntry) -> tuple[str, ...]:
    lessons = [lesson for day in entry.week.days for lesson in day.lessons]
    state = DASH
    if entry.state is not None:
        state = f"{say(f'SlipState.{entry.state.name.lower()}')} {short_date(entry.day)}"
    marks = sum(len(lesson.marks) for lesson in lessons)
    return (str(entry.application_id), entry.guardian, entry.pupil, str(marks), state)


@paper_group.command(name="file", cls=LocalCommand, says="paper.file")
@argument("pupil", says="corrected_pupil")
@argument("guardian", says="paper_guardian")
@argument("document", says="paper_document")
@option("--from", "first", type=DayType(), default=TODAY, says="paper_from", shown_as="date")
@as_json
@click.pass_obj
def file_command(
    session: Session,
    pupil: str,
    guardian: str,
    document: str,
    first: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put a guardian's written wish on file."""
    with session.replica() as replica:
        today = today_of(replica)
        someone = lookup.any_pupil(replica.store, pupil, today)
        command = made(
            FilePaperApplication,
            pupil_id=someone.pupil_id,
            guardian_id=lookup_groups.applicant(replica.store, someone.pupil_id, guardian),
            document=document,
            first_day=first.number(today),
        )
        give(session, replica, command, say("cli.paper.filed"), as_json=as_json)


@paper_group.command(name="revoke", cls=LocalCommand, says="paper.revoke")
@argument("application", says="paper_number", type=NUMBER)
@option("--last", type=DayType(), default=TODAY, says="pupil_last", shown_as="date")
@as_json
@click.pass_obj
def revoke_command(session: Session, application: int, last: Day, as_json: bool) -> None:  # noqa: FBT001
    """End an application."""
    with session.replica() as replica:
        command = made(
            RevokePaperApplication,
            application_id=application,
            last_day=last.number(today_of(replica)),
        )
        give(session, replica, command, say("cli.paper.revoked"), as_json=as_json)


@paper_group.command(name="record", cls=LocalCommand, says="paper.record")
@argument("application", says="paper_number", type=NUMBER)
@argument("state", says="slip_state", type=WordType(SlipState))
@option("--date", "on", type=DayType(), default=TODAY, says="slip_day", shown_as="date")
@option("--week", "day", type=DayType(), says="check_week", shown_as="date")
@option("--note", default="", says="check_note", shown_as="text")
@as_json
@click.pass_obj
def record_command(
    session: Session,
    application: int,
    state: SlipState,
    on: Day,
    day: Day | None,
    note: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Say what became of a week's list."""
    with session.replica() as replica:
        today = today_of(replica)
        handed = on.number(today)
        command = made(
            RecordPaperSlip,
            application_id=application,
            week_day=handed if day is None else day.number(today),
            slip_state=int(state),
            day=handed,
            note=note,
        )
        give(session, replica, command, say("cli.paper.recorded"), as_json=as_json)

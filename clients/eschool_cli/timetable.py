"""``eschool timetable``: a draft that may clash, published only clash-free (4.4.2)."""

from __future__ import annotations

import re
from typing import Any

import click

from eschool_cli.answers import TODAY, as_json, journal_arguments
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import MAX_DIGITS, Day, DayType, NumberType
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core.calendar import date_of
from eschool_core.commands.timetable_drafts import (
    DraftTimetable,
    PublishTimetable,
    SetDraftSlots,
)
from eschool_core.errors import InputError
from eschool_core.queries import lookup
from eschool_core.queries.in_force import local, year_on, zone_of
from eschool_core.queries.timetable_draft import DraftClash, draft_answer, drafts

NUMBER = NumberType(1, 10**MAX_DIGITS)
# Weekday from 1, period, then week of the cycle from 1 and room where they are needed.
SLOT = re.compile(r"([1-7])\.(\d{1,2})(?:/([1-4]))?(?:@(.{1,40}))?")


class SlotType(click.ParamType[tuple[int, int, int, str]]):
    """``1.3`` for the third lesson on Monday, ``1.3/2@21`` in the second week in room 21."""

    name = "slot"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int, int, str]:
        """Return week, weekday, period and room."""
        if isinstance(value, tuple):
            return value
        found = SLOT.fullmatch(str(value).strip())
        if found is None:
            return self.fail(say("cli.timetable.bad_slot"), param, ctx)
        return (int(found[3] or 1) - 1, int(found[1]) - 1, int(found[2]), found[4] or "")


@click.group(name="timetable", cls=LocalGroup)
def timetable_group() -> None:
    """Drafts of the timetable."""


@timetable_group.command(name="drafts", cls=LocalCommand, says="timetable.drafts")
@as_json
@click.pass_obj
def drafts_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """List the drafts."""
    with session.replica() as replica:
        zone = zone_of(replica.store)
        found = [
            {
                "draft_id": entry.id,
                "name": entry.name,
                "first_day": date_of(entry.first_day).isoformat(),
                "published_at": moment(local(entry.published_at, zone)),
            }
            for entry in drafts(replica.store)
        ]
    if as_json:
        session.screen.json(found)
        return
    if not found:
        session.screen.line(say("cli.timetable.none"))
    for entry in found:
        session.screen.line(say("cli.timetable.draft_line", **entry))


@timetable_group.command(name="draft", cls=LocalCommand, says="timetable.draft")
@argument("name", says="draft_name")
@option("--from", "first", type=DayType(), default=TODAY, says="draft_from", shown_as="date")
@as_json
@click.pass_obj
def draft_command(session: Session, name: str, first: Day, as_json: bool) -> None:  # noqa: FBT001
    """Begin a draft."""
    with session.replica() as replica:
        today = today_of(replica)
        day = first.number(today)
        year = year_on(replica.store, day)
        if year is None:
            raise InputError("cli.check.section.no_year")
        command = made(DraftTimetable, year_id=year.id, name=name, first_day=day)
        give(session, replica, command, say("cli.timetable.begun"), as_json=as_json)


@timetable_group.command(name="lessons", cls=LocalCommand, says="timetable.lessons")
@argument("draft", says="draft_number", type=NUMBER)
@journal_arguments
@argument("slots", says="slots", nargs=-1, type=SlotType())
@as_json
@click.pass_obj
def lessons_command(
    session: Session,
    draft: int,
    class_name: str,
    subject: str,
    slots: tuple[tuple[int, int, int, str], ...],
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the weekly lessons of a journal in a draft."""
    with session.replica() as replica:
        today = today_of(replica)
        place = lookup.journal(replica.store, class_name, subject, today)
        command = made(
            SetDraftSlots, draft_id=draft, journal_id=place.journal_id, slots=[*map(list, slots)]
        )
        done = say("cli.timetable.written", group=place.group, subject=place.subject)
        give(session, replica, command, done, as_json=as_json)
        clashes = draft_answer(replica.store, draft, today).clashes
    if not as_json:
        for clash in clashes:
            session.screen.line(_said(clash), indent=2)


@timetable_group.command(name="show", cls=LocalCommand, says="timetable.show")
@argument("draft", says="draft_number", type=NUMBER)
@as_json
@click.pass_obj
def show_command(session: Session, draft: int, as_json: bool) -> None:  # noqa: FBT001
    """Show what clashes in a draft."""
    with session.replica() as replica:
        answer = draft_answer(replica.store, draft, today_of(replica))
    if as_json:
        session.screen.json(answer.as_json())
        return
    session.screen.heading(
        say(
            "cli.timetable.head",
            name=answer.name,
            date=f"{answer.first_day:%d.%m.%Y}",
            count=answer.lessons,
        )
    )
    if not answer.clashes:
        session.screen.line(say("cli.timetable.clean"))
    for clash in answer.clashes:
        session.screen.line(_said(clash), indent=2)


@timetable_group.command(name="publish", cls=LocalCommand, says="timetable.publish")
@argument("draft", says="draft_number", type=NUMBER)
@as_json
@click.pass_obj
def publish_command(session: Session, draft: int, as_json: bool) -> None:  # noqa: FBT001
    """Publish a draft; refused while anybody would be in two lessons at once."""
    with session.replica() as replica:
        command = made(PublishTimetable, draft_id=draft)
        give(session, replica, command, say("cli.timetable.published"), as_json=as_json)


def _said(clash: DraftClash) -> str:
    return say(
        f"cli.timetable.clash.{clash.kind}",
        weekday=say(f"cli.weekday.{clash.weekday}"),
        first=clash.first or DASH,
        first_period=clash.first_period,
        second=clash.second or DASH,
        second_period=clash.second_period,
        room=clash.room,
    )

"""``eschool move-mark``: a mark in a wrong row or column goes where it belongs (2.2)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType, NumberType, ReasonType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.corrections import MoveMark
from eschool_core.queries import lookup

MAX_PERIOD = 20


@click.command(name="move-mark", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="pupil")
@argument("to_pupil", says="to_pupil")
@lesson_options
@option("--to-date", "to_day", type=DayType(), says="to_date", shown_as="date")
@option("--to-period", type=NumberType(0, MAX_PERIOD), says="to_period", shown_as="number")
@option("--second", is_flag=True, says="second")
@option("--reason", type=ReasonType(), default="", says="reason", shown_as="text")
@as_json
@click.pass_obj
def move_mark_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    to_pupil: str,
    day: Day,
    period: int | None,
    to_day: Day | None,
    to_period: int | None,
    second: bool,  # noqa: FBT001
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Move a mark to the right pupil or lesson in one command."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = find_lesson(replica, class_name, subject, day, period)
        journal_id = place.journal.journal_id
        target = place.lesson
        if to_day is not None or to_period is not None:
            wanted = target.day if to_day is None else to_day.number(today)
            target = lookup.lesson(store, journal_id, wanted, to_period)
        wrong = lookup.pupil(store, pupil, journal_id, place.lesson.day)
        right = lookup.pupil(store, to_pupil, journal_id, target.day)
        command = made(
            MoveMark,
            lesson_id=place.lesson.id,
            pupil_id=wrong.pupil_id,
            position=int(second),
            to_lesson_id=target.id,
            to_pupil_id=right.pupil_id,
            reason=reason,
        )
        done = say("cli.move-mark.done", wrong=wrong.name, right=right.name)
        give(session, replica, command, done, as_json=as_json)

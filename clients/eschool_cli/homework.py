"""``eschool homework``: what is set, or that nothing is."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, NumberType
from eschool_cli.plan_row import MAX_ORDINAL, find_item
from eschool_cli.session import Session
from eschool_cli.writing import give, made
from eschool_core.commands.lessons import RecordHomework
from eschool_core.errors import InputError

HIGHEST_GRADE = 12


@click.command(name="homework", cls=LocalCommand)
@journal_arguments
@argument("words", says="homework", required=False)
@lesson_options
@option("--none", "not_set", is_flag=True, says="not_set")
@option("--grade", type=NumberType(1, HIGHEST_GRADE), says="grade", shown_as="number")
@option(
    "--plan-item", type=NumberType(1, MAX_ORDINAL), says="plan_item_homework", shown_as="number"
)
@as_json
@click.pass_obj
def homework_command(
    session: Session,
    class_name: str,
    subject: str,
    words: str | None,
    day: Day,
    period: int | None,
    not_set: bool,  # noqa: FBT001
    grade: int | None,
    plan_item: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the homework of a lesson, or that none is set (4.5.3)."""
    if (words is not None) + not_set + (plan_item is not None) != 1:
        raise InputError("cli.homework.what")
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        item = find_item(replica.store, place.journal.journal_id, plan_item)
        set_text = (words or "").strip() if item is None else item.homework
        if not set_text and not not_set:
            raise InputError("cli.homework.what")
        command = made(RecordHomework, lesson_id=place.lesson.id, text=set_text, grade=grade or 0)
        key = "cli.homework.not_set" if not_set else "cli.homework.done"
        done = say(key, place=place.said(session.language), text=set_text)
        give(session, replica, command, done, as_json=as_json)

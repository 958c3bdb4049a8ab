"""``eschool topic``: what a lesson was about, and the work done in it."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, NumberType, WordType
from eschool_cli.plan_row import MAX_ORDINAL, find_item
from eschool_cli.session import Session
from eschool_cli.writing import made, show
from eschool_core.commands.base import Command
from eschool_core.commands.lessons import RecordTopic, RecordWork
from eschool_core.domain.enums import WorkKind
from eschool_core.errors import InputError
from eschool_core.queries.cell_text import word


@click.command(name="topic", cls=LocalCommand)
@journal_arguments
@argument("words", says="topic", required=False)
@lesson_options
@option("--plan-item", type=NumberType(1, MAX_ORDINAL), says="plan_item_topic", shown_as="number")
@option("--work", type=WordType(WorkKind), says="work", shown_as="work_kind")
@option("--work-topic", default="", says="work_topic", shown_as="text")
@as_json
@click.pass_obj
def topic_command(
    session: Session,
    class_name: str,
    subject: str,
    words: str | None,
    day: Day,
    period: int | None,
    plan_item: int | None,
    work: WorkKind | None,
    work_topic: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write the topic of a lesson and the work done in it (4.5.6)."""
    if words is None and plan_item is None and work is None:
        raise InputError("cli.topic.what")
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        item = find_item(replica.store, place.journal.journal_id, plan_item)
        topic = words or (item.topic if item is not None else "")
        where = place.said(session.language)
        commands: list[Command] = []
        done: list[str] = []
        if topic:
            commands.append(
                made(
                    RecordTopic,
                    lesson_id=place.lesson.id,
                    text=topic,
                    plan_item_id=0 if item is None else item.id,
                )
            )
            done.append(say("cli.topic.done", place=where, topic=topic))
        if work is not None:
            commands.append(
                made(RecordWork, lesson_id=place.lesson.id, work_kind=work, topic=work_topic)
            )
            kind = word(work, session.language)
            done.append(say("cli.topic.work_done", place=where, kind=kind, topic=work_topic))
        show(session, replica.do_all(commands), done, as_json=as_json)

"""``eschool mark``: a mark given, changed or taken back."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, MarksType, NumberType, ReasonType, WordType
from eschool_cli.session import Session
from eschool_cli.writing import made, show
from eschool_core.commands.lessons import FULL_WEIGHT, RecordMark
from eschool_core.domain.enums import WorkKind
from eschool_core.queries import lookup
from eschool_core.queries.cell_text import word

MAX_WEIGHT_PERCENT = 1_000


@click.command(name="mark", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="pupil")
@argument("marks", says="mark", type=MarksType())
@lesson_options
@option(
    "--kind",
    type=WordType(WorkKind),
    default=WorkKind.CLASSWORK,
    says="work_kind",
    shown_as="work_kind",
)
@option(
    "--weight",
    type=NumberType(0, MAX_WEIGHT_PERCENT),
    default=FULL_WEIGHT,
    says="weight",
    shown_as="percent",
)
@option("--second", is_flag=True, says="second")
@option("--comment", default="", says="comment", shown_as="text")
@option("--reason", type=ReasonType(), default="", says="reason", shown_as="text")
@as_json
@click.pass_obj
def mark_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    marks: tuple[int, ...],
    day: Day,
    period: int | None,
    kind: WorkKind,
    weight: int,
    second: bool,  # noqa: FBT001
    comment: str,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Give, change or take back a mark (4.5.2)."""
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        journal_id = place.journal.journal_id
        person = lookup.pupil(replica.store, pupil, journal_id, place.lesson.day)
        commands = [
            made(
                RecordMark,
                lesson_id=place.lesson.id,
                pupil_id=person.pupil_id,
                value=value,
                work_kind=kind,
                weight=weight,
                position=position,
                comment=comment,
                reason=reason,
            )
            for position, value in enumerate(marks, start=int(second))
        ]
        receipts = replica.do_all(commands)
        where = place.said(session.language)
        words = word(kind, session.language)
        done = [
            say("cli.mark.done", place=where, pupil=person.name, value=value, kind=words)
            if value
            else say("cli.mark.taken_back", place=where, pupil=person.name)
            for value in marks
        ]
        show(session, receipts, done, as_json=as_json)

"""``eschool today``: the lessons of one date."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, long_date
from eschool_core.domain.enums import HomeworkState, Timeliness
from eschool_core.queries.today import LessonToday, SubstitutionNote, today


@click.command(name="today", cls=LocalCommand)
@option("--date", "day", type=DayType(), default=TODAY, says="date", shown_as="date")
@as_json
@click.pass_obj
def today_command(session: Session, day: Day, as_json: bool) -> None:  # noqa: FBT001
    """Show the lessons of a date (4.5.1)."""
    with session.replica() as replica:
        answer = today(replica.store, replica.person_id, day.number(today_of(replica)))
    if as_json:
        session.screen.json(answer.as_json())
        return
    session.screen.heading(long_date(answer.day, session.language))
    if not answer.lessons:
        session.screen.line(say("cli.today.none"))
        return
    columns = (
        Column(say("cli.column.period"), "right", keep=True),
        Column(say("cli.column.time"), keep=True),
        Column(say("cli.column.class"), keep=True),
        Column(say("cli.column.subject")),
        Column(say("cli.column.room"), keep=True),
        Column(say("cli.column.topic")),
        Column(say("cli.column.homework")),
        Column(say("cli.column.roll"), "center", keep=True),
    )
    session.screen.table(columns, [_row(lesson) for lesson in answer.lessons])
    for lesson in answer.lessons:
        if lesson.substitution is not None:
            session.screen.line(f"{lesson.period}. {_substitution(lesson.substitution)}")


def _row(lesson: LessonToday) -> tuple[str | Cell, ...]:
    missing = Cell(DASH, "bold")
    return (
        str(lesson.period),
        f"{lesson.begins}{DASH}{lesson.ends}",
        lesson.school_class,
        lesson.subject,
        lesson.room,
        lesson.topic or missing,
        _homework(lesson),
        "+" if lesson.roll_taken else missing,
    )


def _homework(lesson: LessonToday) -> str | Cell:
    if lesson.homework_state == "blank":
        return Cell(DASH, "bold")
    if lesson.homework_state is HomeworkState.NOT_SET and lesson.in_time is None:
        return say("cli.today.not_usual")
    if lesson.homework_state is HomeworkState.NOT_SET:
        return say("HomeworkState.not_set")
    late = lesson.in_time is Timeliness.LATE
    return f"{lesson.homework} ({say('cli.late_entry')})" if late else lesson.homework


def _substitution(note: SubstitutionNote) -> str:
    said = say("cli.today.given" if note.given else "cli.today.taken", name=note.name or DASH)
    return said if note.confirmed else f"{said} {say('cli.today.unconfirmed')}"

"""``eschool diary``: a pupil's week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, hundredths, long_date, moment
from eschool_core import calendar
from eschool_core.domain.enums import HomeworkState, Presence
from eschool_core.labels import Language
from eschool_core.queries import lookup
from eschool_core.queries.cell_text import word
from eschool_core.queries.diary import Diary, DiaryHomework, DiaryLesson, diary

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

FULL_WEIGHT = 100


@click.command(name="diary", cls=LocalCommand)
@argument("pupil", says="diary_pupil", required=False)
@option("--week", "day", type=DayType(), default=TODAY, says="week", shown_as="date")
@as_json
@click.pass_obj
def diary_command(session: Session, pupil: str | None, day: Day, as_json: bool) -> None:  # noqa: FBT001
    """Show a pupil's week (2.10)."""
    with session.replica() as replica:
        answer = _read(replica, pupil, day.number(today_of(replica)))
    if as_json:
        session.screen.json(answer.as_json())
        return
    who = f"{answer.pupil or DASH}, {answer.school_class or DASH}"
    week = f"{answer.first_day:%d.%m}{DASH}{answer.last_day:%d.%m.%Y}"
    session.screen.heading(f"{who} · {week}")
    if answer.partial:
        session.screen.line(say("cli.diary.partial"))
    if not answer.days:
        session.screen.line(say("cli.diary.none"))
    columns = (
        Column(say("cli.column.period"), "right", keep=True),
        Column(say("cli.column.subject")),
        Column(say("cli.column.topic")),
        Column(say("cli.column.homework")),
        Column(say("cli.column.marks")),
    )
    for one in answer.days:
        session.screen.line()
        session.screen.heading(long_date(one.day, session.language))
        rows = [_row(lesson, session.language) for lesson in one.lessons]
        session.screen.table(columns, rows)
    if any(lesson.links or lesson.files for one in answer.days for lesson in one.lessons):
        said = say("cli.diary.file_limit", megabytes=answer.file_limit_megabytes)
        session.screen.line(said, "dim")
    _results(session, answer)


def _results(session: Session, answer: Diary) -> None:
    """Show the term marks that are released, with the mean of the running term."""
    subjects = [] if answer.results is None else answer.results.subjects
    shown = [
        entry
        for entry in subjects
        if entry.mean_hundredths is not None or any(mark != DASH for _, mark in entry.terms)
    ]
    if not shown:
        return
    ordinals = sorted({ordinal for entry in shown for ordinal, _ in entry.terms})
    columns = [
        Column(say("cli.column.subject")),
        Column(say("cli.column.mean"), "right", keep=True),
        *(Column(str(ordinal), "center", keep=True) for ordinal in ordinals),
        Column(say("cli.term.year"), "center", keep=True),
        Column(say("cli.column.exam"), "center", keep=True),
        Column(say("cli.column.final"), "center", keep=True),
    ]
    session.screen.line()
    session.screen.heading(say("cli.diary.results"))
    rows = []
    for entry in shown:
        marks = dict(entry.terms)
        cells = [marks.get(ordinal, "") for ordinal in ordinals]
        mean = hundredths(entry.mean_hundredths)
        rows.append((entry.subject, mean, *cells, entry.year, entry.exam, entry.final))
    session.screen.table(columns, rows)


def _read(replica: Replica, typed: str | None, day: int) -> Diary:
    if typed is None:
        person = lookup.ward(replica.store, replica.person_id, day)
    else:
        person = lookup.any_pupil(replica.store, typed, day)
    return diary(replica.store, person.pupil_id, calendar.monday_of(day), replica.now())


def _row(lesson: DiaryLesson, language: Language) -> tuple[str, ...]:
    works = [
        f"{word(kind, language)}: {topic}" if topic else word(kind, language)
        for kind, topic in lesson.works
    ]
    return (
        str(lesson.period),
        lesson.subject or DASH,
        "; ".join([lesson.topic or DASH, *works]),
        "; ".join(_set(lesson, language)) or DASH,
        "; ".join(_received(lesson, language)),
    )


def _set(lesson: DiaryLesson, language: Language) -> list[str]:
    homework = [_homework(entry, language) for entry in lesson.homework]
    return [*homework, *_links(lesson), *_files(lesson)]


def _homework(entry: DiaryHomework, language: Language) -> str:
    if entry.state is HomeworkState.NOT_SET:
        return word(entry.state, language)
    notes = [say("cli.diary.set_at", moment=moment(entry.set_at))]
    if entry.late:
        notes.append(say("cli.late_entry"))
    if entry.changed_late:
        notes.append(say("cli.changed_late"))
    return f"{entry.text} ({', '.join(notes)})"


def _links(lesson: DiaryLesson) -> list[str]:
    return [f"{link.title}: {link.url}" for link in lesson.links]


def _files(lesson: DiaryLesson) -> list[str]:
    return [say("cli.diary.file", name=one.name) for one in lesson.files]


def _received(lesson: DiaryLesson, language: Language) -> list[str]:
    parts = []
    if lesson.absence is not None:
        said = word(lesson.absence.presence, language)
        absent = lesson.absence.presence is Presence.ABSENT
        parts.append(f"{said}: {word(lesson.absence.reason, language)}" if absent else said)
    for mark in lesson.marks:
        kind = word(mark.work_kind, language)
        weight = "" if mark.weight == FULL_WEIGHT else f", {say('cli.weight')} {mark.weight} %"
        was = "".join(f"{value} → " for value in mark.earlier)
        parts.append(f"{was}{mark.value} ({kind}{weight})")
        if mark.comment:
            parts[-1] += f": {mark.comment}"
    return parts

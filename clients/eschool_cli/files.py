"""``eschool files``: files of a lesson or its homework – given, listed, saved, removed (2.12)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eschool_cli.answers import Place, as_json, find_lesson, journal_arguments, lesson_options
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day, NumberType
from eschool_cli.parcels import FILE
from eschool_cli.screen import Column
from eschool_cli.session import Session
from eschool_cli.writing import give, made, show
from eschool_core.commands.files import MAX_FILE_BYTES, RemoveFile
from eschool_core.errors import AccessError, InputError
from eschool_core.queries.lesson_files import LessonFiles, lesson_files
from eschool_core.queries.shown_homework import sight_of
from eschool_sync.security.durable import OWNER_ONLY

if TYPE_CHECKING:
    from eschool_sync.replica import Replica

KIB = 1024
MAX_NUMBER = 99


@click.group(name="files", cls=LocalGroup)
def files_group() -> None:
    """Give files with lessons, and save them."""


@files_group.command(name="list", cls=LocalCommand, says="files.list")
@journal_arguments
@lesson_options
@as_json
@click.pass_obj
def list_command(
    session: Session,
    class_name: str,
    subject: str,
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """List the files of a lesson."""
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        answer = _listed(replica, place)
    if as_json:
        session.screen.json(answer.as_json())
        return
    session.screen.heading(place.said(session.language))
    if not answer.files:
        session.screen.line(say("cli.files.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.files.name")),
        Column(say("cli.files.size"), "right", keep=True),
        Column(say("cli.files.what"), keep=True),
    )
    rows = [
        (
            str(number),
            one.name,
            say("cli.files.kib", size=-(-one.size // KIB)),
            say("cli.files.homework" if one.for_homework else "cli.files.lesson"),
        )
        for number, one in enumerate(answer.files, 1)
    ]
    session.screen.table(columns, rows)


@files_group.command(name="add", cls=LocalCommand, says="files.add")
@journal_arguments
@argument("file", says="file_given", type=FILE)
@option("--homework", is_flag=True, says="file_homework")
@lesson_options
@as_json
@click.pass_obj
def add_command(
    session: Session,
    class_name: str,
    subject: str,
    file: Path,
    homework: bool,  # noqa: FBT001
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Give a file with a lesson or its homework; it is sent after the next sync."""
    content = _content(file)
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        receipt = replica.attach_file(place.lesson.id, file.name, content, for_homework=homework)
        done = say("cli.files.added", place=place.said(session.language))
        show(session, [receipt], [done], as_json=as_json)


@files_group.command(name="save", cls=LocalCommand, says="files.save")
@journal_arguments
@argument("number", says="file_number", type=NumberType(1, MAX_NUMBER))
@argument("file", says="file_saved", type=FILE)
@lesson_options
@as_json
@click.pass_obj
def save_command(
    session: Session,
    class_name: str,
    subject: str,
    number: int,
    file: Path,
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Save a file of a lesson; what is not here yet is fetched."""
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        listed = _listed(replica, place)
        size = _save(replica, _numbered(listed, number), file)
    if as_json:
        session.screen.json({"saved": str(file), "size": size})
        return
    session.screen.line(say("cli.files.saved", file=str(file)))


@files_group.command(name="remove", cls=LocalCommand, says="files.remove")
@journal_arguments
@argument("number", says="file_number", type=NumberType(1, MAX_NUMBER))
@lesson_options
@as_json
@click.pass_obj
def remove_command(
    session: Session,
    class_name: str,
    subject: str,
    number: int,
    day: Day,
    period: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Take a file away from a lesson."""
    with session.replica() as replica:
        place = find_lesson(replica, class_name, subject, day, period)
        file_id = _numbered(_listed(replica, place), number)
        command = made(RemoveFile, file_id=file_id)
        give(session, replica, command, say("cli.files.removed"), as_json=as_json)


def _listed(replica: Replica, place: Place) -> LessonFiles:
    sight = sight_of(replica.store, replica.person_id, replica.now())
    return lesson_files(replica.store, place.lesson.id, sight)


def _content(file: Path) -> bytes:
    """Return what a file holds, and no more than is needed to see that it is too large.

    Raises:
        AccessError: ``access.file``.
    """
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise AccessError("access.file") from error


def _numbered(listed: LessonFiles, number: int) -> int:
    """Return the id of a file by its place in the list.

    Raises:
        InputError: ``cli.files.unknown``.
    """
    if number > len(listed.files):
        raise InputError("cli.files.unknown")
    return listed.files[number - 1].file_id


def _save(replica: Replica, file_id: int, path: Path) -> int:
    """Write a file where it is wanted, for its owner alone; return its size.

    Raises:
        InputError: ``cli.files.exists``.
        AccessError: ``access.file``.
    """
    read = replica.read_file(file_id)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as opened:
            return opened.write(read.content)
    except FileExistsError as error:
        raise InputError("cli.files.exists") from error
    except OSError as error:
        raise AccessError("access.file") from error

"""``eschool server sync``: answers the files of devices that have no line (design §5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parcels import FILE, read_parcel, write_parcel
from eschool_cli.server import on_data
from eschool_cli.session import Session
from eschool_cli.wording import told
from eschool_core.errors import EschoolError
from eschool_sync.protocol.parcel import MAX_REQUEST_PARCEL_BYTES
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.server.directory import Directory
from eschool_sync.server.parcels import answer_file

SUFFIX = ".answer"
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command(name="sync", cls=LocalCommand, says="server.sync")
@on_data
@argument("files", says="sync_files", type=FILE, nargs=-1, required=True)
@option("--to", "folder", type=FOLDER, says="server_sync_to", shown_as="folder")
@as_json
@click.pass_obj
def sync_command(
    session: Session,
    data: Path,
    database: str,
    files: Sequence[Path],
    folder: Path | None,
    as_json: bool,  # noqa: FBT001
) -> int:
    """Take the entries in files and write an answer for each; a refused file stops no other."""
    with closing(Directory(data, database)) as directory:
        done = [_answer(directory, path, folder or path.parent) for path in files]
    refused = [error for _, _, error in done if error is not None]
    if as_json:
        session.screen.json([_as_json(*entry) for entry in done])
    for path, answer, error in () if as_json else done:
        if error is None:
            session.screen.line(say("cli.server.sync.done", file=path, answer=answer))
        else:
            happened, remedy = told(error, session.language)
            session.screen.problem(f"{path}: {happened}", "bold")
            session.screen.problem(remedy)
    return refused[-1].exit_code if refused else 0


def _answer(
    directory: Directory, path: Path, folder: Path
) -> tuple[Path, Path | None, EschoolError | None]:
    """Return the file, its answer, and what refused it."""
    try:
        request = read_parcel(path, MAX_REQUEST_PARCEL_BYTES)
        _, answer = answer_file(directory, request, SystemRandom())
        place = folder / (path.name + SUFFIX)
        write_parcel(place, answer)
    except EschoolError as error:
        return path, None, error
    return path, place, None


def _as_json(path: Path, answer: Path | None, error: EschoolError | None) -> dict[str, Any]:
    return {
        "file": str(path),
        "answer": None if answer is None else str(answer),
        "refused": None if error is None else error.key,
    }

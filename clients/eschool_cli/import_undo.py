"""``eschool import list`` and ``import undo``: what was imported, and taking one of it back."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.screen import Column
from eschool_cli.session import Session
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core.commands.import_undo import UndoImport
from eschool_core.errors import InputError
from eschool_core.queries.imports import ImportAnswer, imports
from eschool_core.store.store import Store

MAX_ID = 2**53 - 1


@click.command(name="list", cls=LocalCommand, says="import.list")
@as_json
@click.pass_obj
def list_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show the imports, the newest first."""
    with session.replica() as replica:
        found = imports(replica.store)
    if as_json:
        session.screen.json([one.as_json() for one in found])
        return
    columns = (
        Column(say("cli.import.number"), "right", keep=True),
        Column(say("cli.import.when"), keep=True),
        Column(say("cli.import.what")),
        Column(say("cli.import.who")),
        Column(say("cli.import.changes"), "right"),
        Column(say("cli.import.taken_back"), keep=True),
    )
    rows = [
        (
            str(one.import_id),
            moment(one.made_at),
            _what(one),
            one.person or str(one.person_id),
            str(one.changes),
            moment(one.undone_at) if one.undone_at else DASH,
        )
        for one in found
    ]
    session.screen.table(columns, rows)


@click.command(name="undo", cls=LocalCommand, says="import.undo")
@argument("number", says="import_number", type=NumberType(1, MAX_ID), required=False)
@option("--reason", default="", says="undo_reason", shown_as="text")
@as_json
@click.pass_obj
def undo_command(
    session: Session,
    number: int | None,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Take back an import as a whole; without a number one's own last one."""
    with session.replica() as replica:
        wanted = _wanted(replica.store, replica.person_id, number)
        command = made(UndoImport, import_id=wanted.import_id, reason=reason)
        done = say("cli.import.undone", what=_what(wanted), at=moment(wanted.made_at))
        give(session, replica, command, done, as_json=as_json)


def _wanted(store: Store, person_id: int, number: int | None) -> ImportAnswer:
    """Return the import of a number, or the person's last one.

    A second undo without a number finds nothing: it would be of an import that nobody meant.

    Raises:
        InputError: ``cli.import.nothing_to_undo``.
    """
    if number is None:
        found = [one for one in imports(store, person_id)[:1] if one.undone_at is None]
    else:
        found = [one for one in imports(store) if one.import_id == number]
    if not found:
        raise InputError("cli.import.nothing_to_undo")
    return found[0]


def _what(one: ImportAnswer) -> str:
    said = say(f"cli.import.source.{one.source}")
    return f"{said}: {one.about}" if one.about else said

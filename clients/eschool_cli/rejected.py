"""``eschool rejected``: own commands that were refused or wait for review; fix and resend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.session import Session
from eschool_cli.wording import kind_name, moment, remedy, sentence
from eschool_cli.writing import give
from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import validated
from eschool_core.errors import InputError
from eschool_core.ids import MAX_NUMBER
from eschool_core.labels import Language
from eschool_core.queries.described import described
from eschool_core.queries.in_force import local, zone_of

if TYPE_CHECKING:
    from eschool_sync.replica import RefusedCommand, Replica

NUMBER = NumberType(0, MAX_NUMBER)


@click.group(name="rejected", cls=LocalGroup, invoke_without_command=True, no_args_is_help=False)
@as_json
@click.pass_context
def rejected_group(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001
    """List refused commands, unless a subcommand is given."""
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, as_json=as_json)


@rejected_group.command(name="list", cls=LocalCommand, says="rejected.list")
@as_json
@click.pass_obj
def list_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """List refused commands with the reason and the remedy."""
    _list(session, as_json=as_json)


@rejected_group.command(name="fix", cls=LocalCommand, says="rejected.fix")
@argument("number", says="number", type=NUMBER)
@option("--set", "changes", multiple=True, required=True, says="set", shown_as="assignment")
@as_json
@click.pass_obj
def fix_command(session: Session, number: int, changes: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001
    """Send a corrected command in place of a refused one."""
    with session.replica() as replica:
        command = changed(_command(replica, number), changes)
        done = say("cli.rejected.fixed", number=number)
        give(session, replica, command, done, as_json=as_json, replaces=number)


@rejected_group.command(name="resend", cls=LocalCommand, says="rejected.resend")
@argument("number", says="number", type=NUMBER)
@as_json
@click.pass_obj
def resend_command(session: Session, number: int, as_json: bool) -> None:  # noqa: FBT001
    """Send a refused command once more as it is."""
    with session.replica() as replica:
        command = _command(replica, number)
        done = say("cli.rejected.resent", number=number)
        give(session, replica, command, done, as_json=as_json, replaces=number)


@rejected_group.command(name="dismiss", cls=LocalCommand, says="rejected.dismiss")
@argument("number", says="number", type=NUMBER)
@as_json
@click.pass_obj
def dismiss_command(session: Session, number: int, as_json: bool) -> None:  # noqa: FBT001
    """Take a refused command off the list."""
    with session.replica() as replica:
        _find(replica, number)
        replica.dismiss(number)
    if as_json:
        session.screen.json({"dismissed": number})
    else:
        session.screen.line(say("cli.rejected.dismissed", number=number))


def changed(command: Command, changes: tuple[str, ...]) -> Command:
    """Return a command with some fields changed: ``value=4``.

    Raises:
        InputError: ``cli.rejected.assignment``: no ``field=value``; ``cli.rejected.no_field``;
            ``command.invalid``: a value that does not fit.
    """
    values: dict[str, Any] = command.model_dump(mode="json")
    for change in changes:
        name, equals, typed = change.partition("=")
        if not equals:
            raise InputError("cli.rejected.assignment")
        if name not in values:
            raise InputError("cli.rejected.no_field", fields=", ".join(values))
        values[name] = _value(values[name], typed)
    return validated(type(command), values)


def _value(present: object, typed: str) -> object:
    """Return what was typed in the type of the present value; a list is no single value."""
    if isinstance(present, bool | list | dict):
        raise InputError("cli.rejected.not_simple")
    digits = typed.isascii() and typed.isdigit() and len(typed) <= 16
    if isinstance(present, str) or (present is None and not digits):
        return typed
    if not digits:
        raise InputError("cli.rejected.not_number")
    return int(typed)


def _find(replica: Replica, number: int) -> RefusedCommand:
    for entry in replica.refused():
        if entry.number == number:
            return entry
    raise InputError("cli.rejected.unknown", number=number)


def _command(replica: Replica, number: int) -> Command:
    command = _find(replica, number).command
    if command is None:
        raise InputError("cli.rejected.unreadable", number=number)
    return command


def _list(session: Session, *, as_json: bool) -> None:
    with session.replica() as replica:
        refused = replica.refused()
        shown = [
            (entry, described(replica.store, entry.command, session.language)) for entry in refused
        ]
        zone = zone_of(replica.store) if refused else "UTC"
    if as_json:
        session.screen.json([_as_json(entry, zone, session.language) for entry in refused])
        return
    if not refused:
        session.screen.line(say("cli.rejected.none"))
    for entry, fields in shown:
        params = dict(entry.params)
        kind = say(f"Verdict.{entry.verdict.name.lower()}")
        made_at = moment(local(entry.made_at, zone))
        session.screen.heading(f"№ {entry.number} · {kind_name(entry.kind)} · {made_at} · {kind}")
        for name, value in fields:
            session.screen.line(f"{name}: {value}", indent=2)
        session.screen.line(sentence(entry.key, params, session.language), "bold", indent=2)
        session.screen.line(remedy(entry.key, params, session.language), indent=2)
    if refused:
        session.screen.line()
        session.screen.line(say("cli.rejected.how"), "dim")


def _as_json(entry: RefusedCommand, zone: str, language: Language) -> dict[str, Any]:
    at = local(entry.made_at, zone)
    params = dict(entry.params)
    return {
        "number": entry.number,
        "kind": entry.kind,
        "verdict": entry.verdict.name.lower(),
        "key": entry.key,
        "clause": entry.clause,
        "text": sentence(entry.key, params, language),
        "remedy": remedy(entry.key, params, language),
        "made_at": None if at is None else at.isoformat(),
        "fields": None if entry.command is None else entry.command.model_dump(mode="json"),
    }

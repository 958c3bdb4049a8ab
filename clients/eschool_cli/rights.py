"""``eschool rights``: the table of permissions, who may give which command and who sees what."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, say
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session
from eschool_cli.wording import DASH
from eschool_core.errors import InputError
from eschool_core.labels import catalogue
from eschool_core.regulation.permissions import (
    ADMINISTRATION,
    EVERYBODY,
    Permission,
    Section,
    table,
)


@click.command(name="rights", cls=LocalCommand)
@argument("act", says="rights_command", required=False)
@as_json
@click.pass_obj
def rights_command(session: Session, act: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Show who may do what, and who sees what (4.1)."""
    commands = {
        name: who
        for name, who in table("commands").items()
        if act is None or name.partition("/")[0] == act
    }
    if not commands:
        raise InputError("cli.rights.unknown", name=str(act))
    reads = table("reads") if act is None else {}
    if as_json:
        session.screen.json({"commands": _plain(commands), "reads": _plain(reads)})
        return
    _show(session, "commands", commands)
    if reads:
        session.screen.line()
        _show(session, "reads", reads)


def _show(session: Session, section: Section, rows: dict[str, tuple[Permission, ...]]) -> None:
    columns = (Column(say(f"cli.rights.{section}")), Column(say("cli.rights.who")))
    session.screen.table(
        columns,
        [(Cell(_title(section, name), below=name), _who(who)) for name, who in rows.items()],
    )


def _title(section: Section, name: str) -> str:
    kind, _, variant = name.partition("/")
    key = f"cli.command.{kind}" if section == "commands" else f"cli.rights.rows.{kind}"
    title = say(key) if key in catalogue() else kind
    return f"{title} ({say(f'cli.rights.variant.{variant}')})" if variant else title


def _who(permissions: tuple[Permission, ...]) -> str:
    """Return who may in words, with one word for the administration and for everybody."""
    left = list(permissions)
    words = []
    for members, key in ((EVERYBODY, "everybody"), (ADMINISTRATION, "administration")):
        whole = [Permission(subject, "school") for subject in members]
        if all(one in left for one in whole):
            words.append(say(f"cli.rights.{key}"))
            left = [one for one in left if one not in whole]
    return "; ".join([*words, *map(_one, left)]) or DASH


def _one(permission: Permission) -> str:
    subject = say(f"cli.rights.subject.{permission.subject}")
    if permission.over == "school":
        return subject
    return f"{subject} – {say(f'cli.rights.over.{permission.over}')}"


def _plain(rows: dict[str, tuple[Permission, ...]]) -> dict[str, list[dict[str, str]]]:
    return {
        name: [{"subject": one.subject, "over": one.over} for one in who]
        for name, who in rows.items()
    }

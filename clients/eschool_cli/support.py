"""``eschool support``: the contact of the developers' support, and a bundle for it (4.7.7)."""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
import zipfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.border import LOG_NAME
from eschool_cli.home import existing_folder
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.session import Session
from eschool_cli.writing import give, made
from eschool_core.commands.acts import SetSupportContact
from eschool_core.errors import AccessError, InputError
from eschool_core.queries.support import support_contact, support_facts
from eschool_core.regulation.registry import CLAUSES

LIBRARIES = (
    "cryptography",
    "httpx",
    "pydantic",
    "sqlalchemy",
    "sqlcipher3",
    "sqlmodel",
    "zstandard",
)
MOST_INCIDENTS = 200


@click.group(name="support", cls=LocalGroup)
def support_group() -> None:
    """Keep contact with the developers' support."""


@support_group.command(name="show", cls=LocalCommand, says="support.show")
@as_json
@click.pass_obj
def show_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show whom to turn to."""
    with session.replica() as replica:
        contact = support_contact(replica.store)
    if as_json:
        session.screen.json(None if contact is None else contact.as_json())
        return
    if contact is None:
        session.screen.line(say("support.none"))
        return
    fields = {name: value for name, value in contact.as_json().items() if value}
    session.screen.fields([(say(f"support.field.{name}"), value) for name, value in fields.items()])
    session.screen.line(say("support.bundle_hint"), "dim")


@support_group.command(name="set", cls=LocalCommand, says="support.set")
@argument("name", says="support_name")
@option("--phone", default="", says="support_phone", shown_as="text")
@option("--email", default="", says="support_email", shown_as="text")
@option("--hours", default="", says="support_hours", shown_as="text")
@option("--contract", default="", says="support_contract", shown_as="text")
@as_json
@click.pass_obj
def set_command(
    session: Session,
    name: str,
    phone: str,
    email: str,
    hours: str,
    contract: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter the contact (system officer)."""
    command = made(
        SetSupportContact, name=name, phone=phone, email=email, hours=hours, contract=contract
    )
    with session.replica() as replica:
        give(session, replica, command, say("support.entered"), as_json=as_json)


@support_group.command(name="bundle", cls=LocalCommand, says="support.bundle")
@argument("file", says="support_file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
@click.pass_obj
def bundle_command(session: Session, file: Path, as_json: bool) -> None:  # noqa: FBT001
    """Write versions, numbers and incidents into a zip file: nobody's name, text or mark."""
    told = {"program": _program(), "replica": _replica(session), "incidents": _incidents(session)}
    text = json.dumps(told, ensure_ascii=False, indent=1)
    try:
        with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("support.json", text)
    except FileExistsError as error:
        raise InputError("support.file_there") from error
    except OSError as error:
        raise AccessError("access.file") from error
    if as_json:
        session.screen.json(told)
        return
    session.screen.line(say("support.written", file=file.name))
    session.screen.line(say("support.nothing_personal"), "dim")


def _program() -> dict[str, Any]:
    status = [entry.status for entry in CLAUSES]
    return {
        "eschool": _version("eschool"),
        "python": ".".join(map(str, sys.version_info[:3])),
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: _version(name) for name in LIBRARIES},
        "clauses": {name: status.count(name) for name in sorted(set(status))},
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _replica(session: Session) -> dict[str, Any] | None:
    """Return numbers of the replica; None where there is none, or several and none is named."""
    try:
        existing_folder(session.home, session.profile)
    except InputError:
        return None
    with session.replica() as replica:
        status = replica.status()
        refused = [(command.kind, command.key) for command in replica.refused()]
        return {
            **support_facts(replica.store).as_json(),
            "pending": status.pending,
            "refused": [{"kind": kind, "key": key} for kind, key in refused],
        }


def _incidents(session: Session) -> list[dict[str, Any]]:
    """Return the last incidents: types and places in the code, as the log has them."""
    log = session.home / LOG_NAME
    if not log.is_file():
        return []
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-MOST_INCIDENTS:]
    return [_incident(line) for line in lines if line.startswith("{")]


def _incident(line: str) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return {name: read.get(name) for name in ("time", "incident", "command", "errors")}

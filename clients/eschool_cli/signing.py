"""``eschool sign`` and ``eschool signatures``; ``eschool server keys school`` and ``person``."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.prompts import secret
from eschool_cli.session import Session
from eschool_cli.signing_key import FILE, MOST_KEY_BYTES, OwnKey, own_key, read_file
from eschool_cli.wording import DASH, moment
from eschool_core.errors import AccessError, DamageError, InputError
from eschool_sync.security.durable import OWNER_ONLY
from eschool_sync.signing.certificates import make_leaf, make_root
from eschool_sync.signing.pades import check_signatures
from eschool_sync.signing.provider import Signatory, SignatureState, provider

MOST_PDF_BYTES = 256 * 1024 * 1024


@click.command(name="school", cls=LocalCommand, says="server.keys.school")
@argument("school", says="sign_school")
@option("--key", type=FILE, required=True, says="sign_root_key", shown_as="file")
@option("--root", type=FILE, required=True, says="sign_root_out", shown_as="file")
@as_json
@click.pass_obj
def school_command(
    session: Session,
    school: str,
    key: Path,
    root: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make the school's root: what vouches for the signatures of its people."""
    _free(key, root)
    sealed_by = _new_passphrase(session)
    made = make_root(school, sealed_by, datetime.now(UTC))
    _write_new(key, made.sealed)
    _write_new(root, made.certificate)
    if as_json:
        session.screen.json({"key": str(key), "root": str(root)})
    else:
        session.screen.line(say("sign.root_made", file=key.name, root=root.name))


@click.command(name="person", cls=LocalCommand, says="server.keys.person")
@argument("name", says="sign_person")
@option("--school-key", type=FILE, required=True, says="sign_school_key", shown_as="file")
@option("--key", type=FILE, required=True, says="sign_person_key", shown_as="file")
@as_json
@click.pass_obj
def person_command(
    session: Session,
    name: str,
    school_key: Path,
    key: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make a person's key, vouched for by the school's root for a year."""
    _free(key)
    root = read_file(school_key, MOST_KEY_BYTES)
    opened_by = secret("cli.ask.root_passphrase", session.passphrase_fd)
    sealed_by = _new_passphrase(session)
    made = make_leaf(root, opened_by, name, sealed_by, datetime.now(UTC))
    _write_new(key, made.sealed)
    if as_json:
        session.screen.json({"key": str(key)})
    else:
        session.screen.line(say("sign.person_made", file=key.name))


@click.command(name="sign", cls=LocalCommand)
@argument("file", says="sign_file", type=FILE)
@argument("signed", says="sign_signed", type=FILE)
@own_key("sign_key")
@option("--provider", "named", default="", says="sign_provider", shown_as="name")
@option("--reason", default="", says="sign_reason", shown_as="text")
@as_json
@click.pass_obj
def sign_command(
    session: Session,
    file: Path,
    signed: Path,
    own: OwnKey,
    named: str,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Sign a PDF (PAdES); the signed copy is a new file."""
    if own.is_named == bool(named):
        raise InputError("sign.which_key")
    _free(signed)
    pdf = read_file(file, MOST_PDF_BYTES)
    if named:
        made = provider(named).sign(pdf, reason)
    else:
        with own.opened(session) as signer:
            made = signer.sign(pdf, reason)
    _write_new(signed, made)
    if as_json:
        session.screen.json({"file": str(signed)})
    else:
        session.screen.line(say("sign.done", file=signed.name))


@click.command(name="signatures", cls=LocalCommand)
@argument("file", says="sign_file", type=FILE)
@option("--root", type=FILE, says="sign_root", shown_as="file")
@option("--provider", "named", default="", says="sign_provider", shown_as="name")
@as_json
@click.pass_obj
def signatures_command(
    session: Session,
    file: Path,
    root: Path | None,
    named: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Check the signatures of a PDF without a network."""
    if (root is None) == (not named):
        raise InputError("sign.which_root")
    pdf = read_file(file, MOST_PDF_BYTES)
    if root is None:
        found = provider(named).check(pdf)
    else:
        found = check_signatures(pdf, read_file(root, MOST_KEY_BYTES))
    if as_json:
        session.screen.json([_json(one) for one in found])
    else:
        for number, one in enumerate(found, start=1):
            session.screen.line(_said(number, one))
    if not found:
        raise InputError("sign.none")
    if any(one.state is SignatureState.CHANGED for one in found):
        raise DamageError("sign.changed")
    if any(one.state is SignatureState.FOREIGN for one in found):
        raise AccessError("sign.foreign")


def _said(number: int, one: Signatory) -> str:
    who = ", ".join(part for part in (one.name, one.organisation) if part) or DASH
    when = DASH if one.signed_at is None else f"{moment(one.signed_at.astimezone(UTC))} UTC"
    return say(
        "sign.line", number=number, who=who, when=when, state=say(f"SignatureState.{one.state}")
    )


def _json(one: Signatory) -> dict[str, str | None]:
    return {
        "state": str(one.state),
        "name": one.name,
        "organisation": one.organisation,
        "signed_at": None if one.signed_at is None else one.signed_at.isoformat(),
    }


def _new_passphrase(session: Session) -> str:
    given = secret("cli.ask.new_passphrase", session.passphrase_fd, confirm=True)
    if not given:
        raise InputError("sign.no_passphrase")
    return given


def _free(*files: Path) -> None:
    """Refuse files that are there, before anything is asked for or made.

    Raises:
        InputError: ``sign.file_there``.
    """
    if any(file.exists() for file in files):
        raise InputError("sign.file_there")


def _write_new(file: Path, data: bytes) -> None:
    """Write a new file that its owner alone reads.

    Raises:
        InputError: ``sign.file_there``.
        AccessError: ``access.file``.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError as error:
        raise InputError("sign.file_there") from error
    except OSError as error:
        raise AccessError("access.file") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        file.unlink(missing_ok=True)
        raise AccessError("access.file") from error

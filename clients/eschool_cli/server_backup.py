"""``eschool server backup``, ``restore``, ``keys recovery``: what survives a lost server (1.2)."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import DefaultGroup, LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.server import of_school, on_data
from eschool_cli.session import Session
from eschool_cli.signing import person_command, school_command
from eschool_cli.writing import give, made
from eschool_core.commands.backups import RecordBackup
from eschool_core.errors import AccessError, InputError
from eschool_sync.backup.make import Made, Source, drop_old, make_backup
from eschool_sync.backup.manifest import Manifest
from eschool_sync.backup.recovery_key import PrivateKey, PublicKey
from eschool_sync.backup.restore import restore_backup, verify_backup
from eschool_sync.clock import SystemClock
from eschool_sync.security.durable import OWNER_ONLY, read_at_most, write_atomically
from eschool_sync.security.random_source import SystemRandom
from eschool_sync.server.directory import Directory
from eschool_sync.server.erasing import FILE as ERASED
from eschool_sync.server.erasing import add_list, list_beside

PUBLIC_FILE = "recovery.pub"
MAX_KEY_BYTES = 4096
MOST_DAYS = 35
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
DAY_SECONDS = 24 * 3600


@click.group(name="keys", cls=LocalGroup, says="server.keys")
def keys_group() -> None:
    """Make keys."""


keys_group.add_command(school_command)
keys_group.add_command(person_command)


@keys_group.command(name="recovery", cls=LocalCommand, says="server.keys.recovery")
@option("--private", "private_path", type=FILE, says="key_private", shown_as="file")
@option("--public", "public_path", type=FILE, says="key_public", shown_as="file")
@option("--replace", is_flag=True, says="key_replace")
@as_json
@click.pass_obj
def recovery_command(
    session: Session,
    private_path: Path | None,
    public_path: Path | None,
    replace: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make the recovery key pair; the private part is shown or saved once, never kept."""
    private = PrivateKey.generate(SystemRandom())
    if public_path is not None and public_path.exists() and not replace:
        raise InputError("backup.key_there")
    if private_path is not None:
        _write_new(private_path, private.spelled())
    if public_path is not None:
        _write(public_path, private.public.spelled())
    if as_json:
        told = {"public": private.public.spelled()}
        session.screen.json(told | ({} if private_path else {"private": private.spelled()}))
        return
    session.screen.whole(say("backup.public", spelled=private.public.spelled()))
    if private_path is None:
        session.screen.whole(say("backup.private", spelled=private.spelled()), "bold")
    else:
        session.screen.line(say("backup.private_saved", file=private_path.name), "bold")
    session.screen.line(say("backup.private_apart"))


@click.group(name="backup", cls=DefaultGroup, default="make", says="server.backup")
def backup_group() -> None:
    """Back up and verify."""


@backup_group.command(name="make", cls=LocalCommand, says="server.backup.make")
@on_data
@of_school
@option("--to", "folder", type=FOLDER, required=True, says="backup_to", shown_as="folder")
@option("--recipient", says="backup_recipient", shown_as="text")
@option("--keep-days", type=NumberType(1, MOST_DAYS), says="backup_keep", shown_as="number")
@as_json
@click.pass_obj
def make_command(
    session: Session,
    data: Path,
    database: str,
    school: int | None,
    folder: Path,
    recipient: str | None,
    keep_days: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Write a backup of every school, or of one, while the server goes on serving."""
    public = _recipient(data, recipient)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory, clock = Directory(data, database), SystemClock()
    numbers = directory.numbers() if school is None else [school]
    if not numbers:
        raise InputError("server.no_school")
    done: list[tuple[Made, int]] = []
    for number in numbers:
        served = directory.school(number)
        source = Source(served.database, served.state)
        with session.screen.progress(say("backup.writing")) as report:

            def told(table: str, rows: int) -> None:
                report(f"{say('backup.writing')} {table}", rows, 0)

            written = make_backup(source, public, folder, clock, SystemRandom(), told)
        add_list(data / str(number) / ERASED, list_beside(folder, number))
        before = clock.wall() - (keep_days or 0) * DAY_SECONDS
        dropped = drop_old(folder, number, before) if keep_days else []
        done.append((written, len(dropped)))
    directory.close()
    if as_json:
        session.screen.json([_made_json(written, dropped) for written, dropped in done])
        return
    for written, gone in done:
        size = written.path.stat().st_size
        session.screen.line(say("backup.made", file=written.path.name, kib=-(-size // 1024)))
        _tell(session, written.manifest)
        if gone:
            session.screen.line(say("backup.dropped", count=gone, days=keep_days))
    session.screen.line(say("backup.now_verify"), "dim")


@backup_group.command(name="verify", cls=LocalCommand, says="server.backup.verify")
@argument("file", says="backup_file", type=FILE)
@option("--key", type=FILE, required=True, says="backup_key", shown_as="file")
@option("--scratch", type=FOLDER, says="backup_scratch", shown_as="folder")
@option("--record", is_flag=True, says="backup_record")
@as_json
@click.pass_obj
def verify_command(
    session: Session,
    file: Path,
    key: Path,
    scratch: Path | None,
    record: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Restore a backup into a scratch place, compare everything, leave nothing behind."""
    manifest = verify_backup(file, _private(key), SystemRandom(), scratch)
    if record:
        with session.replica() as replica:
            command = made(
                RecordBackup,
                backup_seq=manifest.seq,
                root=manifest.root,
                made_at=manifest.made_at,
            )
            done = say("backup.recorded", seq=manifest.seq)
            give(session, replica, command, done, as_json=as_json)
        return
    if as_json:
        session.screen.json({"verified": True, "manifest": asdict(manifest)})
        return
    session.screen.line(say("backup.verified"), "bold")
    _tell(session, manifest)


@click.command(name="restore", cls=LocalCommand, says="server.restore")
@argument("file", says="backup_file", type=FILE)
@on_data
@option("--key", type=FILE, required=True, says="backup_key", shown_as="file")
@as_json
@click.pass_obj
def restore_command(
    session: Session,
    file: Path,
    data: Path,
    database: str,
    key: Path,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Make the school out of a backup, as a new incarnation, in a place that does not have it."""
    restored = restore_backup(file, _private(key), data, SystemRandom(), database)
    number = restored.state.school
    add_list(list_beside(file.parent, number), data / str(number) / ERASED)
    if as_json:
        session.screen.json(
            {
                "school": restored.state.school,
                "incarnation": restored.state.incarnation,
                "server_device": restored.state.server_device,
                "manifest": asdict(restored.before),
            }
        )
        return
    session.screen.line(say("backup.restored", school=restored.state.school), "bold")
    _tell(session, restored.before)
    session.screen.line(say("backup.restored.next", data=data))


def _tell(session: Session, manifest: Manifest) -> None:
    rows = sum(manifest.rows.values())
    session.screen.fields(
        [
            (say("backup.field.school"), str(manifest.school)),
            (say("backup.field.seq"), str(manifest.seq)),
            (say("backup.field.rows"), str(rows)),
        ]
    )
    for name in ("root", "digest", "key"):
        session.screen.whole(f"{say(f'backup.field.{name}')}: {getattr(manifest, name)}")


def _made_json(written: Made, dropped: int) -> dict[str, Any]:
    return {
        "file": str(written.path),
        "sidecar": str(written.sidecar),
        "bytes": written.path.stat().st_size,
        "dropped": dropped,
        "manifest": asdict(written.manifest),
    }


def _recipient(data: Path, named: str | None) -> PublicKey:
    """Return the public key: as text, in a file, or in the data folder.

    Raises:
        InputError: ``backup.no_key``, ``backup.bad_key``.
    """
    path = data / PUBLIC_FILE if named is None else Path(named)
    if named is not None and not path.is_file():
        return PublicKey.read(named)
    if not path.is_file():
        raise InputError("backup.no_key")
    return PublicKey.read(_text(path))


def _private(path: Path) -> PrivateKey:
    return PrivateKey.read(_text(path))


def _text(path: Path) -> str:
    """Return what is in a small file.

    Raises:
        InputError: ``backup.bad_key``.
        AccessError: ``access.file``.
    """
    try:
        return (read_at_most(path, MAX_KEY_BYTES) or b"").decode("ascii")
    except ValueError as error:
        raise InputError("backup.bad_key") from error
    except OSError as error:
        raise AccessError("access.file") from error


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode() + b"\n")
    except OSError as error:
        raise AccessError("access.file") from error


def _write_new(path: Path, text: str) -> None:
    """Write a secret into a file that must not be there.

    Raises:
        InputError: ``backup.private_there``.
        AccessError: ``access.file``.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError as error:
        raise InputError("backup.private_there") from error
    except OSError as error:
        raise AccessError("access.file") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())

"""A PostgreSQL server of our own: in a temporary folder, on a Unix socket, gone afterwards.

It uses no server of the system and no port, so that tests may run side by side. PostgreSQL
refuses to run as root; there it runs as ``postgres`` or ``nobody``, who own the folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

START_LIMIT_SECONDS = 30
STOP_LIMIT_SECONDS = 20
SUPERUSER = "eschool_test"
# Speed before safety: the data lives no longer than the tests.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "50",
    "shared_buffers": "32MB",
}


class PostgresMissingError(Exception):
    """This machine has no PostgreSQL server programs; the text says what to install."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server: None for the user who runs the tests."""

    uid: int | None = None
    gid: int | None = None


def find_binaries() -> Path:
    """Return the folder with ``initdb`` and ``postgres``: the newest of Debian's, else by PATH.

    Raises:
        PostgresMissingError: There is none.
    """
    debian = [
        path.parent
        for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")
        if path.parent.parent.name.isdigit()
    ]
    if debian:
        return max(debian, key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    raise PostgresMissingError("PostgreSQL's initdb is missing: apt install postgresql")


def unprivileged_account() -> Account:
    """Return whom to run the server as; a user without rights where we are root."""
    if os.geteuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise PostgresMissingError("PostgreSQL does not run as root: add a user postgres or nobody")


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run a fresh server for the time of the block and yield the URL of its database.

    The folder is open to the server's user alone, so the socket needs no password.

    Raises:
        PostgresMissingError: The machine has no server programs.
    """
    binaries, account = find_binaries(), unprivileged_account()
    # Not pytest's folder: that one is closed to other users, and too deep for a socket's path.
    folder = Path(tempfile.mkdtemp(prefix="eschool-pg-"))
    try:
        if account.uid is not None and account.gid is not None:
            os.chown(folder, account.uid, account.gid)
        create_cluster(binaries, folder, account)
        with _serving(binaries, folder, account) as server:
            url = f"postgresql://{SUPERUSER}@/postgres?host={folder}"
            wait_until_ready(url, server, folder)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(url: str, like: str = "") -> str:
    """Make another database on the server of ``url``, empty or a copy; return its URL.

    Args:
        url: Of any database there.
        like: URL of the one to copy; nobody may be connected to it.
    """
    name = f"made_{uuid.uuid4().hex}"
    made, origin = Identifier(name), Identifier(_name(like) if like else "template1")
    with psycopg.connect(_renamed(url, "postgres"), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(made, origin))
    return _renamed(url, name)


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def _renamed(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def create_cluster(binaries: Path, folder: Path, account: Account) -> None:
    """Make an empty cluster in ``folder``."""
    command: list[str | Path] = [
        binaries / "initdb",
        "--pgdata",
        folder / "data",
        "--username",
        SUPERUSER,
    ]
    command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
    run_as(command, folder, account).check_returncode()


def run_as(
    command: list[str | Path], folder: Path, account: Account
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the user whom its files belong to."""
    return subprocess.run(
        command,
        cwd=folder,
        user=account.uid,
        group=account.gid,
        extra_groups=[] if account.uid is not None else None,
        check=False,
        capture_output=True,
        text=True,
    )


def started(
    binaries: Path, folder: Path, account: Account, settings: Mapping[str, str] = SETTINGS
) -> subprocess.Popen[bytes]:
    """Start the server of the cluster in ``folder``, with a process group of its own."""
    command: list[str | Path] = [binaries / "postgres", "-D", folder / "data", "-k", folder]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            user=account.uid,
            group=account.gid,
            extra_groups=[] if account.uid is not None else None,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@contextmanager
def _serving(binaries: Path, folder: Path, account: Account) -> Iterator[subprocess.Popen[bytes]]:
    server = started(binaries, folder, account)
    try:
        yield server
    finally:
        # SIGINT is PostgreSQL's fast shutdown: it waits for no client.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_ready(url: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when the server takes connections.

    Raises:
        RuntimeError: It does not start; holds what it has logged.
    """
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                log = (folder / "log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"PostgreSQL did not start:\n{log}") from error
            time.sleep(0.02)
        else:
            return

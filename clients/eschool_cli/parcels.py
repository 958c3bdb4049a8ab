"""Files that carry a sync: read with a limit, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import click

from eschool_core.errors import InputError
from eschool_sync.security.durable import read_at_most, write_atomically

FILE = click.Path(path_type=Path, dir_okay=False)


def read_parcel(path: Path, limit: int) -> bytes:
    """Return the content of a file that somebody has brought.

    Raises:
        InputError: ``parcel.unreadable``; ``parcel.not_ours``: longer than any of ours.
    """
    try:
        data = read_at_most(path, limit)
    except OSError as error:
        raise InputError("parcel.unreadable") from error
    if data is None:
        raise InputError("parcel.not_ours")
    return data


def write_parcel(path: Path, data: bytes) -> None:
    """Write a file that somebody is to carry; after a crash it is whole or not there.

    Raises:
        InputError: ``parcel.unwritable``.
    """
    try:
        write_atomically(path, data)
    except OSError as error:
        raise InputError("parcel.unwritable") from error

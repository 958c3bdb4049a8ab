"""Small files that must survive a power cut whole, and be read by their owner alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

OWNER_ONLY: Final = 0o600


def write_atomically(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: after a crash there is the old file or the new one, whole.

    Only one process at a time may write to ``path``; the replica's lock sees to that.

    Raises:
        OSError: The disk is full or the folder may not be written; the old file is untouched.
    """
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names that were added to ``folder`` or changed there survive a power cut."""
    if os.name != "posix":
        return  # Windows writes names through and lets no folder be opened.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_at_most(path: Path, limit: int) -> bytes | None:
    """Return the content of ``path``, or nothing if it is longer than ``limit`` bytes."""
    with path.open("rb") as file:
        data = file.read(limit + 1)
    return data if len(data) <= limit else None

"""One process serves all SQLite schools of a data folder; a second one is refused (design §5.4).

What several may do, such as writing a school's state, they do in turn.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eschool_core.errors import BusyError

LOCK_FILE: Final = "server.lock"
NOTICES_FILE: Final = "notices.lock"


@contextmanager
def single_server(folder: Path, name: str = LOCK_FILE) -> Iterator[None]:
    """Hold a data folder for the block; the operating system lets go of it when a process dies.

    Args:
        folder: The data folder.
        name: Of the lock: one for those who serve, one for those who send notices.

    Raises:
        BusyError: ``busy.data_folder``: another process serves the folder.
    """
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _lock(descriptor)
        except OSError as error:
            raise BusyError("busy.data_folder") from error
        yield
    finally:
        os.close(descriptor)


@contextmanager
def taking_turns(path: Path) -> Iterator[None]:
    """Let one process at a time run the block; the others wait.

    Args:
        path: Of the lock.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

"""Which computer this is: a name that means something to one school alone (6.1)."""

from __future__ import annotations

import sys
from hashlib import blake2b
from pathlib import Path
from typing import Final

NAME_BYTES: Final = 8
MAX_SOURCE_BYTES: Final = 200

_LINUX: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_WINDOWS_KEY: Final = r"SOFTWARE\Microsoft\Cryptography"
_WINDOWS_VALUE: Final = "MachineGuid"


def machine_id() -> bytes:
    """Return what the operating system calls this computer; empty where it has no name for it.

    Linux and Windows have one. It never leaves the computer: see ``computer_name``.
    """
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _WINDOWS_KEY) as key:
                value, _ = winreg.QueryValueEx(key, _WINDOWS_VALUE)
        except OSError:
            return b""
        return str(value).encode()
    for path in _LINUX:
        try:
            with path.open("rb") as file:
                found = file.read(MAX_SOURCE_BYTES).strip()
        except OSError:
            continue
        if found:
            return found
    return b""


def computer_name(machine: bytes, school_key: bytes) -> bytes:
    """Return by what a school knows a computer again.

    The same computer has another name at each school, and none of them leads back to the
    computer or to the name at another school: nobody can follow it from school to school.

    Args:
        machine: Of ``machine_id``; empty stays empty.
        school_key: The key of the school's digests, 32 bytes, that its replicas alone have.
    """
    if not machine:
        return b""
    named = blake2b(machine, digest_size=NAME_BYTES, key=school_key, person=b"eschool.computer")
    return named.digest()

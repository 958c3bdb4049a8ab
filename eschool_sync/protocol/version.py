"""The version of the protocol, first in every body.

It rises with the shape of a message, of a table or of the records that travel. A server reads
what carries entries (``sync``, ``readmit``, ``witness``, ``branch``) in its own version and the two
before it, so that an old program can always give what it holds; rows go only to a program of the
same version.
"""

from __future__ import annotations

from typing import Any, Final

from eschool_core.errors import TransportError

VERSION: Final = 1
OLDER_TAKEN: Final = 2
"""How many versions before its own a server reads entries in."""


def check_version(version: Any) -> None:
    """Let pass the version that we speak.

    Raises:
        TransportError: ``transport.version``.
    """
    if type(version) is not int or version != VERSION:
        raise TransportError("transport.version", ours=VERSION)


def check_taken(version: Any, ours: int = VERSION) -> None:
    """Let pass a version in which entries are taken.

    Args:
        version: Of the sender; not trusted.
        ours: Of this server.

    Raises:
        TransportError: ``transport.version``: too old, or newer than this server.
    """
    if type(version) is not int or not max(1, ours - OLDER_TAKEN) <= version <= ours:
        raise TransportError("transport.version", ours=ours)

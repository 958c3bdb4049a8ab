"""The version of the protocol, first in every body."""

from __future__ import annotations

from typing import Any, Final

from eschool_core.errors import TransportError

VERSION: Final = 1


def check_version(version: Any) -> None:
    """Let pass the version that we speak.

    Raises:
        TransportError: ``transport.version``.
    """
    if type(version) is not int or version != VERSION:
        raise TransportError("transport.version", ours=VERSION)

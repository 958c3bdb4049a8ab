"""The keyring of the operating system, by the optional package ``keyring``."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any, Final

from eschool_core.errors import AccessError

SERVICE: Final = "eschool"
_RECOMMENDED: Final = 1
"""``keyring`` gives a lower priority to backends that keep secrets in plain files."""


class KeyringStore:
    """A ``SecretStore`` on the keyring of the user who is logged in to the computer."""

    def __init__(self) -> None:
        """Find the keyring.

        Raises:
            AccessError: ``access.keyring_missing``: the package is not installed, or it finds
                nothing here that keeps a secret well.
        """
        try:
            self._keyring = importlib.import_module("keyring")
        except ImportError as error:
            raise AccessError("access.keyring_missing") from error
        if _priority(self._keyring) < _RECOMMENDED:
            raise AccessError("access.keyring_missing")

    def put(self, name: str, secret: bytes) -> None:
        """Keep ``secret`` under ``name``.

        Raises:
            AccessError: ``access.keyring``: it is locked, or the user said no.
        """
        try:
            self._keyring.set_password(SERVICE, name, secret.hex())
        except self._keyring.errors.KeyringError as error:
            raise AccessError("access.keyring") from error

    def get(self, name: str) -> bytes | None:
        """Return the secret under ``name``, if there is one that we wrote.

        Raises:
            AccessError: ``access.keyring``: it is locked, or the user said no.
        """
        try:
            text: Any = self._keyring.get_password(SERVICE, name)
        except self._keyring.errors.KeyringError as error:
            raise AccessError("access.keyring") from error
        try:
            return bytes.fromhex(text) if text else None
        except ValueError:
            return None


def _priority(keyring: ModuleType) -> float:
    try:
        return float(keyring.get_keyring().priority)
    except RuntimeError:
        return 0.0

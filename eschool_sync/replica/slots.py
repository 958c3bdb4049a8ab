"""The ways into a replica, in a file beside its database."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from eschool_core.errors import InputError
from eschool_sync.security.keyslots import KeySlots

KEYS_FILE: Final = "replica.keys"


def slots_of(folder: Path) -> KeySlots:
    """Return the ways into a replica.

    Raises:
        InputError: ``replica.missing``.
        DamageError: ``damage.keyslots``.
    """
    if not (folder / KEYS_FILE).exists():
        raise InputError("replica.missing")
    return KeySlots.load(folder / KEYS_FILE)

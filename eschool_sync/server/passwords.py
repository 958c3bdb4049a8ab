"""Passwords of the portal: which may be chosen, and how they are kept (rows 33, 34, 40)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from eschool_core.errors import InputError
from eschool_sync.security.passphrase import MAX_CHARACTERS, check_new_passphrase
from eschool_sync.security.random_source import Random
from eschool_sync.server.common_passwords import is_common, names_its_owner

SALT_BYTES: Final = 16
HASH_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What one guess costs a thief of the database.

    Above the least that OWASP asks (19 MiB, two passes, one lane) in every part; about a tenth of
    a second on a two-core server.
    """

    memory_kib: int = 46 * 1024
    passes: int = 2
    lanes: int = 1


class Passwords:
    """Hashes and compares passwords; the cost stands in each hash, so that it can grow.

    Args:
        random: Of the salts.
        cost: Of new hashes.
    """

    def __init__(self, random: Random, cost: PasswordCost = PasswordCost()) -> None:
        self._random = random
        self._hasher = PasswordHasher(
            time_cost=cost.passes,
            memory_cost=cost.memory_kib,
            parallelism=cost.lanes,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
            type=Type.ID,
        )
        self._nobodys = self.hashed("nobody has this password")

    def hashed(self, password: str) -> str:
        """Return the PHC string of a password."""
        return self._hasher.hash(_text(password), salt=self._random.bytes(SALT_BYTES))

    def matches(self, stored: str, password: str) -> bool:
        """Return whether a password is the one that was hashed."""
        if len(password) > MAX_CHARACTERS:
            return False
        try:
            return self._hasher.verify(stored, _text(password))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def spend(self, password: str) -> None:
        """Take the time of a comparison, so that an unknown login looks like a known one."""
        self.matches(self._nobodys, password)

    def is_outdated(self, stored: str) -> bool:
        """Return whether a hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(stored)


def check_new_password(password: str, about: Sequence[str]) -> None:
    """Let pass what is long enough and not known to everybody; no rule on kinds of characters.

    Args:
        password: Taken whole, as typed but for the form of composed letters.
        about: What others know of its owner.

    Raises:
        InputError: ``input.passphrase_short``, ``input.passphrase_long``,
            ``input.passphrase_characters``, ``input.password_common``, ``input.password_named``.
    """
    check_new_passphrase(password)
    if is_common(password):
        raise InputError("input.password_common")
    if names_its_owner(password, about):
        raise InputError("input.password_named")


def _text(password: str) -> str:
    return unicodedata.normalize("NFC", password)

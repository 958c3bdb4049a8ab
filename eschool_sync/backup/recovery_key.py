"""The school's recovery key pair (X25519): backups are written to the public part alone.

The private part is made once, kept on paper or on a medium apart, and never on the server. Both
are spelled as text with a check, so that a slip of the pen is told from a wrong key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from eschool_core.errors import InputError
from eschool_sync.security.random_source import Random
from eschool_sync.security.suite import KEY_BYTES, equal

PUBLIC_PREFIX: Final = "eschool-backup-public-1-"
PRIVATE_PREFIX: Final = "ESCHOOL-BACKUP-SECRET-1-"
CHECK_BYTES: Final = 3
FINGERPRINT_BYTES: Final = 8
_GROUP: Final = 7
_PADDING: Final = "="


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whom a backup is written to."""

    raw: bytes

    @property
    def fingerprint(self) -> bytes:
        """Eight bytes by which a backup names its key."""
        return hashlib.sha256(b"eschool/backup/public/v1" + self.raw).digest()[:FINGERPRINT_BYTES]

    def spelled(self) -> str:
        """Return the key as text."""
        return PUBLIC_PREFIX + _spell(self.raw, PUBLIC_PREFIX).lower()

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that a text spells.

        Raises:
            InputError: ``backup.bad_key``.
        """
        return cls(_read(text, PUBLIC_PREFIX))


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKey:
    """What opens backups; shown once."""

    raw: bytes

    @classmethod
    def generate(cls, random: Random) -> Self:
        """Return a new key."""
        return cls(random.bytes(KEY_BYTES))

    @property
    def public(self) -> PublicKey:
        """Its public part."""
        return PublicKey(self.key().public_key().public_bytes_raw())

    def key(self) -> X25519PrivateKey:
        """Return the key for an exchange."""
        return X25519PrivateKey.from_private_bytes(self.raw)

    def spelled(self) -> str:
        """Return the key as text, in groups that people can copy."""
        letters = _spell(self.raw, PRIVATE_PREFIX)
        groups = [letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP)]
        return PRIVATE_PREFIX + "-".join(groups)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the key that a text spells; case, spaces and dashes do not count.

        Raises:
            InputError: ``backup.bad_key``.
        """
        return cls(_read(text, PRIVATE_PREFIX))


def exchange(private: X25519PrivateKey, public: bytes) -> bytes:
    """Return the secret that two keys share.

    Raises:
        ValueError: The public part is no usable point.
    """
    return private.exchange(X25519PublicKey.from_public_bytes(public))


def _check(raw: bytes, prefix: str) -> bytes:
    return hashlib.sha256(prefix.encode() + raw).digest()[:CHECK_BYTES]


def _spell(raw: bytes, prefix: str) -> str:
    # The check is over the kind too: a public key is never taken for a private one.
    return base64.b32encode(raw + _check(raw, prefix)).decode().rstrip(_PADDING)


def _read(text: str, prefix: str) -> bytes:
    squeezed = "".join(text.split()).upper()
    wanted = prefix.upper()
    if not squeezed.startswith(wanted):
        raise InputError("backup.bad_key")
    letters = squeezed.removeprefix(wanted).replace("-", "")
    try:
        raw = base64.b32decode(letters + _PADDING * (-len(letters) % 8))
    except (ValueError, binascii.Error) as error:
        raise InputError("backup.bad_key") from error
    key, check = raw[:KEY_BYTES], raw[KEY_BYTES:]
    if len(key) != KEY_BYTES or not equal(check, _check(key, prefix)):
        raise InputError("backup.bad_key")
    return key

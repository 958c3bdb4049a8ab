"""The key of an encrypted replica."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eschool_sync.security.random_source import Random
from eschool_sync.security.suite import KEY_BYTES, KEY_CHECK_INFO, SALT_BYTES

_CHECK_BYTES = 16


@dataclass(frozen=True, slots=True)
class DatabaseKey:
    """Raw key and salt of one replica; nobody ever types it, slots hold it wrapped."""

    key: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES or len(self.salt) != SALT_BYTES:
            raise ValueError("a database key has 32 bytes and a salt of 16")

    @classmethod
    def generate(cls, random: Random) -> DatabaseKey:
        """Return a new key."""
        return cls(random.bytes(KEY_BYTES), random.bytes(SALT_BYTES))

    @classmethod
    def from_bytes(cls, packed: bytes) -> DatabaseKey:
        """Return the key that ``to_bytes`` wrote."""
        return cls(packed[:KEY_BYTES], packed[KEY_BYTES:])

    def to_bytes(self) -> bytes:
        """Return key and salt in one piece, to be wrapped."""
        return self.key + self.salt

    def raw_form(self) -> str:
        """Return ``x'…'`` with 96 hex digits, as SQLCipher takes a key without stretching it."""
        return f"x'{self.to_bytes().hex()}'"

    def check_value(self) -> bytes:
        """Return 16 bytes that tell this key from others and reveal nothing of it."""
        kdf = HKDF(SHA256(), length=_CHECK_BYTES, salt=self.salt, info=KEY_CHECK_INFO)
        return kdf.derive(self.key)

    def derive(self, purpose: bytes) -> bytes:
        """Return a key for another purpose, which tells nothing of this one."""
        return HKDF(SHA256(), length=KEY_BYTES, salt=self.salt, info=purpose).derive(self.key)

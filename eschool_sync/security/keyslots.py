"""The key file of a replica: its database key, wrapped once for each way in.

A slot wraps the same database key under a passphrase, a printed recovery code or a secret of the
operating system's keyring. A new passphrase rewraps 48 bytes and touches no page. Old copies of
the file still open with the old passphrase: whoever may have both needs the replica made anew.

Each slot is bound to suite, replica, kind and KDF parameters, so that none can be moved or made
cheaper. A plain digest of the whole file tells damage from a wrong passphrase; whoever forges it
gains nothing but the other message.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eschool_core.errors import AccessError, InputError
from eschool_sync.security.database_key import DatabaseKey
from eschool_sync.security.durable import write_atomically
from eschool_sync.security.keyfile import KeyFile, Slot, SlotKind, read_key_file
from eschool_sync.security.passphrase import (
    KdfParameters,
    check_new_passphrase,
    key_encryption_key,
    new_recovery_secret,
    recovery_code,
    recovery_secret,
    stretch,
)
from eschool_sync.security.random_source import Random, SystemRandom
from eschool_sync.security.suite import KEY_BYTES, NONCE_BYTES, SALT_BYTES, equal

REPLICA_BYTES: Final = 16
DEFAULT_KDF: Final = KdfParameters()


class SecretStore(Protocol):
    """A place outside the key file that keeps a secret for this user of the computer."""

    def put(self, name: str, secret: bytes) -> None:
        """Keep ``secret`` under ``name``, in place of an earlier one."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return the secret under ``name``, if there is one."""
        ...


class KeySlots:
    """The slots of one replica and the file they are in; every change is written at once."""

    def __init__(
        self,
        path: Path,
        content: KeyFile,
        *,
        random: Random,
        kdf: KdfParameters = DEFAULT_KDF,
    ) -> None:
        self._path = path
        self._content = content
        self._random = random
        self._kdf = kdf

    @classmethod
    def create(
        cls,
        path: Path,
        passphrase: str,
        *,
        random: Random | None = None,
        kdf: KdfParameters = DEFAULT_KDF,
    ) -> tuple[KeySlots, DatabaseKey, str]:
        """Make a database key and its key file; also return the recovery code, to be printed.

        Args:
            path: Where the file goes; there must be none.
            passphrase: At least ``passphrase.MIN_CHARACTERS`` long.
            random: The system's, unless a test wants its own.
            kdf: Cost of one guess at a passphrase, now and after every change.

        Raises:
            InputError: ``input.keyslots_exist``, or a passphrase that ``check_new_passphrase``
                refuses.
        """
        check_new_passphrase(passphrase)
        if path.exists():
            raise InputError("input.keyslots_exist")
        source = random or SystemRandom()
        key = DatabaseKey.generate(source)
        content = KeyFile(source.bytes(REPLICA_BYTES), key.check_value(), ())
        slots = cls(path, content, random=source, kdf=kdf)
        code = slots._add_recovery_code(key)
        slots._add_passphrase(key, passphrase)
        slots._write()
        return slots, key, code

    @classmethod
    def load(
        cls, path: Path, *, random: Random | None = None, kdf: KdfParameters = DEFAULT_KDF
    ) -> KeySlots:
        """Read the key file at ``path``.

        Raises:
            DamageError: ``damage.keyslots``; ``damage.keyslots_missing``.
            InputError: ``input.suite``: written by a later version.
            AccessError: ``access.file``: this user of the computer may not read it.
        """
        return cls(path, read_key_file(path), random=random or SystemRandom(), kdf=kdf)

    @property
    def kinds(self) -> tuple[SlotKind, ...]:
        """The ways in that are set up."""
        return tuple(slot.kind for slot in self._content.slots)

    def unlock_with_passphrase(self, passphrase: str) -> DatabaseKey:
        """Return the database key.

        Raises:
            AccessError: ``access.passphrase``; ``access.memory`` if one guess needs more memory
                than there is.
        """
        slot = self._slot("passphrase", "access.passphrase")
        stretched = stretch(passphrase, slot.salt, slot.kdf or self._kdf)
        return self._open(slot, stretched, "access.passphrase")

    def unlock_with_recovery_code(self, code: str) -> DatabaseKey:
        """Return the database key.

        Raises:
            InputError: ``code`` is mistyped, see ``recovery_secret``.
            AccessError: ``access.recovery_code``: well typed, but of another replica or outdated.
        """
        secret = recovery_secret(code)
        return self._open(
            self._slot("recovery", "access.recovery_code"), secret, "access.recovery_code"
        )

    def unlock_with_keyring(self, store: SecretStore) -> DatabaseKey:
        """Return the database key.

        Raises:
            AccessError: ``access.keyring``: no such slot, or the keyring has another secret.
        """
        slot = self._slot("keyring", "access.keyring")
        secret = store.get(self._keyring_name())
        if secret is None:
            raise AccessError("access.keyring")
        return self._open(slot, secret, "access.keyring")

    def change_passphrase(self, key: DatabaseKey, new: str) -> None:
        """Let ``new`` open the replica from now on, and the old passphrase no more.

        Raises:
            InputError: ``check_new_passphrase`` refuses ``new``.
            AccessError: ``access.key``: ``key`` belongs to another replica.
        """
        check_new_passphrase(new)
        self._require(key)
        self._add_passphrase(key, new)
        self._write()

    def replace_recovery_code(self, key: DatabaseKey) -> str:
        """Return a new recovery code; the old one opens nothing any more.

        Raises:
            AccessError: ``access.key``: ``key`` belongs to another replica.
        """
        self._require(key)
        code = self._add_recovery_code(key)
        self._write()
        return code

    def add_keyring(self, key: DatabaseKey, store: SecretStore) -> None:
        """Let the keyring of the operating system open the replica without a question.

        Raises:
            AccessError: ``access.key``, or the keyring refuses.
        """
        self._require(key)
        secret = self._random.bytes(KEY_BYTES)
        store.put(self._keyring_name(), secret)
        self._wrap("keyring", key, secret, None, self._random.bytes(SALT_BYTES))
        self._write()

    def _require(self, key: DatabaseKey) -> None:
        if not equal(key.check_value(), self._content.key_check):
            raise AccessError("access.key")

    def _keyring_name(self) -> str:
        return self._content.replica.hex()

    def _slot(self, kind: SlotKind, refusal: str) -> Slot:
        for slot in self._content.slots:
            if slot.kind == kind:
                return slot
        raise AccessError(refusal)

    def _add_passphrase(self, key: DatabaseKey, passphrase: str) -> None:
        salt = self._random.bytes(SALT_BYTES)
        self._wrap("passphrase", key, stretch(passphrase, salt, self._kdf), self._kdf, salt)

    def _add_recovery_code(self, key: DatabaseKey) -> str:
        secret = new_recovery_secret(self._random)
        self._wrap("recovery", key, secret, None, self._random.bytes(SALT_BYTES))
        return recovery_code(secret)

    def _wrap(
        self,
        kind: SlotKind,
        key: DatabaseKey,
        secret: bytes,
        kdf: KdfParameters | None,
        salt: bytes,
    ) -> None:
        """Put a slot of ``kind`` in place of the one there may be; salt and nonce are fresh."""
        empty = Slot(kind, kdf, salt, self._random.bytes(NONCE_BYTES), b"")
        cipher = AESGCM(key_encryption_key(secret, salt))
        wrapped = cipher.encrypt(empty.nonce, key.to_bytes(), self._content.binding(empty))
        self._content = self._content.with_slot(empty.holding(wrapped))

    def _open(self, slot: Slot, secret: bytes, refusal: str) -> DatabaseKey:
        cipher = AESGCM(key_encryption_key(secret, slot.salt))
        try:
            packed = cipher.decrypt(slot.nonce, slot.wrapped, self._content.binding(slot))
        except InvalidTag as error:
            raise AccessError(refusal) from error
        key = DatabaseKey.from_bytes(packed)
        self._require(key)
        return key

    def _write(self) -> None:
        write_atomically(self._path, self._content.to_bytes())

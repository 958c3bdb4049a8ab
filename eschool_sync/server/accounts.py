"""What lets a person into the portal: a login, a password of the person's own, a second factor."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eschool_core.errors import AccessError, DamageError, InputError
from eschool_core.ids import login_of
from eschool_core.store.database import Database, transaction
from eschool_sync.security.random_source import Random
from eschool_sync.security.suite import KEY_BYTES, NONCE_BYTES

FACTOR_INFO: Final = b"eschool/second-factor/v1"
FACTOR_BYTES: Final = 20
STEP_SECONDS: Final = 30
ISSUER: Final = "eschool"

READ = "SELECT password, set_at, factor, factor_at, factor_step FROM account WHERE person_id = ?"
WRITE = (
    "INSERT INTO account (person_id, password, set_at, factor, factor_at, factor_step) "
    "VALUES (?, ?, ?, ?, 0, 0) ON CONFLICT (person_id) DO UPDATE SET password = excluded.password, "
    "set_at = excluded.set_at, factor = excluded.factor, factor_at = 0, factor_step = 0"
)
CHANGE = "UPDATE account SET password = ?, set_at = ? WHERE person_id = ?"
REHASH = "UPDATE account SET password = ? WHERE person_id = ?"
OFFER_FACTOR = "UPDATE account SET factor = ?, factor_at = 0, factor_step = 0 WHERE person_id = ?"
USE_FACTOR = "UPDATE account SET factor_at = ?, factor_step = ? WHERE person_id = ?"


@dataclass(frozen=True, slots=True)
class Account:
    """What the server keeps of a person's way in.

    Attributes:
        password: PHC string.
        set_at: When the password was chosen.
        factor: Wrapped secret of the second factor; empty without one.
        factor_at: When the second factor was confirmed; 0 while it is only offered.
        factor_step: The last time step whose code was used.
    """

    password: str
    set_at: int
    factor: bytes
    factor_at: int
    factor_step: int


class Accounts:
    """Reads and writes accounts of one school; the caller holds the school's turn.

    Args:
        database: The school's.
        seed: Secret of the school, from which the key for second factors comes.
        random: Of secrets.
    """

    def __init__(self, database: Database, seed: bytes, random: Random) -> None:
        self._database = database
        self._random = random
        derived = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=FACTOR_INFO).derive(seed)
        self._wrap = AESGCM(derived)

    def find(self, person_id: int) -> Account | None:
        """Return a person's account, or None before the first sign-in."""
        rows = self._database.fetch(READ, (person_id,))
        if not rows:
            return None
        password, set_at, factor, factor_at, step = rows[0]
        return Account(str(password), int(set_at), bytes(factor), int(factor_at), int(step))

    def open(self, person_id: int, hashed: str, now: int) -> None:
        """Begin an account anew with a password; an earlier second factor is gone."""
        with transaction(self._database):
            self._database.execute(WRITE, (person_id, hashed, now, b""))

    def change(self, person_id: int, hashed: str, now: int) -> None:
        """Replace the password; the second factor stays."""
        with transaction(self._database):
            self._database.execute(CHANGE, (hashed, now, person_id))

    def rehash(self, person_id: int, hashed: str) -> None:
        """Keep the same password at today's cost."""
        with transaction(self._database):
            self._database.execute(REHASH, (hashed, person_id))

    def offer_factor(self, person_id: int) -> str:
        """Return a new secret for the person's authenticator; shown once, asked for at once.

        Raises:
            InputError: ``input.factor_exists``: one is in use; only a new slip replaces it.
        """
        account = self._require(person_id)
        if account.factor_at:
            raise InputError("input.factor_exists")
        secret = self._random.bytes(FACTOR_BYTES)
        with transaction(self._database):
            self._database.execute(OFFER_FACTOR, (self._wrapped(person_id, secret), person_id))
        totp = pyotp.TOTP(_base32(secret))
        return totp.provisioning_uri(name=login_of(person_id), issuer_name=ISSUER)

    def use_code(self, person_id: int, code: str, now: int) -> None:
        """Let pass the code of this moment or its neighbours, each once.

        Raises:
            AccessError: ``access.factor``: wrong, too old or used.
        """
        account = self._require(person_id)
        if not account.factor:
            raise AccessError("access.factor")
        totp = pyotp.TOTP(_base32(self._unwrapped(person_id, account.factor)))
        typed = "".join(letter for letter in code if letter.isascii() and letter.isdigit())
        present = now // STEP_SECONDS
        for step in (present - 1, present, present + 1):
            wanted = totp.at(step * STEP_SECONDS)
            if step > account.factor_step and hmac.compare_digest(wanted, typed):
                with transaction(self._database):
                    since = account.factor_at or now
                    self._database.execute(USE_FACTOR, (since, step, person_id))
                return
        raise AccessError("access.factor")

    def _require(self, person_id: int) -> Account:
        account = self.find(person_id)
        if account is None:
            raise AccessError("access.login")
        return account

    def _wrapped(self, person_id: int, secret: bytes) -> bytes:
        nonce = self._random.bytes(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, secret, person_id.to_bytes(8))

    def _unwrapped(self, person_id: int, wrapped: bytes) -> bytes:
        try:
            nonce, rest = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
            return self._wrap.decrypt(nonce, rest, person_id.to_bytes(8))
        except InvalidTag as error:
            raise DamageError("damage.server_state") from error


def _base32(secret: bytes) -> str:

    return base64.b32encode(secret).decode()

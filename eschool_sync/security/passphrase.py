"""What people know or keep on paper, turned into keys: passphrases and recovery codes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eschool_core.errors import AccessError, InputError
from eschool_sync.security.random_source import Random
from eschool_sync.security.suite import (
    ARGON2_LANES,
    ARGON2_MEMORY_KIB,
    ARGON2_PASSES,
    ARGON2_VERSION,
    KEK_INFO,
    KEY_BYTES,
    RECOVERY_BYTES,
)

MIN_CHARACTERS: Final = 8
MAX_CHARACTERS: Final = 1024

_MAX_MEMORY_KIB: Final = 1024 * 1024
_MAX_PASSES: Final = 16
_MAX_LANES: Final = 16
_MIN_KIB_PER_LANE: Final = 8

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP: Final = 3
_BITS: Final = 5
_DIGITS: Final = 8 * RECOVERY_BYTES // _BITS
_READ_AS: Final = str.maketrans("OILАВЕЗКМНОРСТУХ", "011ABE3KMH0PCTYX", " -–—\t\r\n")


@dataclass(frozen=True, slots=True)
class KdfParameters:
    """The cost of one guess at a passphrase; written into the slot that was made with it."""

    memory_kib: int = ARGON2_MEMORY_KIB
    passes: int = ARGON2_PASSES
    lanes: int = ARGON2_LANES

    def within_limits(self) -> bool:
        """Whether a computer of a school can be asked to do this: a file may demand anything."""
        return (
            1 <= self.lanes <= _MAX_LANES
            and 1 <= self.passes <= _MAX_PASSES
            and _MIN_KIB_PER_LANE * self.lanes <= self.memory_kib <= _MAX_MEMORY_KIB
        )


def check_new_passphrase(passphrase: str) -> None:
    """Let pass what is long enough; no rule on kinds of characters.

    Raises:
        InputError: ``input.passphrase_short``, ``input.passphrase_long`` or
            ``input.passphrase_characters`` (half of a surrogate pair).
    """
    length = len(unicodedata.normalize("NFC", passphrase))
    if length < MIN_CHARACTERS:
        raise InputError("input.passphrase_short", minimum=MIN_CHARACTERS)
    if length > MAX_CHARACTERS:
        raise InputError("input.passphrase_long", maximum=MAX_CHARACTERS)
    try:
        passphrase.encode()
    except UnicodeEncodeError as error:
        raise InputError("input.passphrase_characters") from error


def stretch(passphrase: str, salt: bytes, parameters: KdfParameters) -> bytes:
    """Return 32 bytes that cost ``parameters`` to compute from ``passphrase``.

    The text is taken as typed but for NFC: two keyboards may write one «й» in two ways.

    Raises:
        AccessError: ``access.passphrase`` for what no passphrase can be, ``access.memory``.
    """
    normalised = unicodedata.normalize("NFC", passphrase)
    if len(normalised) > MAX_CHARACTERS:
        raise AccessError("access.passphrase")
    try:
        secret = normalised.encode()
    except UnicodeEncodeError as error:
        raise AccessError("access.passphrase") from error
    try:
        return hash_secret_raw(
            secret,
            salt,
            time_cost=parameters.passes,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.lanes,
            hash_len=KEY_BYTES,
            type=Type.ID,
            version=ARGON2_VERSION,
        )
    except HashingError as error:
        raise AccessError("access.memory", mebibytes=parameters.memory_kib // 1024) from error


def key_encryption_key(secret: bytes, salt: bytes) -> bytes:
    """Return the key that wraps the database key, from a secret that cannot be guessed."""
    return HKDF(SHA256(), length=KEY_BYTES, salt=salt, info=KEK_INFO).derive(secret)


def new_recovery_secret(random: Random) -> bytes:
    """Return the 160 bits behind a recovery code."""
    return random.bytes(RECOVERY_BYTES)


def recovery_code(secret: bytes) -> str:
    """Return ``secret`` as it is printed: eleven groups of three characters, the last a check.

    >>> recovery_code(bytes(range(20)))
    '000-G40-R40-M30-E20-918-5GR-38E-1W8-124-GKC'
    """
    number = int.from_bytes(secret)
    digits = [number >> shift & 31 for shift in range(_BITS * (_DIGITS - 1), -1, -_BITS)]
    characters = "".join(ALPHABET[digit] for digit in [*digits, _check_digit(digits)])
    return "-".join(characters[at : at + GROUP] for at in range(0, len(characters), GROUP))


def recovery_secret(code: str) -> bytes:
    """Return the secret behind a typed recovery code.

    Small letters, spaces, O for 0, I and L for 1 and Cyrillic look-alikes are all understood.

    Raises:
        InputError: ``input.recovery_length``, ``input.recovery_character`` or
            ``input.recovery_typo``: mistyped, whatever the right code may be.
    """
    characters = code[:MAX_CHARACTERS].upper().translate(_READ_AS)
    if len(characters) != _DIGITS + 1:
        raise InputError("input.recovery_length", expected=_DIGITS + 1, found=len(characters))
    digits = [ALPHABET.find(character) for character in characters]
    if -1 in digits:
        raise InputError("input.recovery_character", position=digits.index(-1) + 1)
    if _check_digit(digits[:-1]) != digits[-1]:
        raise InputError("input.recovery_typo")
    number = 0
    for digit in digits[:-1]:
        number = number << _BITS | digit
    return number.to_bytes(RECOVERY_BYTES)


def _check_digit(digits: list[int]) -> int:
    """Return the value at x of the polynomial over GF(32) with these coefficients, times x.

    It differs after any one wrong character and after any two neighbours swapped, itself included.
    """
    check = 0
    for digit in digits:
        shifted = (check ^ digit) << 1
        check = shifted ^ 0b100101 if shifted & 0b100000 else shifted
    return check

"""The cryptographic suite: one number in every artefact, and what stands behind it.

Another suite (a later one, or one of national algorithms) gets another number; what was made
under suite 1 stays readable under suite 1.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import Final

from eschool_core.errors import InputError

SUITE: Final = 1

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
SIGNATURE_BYTES: Final = 64

ARGON2_MEMORY_KIB: Final = 64 * 1024
ARGON2_PASSES: Final = 3
ARGON2_LANES: Final = 4
ARGON2_VERSION: Final = 0x13

KEK_INFO: Final = b"eschool/kek/v1"
KEY_CHECK_INFO: Final = b"eschool/key-check/v1"
RECOVERY_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One algorithm in use.

    Attributes:
        purpose: What it protects.
        name: Its name in the standard.
        parameters: Names and values, units in the name.
        source: The standard it is taken from.
    """

    purpose: str
    name: str
    parameters: tuple[tuple[str, int | str], ...]
    source: str


INVENTORY: Final = (
    Algorithm(
        "passphrase to key",
        "Argon2id",
        (
            ("version", ARGON2_VERSION),
            ("memory_kib", ARGON2_MEMORY_KIB),
            ("passes", ARGON2_PASSES),
            ("lanes", ARGON2_LANES),
            ("salt_bytes", SALT_BYTES),
            ("output_bytes", KEY_BYTES),
        ),
        "RFC 9106, second recommended option",
    ),
    Algorithm(
        "key of a slot",
        "HKDF-SHA256",
        (("info", KEK_INFO.decode()), ("output_bytes", KEY_BYTES)),
        "RFC 5869",
    ),
    Algorithm(
        "database key in a slot",
        "AES-256-GCM",
        (("key_bytes", KEY_BYTES), ("nonce_bytes", NONCE_BYTES), ("tag_bytes", TAG_BYTES)),
        "NIST SP 800-38D",
    ),
    Algorithm(
        "recovery code",
        "random bytes, base32 with a check character over GF(32)",
        (("secret_bits", 8 * RECOVERY_BYTES),),
        "own alphabet, after Crockford",
    ),
    Algorithm(
        "pages of a replica",
        "SQLCipher 4: AES-256-CBC, HMAC-SHA512 of each page",
        (("page_bytes", 4096), ("key_bytes", KEY_BYTES), ("salt_bytes", SALT_BYTES)),
        "SQLCipher 4 file format, raw key",
    ),
    Algorithm(
        "signatures of devices and schools",
        "Ed25519",
        (("public_key_bytes", KEY_BYTES), ("signature_bytes", SIGNATURE_BYTES)),
        "RFC 8032, context prefixed with its length",
    ),
    Algorithm(
        "key of a backup",
        "X25519, then HKDF-SHA256 over the header",
        (
            ("info", "eschool/backup/v1"),
            ("public_key_bytes", KEY_BYTES),
            ("output_bytes", KEY_BYTES),
        ),
        "RFC 7748, RFC 5869",
    ),
    Algorithm(
        "content of a backup",
        "ChaCha20-Poly1305 in chunks (STREAM)",
        (("chunk_bytes", 64 * 1024), ("nonce_bytes", NONCE_BYTES), ("tag_bytes", TAG_BYTES)),
        "RFC 8439; Hoang, Reyhanitabar, Rogaway, Vizár 2015",
    ),
    Algorithm("damage of the key file", "SHA-256", (("digest_bytes", 32),), "FIPS 180-4"),
)


def inventory_json() -> str:
    """Return suite and inventory as JSON, for the documentation."""
    algorithms = [
        {
            "purpose": algorithm.purpose,
            "name": algorithm.name,
            "parameters": dict(algorithm.parameters),
            "source": algorithm.source,
        }
        for algorithm in INVENTORY
    ]
    return json.dumps({"suite": SUITE, "algorithms": algorithms}, indent=2)


def require_suite(suite: object) -> None:
    """Let only artefacts of a suite pass that this version knows.

    Raises:
        InputError: ``input.suite``: made by a later version, or not by us at all.
    """
    if type(suite) is not int or suite != SUITE:
        raise InputError("input.suite", supported=SUITE)


def equal(left: bytes, right: bytes) -> bool:
    """Compare secrets or tags in a time that does not depend on where they differ."""
    return hmac.compare_digest(left, right)

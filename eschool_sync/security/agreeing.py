"""Secrets for one recipient, agreed on with the keys that devices and schools sign with.

An Ed25519 key is also a point for X25519 (RFC 7748, 4.1): who knows a signing key's public part
can seal for its holder, without a second key to enrol, keep and replace (ADR 0022).
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from eschool_core.errors import DamageError
from eschool_sync.security.random_source import Random
from eschool_sync.security.suite import KEY_BYTES, NONCE_BYTES

_PRIME: Final = 2**255 - 19
_NONCE: Final = bytes(NONCE_BYTES)
"""Each key seals once: its ephemeral half is new for every file."""


def agreeing_public(signing_public: bytes) -> bytes:
    """Return the X25519 form of an Ed25519 public key.

    Args:
        signing_public: 32 bytes of a key that has signed something already.
    """
    y = int.from_bytes(signing_public, "little") & (2**255 - 1)
    u = (1 + y) * pow(1 - y, -1, _PRIME) % _PRIME
    return u.to_bytes(KEY_BYTES, "little")


def agreeing_private(seed: bytes) -> X25519PrivateKey:
    """Return the X25519 form of the Ed25519 key with this seed."""
    return X25519PrivateKey.from_private_bytes(hashlib.sha512(seed).digest()[:KEY_BYTES])


def seal_for(
    signing_public: bytes, header: bytes, content: bytes, info: bytes, random: Random
) -> bytes:
    """Return ``header``, an ephemeral key and ``content`` that only the key's holder can read.

    Args:
        signing_public: The recipient's Ed25519 key.
        header: Stays readable; changed, it opens nothing.
        content: What is sealed.
        info: What it is for.
        random: For the ephemeral key.
    """
    ephemeral = X25519PrivateKey.from_private_bytes(random.bytes(KEY_BYTES))
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(agreeing_public(signing_public)))
    bound = header + ephemeral.public_key().public_bytes_raw()
    return bound + _cipher(shared, bound, info).encrypt(_NONCE, content, None)


def unseal(seed: bytes, sealed: bytes, header_bytes: int, info: bytes) -> bytes:
    """Return what ``seal_for`` sealed for the key with this seed.

    Raises:
        DamageError: ``parcel.damaged``: cut, changed, or sealed for somebody else.
    """
    start = header_bytes + KEY_BYTES
    bound = sealed[:start]
    try:
        public = X25519PublicKey.from_public_bytes(bound[header_bytes:])
        shared = agreeing_private(seed).exchange(public)
        return _cipher(shared, bound, info).decrypt(_NONCE, sealed[start:], None)
    except (InvalidTag, ValueError) as error:
        raise DamageError("parcel.damaged") from error


def _cipher(shared: bytes, bound: bytes, info: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), KEY_BYTES, bound, info).derive(shared))

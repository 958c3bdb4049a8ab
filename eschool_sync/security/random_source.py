"""Sources of random bytes: the system's for people, a seeded one for tests and simulation."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final, Protocol

_BLOCK_BYTES: Final = 64


class Random(Protocol):
    """Where keys, salts, nonces and codes come from."""

    def bytes(self, n: int) -> bytes:
        """Return ``n`` bytes that nobody can foretell."""
        ...


class SystemRandom:
    """The operating system's generator; the only one for real data."""

    def bytes(self, n: int) -> bytes:
        """Return ``n`` bytes from the operating system."""
        return secrets.token_bytes(n)


class SeededRandom:
    """The same bytes for the same seed, on every machine: for tests and simulation only.

    The stream is BLAKE2b of seed and block number, so it does not depend on the Python version.
    """

    def __init__(self, seed: int) -> None:
        """Start the stream of ``seed``, a non-negative integer below 2^128."""
        self._key = seed.to_bytes(16)
        self._block = 0
        self._rest = b""

    def bytes(self, n: int) -> bytes:
        """Return the next ``n`` bytes of the stream."""
        parts = [self._rest]
        missing = n - len(self._rest)
        while missing > 0:
            block = hashlib.blake2b(
                self._block.to_bytes(8), key=self._key, digest_size=_BLOCK_BYTES
            ).digest()
            self._block += 1
            parts.append(block)
            missing -= _BLOCK_BYTES
        stream = b"".join(parts)
        self._rest = stream[n:]
        return stream[:n]

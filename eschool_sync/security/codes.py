"""One-time codes as people type them; whoever issues one keeps only its hash."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from eschool_sync.security.random_source import Random

CODE_BYTES: Final = 10
FEED_BYTES: Final = 20


def new_code(random: Random) -> str:
    """Return a fresh code of 80 random bits."""
    return code_text(random.bytes(CODE_BYTES))


def code_text(secret: bytes) -> str:
    """Return a code as people type it: groups of four hexadecimal digits.

    >>> code_text(bytes(4))
    '0000-0000'
    """
    digits = secret.hex()
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def code_hash(code: str) -> str:
    """Return the hash under which a code is kept; spaces, dashes and case do not matter."""
    typed = "".join(letter for letter in code.lower() if letter in "0123456789abcdef")
    return sha256(b"eschool.code" + typed.encode()).hexdigest()


def new_feed_secret(random: Random) -> str:
    """Return the secret part of a calendar feed's address: 160 random bits."""
    return random.bytes(FEED_BYTES).hex()


def feed_hash(secret: str) -> str:
    """Return the hash under which a feed is kept."""
    return sha256(b"eschool.feed" + secret.encode(errors="replace")).hexdigest()


def feed_address(server: str, school: int, secret: str) -> str:
    """Return the address that a calendar program subscribes to.

    >>> feed_address("https://school.example/", 17, "0a")
    'https://school.example/v1/17/calendar/0a.ics'
    """
    return f"{server.rstrip('/')}/v1/{school}/calendar/{secret}.ics"

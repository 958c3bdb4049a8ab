"""One-time start codes and the sessions they are swapped for; only hashes are kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final

from eschool_core.errors import AccessError

CODE_BYTES: Final = 24
SESSION_BYTES: Final = 32
CODE_SECONDS: Final = 600
MAX_SESSIONS: Final = 20
MAX_SECRET_LENGTH: Final = 100


def hashed(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class StartCode:
    """A code that is good once.

    Attributes:
        hash: Of the code.
        until: Monotonic seconds.
    """

    hash: str
    until: float


def new_code(now: float) -> tuple[str, StartCode]:
    """Return a code for the person, and what is kept of it."""
    code = token_urlsafe(CODE_BYTES)
    return code, StartCode(hashed(code), now + CODE_SECONDS)


class Sessions:
    """Who may come in.

    Args:
        known: Hashes of sessions begun before.
        codes: Start codes that are not used yet.
        tell: Called with the hash of each new session, and of the code it was swapped for.
        monotonic: The clock of ``StartCode.until``.
    """

    def __init__(
        self,
        known: Iterable[str] = (),
        codes: Iterable[StartCode] = (),
        tell: Callable[[str, str], None] = lambda session, code: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._known = list(known)
        self._codes = list(codes)
        self._tell = tell
        self._monotonic = monotonic

    def add_code(self, code: StartCode) -> None:
        """Let a new start link begin a session."""
        self._codes.append(code)

    def begin(self, code: str) -> str:
        """Swap a code for the token of a new session.

        Raises:
            AccessError: ``web.start_used``: the code is not known, used, or too old.
        """
        now, wanted = self._monotonic(), hashed(code[:MAX_SECRET_LENGTH])
        found = [entry for entry in self._codes if entry.hash == wanted and now < entry.until]
        self._codes = [entry for entry in self._codes if entry.hash != wanted]
        if not found:
            raise AccessError("web.start_used")
        token = token_urlsafe(SESSION_BYTES)
        self._known = [*self._known, hashed(token)][-MAX_SESSIONS:]
        self._tell(hashed(token), wanted)
        return token

    def knows(self, token: str) -> bool:
        """Return whether a token belongs to a session."""
        return bool(token) and hashed(token[:MAX_SECRET_LENGTH]) in self._known

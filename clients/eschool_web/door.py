"""The door of the local pages: locked until the passphrase comes, and again when nobody is there.

An open door holds the source, and with it key and rows; a door that was locked is never opened
again: its process ends, and a new one waits for the passphrase (ADR 0014).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.errors import AccessError, BusyError, InputError
from eschool_core.queries.in_force import zone_of
from eschool_web.idle import Idle
from eschool_web.sessions import Sessions
from eschool_web.source import Source

FREE_GUESSES: Final = 3
FIRST_WAIT_SECONDS: Final = 2
LONGEST_WAIT_SECONDS: Final = 300
DEFAULT_IDLE_MINUTES: Final = 5
PROOF_SECONDS: Final = 300
"""So long after the passphrase was entered again term marks and exports need no other proof."""

IDLE_POLICY: Final = "idle_lock_minutes"


class Closable(Source, Protocol):
    """A source that somebody closes, and that knows its owner's passphrase."""

    def prove(self, passphrase: str) -> None:
        """Let pass who knows the passphrase.

        Raises:
            AccessError: ``access.passphrase``: it is wrong.
        """
        ...

    def close(self) -> None:
        """Let go of key and rows."""
        ...


class Door:
    """Lets in who has a session, once the passphrase has opened the source.

    Args:
        opener: Opens the source with a passphrase; raises ``AccessError`` for a wrong one.
        sessions: Who may come in.
        monotonic: For the waits after wrong guesses.
    """

    def __init__(
        self,
        opener: Callable[[str], Closable],
        sessions: Sessions,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sessions = sessions
        self.source: Closable | None = None
        self.idle = Idle(DEFAULT_IDLE_MINUTES)
        self.work = ThreadPoolExecutor(1, thread_name_prefix="eschool-pages")
        self._opener = opener
        self._after_lock: Callable[[], None] = lambda: None
        self._monotonic = monotonic
        self._wrong = 0
        self._next_guess = 0.0
        self._proven_until = 0.0

    def on_lock(self, act: Callable[[], None]) -> None:
        """Do something when the door has been locked."""
        self._after_lock = act

    def unlock(self, passphrase: str) -> None:
        """Open the source; call it in the thread of ``work``.

        Raises:
            AccessError: ``access.passphrase``: the passphrase is wrong.
            BusyError: ``web.unlock_wait``: too many wrong ones; ``seconds`` says how long.
        """
        self._let_guess()
        if self.source is not None:
            return
        try:
            source = self._opener(passphrase)
        except AccessError:
            self._count_wrong()
            raise
        self._wrong = 0
        self.idle = Idle(_idle_minutes(source))
        self.source = source

    def prove(self, passphrase: str) -> None:
        """Take the passphrase again before what an unlocked computer alone shall not allow (T2).

        Call it in the thread of ``work``.

        Raises:
            AccessError: ``access.passphrase``: the passphrase is wrong.
            BusyError: ``web.unlock_wait``: too many wrong ones; ``seconds`` says how long.
        """
        self._let_guess()
        if self.source is None:
            return
        try:
            self.source.prove(passphrase)
        except AccessError:
            self._count_wrong()
            raise
        self._wrong = 0
        self._proven_until = self._monotonic() + PROOF_SECONDS

    def proven(self) -> bool:
        """Return whether the passphrase was entered again within ``PROOF_SECONDS``."""
        return self._monotonic() < self._proven_until

    def _let_guess(self) -> None:
        wait = self._next_guess - self._monotonic()
        if wait > 0:
            raise BusyError("web.unlock_wait", seconds=int(wait) + 1)

    def _count_wrong(self) -> None:
        self._wrong += 1
        if self._wrong >= FREE_GUESSES:
            pause = FIRST_WAIT_SECONDS * 2 ** min(self._wrong - FREE_GUESSES, 10)
            self._next_guess = self._monotonic() + min(pause, LONGEST_WAIT_SECONDS)

    def lock(self) -> None:
        """Let go of key and rows; what the process ends with.

        Call it in the thread of ``work``, so that no request is at the source.
        """
        source, self.source = self.source, None
        if source is None:
            return
        source.close()
        self._after_lock()


def _idle_minutes(source: Source) -> int:
    """Return the policy's value; the default before the first sync has brought any."""
    try:
        return source.read(
            lambda store: facts.policy_number(
                store, IDLE_POLICY, calendar.local_day(source.now(), zone_of(store))
            )
        )
    except InputError:
        return DEFAULT_IDLE_MINUTES

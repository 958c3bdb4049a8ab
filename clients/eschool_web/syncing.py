"""Exchanges with the server in the background: soon after an entry, else now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from random import SystemRandom as Dice
from typing import Final

from eschool_core.errors import EschoolError

AFTER_ENTRY_SECONDS: Final = 2.0
"""Entries of one burst of typing go together."""

BETWEEN_SECONDS: Final = 60.0
LONGEST_WAIT_SECONDS: Final = 120.0
FIRST_WAIT_SECONDS: Final = 5.0
MOST_DOUBLINGS: Final = 8

UNREACHED: Final = "transport.unreachable"
UNREACHED_SECONDS: Final = 15.0
"""Where nobody answers it costs nobody anything to knock again, and who looks at an open page waits
to see the entries go. A server that answers, but does not take them, is given more time."""

STOP_SECONDS: Final = 2.0


def _nothing(ended: Callable[[], bool]) -> None:
    """Send nothing more."""


class Syncing:
    """Calls ``sync`` from a thread of its own; failures are remembered and tried again.

    Args:
        sync: The exchange of rows.
        after: Sends what is less urgent after each exchange that went well; asks between two
            pieces whether it has to end, and goes on after the next exchange.

    Attributes:
        running: An exchange is under way.
        trouble: Key of the text that says why the last one failed; empty if it did not.
    """

    def __init__(
        self, sync: Callable[[], object], after: Callable[[Callable[[], bool]], object] = _nothing
    ) -> None:
        self._sync = sync
        self._after = after
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._delay = 0.0
        self._thread = threading.Thread(target=self._work, name="eschool-sync", daemon=True)
        self.running = False
        self.trouble = ""

    def start(self) -> None:
        """Begin; the first exchange is due at once."""
        self._wake.set()
        self._thread.start()

    def soon(self) -> None:
        """Exchange in a moment, with whatever is entered until then."""
        self._delay = AFTER_ENTRY_SECONDS
        self._wake.set()

    def now(self) -> None:
        """Exchange at once."""
        self._delay = 0.0
        self._wake.set()

    def stop(self) -> None:
        """End; an exchange in hand is given a moment, what it did not finish it does next time."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        failures = 0
        while not self._ended.is_set():
            self._wake.wait(wait_seconds(self.trouble, failures))
            self._wake.clear()
            if self._ended.wait(self._delay):
                return
            before = self.trouble
            failures = failures + 1 if self._once() == before else 1
            if not self.trouble:
                self._rest()

    def _rest(self) -> None:
        """Send the rest until rows are to be exchanged; what fails waits for the next time."""
        with suppress(EschoolError):
            self._after(lambda: self._wake.is_set() or self._ended.is_set())

    def _once(self) -> str:
        """Exchange once and return the key of what went wrong, or nothing."""
        self.running = True
        try:
            self._sync()
        except EschoolError as error:
            self.trouble = error.key
        else:
            self.trouble = ""
        finally:
            self.running = False
        return self.trouble


def wait_seconds(trouble: str, failures: int) -> float:
    """Return how long to wait for the next exchange if nobody asks for it before.

    Args:
        trouble: What kept the last one; empty where nothing did.
        failures: How often in succession, at least one.
    """
    if not trouble:
        return BETWEEN_SECONDS
    longest = UNREACHED_SECONDS if trouble == UNREACHED else LONGEST_WAIT_SECONDS
    waited = min(longest, FIRST_WAIT_SECONDS * 2 ** min(failures, MOST_DOUBLINGS))
    # Not all at one moment, when the server is back.
    return Dice().uniform(waited / 2, waited)

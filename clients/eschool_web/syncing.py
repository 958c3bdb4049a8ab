"""Exchanges with the server in the background: soon after an entry, else now and then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from eschool_core.errors import EschoolError

AFTER_ENTRY_SECONDS: Final = 2.0
"""Entries of one burst of typing go together."""

BETWEEN_SECONDS: Final = 60.0
LONGEST_WAIT_SECONDS: Final = 120.0
FIRST_WAIT_SECONDS: Final = 5.0
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
            waited = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**failures)
            self._wake.wait(waited if self.trouble else BETWEEN_SECONDS)
            self._wake.clear()
            if self._ended.wait(self._delay):
                return
            failures = failures + 1 if self._once() else 0
            if not failures:
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

"""Hears from the server at once that there is news; where there is no line the exchanges go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Final

from eschool_core.errors import EschoolError

FIRST_PAUSE_SECONDS: Final = 1.0
"""News of one moment are fetched together, and a poll is not repeated before it was acted on."""

LONGEST_PAUSE_SECONDS: Final = 60.0
STOP_SECONDS: Final = 2.0

Watch = Callable[[threading.Event], Iterator[int]]


class Listening:
    """Calls ``fetch`` from a thread of its own whenever the school is beyond what is here.

    It ends by itself where listening is of no use, as for a revoked device: the exchanges say so.

    Args:
        watch: As ``Replica.watch``: gives the school's seq, waits for a lost line, ends with its
            event.
        fetch: Asks for an exchange and does not wait for it.
    """

    def __init__(self, watch: Watch, fetch: Callable[[], None]) -> None:
        self._watch = watch
        self._fetch = fetch
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="eschool-live", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """End; a stream that says nothing ends when the replica is closed."""
        self._ended.set()

    def join(self) -> None:
        """Wait a moment for the end, once the replica is closed."""
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _work(self) -> None:
        before, pause = -1, FIRST_PAUSE_SECONDS
        try:
            for seq in self._watch(self._ended):
                # The same seq again: the exchange does not get there, so it is not hurried.
                pause = (
                    min(LONGEST_PAUSE_SECONDS, 2 * pause) if seq == before else FIRST_PAUSE_SECONDS
                )
                before = seq
                self._fetch()
                if self._ended.wait(pause):
                    return
        except EschoolError:
            return
        except Exception:
            # The replica may be closed under the watch; anything else is a fault of ours.
            if not self._ended.is_set():
                raise

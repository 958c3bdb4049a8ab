"""Live notice for a front end: server-sent events that say how far the school is, nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Final, Protocol

from eschool_core.errors import BusyError, EschoolError

MOST_LISTENERS: Final = 4
SIGN_OF_LIFE_SECONDS: Final = 15.0


class Watched(Protocol):
    """What tells of news; a replica does."""

    def watch(self, ended: threading.Event | None = None) -> Iterator[int]:
        """Give the school's seq whenever there is something to fetch."""
        ...


class Live:
    """Hands a replica's notices to those who listen, each in a thread of its own.

    Args:
        watched: The replica.
    """

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._listening = 0

    def events(self) -> AsyncIterator[str]:
        """Return the stream of events, until the listener goes.

        Raises:
            BusyError: ``api.listeners``: enough listen already.
        """
        if self._listening >= MOST_LISTENERS:
            raise BusyError("api.listeners", limit=MOST_LISTENERS)
        self._listening += 1
        return self._events()

    async def _events(self) -> AsyncIterator[str]:
        loop, news = asyncio.get_running_loop(), asyncio.Queue[int | None]()
        ended = threading.Event()

        def tell(seq: int | None) -> None:
            if not ended.is_set():
                loop.call_soon_threadsafe(news.put_nowait, seq)

        def follow() -> None:
            try:
                for seq in self._watched.watch(ended):
                    tell(seq)
            except EschoolError:
                pass  # a device that is not let in any more hears why at its next sync
            tell(None)

        threading.Thread(target=follow, name="eschool-live", daemon=True).start()
        try:
            yield ": here\n\n"
            while True:
                try:
                    seq = await asyncio.wait_for(news.get(), SIGN_OF_LIFE_SECONDS)
                except TimeoutError:
                    yield ": here\n\n"
                    continue
                if seq is None:
                    return
                yield f"event: news\ndata: {seq}\n\n"
        finally:
            ended.set()
            self._listening -= 1

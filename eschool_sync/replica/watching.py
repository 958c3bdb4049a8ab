"""Hears from the server that there is news: by a stream, or by long polls where none comes through.

It says nothing but how far the school is. A lost line is waited for here; only what waiting cannot
mend, such as a revoked device, ends it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from random import SystemRandom as Dice
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from eschool_core.errors import BusyError, TransportError
from eschool_sync.protocol.live import LiveRequest, read_event, read_notice
from eschool_sync.replica.opened import Opened

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Transport

FIRST_WAIT_SECONDS: Final = 2.0
LONGEST_WAIT_SECONDS: Final = 120.0
MOST_DOUBLINGS: Final = 8
NO_STREAM: Final = frozenset({"transport.foreign_answer", "transport.silent"})
"""What a proxy makes of a stream that it does not let through."""


@runtime_checkable
class Streaming(Protocol):
    """A way to the server that can hold a stream open."""

    def lines(self, route: str, body: bytes) -> Iterator[str]:
        """Return the lines of a stream as they come.

        Raises:
            EschoolError: As ``Transport.post``; TransportError ``transport.silent``: nothing came.
        """
        ...


class Watch:
    """The school's news as an iterator; see ``Replica.watch``."""

    def __init__(self, opened: Opened, transport: Transport, ended: threading.Event) -> None:
        self._opened = opened
        self._transport = transport
        self._ended = ended
        self._streams = isinstance(transport, Streaming)

    def __iter__(self) -> Iterator[int]:
        """Give the seq whenever the school is beyond what is here."""
        failures = 0
        while not self._ended.is_set():
            try:
                for seq in self._stream() if self._streams else self._poll():
                    failures = 0
                    if self._ended.is_set():
                        return
                    if seq > self._cursor():
                        yield seq
            except BusyError as error:
                self._ended.wait(float(error.params.get("retry_after", FIRST_WAIT_SECONDS)))
            except TransportError as error:
                if self._ended.is_set():
                    return
                if self._streams and error.key in NO_STREAM:
                    self._streams = False
                    continue
                failures += 1
                doubled = 2 ** min(failures, MOST_DOUBLINGS)
                longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * doubled)
                # Anywhere in between, so that a whole school does not come back at one moment.
                self._ended.wait(Dice().uniform(0, longest))

    def _cursor(self) -> int:
        with self._opened.reading():
            return self._opened.position().cursor

    def _request(self) -> bytes:
        identity = self._opened.identity
        asked = LiveRequest(identity.school, identity.device, self._cursor())
        return asked.sealed(self._opened.signing)

    def _stream(self) -> Iterator[int]:
        assert isinstance(self._transport, Streaming)
        for line in self._transport.lines("live", self._request()):
            seq = read_event(line)
            # A line without news is a sign of life, and the moment to see whether to go on.
            yield self._cursor() if seq is None else seq

    def _poll(self) -> Iterator[int]:
        yield read_notice(self._transport.post("live", self._request()))

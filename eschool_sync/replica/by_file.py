"""A sync by files that somebody carries: a request goes out, its answer comes back some day.

Files may be written, lost, mixed up and read again at will. What a request was asked from is kept
here, without its commands; an answer is applied only where the replica still stands there, and
is overtaken otherwise: what it brought comes with the next one.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import Final

from eschool_core.errors import BusyError, DamageError, InputError, TransportError
from eschool_sync.protocol import parcel
from eschool_sync.protocol.error_body import unpack_error
from eschool_sync.protocol.fields import malformed
from eschool_sync.protocol.messages import SyncRequest, SyncResponse, read_response
from eschool_sync.protocol.outdated import OutdatedError
from eschool_sync.protocol.parcel import Answer, Direction, Label
from eschool_sync.replica.disagreement import StaleError, UnequalError
from eschool_sync.replica.exchange import Exchange
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.position import Position
from eschool_sync.replica.reports import SyncReport
from eschool_sync.replica.returning import RETRY_SECONDS
from eschool_sync.replica.tables import find_meta, put_meta
from eschool_sync.replica.taking import EQUAL
from eschool_sync.security.random_source import Random

ASKED: Final = "asked"
"""Name under which the latest requests by file are kept."""

MAX_ASKED: Final = 32


@dataclass(frozen=True, slots=True)
class Asked(SyncRequest):
    """A request as it is remembered, without its commands.

    Attributes:
        told: The name of the whole request.
        stood: Where the replica stood (``_standing``).
    """

    told: bytes = b""
    stood: tuple[bytes, int, int, bytes] = (b"", 0, 0, b"")

    def name(self) -> bytes:
        """Return the name that the whole request had."""
        return self.told


def _standing(position: Position) -> tuple[bytes, int, int, bytes]:
    """Return what moves whenever an answer has brought something."""
    return position.incarnation, position.cursor, position.ack, position.root


class ByFile:
    """Writes requests and takes answers for an open replica."""

    def __init__(self, opened: Opened, exchange: Exchange, random: Random) -> None:
        self._opened = opened
        self._exchange = exchange
        self._random = random

    def request(self) -> bytes:
        """Return a file for the school's server with what waits, as far as one push carries."""
        opened, identity = self._opened, self._opened.identity
        with opened.reading():
            full = find_meta(opened.database, EQUAL) == 0
        # The server cannot ask back which partitions are here: they are told at once.
        position, request = self._exchange.request(full=full, tell_parts=True)
        # A file is read some day: when a computer was used it does not tell (6.1).
        request = replace(request, computer=b"")
        self._remember(position, request)
        label = Label(Direction.REQUEST, identity.school, identity.device)
        body = request.sealed(opened.signing)
        return parcel.pack_request(label, body, identity.school_key, self._random)

    def take(self, data: bytes) -> SyncReport | None:
        """Apply an answer; return None where the replica has gone on since it was asked for.

        Raises:
            EschoolError: As ``Replica.take_answer``.
        """
        answer = self._read(data)
        with self._opened.reading():
            position = self._opened.position()
        asked = self._asked(answer.name)
        if asked is None or asked.stood != _standing(position):
            return None
        if answer.failed:
            raise unpack_error(answer.body) or malformed("answer")
        try:
            response = read_response(answer.body, asked)
        except OutdatedError as told:
            self._exchange.keep_taken(told.known)
            raise TransportError("transport.outdated") from None
        if response.collecting:
            raise BusyError("busy.collecting", retry_after=RETRY_SECONDS)
        report = SyncReport(rounds=1, bytes_down=len(data))
        try:
            self._apply(position, response, report, full=not asked.cursor)
        except StaleError:
            return None
        self._opened.fold()
        return report

    def _apply(
        self, position: Position, response: SyncResponse, report: SyncReport, *, full: bool
    ) -> None:
        try:
            self._exchange.taking.take(position, response, report, full=full, at_once=False)
        except UnequalError:
            raise DamageError("damage.digest" if full else "parcel.unequal") from None

    def _read(self, data: bytes) -> Answer:
        """Return the answer in a file that is for this replica, signed by its school."""
        identity = self._opened.identity
        label = parcel.read_label(data, Direction.ANSWER)
        if label.school != identity.school:
            raise InputError("parcel.foreign_school", school=label.school)
        if label.device != identity.device:
            raise InputError("parcel.foreign_device", device=label.device)
        return parcel.unpack_answer(data, label, self._opened.signing.seed(), identity.school_key)

    def _remember(self, position: Position, request: SyncRequest) -> None:
        """Keep what an answer is read by; never what was asked to be done."""
        bare = astuple(replace(request, parts=None, push=None))
        entry = [*bare, request.name(), list(_standing(position))]
        with self._opened.writing():
            kept = find_meta(self._opened.database, ASKED) or []
            others = [known for known in kept if known != entry]
            put_meta(self._opened.database, ASKED, [*others, entry][-MAX_ASKED:])

    def _asked(self, name: bytes) -> Asked | None:
        """Return the request with a name, if it is still remembered."""
        with self._opened.reading():
            kept = find_meta(self._opened.database, ASKED) or []
        for entry in kept:
            if entry[-2] == name:
                return Asked(*[*entry[:-1], tuple(entry[-1])])
        return None

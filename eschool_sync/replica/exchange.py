"""One sync: rounds of push and pull until both sides have the same rows (design §5.3)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from eschool_core.errors import AccessError, DamageError, TransportError
from eschool_sync.history.head import MARK_BYTES
from eschool_sync.protocol.messages import (
    SyncRequest,
    SyncResponse,
    pack_parts,
    parts_hash,
    read_response,
)
from eschool_sync.protocol.outdated import OutdatedError
from eschool_sync.replica.bootstrap import Bootstrap
from eschool_sync.replica.branching import FORK, Branching
from eschool_sync.replica.disagreement import StaleError, UnequalError
from eschool_sync.replica.mending import Mend, Mending, Probe, Recount
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.position import Position
from eschool_sync.replica.pushing import TAKEN, packed_push, sent_up_to
from eschool_sync.replica.quiet import Quiet
from eschool_sync.replica.reports import SyncReport
from eschool_sync.replica.returning import BEHIND, DENIED, REVOKED, Returning
from eschool_sync.replica.tables import delete_meta, find_meta, put_meta
from eschool_sync.replica.taking import Taking
from eschool_sync.replica.upgrading import upgrade_if_due

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Progress, Transport

GAP: Final = "sync.gap"

MAX_ROUNDS: Final = 100
"""Round trips of one sync: pushes of 2,000 commands, and a repair or two."""

TELL_SECONDS: Final = 5 * 60
"""An open replica says which computer this is at once, and then so often."""


class Exchange:
    """Talks to the server for an open replica.

    Attributes:
        taking: Applies what the server answers.
    """

    def __init__(self, opened: Opened, transport: Transport) -> None:
        self._opened = opened
        self._transport = transport
        self._quiet = Quiet(opened)
        self.taking = Taking(opened, self._quiet)
        self._bootstrap = Bootstrap(opened, transport, self.taking.replay)
        self._returning = Returning(opened, transport)
        self._branching = Branching(opened, transport, self.taking.replay)
        self._told_at = -TELL_SECONDS

    def sync(self, progress: Progress | None) -> SyncReport:
        """Send what is pending and fetch what is new, until both sides are equal.

        Raises:
            EschoolError: As ``Replica.sync``.
        """
        try:
            return self._sync_as_somebody(progress)
        except AccessError as error:
            if error.key == REVOKED:
                self._returning.hand_in(error)
            raise

    def _sync_as_somebody(self, progress: Progress | None) -> SyncReport:
        """Sync as this device, once it was let in again, or as another one if need be."""
        try:
            return self._sync_or_start_over(progress)
        except AccessError as error:
            if error.key not in DENIED or not self._returning.readmit():
                raise
            return self._sync_or_start_over(progress)
        except TransportError as error:
            if error.key == BEHIND:
                self._returning.witness()
            if error.key != FORK:
                raise
            self._branching.become_another()
            report = self._sync(progress)
            report.became_device = self._opened.identity.device
            return report

    def _sync_or_start_over(self, progress: Progress | None) -> SyncReport:
        """Sync; where the server lacks what was taken for sent, once more from the beginning."""
        try:
            return self._sync(progress)
        except TransportError as error:
            if error.key != GAP or not self._is_mistaken():
                raise
            return self._sync(progress, anew=True)

    def _is_mistaken(self) -> bool:
        """Return whether anything was taken for sent that the server lacks."""
        database = self._opened.database
        with self._opened.writing():
            was_sent = sent_up_to(database) > 0
            delete_meta(database, TAKEN)
        return was_sent

    def bring_up(self) -> bool:
        """Bring the tables up to this program; return whether they were older."""
        return upgrade_if_due(self._opened, self.taking.replay)

    def _sync(self, progress: Progress | None, *, anew: bool = False) -> SyncReport:
        """Exchange until both sides are equal.

        Args:
            progress: As ``Replica.sync``.
            anew: Take nothing for sent until the server has answered. What is thought of the rows
                stays: they are what the last answer has brought.
        """
        report, tell_parts = SyncReport(), False
        if self._bootstrap.is_due():
            self._bootstrap.run_if_let(report, progress)
            # The server knows no scope that a bootstrap ends with: it would only ask.
            tell_parts = True
        for _ in range(MAX_ROUNDS):
            position, request = self.request(full=False, tell_parts=tell_parts, anew=anew)
            try:
                response = self._ask(request, report, progress)
            except OutdatedError as told:
                self.keep_taken(told.known)
                anew = False
                continue
            if self._quiet.hear(position, response):
                break
            if response.collecting or response.need_parts:
                self._returning.offer(response)
                tell_parts = response.need_parts
                continue
            try:
                pending = self._take_or_mend(position, response, report)
            except StaleError:
                continue
            tell_parts = anew = False
            if not response.more and not pending:
                break
        else:
            raise TransportError("sync.unsettled", rounds=MAX_ROUNDS)
        self._quiet.fold()
        return report

    def _ask(
        self, request: SyncRequest, report: SyncReport, progress: Progress | None
    ) -> SyncResponse:
        body = request.sealed(self._opened.signing)
        answer = self._transport.post("sync", body, progress)
        if request.computer:
            self._told_at = self._opened.clock.monotonic()
        report.rounds += 1
        report.bytes_up += len(body)
        report.bytes_down += len(answer)
        return read_response(answer, request)

    def _tells_computer(self) -> bool:
        """Return whether the server is to hear again which computer this is (6.1)."""
        return self._opened.clock.monotonic() - self._told_at >= TELL_SECONDS

    def request(
        self, *, full: bool, tell_parts: bool, anew: bool = False
    ) -> tuple[Position, SyncRequest]:
        """Return a request, and the position that it was made from.

        All of it is read in one transaction: another process may settle commands and forget
        their salt keys at any time.
        """
        opened = self._opened
        with opened.writing() as position:
            waiting = opened.outbox.next_push(0 if anew else sent_up_to(opened.database))
            push = packed_push(opened, position, waiting) if waiting else None
            parts = pack_parts(opened.confirmed.held()) if tell_parts else None
        nothing: list[int] = []
        cursor = 0 if full else position.cursor
        return position, SyncRequest(
            opened.identity.school,
            opened.identity.device,
            b"" if full else position.incarnation,
            cursor,
            position.ack,
            parts_hash(nothing) if full else position.scope,
            parts,
            push,
            0 if position.tree == cursor else position.tree,
            position.root[:MARK_BYTES],
            opened.computer if self._tells_computer() else b"",
        )

    def _take_or_mend(self, position: Position, response: SyncResponse, report: SyncReport) -> int:
        """Apply a response; where rows differ, put right sums, rows, partitions, in this order.

        Raises:
            StaleError: The replica or the school has moved on: ask again.
            DamageError: ``damage.digest``: nothing has helped.
        """
        with suppress(UnequalError):
            return self.taking.take(position, response, report, full=False)

        def attempt(mend: Mend) -> int:
            return self.taking.take(position, response, report, full=False, mend=mend)

        mending, recount = Mending(self._opened, self._transport, report), Recount()
        with suppress(UnequalError):
            return attempt(recount)
        differing = mending.compare(response, recount.sums)
        probe = Probe(differing.parts)
        with suppress(UnequalError):
            return attempt(probe)
        rows = mending.rows(response, differing, probe.found)
        with suppress(UnequalError):
            return attempt(rows)
        left = mending.compare(response, rows.sums)
        with suppress(UnequalError):
            return attempt(mending.parts(response, rows, left))
        raise DamageError("damage.digest")

    def keep_taken(self, known: int) -> None:
        """Remember how far a server newer than this program has taken own commands.

        They stay pending, and shown: their verdicts come after the update.

        Raises:
            TransportError: ``transport.outdated``: it has all of them, or takes no more.
        """
        opened = self._opened
        with opened.writing():
            before = find_meta(opened.database, TAKEN) or 0
            put_meta(opened.database, TAKEN, known)
            waiting = opened.outbox.next_push(known)
        if not waiting or known == before:
            raise TransportError("transport.outdated")

"""One sync: rounds of push and pull until both sides have the same rows (design §5.3)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eschool_core.app import carry_out
from eschool_core.errors import AccessError, DamageError, InputError, TransportError
from eschool_sync.defects import is_of_surroundings
from eschool_sync.history.head import HISTORY, MARK_BYTES
from eschool_sync.protocol.frames import unpack_frames
from eschool_sync.protocol.messages import (
    SyncRequest,
    SyncResponse,
    pack_parts,
    parts_hash,
    read_response,
    unpack_parts,
)
from eschool_sync.protocol.outdated import OutdatedError
from eschool_sync.replica.bootstrap import DONE, Bootstrap
from eschool_sync.replica.branching import FORK, Branching
from eschool_sync.replica.contact import contact_after
from eschool_sync.replica.decisions import decisions
from eschool_sync.replica.disagreement import StaleError, UnequalError
from eschool_sync.replica.file_store import drop_unnamed
from eschool_sync.replica.indexing import index_where_grown
from eschool_sync.replica.mending import Mend, Mending, Probe, Recount
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import KEEP_SECONDS, State
from eschool_sync.replica.position import Position
from eschool_sync.replica.pushing import packed_push
from eschool_sync.replica.quiet import DAY_SECONDS, Quiet
from eschool_sync.replica.reports import SyncReport
from eschool_sync.replica.returning import BEHIND, DENIED, Returning
from eschool_sync.replica.sealing import seal_if_lost
from eschool_sync.replica.shown_history import shown_head
from eschool_sync.replica.tables import delete_meta, find_meta, put_meta
from eschool_sync.replica.upgrading import upgrade_if_due
from eschool_sync.security.signing import check_anchor

if TYPE_CHECKING:
    from eschool_sync.replica.transport import Progress, Transport

EQUAL: Final = "equal"
"""Name under which the result of the last comparison of sums is kept."""

PROVEN: Final = "proven"
"""Name under which the last seq is kept at which both sides were equal."""

ALARM: Final = "alarm"
"""Name under which a signed head is kept that contradicts the one held."""

TAKEN: Final = "taken"
"""Name under which the last own number is kept that a server newer than this program has."""

MAX_ROUNDS: Final = 100
"""Round trips of one sync: pushes of 2,000 commands, and a repair or two."""

TELL_SECONDS: Final = 5 * 60
"""An open replica says which computer this is at once, and then so often."""


class Exchange:
    """Talks to the server for an open replica."""

    def __init__(self, opened: Opened, transport: Transport) -> None:
        self._opened = opened
        self._transport = transport
        self._bootstrap = Bootstrap(opened, transport, self._replay)
        self._returning = Returning(opened, transport)
        self._branching = Branching(opened, transport, self._replay)
        self._quiet = Quiet(opened)
        self._told_at = -TELL_SECONDS

    def sync(self, progress: Progress | None) -> SyncReport:
        """Send what is pending and fetch what is new, until both sides are equal.

        Raises:
            EschoolError: As ``Replica.sync``.
        """
        try:
            return self._sync(progress)
        except AccessError as error:
            if error.key not in DENIED or not self._returning.readmit():
                raise
            return self._sync(progress)
        except TransportError as error:
            if error.key == BEHIND:
                self._returning.witness()
            if error.key != FORK:
                raise
            self._branching.become_another()
            report = self._sync(progress)
            report.became_device = self._opened.identity.device
            return report

    def bring_up(self) -> bool:
        """Bring the tables up to this program; return whether they were older."""
        return upgrade_if_due(self._opened, self._replay)

    def _sync(self, progress: Progress | None) -> SyncReport:
        report, tell_parts = SyncReport(), False
        if self._bootstrap.is_due():
            self._bootstrap.run_if_let(report, progress)
            # The server knows no scope that a bootstrap ends with: it would only ask.
            tell_parts = True
        for _ in range(MAX_ROUNDS):
            position, request = self.request(full=False, tell_parts=tell_parts)
            try:
                response = self._ask(request, report, progress)
            except OutdatedError as told:
                self.keep_taken(told.known)
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
            tell_parts = False
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

    def request(self, *, full: bool, tell_parts: bool) -> tuple[Position, SyncRequest]:
        """Return a request, and the position that it was made from.

        All of it is read in one transaction: another process may settle commands and forget
        their salt keys at any time.
        """
        opened = self._opened
        with opened.writing() as position:
            waiting = opened.outbox.next_push(find_meta(opened.database, TAKEN) or 0)
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
            return self.take(position, response, report, full=False)

        def attempt(mend: Mend) -> int:
            return self.take(position, response, report, full=False, mend=mend)

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

    def take(
        self,
        position: Position,
        response: SyncResponse,
        report: SyncReport,
        *,
        full: bool,
        at_once: bool = True,
        mend: Mend | None = None,
    ) -> int:
        """Apply a response, or remember what spoke against it; return how many commands wait.

        See ``_take``.
        """
        try:
            return self._take(position, response, report, full=full, at_once=at_once, mend=mend)
        except UnequalError:
            self.note_unequal()
            raise
        except DamageError as damage:
            if damage.key == HISTORY:
                self._raise_alarm(response)
            raise
        except TransportError as error:
            if error.key == FORK and response.incarnation != position.incarnation:
                self._doubt()
            raise

    def _take(
        self,
        position: Position,
        response: SyncResponse,
        report: SyncReport,
        *,
        full: bool,
        at_once: bool,
        mend: Mend | None,
    ) -> int:
        """Apply a response in one transaction; return how many commands still wait.

        Args:
            position: From which it was asked for.
            response: What the server said.
            report: Counts what it brought.
            full: Whether everything was asked for anew.
            at_once: Whether it comes straight from the server. What lay in a file says nothing
                of the time between, so its time is not paired with this device's clock.
            mend: What may put the rows right before they are compared.

        Raises:
            StaleError: Another process has moved the position.
            UnequalError: The sums differ from the checkpoint's.
            DamageError: ``damage.history``: what the server shows is not what it showed before.
        """
        opened = self._opened
        device = opened.identity.device
        anchor = check_anchor(response.anchor, opened.identity.school_key)
        head = shown_head(opened.identity, position, response)
        frames, tombstones = unpack_frames(response.frames)
        fresh = set(unpack_parts(response.parts_in))
        gone = set(unpack_parts(response.parts_out))
        with opened.writing() as present:
            stands = (present.cursor, present.ack, opened.identity.device)
            if stands != (position.cursor, position.ack, device):
                raise StaleError
            opened.confirmed.restore_images()
            if full or response.incarnation != position.incarnation:
                gone |= set(opened.confirmed.held())
            opened.confirmed.purge(gone | fresh)
            rows = opened.confirmed.apply(frames, tombstones, fresh)
            mended = mend(opened.confirmed) if mend else 0
            opened.store.reads.forget()
            self._compare(response)
            index_where_grown(opened.database, rows)
            delete_meta(opened.database, DONE)
            delete_meta(opened.database, TAKEN)
            for number, outcome in response.verdicts:
                opened.outbox.settle(number, outcome)
            opened.receipts.keep(response)
            is_new = bool(position.incarnation) and response.incarnation != position.incarnation
            another_day = anchor.time // DAY_SECONDS != present.synced_at // DAY_SECONDS
            if another_day and not is_new:
                # A restored server may be asked about what is older by now: it was not at the last
                # sync before, and its backup is younger than that.
                opened.outbox.forget_old(anchor.time - KEEP_SECONDS)
            if is_new:
                opened.receipts.reopen(response.checkpoint.known)
            if opened.outbox.counts().get(State.HELD):
                opened.outbox.decide(decisions(opened.store, opened.identity, opened.earlier()))
            seal_if_lost(opened, response)
            moved = replace(
                present,
                incarnation=response.incarnation,
                cursor=response.checkpoint.seq,
                ack=_acknowledged(present, response, is_new=is_new),
                scope=response.checkpoint.scope,
                tree=head.size,
                root=head.root,
                tree_head=response.tree_head or present.tree_head,
                synced_at=anchor.time if at_once else max(anchor.time, present.synced_at),
            ).heard(
                contact_after(
                    opened.clock, present, (anchor.time, response.anchor), at_once=at_once
                )
            )
            opened.held.become(opened.confirmed.held())
            self._replay(moved)
            drop_unnamed(opened.database, after=(rows, gone, mended, response.verdicts))
            moved.save(opened.database)
            pending = opened.outbox.counts().get(State.PENDING, 0)
            if not pending:
                self._quiet.settle(response)
        report.pulled_rows += rows
        report.mended_rows += mended
        report.parts_in += len(fresh)
        report.parts_out += len(unpack_parts(response.parts_out))
        for _, outcome in response.verdicts:
            report.count(outcome)
        return pending

    def _doubt(self) -> None:
        """Take no old verdict for granted: a restored server has heard another copy first.

        What it does not have of this one would else be lost when the copy signs anew (I12).
        """
        with self._opened.writing():
            self._opened.receipts.reopen_readable()

    def _raise_alarm(self, response: SyncResponse) -> None:
        """Keep the head that does not fit: with the one held, both signed, it is the evidence."""
        with self._opened.writing():
            put_meta(self._opened.database, ALARM, response.tree_head)

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
        if not waiting or known <= before:
            raise TransportError("transport.outdated")

    def _compare(self, response: SyncResponse) -> None:
        confirmed, point = self._opened.confirmed, response.checkpoint
        total = confirmed.total()
        same_scope = parts_hash(confirmed.held()) == point.scope
        if not same_scope or (total.rows, total.digest) != (point.rows, point.digest):
            raise UnequalError
        put_meta(self._opened.database, EQUAL, 1)
        put_meta(self._opened.database, PROVEN, point.seq)

    def note_unequal(self) -> None:
        """Remember that the rows differ: the next request asks for everything."""
        with self._opened.writing():
            put_meta(self._opened.database, EQUAL, 0)

    def _replay(self, position: Position) -> None:
        """Carry out the commands that are still pending on top of the new confirmed state.

        One that fails now stays pending without effect: the server gives the verdict.
        """
        opened = self._opened
        for entry in opened.outbox.pending():
            occasion = opened.occasion(entry.envelope.header, position, entry.ids_from)
            try:
                carry_out(opened.store, entry.command(), occasion)
            except InputError:
                # A fact that only the server knows, or a kind that this version knows no more.
                continue
            except Exception as error:
                # A defect must not keep the replica from syncing (T20).
                if is_of_surroundings(error):
                    raise


def _acknowledged(present: Position, response: SyncResponse, *, is_new: bool) -> int:
    """Return the last own number whose verdict is stored after an answer."""
    if response.verdicts:
        return response.verdicts[-1][0]
    return response.checkpoint.known if is_new else present.ack

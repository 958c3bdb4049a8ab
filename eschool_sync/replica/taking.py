"""An answer is applied in one transaction, or not at all (design §5.3).

Put the undo images back, apply rows, compare sums in this confirmed state, store verdicts, carry
out what still waits on top, and commit with the cursor.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from eschool_core.app import carry_out
from eschool_core.domain.row import Row
from eschool_core.domain.tables import TABLES
from eschool_core.errors import DamageError, InputError, TransportError
from eschool_sync.defects import is_of_surroundings
from eschool_sync.history.head import HISTORY
from eschool_sync.protocol.frames import Frame, unpack_frames
from eschool_sync.protocol.messages import SyncResponse, parts_hash, unpack_parts
from eschool_sync.replica.bootstrap import DONE
from eschool_sync.replica.branching import FORK
from eschool_sync.replica.contact import contact_after
from eschool_sync.replica.decisions import decisions
from eschool_sync.replica.disagreement import StaleError, UnequalError
from eschool_sync.replica.file_store import drop_unnamed
from eschool_sync.replica.indexing import index_where_grown
from eschool_sync.replica.mending import Mend
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.outbox import KEEP_SECONDS, State
from eschool_sync.replica.position import Position
from eschool_sync.replica.pushing import KNOWN, forget_sent
from eschool_sync.replica.quiet import DAY_SECONDS, Quiet
from eschool_sync.replica.reports import SyncReport
from eschool_sync.replica.sealing import seal_if_lost
from eschool_sync.replica.shown_history import shown_head
from eschool_sync.replica.tables import delete_meta, find_meta, put_meta
from eschool_sync.security.signing import check_anchor

EQUAL: Final = "equal"
"""Name under which the result of the last comparison of sums is kept."""

PROVEN: Final = "proven"
"""Name under which the last seq is kept at which both sides were equal."""

ALARM: Final = "alarm"
"""Name under which a signed head is kept that contradicts the one held."""


class Taking:
    """Applies what the server answers to an open replica.

    Args:
        opened: The replica.
        quiet: Remembers sums that were found equal.
    """

    def __init__(self, opened: Opened, quiet: Quiet) -> None:
        self._opened = opened
        self._quiet = quiet

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
            index_where_grown(opened.database, _written(frames, mended))
            delete_meta(opened.database, DONE)
            forget_sent(opened.database)
            if response.more:
                put_meta(opened.database, KNOWN, response.checkpoint.known)
            opened.outbox.settle(response.verdicts)
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
            self.replay(moved)
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

    def replay(self, position: Position) -> None:
        """Carry out the commands that are still pending on top of the new confirmed state.

        One that fails now stays pending without effect: the server gives the verdict.
        """
        opened = self._opened
        known = find_meta(opened.database, KNOWN) or 0
        for entry in opened.outbox.pending():
            if entry.number <= known:
                # Judged: what came of it stands in the rows already.
                continue
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


def _written(frames: Sequence[Frame], mended: int) -> Collection[type[Row]]:
    """Return the tables that rows have come for; what was mended may lie in any."""
    return [spec.table for spec in TABLES] if mended else {frame.table for frame in frames}


def _acknowledged(present: Position, response: SyncResponse, *, is_new: bool) -> int:
    """Return the last own number whose verdict is stored after an answer."""
    if response.verdicts:
        return response.verdicts[-1][0]
    return response.checkpoint.known if is_new else present.ack

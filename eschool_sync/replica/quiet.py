"""Syncs that find nothing new: noted without waiting for the disk (ADR 0042).

Such a sync says only that the server was heard. If the power fails the moment after, the replica
has been heard a little earlier, and every row and every entry is there. Nothing is compared anew
as long as nobody has written since it was found equal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from eschool_sync.protocol.messages import SyncResponse
from eschool_sync.replica.contact import contact_after
from eschool_sync.replica.opened import Opened
from eschool_sync.replica.position import Position
from eschool_sync.security.signing import check_anchor

RESTS: Final = 100
"""So many syncs that find nothing new may leave a page or two each in the WAL."""

DAY_SECONDS: Final = 24 * 3600


class Quiet:
    """Knows when the rows of an open replica were last found equal to the server's."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._state: tuple[int, int] | None = None
        self._sums: tuple[int, bytes] | None = None
        self._folded = False
        self._heard = 0

    def settle(self, response: SyncResponse) -> None:
        """Remember that the rows are what an answer says and that no entry waits.

        Call it at the end of the transaction that has taken the answer.
        """
        self._state, self._sums = self._opened.state(), _sums(response)
        self._folded = False

    def hear(self, position: Position, response: SyncResponse) -> bool:
        """Note when the server was last heard, if its answer says nothing else.

        Returns:
            Whether that was all; else the answer is to be taken like any other.

        Raises:
            AccessError: ``access.signature``: the time is not signed by the school.
        """
        if not response.is_unchanged or _sums(response) != self._sums:
            return False
        opened = self._opened
        anchor = check_anchor(response.anchor, opened.identity.school_key)
        if anchor.time // DAY_SECONDS != position.synced_at // DAY_SECONDS:
            # Once a day there is old to forget.
            return False
        heard = contact_after(opened.clock, position, (anchor.time, response.anchor), at_once=True)
        with opened.noting() as present:
            if present != position or opened.state() != self._state:
                return False
            replace(position, synced_at=anchor.time).heard(heard).save(opened.database)
            self._state = opened.state()
        self._heard += 1
        return True

    def fold(self) -> None:
        """Fold the WAL in after what may have purged something, and now and then (I6)."""
        if not self._folded or self._heard % RESTS == 0:
            self._folded = self._opened.fold()


def _sums(response: SyncResponse) -> tuple[int, bytes]:
    return response.checkpoint.rows, response.checkpoint.digest

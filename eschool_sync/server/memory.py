"""What is remembered of a school outside of its database, read, changed and kept up to date.

By it the server itself sees that its database was put back, and who was shut out before that
(design §5.7).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from eschool_core.store.database import Database
from eschool_sync.clock import Clock
from eschool_sync.history.tree import Tree
from eschool_sync.server.heads import Head, Heads
from eschool_sync.server.single import taking_turns
from eschool_sync.server.state import Phase, ServerState

LOCK_FILE: Final = "state.lock"
REMEMBER_SECONDS: Final = 10 * 60
"""While it writes, a server remembers so often how far its database has come."""

SHUT_OUT: Final = "SELECT device FROM device WHERE revoked_at > 0"

_logger = logging.getLogger(__name__)


class Memory:
    """The state file of a school that is open.

    Args:
        state: As it was read.
        path: Where it is.
        database: Of the school.
        clock: The server's.

    Attributes:
        state: As this process knows it.
    """

    def __init__(self, state: ServerState, path: Path, database: Database, clock: Clock) -> None:
        self.state = state
        self._answering = state.incarnation
        self._seen = (0, 0)
        self._path = path
        self._database = database
        self._clock = clock
        self._scopes_moved = False
        self._remembered_at = clock.monotonic()

    def look_again(self) -> bool:
        """Read what another process has written; return whether it has begun an incarnation.

        Until ``become`` this process answers as the one before.
        """
        with suppress(OSError):
            found = self._path.stat()
            seen = (found.st_ino, found.st_mtime_ns)
            if seen != self._seen:
                self.state, self._seen = ServerState.load(self._path), seen
        return self.state.incarnation != self._answering

    def become(self) -> bytes:
        """Return the incarnation that this process answers as from now on."""
        self._answering = self.state.incarnation
        return bytes.fromhex(self._answering)

    def change(self, change: Callable[[ServerState], ServerState]) -> None:
        """Go on with another state, durable when this returns.

        Args:
            change: Of what is remembered now: another process may have changed it meanwhile.
        """
        with taking_turns(self._path.with_name(LOCK_FILE)):
            state = change(ServerState.load(self._path))
            state.save(self._path)
        self.state = state

    def suspend(self, knowing: int = 0) -> None:
        """Take nothing any more until the operator has acted: the database was put back.

        Args:
            knowing: A device number that counts as given, remembered in the same write.
        """

        def suspending(state: ServerState) -> ServerState:
            known = state.knowing(knowing)
            # Of the database that another incarnation goes on with this process knows nothing.
            is_ours = state.incarnation == self._answering
            return replace(known, phase=Phase.SUSPENDED) if is_ours else known

        self.change(suspending)
        if self.state.phase == Phase.SUSPENDED:
            _logger.error("a database was put back: see eschool server restored status")

    def compare(self, heads: Heads) -> None:
        """Suspend a school whose database lacks what it once held; else remember what it holds.

        Each incarnation signs the head when it begins: with that of another one the database is
        of before that.
        """
        head, is_open = heads.read(), self.state.phase == Phase.OPEN
        if is_open and (not heads.is_own(head) or self._is_put_back(head)):
            self.suspend()
        elif (is_open and head.seq > self.state.seq) or not self._shut_out() <= self.state.shut_out:
            self.remember(head)

    def hear(self, scope_seq: int) -> None:
        """Hear of a transaction; that of who is shut out changes a scope.

        Args:
            scope_seq: Of the last change of anybody's scope in it; 0 for none.
        """
        self._scopes_moved |= scope_seq > 0

    def keep_up(self, read_head: Callable[[], Head]) -> None:
        """After a commit: write down what should outlive the database, if there is something."""
        moved, self._scopes_moved = self._scopes_moved, False
        if self._clock.monotonic() - self._remembered_at >= REMEMBER_SECONDS or (
            moved and not self._shut_out() <= self.state.shut_out
        ):
            self.remember(read_head())

    def remember(self, head: Head) -> None:
        """Write down how far the database has come, and who is shut out.

        The first only of a school that is open: any other one is not yet known to be whole. A disk
        that is full stops nobody; what is remembered is then older.

        Args:
            head: Of a commit that is durable.
        """
        self._remembered_at = self._clock.monotonic()
        shut_out = self._shut_out()

        def remembering(state: ServerState) -> ServerState:
            is_ours = state.incarnation == self._answering
            seq = head.seq if is_ours and state.phase == Phase.OPEN else 0
            return state.remembering(seq, head.root, shut_out)

        try:
            self.change(remembering)
        except OSError as error:
            _logger.error("the state file cannot be written: %s", type(error).__name__)

    def _shut_out(self) -> frozenset[int]:
        return frozenset(int(row[0]) for row in self._database.fetch(SHUT_OUT))

    def _is_put_back(self, head: Head) -> bool:
        state = self.state
        if not state.seq or (head.seq, head.root.hex()) == (state.seq, state.root):
            return False
        if state.seq > head.seq:
            return True
        try:
            return Tree(self._database).root(state.seq).hex() != state.root
        except ValueError:
            # Parts of the tree are missing: it is not the history that was there.
            return True

"""Windows on a school's rows: a connection on which any query finds one person's scope alone.

Before each table of the school stands a view of the same name that shows the rows of the
partitions in ``visible`` and no others; what has no partition (log, sessions, secrets) shows
nothing. So a page may ask what a replica may be asked, and a query that forgets whom it is for
finds nothing foreign (SECURITY rows 16, 25–31). A window reads one moment of the database and
needs no turn of the school; it can write nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from eschool_core.domain.row import Row
from eschool_core.domain.tables import TABLES
from eschool_core.store import statements
from eschool_core.store.database import Database
from eschool_core.store.schema import typed
from eschool_core.store.store import Store
from eschool_sync.server.answers import Scope

MOST_KEPT: Final = 4
"""Open windows of a school that wait for the next question."""

WITH_PARTS: Final = frozenset(
    {*(statements.name_of(spec.table) for spec in TABLES), "part_state", "tombstone"}
)
VISIBLE: Final = "CREATE TEMPORARY TABLE visible (part {integer} PRIMARY KEY)"
TABLES_OF_SQLITE: Final = (
    "SELECT name, 'main' FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
)
TABLES_OF_POSTGRES: Final = (
    "SELECT tablename, schemaname FROM pg_catalog.pg_tables WHERE schemaname = current_schema()"
)
READ_ONLY: Final = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
SNAPSHOT: Final = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ"}


class Windows:
    """The windows of one school, each made when there is none to spare.

    Args:
        opener: Opens a further connection to the school.
    """

    def __init__(self, opener: Callable[[], Database]) -> None:
        self._opener = opener
        self._spare: list[Window] = []
        self._lock = threading.Lock()

    @contextmanager
    def showing(self, scope: Scope) -> Iterator[Window]:
        """Give a window on a scope; what it reads in the block is one moment's."""
        window = self._take(scope.hash)
        try:
            window.begin(scope)
            yield window
        finally:
            window.end()
            self._give_back(window)

    def close(self) -> None:
        """Close the windows that wait."""
        with self._lock:
            spare, self._spare = self._spare, []
        for window in spare:
            window.close()

    def _take(self, wanted: bytes) -> Window:
        with self._lock:
            for window in self._spare:
                if window.shown == wanted:
                    self._spare.remove(window)
                    return window
            if len(self._spare) >= MOST_KEPT:
                return self._spare.pop(0)
        return Window(self._opener())

    def _give_back(self, window: Window) -> None:
        with self._lock:
            if window.is_usable and len(self._spare) < MOST_KEPT:
                self._spare.append(window)
                return
        window.close()


class Window:
    """One connection behind its views; for one thread at a time.

    Attributes:
        shown: Hash of the scope that it shows.
        store: What is visible, as a replica of that scope would hold it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.shown = b""
        try:
            _hang_curtains(database)
        except BaseException:
            database.close()
            raise
        self.store = Store(database, _NoWrites(), frozenset())

    @property
    def is_usable(self) -> bool:
        """Whether the connection stands."""
        return bool(getattr(self._database, "usable", True))

    def begin(self, scope: Scope) -> None:
        """Show a scope as it stands at this moment, until ``end``."""
        if self.shown != scope.hash:
            self._show(scope)
        self._database.execute(SNAPSHOT[self._database.dialect])

    def end(self) -> None:
        """Let go of the moment."""
        if self.is_usable and self._database.in_transaction:
            self._database.execute("ROLLBACK")

    def look_again(self, scope: Scope) -> None:
        """Show what stands now, after something was written."""
        self.end()
        self.begin(scope)

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    def _show(self, scope: Scope) -> None:
        database, self.shown = self._database, b""
        self._writable(on=True)
        database.execute("DELETE FROM visible")
        database.execute_many(
            "INSERT INTO visible (part) VALUES (?)", [(part,) for part in scope.parts]
        )
        self._writable(on=False)
        self.store = Store(database, _NoWrites(), frozenset(scope.parts))
        self.shown = scope.hash

    def _writable(self, *, on: bool) -> None:
        # PostgreSQL lets a transaction that only reads fill its temporary tables.
        if self._database.dialect == "sqlite":
            self._database.execute("PRAGMA query_only = OFF" if on else "PRAGMA query_only = ON")


class _NoWrites:
    """Where a ledger is asked for and nothing may be written."""

    def stamp(self, old: Row | None) -> int:
        raise TypeError("a window is for reading")

    def note(self, old: Row | None, new: Row | None) -> None:
        raise TypeError("a window is for reading")

    def begin(self) -> None:
        raise TypeError("a window is for reading")

    def keep(self) -> None:
        raise TypeError("a window is for reading")

    def drop(self) -> None:
        raise TypeError("a window is for reading")


def _hang_curtains(database: Database) -> None:
    """Put a view before every table of the school."""
    listed = TABLES_OF_SQLITE if database.dialect == "sqlite" else TABLES_OF_POSTGRES
    tables = [(str(name), str(schema)) for name, schema in database.fetch(listed)]
    database.execute(typed(database, VISIBLE))
    for name, schema in tables:
        curtain = statements.show_visible if name in WITH_PARTS else statements.show_nothing
        database.execute(curtain(name, schema))
    if database.dialect == "postgresql":
        database.execute(READ_ONLY)

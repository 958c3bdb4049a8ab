"""``eschool demo --serve``: the demo school stays, with pages for each of its people."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from eschool_web.supervisor import Supervisor

from eschool_sync.server.directory import Directory
from eschool_sync.server.http import make_app
from eschool_sync.server.serving import Server

ROLES: Final = ("teacher", "class_teacher", "deputy", "guardian")
STEP_SECONDS: Final = 0.5


def serve_pages(folder: Path, database: str, port: int, tell: Callable[[str, str], None]) -> None:
    """Serve the school of a demo and everybody's pages until interrupted.

    Args:
        folder: Where the demo has played.
        database: PostgreSQL server of the schools, empty for SQLite files.
        port: Where the replicas expect their server.
        tell: Told of each role and the start link of its pages.

    Raises:
        TransportError: The server's port is taken, or a page's process does not start.
    """
    with ExitStack() as held:
        directory = held.enter_context(closing(Directory(folder / "server", database)))
        held.enter_context(Server(make_app(directory), port=port))
        threads = []
        for role in ROLES:
            supervisor = Supervisor(folder / "home" / role)
            thread = threading.Thread(target=supervisor.serve, name=f"pages-{role}", daemon=True)
            thread.start()
            held.callback(supervisor.stop)
            threads.append(thread)
            tell(role, supervisor.link())
        try:
            while any(thread.is_alive() for thread in threads):
                threads[0].join(STEP_SECONDS)
        except KeyboardInterrupt:
            return

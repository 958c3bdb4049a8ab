"""``eschool demo --serve``: the demo school stays, with pages for each of its people."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eschool_web.guard import Address
from eschool_web.portal_app import PortalPages
from eschool_web.supervisor import Supervisor

from eschool_cli.demo.players import PASSPHRASE
from eschool_core.ids import login_of
from eschool_sync.replica import enrol
from eschool_sync.server.directory import Directory
from eschool_sync.server.feeds import FeedRoutes
from eschool_sync.server.http import make_app
from eschool_sync.server.live import LiveRoutes
from eschool_sync.server.portal_routes import Portals
from eschool_sync.server.serving import LOOPBACK, Server

SLIP_SECONDS: Final = 7 * 24 * 3600
STEP_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Offer:
    """What is served.

    Attributes:
        folder: Where the demo has played.
        database: PostgreSQL server of the schools, empty for SQLite files.
        port: Where the replicas expect their server.
        people: Whose pages are offered, by role: on a replica of their own, and at the server.
    """

    folder: Path
    database: str
    port: int
    people: Mapping[str, int]


def serve_pages(
    offer: Offer, tell: Callable[[str, str], None], tell_slip: Callable[[str, str, str], None]
) -> None:
    """Serve the school of a demo and everybody's pages until interrupted.

    Args:
        offer: What is served.
        tell: Told of each role and the start link of its pages on the own replica; of new links
            whenever somebody presses Enter, as the page of a used one says.
        tell_slip: Told of each role, and the login and code of its slip for the server's pages.

    Raises:
        TransportError: The server's port is taken, or a page's process does not start.
    """
    with ExitStack() as held:
        directory = held.enter_context(closing(Directory(offer.folder / "server", offer.database)))
        portals = held.enter_context(closing(Portals(directory)))
        pages = PortalPages(portals, Address(f"{LOOPBACK}:{offer.port}"))
        live = LiveRoutes(directory)
        routes = [*pages.routes(), *live.routes(), *FeedRoutes(directory).routes()]
        app = make_app(directory, extra_routes=routes, ending=[live.end])
        served = held.enter_context(Server(app, port=offer.port))
        [number] = directory.numbers()
        school = directory.school(number)
        threads, supervisors = [], {}
        for role, person_id in offer.people.items():
            folder = offer.folder / "home" / role
            if not folder.exists():
                # Who did not play that day has no replica yet.
                code = school.issue_code(person_id)
                enrol(folder, served.url, number, code, PASSPHRASE, label=role)
            supervisor = Supervisor(folder)
            thread = threading.Thread(target=supervisor.serve, name=f"pages-{role}", daemon=True)
            thread.start()
            held.callback(supervisor.stop)
            threads.append(thread)
            supervisors[role] = supervisor
            tell(role, supervisor.link())
        for role, person_id in offer.people.items():
            code = school.issue_code(person_id, seconds=SLIP_SECONDS)
            tell_slip(role, login_of(person_id), code)
        if sys.stdin.isatty():
            new_links = threading.Thread(target=_new_links, args=(supervisors, tell), daemon=True)
            new_links.start()
        try:
            while any(thread.is_alive() for thread in threads):
                threads[0].join(STEP_SECONDS)
        except KeyboardInterrupt:
            return


def _new_links(supervisors: Mapping[str, Supervisor], tell: Callable[[str, str], None]) -> None:
    for _ in sys.stdin:
        for role, supervisor in supervisors.items():
            tell(role, supervisor.link())

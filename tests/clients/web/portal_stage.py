"""The portal's pages of a made-up school, served in this process, and quick ways into them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pyotp
from eschool_web.guard import Address
from eschool_web.portal_app import PortalPages

from eschool_core.commands.access import IssueSlip
from eschool_core.ids import login_of
from eschool_sync.sandbox import Sandbox
from eschool_sync.security.codes import code_hash, new_code
from eschool_sync.security.random_source import SeededRandom, SystemRandom
from eschool_sync.server.feeds import FeedRoutes
from eschool_sync.server.http import make_app
from eschool_sync.server.passwords import PasswordCost, Passwords
from eschool_sync.server.portal import Portal
from eschool_sync.server.portal_routes import Portals
from eschool_sync.server.rates import Rate, RateLimiter
from eschool_sync.server.serving import Server
from eschool_sync.server.standing import Stage

PASSWORD = "тихий омут у моста"
DAY_SECONDS = 24 * 3600
CHEAP = PasswordCost(64, 1, 1)


@dataclass
class Site:
    """The pages at one address.

    Attributes:
        tokens: Of sessions that are open, by person.
        secrets: Addresses of second factors, by person.
    """

    school: Sandbox
    url: str
    portals: Portals
    pages: PortalPages
    tokens: dict[int, str] = field(default_factory=dict)
    secrets: dict[int, str] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return self.school.stage.number

    @property
    def portal(self) -> Portal:
        found = self.portals.portal(self.number)
        assert found is not None
        return found

    @property
    def cookie(self) -> str:
        return f"eschool-{self.url.rpartition(':')[2]}"

    def slip(self, person: int) -> str:
        """Give somebody a slip; return its code."""
        code = new_code(SystemRandom())
        until = self.school.clock.wall() + 5 * DAY_SECONDS
        outcome = self.school.stage.school.act(
            IssueSlip(person_id=person, secret_hash=code_hash(code), expires_at=until)
        )
        assert not outcome.key
        return code

    def code(self, person: int) -> str:
        """Return what the authenticator of one of staff shows now."""
        totp = pyotp.parse_uri(self.secrets[person])
        assert isinstance(totp, pyotp.TOTP)
        return totp.at(self.school.clock.wall())

    def token(self, person: int) -> str:
        """Return the token of an open session, with every step done before."""
        known = self.tokens.get(person)
        if known is not None:
            if self.portal.visit(known).stage is Stage.LOCKED:
                self.portal.prove(known, PASSWORD, "127.0.0.1")
            return known
        portal = self.portal
        entered = portal.first_sign_in(login_of(person), self.slip(person), PASSWORD, "127.0.0.1")
        token = entered.token
        if entered.stage is Stage.SET_UP_FACTOR:
            self.secrets[person] = portal.offer_factor(token)
            portal.show_factor(token, self.code(person), "127.0.0.1")
        portal.acknowledge(token)
        assert portal.visit(token).stage is Stage.OPEN
        self.tokens[person] = token
        return token

    def cookies(self, person: int) -> dict[str, str]:
        """Return the cookies of an open session."""
        return {self.cookie: f"{self.number}.{self.token(person)}"}

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """Let a test ask more than a person may."""
        limiter = self.pages._by_session
        self.pages._by_session = RateLimiter(Rate(10**9, 10**9), lambda: 0.0)
        try:
            yield
        finally:
            self.pages._by_session = limiter

    def client(self, person: int | None = None) -> httpx.Client:
        """Return a client that behaves as a browser on our own pages."""
        headers = {"origin": self.url, "sec-fetch-site": "same-origin"}
        cookies = {} if person is None else self.cookies(person)
        return httpx.Client(base_url=self.url, headers=headers, cookies=cookies, timeout=60)


@contextmanager
def portal_site(school: Sandbox) -> Iterator[Site]:
    """Serve the pages of a school for the time of the block, at the school's own clock."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    directory, clock = school.stage.directory, school.clock
    passwords = Passwords(SeededRandom(5), CHEAP)
    portals = Portals(directory, clock=clock, passwords=passwords)
    pages = PortalPages(portals, Address(f"127.0.0.1:{port}"))
    try:
        routes = [*pages.routes(), *FeedRoutes(directory).routes()]
        with Server(make_app(directory, extra_routes=routes), port=port) as server:
            yield Site(school, server.url, portals, pages)
    finally:
        portals.close()

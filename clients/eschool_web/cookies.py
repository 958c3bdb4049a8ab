"""The portal's cookies: which school, which session, which browser (SECURITY row 54, ADR 0029).

Under TLS their names begin with ``__Host-``, so that no other host and no plain connection can set
them. Over plain HTTP, which is for loopback alone, browsers keep no such cookie: there the name is
bound to the port.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from eschool_sync.server.sessions import FAMILY
from eschool_web.guard import Address

BROWSER_SECONDS: Final = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""

MAX_COOKIE_LENGTH: Final = 200
MAX_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser shows: its school and the token of its session; both may be wrong."""

    school: int
    token: str


class Cookies:
    """Reads and sets the cookies of pages at one address."""

    def __init__(self, address: Address) -> None:
        self._secure = address.scheme == "https"
        port = address.host.rpartition(":")[2]
        self._session = "__Host-eschool" if self._secure else f"eschool-{port}"
        self._browser = f"{self._session}-browser"

    def ticket(self, request: Request) -> Ticket | None:
        """Return what the browser shows, or None where it shows nothing."""
        school, _, token = request.cookies.get(self._session, "")[:MAX_COOKIE_LENGTH].partition(".")
        if not token or not school.isascii() or not school.isdigit() or len(school) > MAX_DIGITS:
            return None
        return Ticket(int(school), token)

    def browser(self, request: Request) -> str:
        """Return the token by which the school knows this browser; empty for none."""
        return request.cookies.get(self._browser, "")[:MAX_COOKIE_LENGTH]

    def begin(self, response: Response, ticket: Ticket, *, lasting: bool) -> None:
        """Let the browser keep a session; for families also when it is closed."""
        age = FAMILY.absolute if lasting else None
        self._set(response, self._session, f"{ticket.school}.{ticket.token}", age)

    def know(self, response: Response, browser: str) -> None:
        """Let the browser be known the next time."""
        if browser:
            self._set(response, self._browser, browser, BROWSER_SECONDS)

    def end(self, response: Response) -> None:
        """Let the browser forget its session."""
        self._set(response, self._session, "", 0)

    def _set(self, response: Response, name: str, value: str, age: int | None) -> None:
        response.set_cookie(
            name,
            value,
            max_age=age,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )

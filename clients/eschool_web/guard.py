"""What every request must prove and every answer must say, before any page is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eschool_core.errors import InputError
from eschool_sync.addresses import is_loopback
from eschool_web.refusals import RefusedRequest

POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
OWN_SITES: Final = frozenset({"none", "same-origin"})
JSON_TYPES: Final = frozenset({"application/json", "application/json; charset=utf-8"})
FORM_TYPE: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Address:
    """The one address under which the pages exist.

    Attributes:
        host: As the Host header must say it, byte for byte.
        scheme: ``http`` on loopback.
    """

    host: str
    scheme: str = "http"

    @property
    def origin(self) -> str:
        """What an Origin header must say."""
        return f"{self.scheme}://{self.host}"

    @classmethod
    def of_site(cls, site: str) -> Address:
        """Return the address that browsers name for a site.

        Args:
            site: ``https://journal.school.example``; ``http://`` for loopback alone.

        Raises:
            InputError: ``web.site``: it is no such address, or has a path.

        >>> Address.of_site("https://Journal.school.example/")
        Address(host='journal.school.example', scheme='https')
        """
        try:
            parts = urlsplit(site)
            port = parts.port
        except ValueError:
            raise InputError("web.site") from None
        name = parts.hostname or ""
        plain = parts.scheme == "http" and is_loopback(name)
        bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
        if not name or not bare or not (plain or parts.scheme == "https"):
            raise InputError("web.site")
        usual = {"http": 80, "https": 443}[parts.scheme]
        shown = f"[{name}]" if ":" in name else name
        return cls(shown if port in (None, usual) else f"{shown}:{port}", parts.scheme)


class Guard:
    """Refuses what cannot come from our own pages, and gives every answer its headers.

    Args:
        app: What is guarded; must turn ``RefusedRequest`` into an answer.
        address: The one under which we are reached.
    """

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, hand on, and add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    set_header(headers, name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        scope.setdefault("state", {})["refusal"] = refusal_of(
            str(scope["method"]), Headers(scope=scope), self._address
        )
        await self._app(scope, receive, sending)


def set_header(headers: MutableHeaders, name: str, value: str) -> None:
    """Set a header of all pages; a policy that an answer brings itself is the narrower one."""
    if name == "content-security-policy":
        headers.setdefault(name, value)
    else:
        headers[name] = value


def refusal_of(
    method: str, headers: Headers, address: Address, types: frozenset[str] = JSON_TYPES
) -> RefusedRequest | None:
    """Return why a request is not answered, or None.

    Args:
        method: Of the request.
        headers: Of the request.
        address: The one under which we are reached.
        types: What an unsafe call may bring.

    The Host header is compared byte for byte: ``127.evil.example``, a trailing dot or another
    port is another name, and a page of another site that resolves to us is told nothing.
    """
    if headers.getlist("host") != [address.host]:
        return RefusedRequest(421, "web.refused.host")
    site = headers.get("sec-fetch-site")
    if method in SAFE_METHODS:
        foreign = site is not None and site not in OWN_SITES
        return RefusedRequest(403, "web.refused.site") if foreign else None
    if method != "POST":
        return RefusedRequest(405, "web.refused.method")
    if headers.getlist("origin") != [address.origin] or site not in (None, "same-origin"):
        return RefusedRequest(403, "web.refused.site")
    if headers.get("content-type", "").lower() not in types:
        return RefusedRequest(415, "web.refused.type")
    return None

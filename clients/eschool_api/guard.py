"""What every request must prove: the exact address, the token, and that no page of a browser asks.

The token is known to the program that started us alone; it is on no command line and in no file.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Final

from eschool_web.answering import told_key
from eschool_web.refusals import RefusedRequest
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from eschool_core.labels import Language

MAX_BODY_BYTES: Final = 4 * 1024 * 1024
TOO_LONG: Final = 413
OF_BROWSERS: Final = ("origin", "sec-fetch-site", "sec-fetch-mode", "cookie")
"""A page of any site, ours too, sends one of these; no front end of another language does."""

HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Guard:
    """Refuses what does not come from the program that has the token.

    Args:
        app: What is guarded.
        host: As the Host header must say it, byte for byte.
        token: What ``Authorization: Bearer`` must bring.
        language: Of the refusals.
    """

    def __init__(self, app: ASGIApp, host: str, token: str, language: Language) -> None:
        self._app = app
        self._host = host
        self._bearer = f"Bearer {token}".encode()
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, hand on, and add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refusal = self._refusal(Headers(scope=scope))
        if refusal is None:
            await self._app(scope, _limited(receive), sending)
            return
        said = told_key(refusal.key, self._language)
        await JSONResponse({"error": said}, refusal.status)(scope, receive, sending)

    def _refusal(self, headers: Headers) -> RefusedRequest | None:
        if headers.getlist("host") != [self._host]:
            return RefusedRequest(421, "web.refused.host")
        if _any_of(headers, OF_BROWSERS):
            return RefusedRequest(403, "api.browser")
        given = headers.getlist("authorization")
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), self._bearer):
            return RefusedRequest(401, "api.token")
        return None


def _any_of(headers: Headers, names: Iterable[str]) -> bool:
    return any(name in headers for name in names)


def _limited(receive: Receive) -> Receive:
    """Return ``receive`` that gives no more than ``MAX_BODY_BYTES``.

    Raises:
        HTTPException: 413: more came; any other error FastAPI takes for a broken body.
    """
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY_BYTES:
            raise HTTPException(TOO_LONG)
        return message

    return counted

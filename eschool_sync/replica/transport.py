"""The way to the server: a body goes out, a body or an error comes back.

What comes back is not trusted before the engine has checked it; here it is limited in size and
must look like an answer of our server at all. Nothing is sent before the other side has proven
who it is.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal, Protocol, Self

import httpx

from eschool_core.errors import AccessError, BusyError, EschoolError, InputError, TransportError
from eschool_sync.addresses import is_loopback
from eschool_sync.protocol.error_body import CONTENT_TYPE, MAX_ERROR_BYTES, unpack_error
from eschool_sync.protocol.live import STREAM_TYPE

Phase = Literal["send", "wait", "receive"]

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
MAX_ANSWER_BYTES: Final = 256 * 1024 * 1024
MAX_RETRY_SECONDS: Final = 3_600
DEFAULT_RETRY_SECONDS: Final = 10
SILENT_SECONDS: Final = 35.0
"""A stream gives a sign of life every ten seconds."""

MAX_LINE_BYTES: Final = 1_024
_PIECE_BYTES: Final = 64 * 1024
_ASKS_TO_WAIT: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_MAX_CAUSES: Final = 16


class Progress(Protocol):
    """Told how far an exchange is; called often, so it must be quick."""

    def __call__(self, phase: Phase, done: int, total: int | None) -> None:
        """Take note.

        Args:
            phase: Sending, waiting for the server to work, or receiving.
            done: Bytes of this phase.
            total: Bytes of this phase in the end; None where nobody knows.
        """
        ...


class Transport(Protocol):
    """Carries bodies to one school's server."""

    def post(self, route: str, body: bytes, progress: Progress | None = None) -> bytes:
        """Return the server's answer to ``body``.

        Args:
            route: ``enrol`` or ``sync``.
            body: At most ``MAX_BODY_BYTES``.
            progress: Told how far it is.

        Raises:
            EschoolError: As the server said it: AccessError, InputError, DamageError, BusyError
                (``retry_after`` in seconds), TransportError.
            TransportError: The server was not reached, or something else answered.
        """
        ...

    def close(self) -> None:
        """Close the connection; the transport is of no use afterwards."""
        ...


class LocalTransport:
    """Carries bodies to a function in the same process; for tests and simulation.

    Args:
        handler: Takes route and body; its errors rise as they are.
    """

    def __init__(self, handler: Callable[[str, bytes], bytes]) -> None:
        self._handler = handler

    def post(self, route: str, body: bytes, progress: Progress | None = None) -> bytes:
        """Return what the handler returns."""
        tell = progress or _nobody
        tell("send", len(body), len(body))
        tell("wait", 0, None)
        answer = self._handler(route, body)
        tell("receive", len(answer), len(answer))
        return answer

    def close(self) -> None:
        """Do nothing: there is no connection."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds.

    Attributes:
        connect: For a connection, encryption included.
        answer: For each next piece of the answer; the server may have to work for the first.
        send: For each next piece to leave.
    """

    connect: float = 10.0
    answer: float = 120.0
    send: float = 60.0


class HttpTransport:
    """Carries bodies over HTTPS.

    Args:
        base_url: ``https://…``; plain ``http`` only to a loopback address or ``localhost``.
        school: Number of the school on that server.
        ca_file: PEM file; then certificates under it are trusted and no others.
        timeouts: How long to wait.
        max_answer_bytes: How much is taken.
        use_environment_proxies: Whether ``HTTPS_PROXY`` and the like count.

    Raises:
        AccessError: ``transport.plain_http``, before any byte is sent.
        InputError: ``transport.url``, ``transport.ca_file``.
    """

    def __init__(
        self,
        base_url: str,
        school: int,
        *,
        ca_file: Path | None = None,
        timeouts: Timeouts = Timeouts(),
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        use_environment_proxies: bool = False,
    ) -> None:
        base = _checked_url(base_url)
        self._base = f"{base.copy_with(query=None, fragment=None)}".rstrip("/") + f"/v1/{school:d}"
        self._max_answer_bytes = max_answer_bytes
        # Plain HTTP goes to this computer alone, and no redirect leads on: nothing to verify.
        self._client = httpx.Client(
            verify=_tls_context(ca_file) if base.scheme == "https" else False,
            timeout=httpx.Timeout(timeouts.answer, connect=timeouts.connect, write=timeouts.send),
            follow_redirects=False,
            trust_env=use_environment_proxies,
        )

    def __enter__(self) -> Self:
        """Return the transport itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def post(self, route: str, body: bytes, progress: Progress | None = None) -> bytes:
        """Return the server's answer; see ``Transport.post``.

        Raises:
            EschoolError: As the server said it.
            InputError: ``transport.body_limit``.
            AccessError: ``transport.certificate``.
            TransportError: ``transport.unreachable``, ``transport.interrupted``,
                ``transport.tls``, ``transport.foreign_answer``, ``transport.answer_limit``.
        """
        if not (route.isascii() and route.isalpha()):
            raise ValueError("a route is a word")
        if len(body) > MAX_BODY_BYTES:
            raise InputError("transport.body_limit", limit=MAX_BODY_BYTES)
        tell = progress or _nobody
        headers = {
            "content-type": CONTENT_TYPE,
            "content-length": str(len(body)),
            "accept": CONTENT_TYPE,
            # Bodies are packed already; nothing may unpack by itself.
            "accept-encoding": "identity",
        }
        try:
            with self._client.stream(
                "POST", f"{self._base}/{route}", content=_pieces(body, tell), headers=headers
            ) as response:
                return self._read(response, tell)
        except httpx.TransportError as error:
            raise _translated(error) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise TransportError("transport.unreachable") from error

    def lines(self, route: str, body: bytes) -> Iterator[str]:
        """Return the lines of a stream; see ``watching.Streaming``.

        Raises:
            EschoolError: As ``post``; TransportError ``transport.silent``: the stream began
                and said nothing, as behind a proxy that gathers answers.
        """
        said = False
        headers = {"content-type": CONTENT_TYPE, "accept": STREAM_TYPE}
        patience = httpx.Timeout(SILENT_SECONDS)
        url = f"{self._base}/{route}"
        try:
            with self._client.stream(
                "POST", url, content=body, headers=headers, timeout=patience
            ) as response:
                kind = response.headers.get("content-type", "").partition(";")[0]
                if response.status_code != HTTPStatus.OK or kind != STREAM_TYPE:
                    raise _error_of(response)
                for piece in _lines(response):
                    said = True
                    yield piece
        except httpx.ReadTimeout as error:
            raise TransportError("transport.interrupted" if said else "transport.silent") from error
        except httpx.TransportError as error:
            raise _translated(error) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise TransportError("transport.unreachable") from error
        except RuntimeError as error:
            # httpx says so when the transport was closed meanwhile.
            raise TransportError("transport.interrupted") from error

    def _read(self, response: httpx.Response, tell: Progress) -> bytes:
        if response.status_code != HTTPStatus.OK or not _is_ours(response):
            raise _error_of(response)
        declared = response.headers.get("content-length", "")
        total = int(declared) if declared.isascii() and declared.isdigit() else None
        if total is not None and total > self._max_answer_bytes:
            raise TransportError("transport.answer_limit", limit=self._max_answer_bytes)
        tell("receive", 0, total)
        pieces: list[bytes] = []
        done = 0
        for piece in response.iter_raw():
            done += len(piece)
            if done > self._max_answer_bytes:
                raise TransportError("transport.answer_limit", limit=self._max_answer_bytes)
            pieces.append(piece)
            tell("receive", done, total)
        return b"".join(pieces)


def _lines(response: httpx.Response) -> Iterator[str]:
    """Return the lines of a stream, none of them longer than a notice can be."""
    rest = b""
    for piece in response.iter_raw():
        *whole, rest = (rest + piece).split(b"\n")
        if any(len(line) > MAX_LINE_BYTES for line in (*whole, rest)):
            raise TransportError("transport.answer_limit", limit=MAX_LINE_BYTES)
        yield from (line.decode("ascii", "replace") for line in whole if line)


def _nobody(phase: Phase, done: int, total: int | None) -> None:
    """Tell nobody."""


def _pieces(body: bytes, tell: Progress) -> Iterator[bytes]:
    total = len(body)
    for start in range(0, total, _PIECE_BYTES):
        tell("send", start, total)
        yield body[start : start + _PIECE_BYTES]
    tell("send", total, total)
    tell("wait", 0, None)


def _checked_url(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise InputError("transport.url") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise InputError("transport.url")
    if url.userinfo or url.query or url.fragment:
        raise InputError("transport.url")
    if url.scheme == "http" and not is_loopback(url.host):
        raise AccessError("transport.plain_http")
    return url


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except (OSError, ValueError) as error:
        raise InputError("transport.ca_file") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_ours(response: httpx.Response) -> bool:
    return (
        response.headers.get("content-type") == CONTENT_TYPE
        and "content-encoding" not in response.headers
    )


def _error_of(response: httpx.Response) -> EschoolError:
    """Return the error that an answer other than the wished one stands for."""
    error = None
    if _is_ours(response) and response.status_code != HTTPStatus.OK:
        error = unpack_error(_first_bytes(response, MAX_ERROR_BYTES + 1))
    if error is not None and not isinstance(error, BusyError):
        return error
    if error is not None or response.status_code in _ASKS_TO_WAIT:
        # Proxies ask to wait too, without a body of ours.
        key = "busy.server" if error is None else error.key
        params = {} if error is None else error.params
        return BusyError(key, **{**params, "retry_after": _retry_seconds(response, params)})
    return TransportError("transport.foreign_answer", status=response.status_code)


def _retry_seconds(response: httpx.Response, params: dict[str, str | int]) -> int:
    header = response.headers.get("retry-after", "")
    asked = params.get("retry_after")
    if header.isascii() and header.isdigit() and len(header) <= len(str(MAX_RETRY_SECONDS)):
        asked = int(header)
    if not isinstance(asked, int):
        asked = DEFAULT_RETRY_SECONDS
    return min(MAX_RETRY_SECONDS, max(1, asked))


def _first_bytes(response: httpx.Response, limit: int) -> bytes:
    content = b""
    for piece in response.iter_raw():
        content += piece
        if len(content) >= limit:
            break
    return content[:limit]


def _translated(error: httpx.TransportError) -> EschoolError:
    """Return our error for one of the network."""
    cause: BaseException | None = error
    for _ in range(_MAX_CAUSES):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return AccessError("transport.certificate")
        if isinstance(cause, ssl.SSLError):
            return TransportError("transport.tls")
        if cause is None:
            break
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return TransportError("transport.unreachable")
    return TransportError("transport.interrupted")

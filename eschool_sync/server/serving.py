"""Runs the application on uvicorn: every wait has a limit, and loopback is the default."""

from __future__ import annotations

import gc
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

import uvicorn
from starlette.applications import Starlette

from eschool_core.errors import AccessError, TransportError
from eschool_sync.addresses import is_loopback

LOOPBACK: Final = "127.0.0.1"
KEEP_ALIVE_SECONDS: Final = 15
SHUTDOWN_SECONDS: Final = 20
START_SECONDS: Final = 30
BACKLOG: Final = 2_048
YOUNG_OBJECTS: Final = 10_000
_STEP_SECONDS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Tls:
    """The server's own certificate.

    Attributes:
        certificate: PEM file with the chain.
        key: PEM file with the private key.
    """

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return a context for TLS 1.2 and 1.3.

        Raises:
            TransportError: ``transport.server_start``: the files do not fit.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ValueError) as error:
            raise TransportError("transport.server_start") from error
        return context


def serve(
    app: Starlette,
    host: str = LOOPBACK,
    port: int = 8000,
    *,
    tls: Tls | None = None,
    listening: Callable[[int], None] = lambda _: None,
) -> None:
    """Serve until the process is asked to end; requests in hand are finished first.

    Args:
        app: Made by ``make_app``.
        host: Address to listen on.
        port: 0 for any free one.
        tls: The certificate; without one only loopback is listened on, unless the application
            was given the addresses of a proxy.
        listening: Called with the port as soon as whoever connects is kept waiting, not refused.

    Raises:
        AccessError: ``transport.plain_bind``.
        TransportError: ``transport.address_in_use``, ``transport.server_start``.
    """
    if tls is None and not is_loopback(host) and not app.state.trusts_proxies:
        raise AccessError("transport.plain_bind")
    config = _config(app, tls)
    listener = _listen(host, port)
    collect_rarely()
    try:
        listening(listener.getsockname()[1])
        _serve_on(_Ending(app, config), listener)
    finally:
        listener.close()


def collect_rarely() -> None:
    """Let the collector look through what is young only now and then, in a process that serves.

    A push makes thousands of objects that stay, and none in circles: looking for these after every
    700 of them takes an eighth of its time, and a third of that this way.
    """
    gc.set_threshold(YOUNG_OBJECTS)


class Server:
    """Serves in a thread of its own for the time of a ``with`` block; for tests and the demo.

    Args:
        app: Made by ``make_app``.
        port: 0 for any free one.
        tls: The certificate; without one it speaks plain HTTP. Loopback in either case.

    Attributes:
        port: On which it listens, once entered.
        url: Its address, once entered.
    """

    def __init__(self, app: Starlette, *, port: int = 0, tls: Tls | None = None) -> None:
        self._app = app
        self._tls = tls
        self._failure: BaseException | None = None
        self.port = port
        self.url = ""

    def __enter__(self) -> Self:
        """Start; returns when requests are taken.

        Raises:
            TransportError: ``transport.address_in_use``, ``transport.server_start``.
        """
        config = _config(self._app, self._tls)
        listener = _listen(LOOPBACK, self.port)
        self.port = listener.getsockname()[1]
        self.url = f"{'http' if self._tls is None else 'https'}://{LOOPBACK}:{self.port}"
        self._server = _Ending(self._app, config)
        self._listener = listener
        self._thread = threading.Thread(target=self._run, name="eschool-server", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self._stop()
                raise TransportError("transport.server_start") from self._failure
            time.sleep(_STEP_SECONDS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; requests in hand are finished first."""
        self._stop()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        except BaseException as error:  # noqa: BLE001 - told by __enter__ in the other thread
            self._failure = error

    def _stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(SHUTDOWN_SECONDS + START_SECONDS)
        self._listener.close()


class _Ending(uvicorn.Server):
    """Tells the application that it is about to end, so that no stream holds it up."""

    def __init__(self, app: Starlette, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell, then wait for what is being answered."""
        for tell in self._app.state.ending:
            tell()
        await super().shutdown(sockets)


def _serve_on(server: uvicorn.Server, listener: socket.socket) -> None:
    try:
        server.run(sockets=[listener])
    except SystemExit as error:
        # uvicorn's own way to say that the application did not start.
        raise TransportError("transport.server_start") from error
    except KeyboardInterrupt:
        # Sent on by uvicorn after it has ended in order.
        return


def _config(app: Starlette, tls: Tls | None) -> uvicorn.Config:
    context = None if tls is None else tls.context()
    http, loop = _implementations()
    return uvicorn.Config(
        app,
        http=http,
        loop=loop,
        ws="none",
        lifespan="on",
        # Its access log would hold addresses; the audit log holds what is needed.
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ssl_context_factory=None if context is None else lambda *_: context,
        ssl_certfile=None if tls is None else tls.certificate,
    )


def _implementations() -> tuple[Any, Literal["auto", "uvloop"]]:
    """Return how connections are spoken to: with our limits wherever httptools exists."""
    if sys.platform == "win32":
        return "h11", "auto"
    from eschool_sync.server.connection import Connection

    return Connection, "uvloop"


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise TransportError("transport.address_in_use", port=port) from error
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise TransportError("transport.address_in_use", port=port) from error
    return listener

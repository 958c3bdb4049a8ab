"""A made-up directory of schools behind a real server, and raw connections to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgpack

from eschool_core.errors import AccessError
from eschool_sync.protocol.error_body import CONTENT_TYPE
from eschool_sync.server.audit import AuditEvent
from eschool_sync.server.rates import Rate

SCHOOL = 14
UNLIMITED = Rate(burst=10**9, per_second=10**9)
SECONDS = 10.0
SILENCE_SECONDS = 0.3

Handler = Callable[[int, str, bytes, str], bytes]


def echo(school: int, route: str, body: bytes, source: str) -> bytes:
    return body


@dataclass
class Directory:
    """Knows some schools and does what it is told."""

    handler: Handler = echo
    schools: frozenset[int] = frozenset({SCHOOL, 15})
    calls: list[tuple[int, str, bytes, str]] = field(default_factory=list)
    threads: dict[int, set[str]] = field(default_factory=dict)

    def knows(self, school: int) -> bool:
        return school in self.schools

    def handle(self, school: int, route: str, body: bytes, source: str) -> bytes:
        self.calls.append((school, route, body, source))
        self.threads.setdefault(school, set()).add(threading.current_thread().name)
        if not self.knows(school):
            raise AccessError("access.school", school=school)
        return self.handler(school, route, body, source)


@dataclass
class Kept:
    """An audit log in memory; it can be told to fail."""

    events: list[AuditEvent] = field(default_factory=list)
    broken: bool = False

    def write(self, event: AuditEvent) -> None:
        if self.broken:
            raise OSError("no space left on /srv/hidden-path")
        self.events.append(event)


def raising(error: BaseException) -> Handler:
    def handler(school: int, route: str, body: bytes, source: str) -> bytes:
        raise error

    return handler


def post(
    url: str,
    body: bytes = b"body",
    *,
    school: int = SCHOOL,
    route: str = "sync",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    headers = {"content-type": CONTENT_TYPE} | (headers or {})
    # A context for TLS that nobody needs here would take 25 ms a request.
    with httpx.Client(trust_env=False, timeout=SECONDS, verify=False) as client:
        return client.post(f"{url}/v1/{school}/{route}", content=body, headers=headers)


def told(response: httpx.Response) -> tuple[int, str, str, dict[str, Any]]:
    """Status, kind, key, parameters."""
    fields = msgpack.unpackb(response.content)
    assert set(fields) == {"kind", "key", "params"}
    return response.status_code, fields["kind"], fields["key"], fields["params"]


def raw(port: int, request: bytes, *, half_close: bool = False) -> bytes:
    """Send bytes as they are and return all that comes until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        first = connection.recv(65_536)
        connection.settimeout(SILENCE_SECONDS)
        return first + read_all(connection) if first else b""


def read_all(connection: socket.socket) -> bytes:
    pieces = []
    try:
        while piece := connection.recv(65_536):
            pieces.append(piece)
    except (ConnectionResetError, TimeoutError):
        pass
    return b"".join(pieces)

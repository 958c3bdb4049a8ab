from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from eschool_core import labels
from eschool_core.errors import (
    AccessError,
    BusyError,
    DamageError,
    EschoolError,
    InputError,
    TransportError,
)
from eschool_sync.protocol.error_body import CONTENT_TYPE, pack_error
from eschool_sync.replica.transport import (
    MAX_BODY_BYTES,
    HttpTransport,
    LocalTransport,
    Phase,
    Timeouts,
)
from eschool_sync.server.http import Limits, make_app
from eschool_sync.server.serving import Server
from tests.sync.server.stage import SCHOOL, SECONDS, UNLIMITED, Directory, raising

OURS = f"HTTP/1.1 200 OK\r\nContent-Type: {CONTENT_TYPE}\r\n".encode()


@contextmanager
def answering(*pieces: bytes, listen: bool = True) -> Iterator[tuple[str, list[bytes]]]:
    """Serve one connection with these bytes, whatever is asked; yield address and requests."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(SECONDS)

        def serve() -> None:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(SECONDS)
                heard.append(connection.recv(1_000_000))
                try:
                    for piece in pieces:
                        connection.sendall(piece)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(1)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.close()
        thread.join(SECONDS)


def ask(url: str, **options: object) -> EschoolError | bytes:
    with HttpTransport(url, SCHOOL, **options) as transport:  # type: ignore[arg-type]
        try:
            return transport.post("sync", b"body")
        except EschoolError as error:
            return error


def told(error: object) -> tuple[type, str, dict[str, str | int]]:
    assert isinstance(error, EschoolError)
    assert labels.message(error)
    assert labels.remedy(error)
    return type(error), error.key, error.params


def test_a_body_goes_and_an_answer_comes() -> None:
    directory = Directory(lambda *call: b"answer to " + call[2])
    with Server(make_app(directory)) as server, HttpTransport(server.url, SCHOOL) as transport:
        assert transport.post("enrol", b"1") == b"answer to 1"
        assert transport.post("sync", b"") == b"answer to "
    assert [call[:3] for call in directory.calls] == [
        (SCHOOL, "enrol", b"1"),
        (SCHOOL, "sync", b""),
    ]


def test_a_server_may_live_under_a_path() -> None:
    with answering(OURS, b"Content-Length: 2\r\n\r\nok") as (url, heard):
        assert ask(f"{url}/eschool/") == b"ok"
    assert heard[0].startswith(b"POST /eschool/v1/14/sync HTTP/1.1\r\n")


def test_progress_is_told_in_order() -> None:
    events: list[tuple[Phase, int, int | None]] = []

    def note(phase: Phase, done: int, total: int | None) -> None:
        events.append((phase, done, total))

    body = bytes(200_000)
    with Server(make_app(Directory())) as server, HttpTransport(server.url, SCHOOL) as transport:
        assert transport.post("sync", body, note) == body
    phases = [event[0] for event in events]
    assert phases == sorted(phases, key=["send", "wait", "receive"].index)
    assert events[0] == ("send", 0, len(body))
    assert ("send", len(body), len(body)) in events
    assert ("wait", 0, None) in events
    assert events[-1] == ("receive", len(body), len(body))
    assert len(events) > 6


def test_a_local_transport_does_the_same() -> None:
    events: list[Phase] = []
    local = LocalTransport(lambda route, body: route.encode() + body)
    assert local.post("sync", b"1", lambda phase, *_: events.append(phase)) == b"sync1"
    assert local.post("enrol", b"2") == b"enrol2"
    assert events == ["send", "wait", "receive"]


def test_a_local_error_rises_as_it_is() -> None:
    def refuse(route: str, body: bytes) -> bytes:
        raise AccessError("access.denied")

    with pytest.raises(AccessError):
        LocalTransport(refuse).post("sync", b"")


@pytest.mark.parametrize(
    "error",
    [
        InputError("protocol.malformed", part="zstd"),
        TransportError("transport.version"),
        AccessError("access.certificate_expired"),
        DamageError("damage.replica"),
        BusyError("busy.rate", retry_after=7),
        BusyError("busy.database", retry_after=5),
    ],
    ids=str,
)
def test_an_error_arrives_as_it_was_raised(error: EschoolError) -> None:
    with Server(make_app(Directory(raising(error)))) as server:
        assert told(ask(server.url)) == (type(error), error.key, error.params)


def test_an_incident_arrives_as_its_number() -> None:
    with Server(make_app(Directory(raising(ValueError("secret"))))) as server:
        kind, key, params = told(ask(server.url))
    assert (kind, key, set(params)) == (TransportError, "transport.incident", {"incident"})


def test_a_body_over_the_servers_limit_is_named() -> None:
    limits = Limits(sync_bytes=3, sync_rate=UNLIMITED)
    with Server(make_app(Directory(), limits=limits)) as server:
        assert told(ask(server.url)) == (InputError, "transport.body_limit", {"limit": 3})


def test_a_body_over_our_own_limit_is_not_sent() -> None:
    with HttpTransport("http://127.0.0.1:1", SCHOOL) as transport, pytest.raises(InputError) as no:
        transport.post("sync", bytes(MAX_BODY_BYTES + 1))
    assert no.value.key == "transport.body_limit"


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        (b"Retry-After: 9\r\n", b"", 9),
        (b"", b"", 10),
        (b"Retry-After: Fri, 31 Dec 2027 23:59:59 GMT\r\n", b"", 10),
        (b"Retry-After: 99999999999\r\n", b"", 10),
        (b"Retry-After: 9999\r\n", b"", 3_600),
        (b"Retry-After: 0\r\n", b"", 1),
        (b"Retry-After: -5\r\n", b"", 10),
        (b"", pack_error(BusyError("busy.server", retry_after=33)), 33),
        (b"Retry-After: 4\r\n", pack_error(BusyError("busy.server", retry_after=33)), 4),
    ],
)
@pytest.mark.parametrize("status", [b"503 Busy", b"429 Often"])
def test_who_asks_to_wait_is_heard(status: bytes, header: bytes, body: bytes, seconds: int) -> None:
    content_type = f"Content-Type: {CONTENT_TYPE}\r\n".encode() if body else b""
    length = f"Content-Length: {len(body)}\r\n\r\n".encode()
    with answering(b"HTTP/1.1 ", status, b"\r\n", header, content_type, length, body) as (url, _):
        assert told(ask(url)) == (BusyError, "busy.server", {"retry_after": seconds})


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200),
        (OURS + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi", 200),
        (b"HTTP/1.1 204 None\r\n\r\n", 204),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302),
        (b"HTTP/1.1 307 Temp\r\nLocation: /v1/14/sync\r\nContent-Length: 0\r\n\r\n", 307),
        (b"HTTP/1.1 404 No\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno", 404),
        (b"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", 502),
        (b"HTTP/1.1 403 No\r\nContent-Type: application/x-eschool\r\nContent-Length: 1\r\n\r\n\xc1",
         403),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_our_servers_is_none(answer: bytes, status: int) -> None:
    with answering(answer) as (url, heard):
        assert told(ask(url)) == (TransportError, "transport.foreign_answer", {"status": status})
    assert len(heard) == 1


@pytest.mark.threat("T21")
@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 101\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n60\r\n"
        + bytes(96)
        + b"\r\n60\r\n"
        + bytes(96)
        + b"\r\n",
        b"\r\n" + bytes(101),
    ],
)
def test_an_answer_has_a_limit(rest: bytes) -> None:
    with answering(OURS, rest) as (url, _):
        assert told(ask(url, max_answer_bytes=100)) == (
            TransportError,
            "transport.answer_limit",
            {"limit": 100},
        )


def test_an_answer_at_its_limit_is_taken() -> None:
    with answering(OURS, b"Content-Length: 100\r\n\r\n", bytes(100)) as (url, _):
        assert ask(url, max_answer_bytes=100) == bytes(100)


@pytest.mark.threat("T9")
@pytest.mark.parametrize(
    "cut",
    [b"", b"HTTP/1.1 200", OURS, OURS + b"Content-Length: 9\r\n\r\nbody", b"\0\0\0\0\r\n\r\n"],
)
def test_an_answer_that_breaks_off_is_none(cut: bytes) -> None:
    with answering(cut) as (url, _):
        assert told(ask(url)) == (TransportError, "transport.interrupted", {})


def test_a_server_that_falls_silent_is_given_up() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        HttpTransport(
            f"http://127.0.0.1:{listener.getsockname()[1]}", SCHOOL, timeouts=Timeouts(answer=0.3)
        ) as transport,
        pytest.raises(TransportError) as caught,
    ):
        transport.post("sync", b"body")
    assert caught.value.key == "transport.interrupted"


def test_no_server_is_named() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert told(ask(f"http://127.0.0.1:{port}")) == (TransportError, "transport.unreachable", {})
    assert told(ask("https://nowhere.invalid")) == (TransportError, "transport.unreachable", {})


@pytest.mark.asvs("12.2.1")
@pytest.mark.parametrize(
    "url",
    [
        "http://journal.example",
        "http://127.evil.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.",
        "http://localhost.evil.example:8000",
        "http://0.0.0.0:8000",
        "http://192.168.1.5",
        "http://2130706433",
        "http://[fe80::1]",
        "HTTP://journal.example",
    ],
)
def test_plain_http_goes_no_further_than_this_computer(url: str) -> None:
    with pytest.raises(AccessError) as caught:
        HttpTransport(url, SCHOOL)
    assert caught.value.key == "transport.plain_http"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost", "https://127.1"]
)
def test_plain_http_is_allowed_on_this_computer(url: str) -> None:
    HttpTransport(url, SCHOOL).close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "journal.example",
        "//journal.example",
        "https://",
        "ftp://journal.example",
        "file:" + "///etc/passwd",
        "https://user:" + "word" + "@journal.example",
        "http://127.0.0.1@evil.example",
        "https://journal.example/?school=5",
        "https://journal.example/#top",
        "https://journal.example:port",
        "https://jour nal\r\n.example",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        HttpTransport(url, SCHOOL)
    assert caught.value.key == "transport.url"


@pytest.mark.parametrize("route", ["", "../sync", "sync?a=1", "v1/sync", "си"])
def test_a_route_is_a_word(route: str) -> None:
    with HttpTransport("http://127.0.0.1:1", SCHOOL) as transport, pytest.raises(ValueError):  # noqa: PT011
        transport.post(route, b"")


def test_the_environments_proxies_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(OURS, b"Content-Length: 2\r\n\r\nok") as (url, heard):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        assert ask(url) == b"ok"
    assert heard[0].startswith(b"POST /v1/14/sync ")


def test_nothing_but_our_types_is_asked_for() -> None:
    with answering(OURS, b"Content-Length: 2\r\n\r\nok") as (url, heard):
        ask(url)
    head = heard[0].lower()
    assert f"content-type: {CONTENT_TYPE}".encode() in head
    assert b"accept-encoding: identity\r\n" in head
    assert b"cookie" not in head
    assert b"authorization" not in head

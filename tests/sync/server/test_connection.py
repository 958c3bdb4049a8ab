from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from eschool_sync.server.connection import MAX_HEAD_BYTES, MAX_HEADERS, Connection
from eschool_sync.server.http import Limits, make_app
from eschool_sync.server.serving import Server
from tests.sync.server.stage import SCHOOL, SECONDS, UNLIMITED, Directory, Kept, post, raw, read_all

PATH = f"/v1/{SCHOOL}/sync".encode()
START = b"POST " + PATH + b" HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-eschool\r\n"
HEALTH = b"GET /v1/health HTTP/1.1\r\nHost: a\r\n"
LIMITS = Limits(
    sync_rate=UNLIMITED, sync_bytes=8_192, body_grace_seconds=0.4, body_bytes_per_second=2_000
)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory()


@pytest.fixture(scope="module")
def audit() -> Kept:
    return Kept()


@pytest.fixture(scope="module")
def port(directory: Directory, audit: Kept) -> Iterator[int]:
    with Server(make_app(directory, limits=LIMITS, audit=audit)) as server:
        yield server.port


@pytest.fixture(autouse=True)
def quiet(directory: Directory) -> None:
    directory.calls.clear()


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer
    return int(answer.split()[1])


def test_the_plainest_request_is_served(port: int) -> None:
    answer = raw(port, START + b"Content-Length: 4\r\n\r\nbody")
    assert status(answer) == 200
    assert answer.endswith(b"\r\n\r\nbody")


@pytest.mark.asvs("4.2.1")
@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody!",
        b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nbody",
        b"Content-Length: 4, 4\r\n\r\nbody",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: identity\r\n\r\nbody",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: +4\r\n\r\nbody",
        b"Content-Length: -4\r\n\r\nbody",
        b"Content-Length: 0x4\r\n\r\nbody",
        b"Content-Length: 99999999999999999999999\r\n\r\nbody",
        b" Folded: header\r\n\r\n",
        b"No colon\r\n\r\n",
        b"Nul: \0\r\n\r\n",
        b"Bare\nLF: x\r\n\r\n",
        b"Host: b\r\nContent-Length: 4\r\n\r\nbody",
        b"Content-Type: application/x-eschool\r\nContent-Length: 4\r\n\r\nbody",
    ],
)
def test_a_request_with_two_readings_is_refused(
    port: int, directory: Directory, rest: bytes
) -> None:
    answer = raw(port, START + rest)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1, "what follows must not be taken for a request"
    assert b"x-content-type-options: nosniff" in answer
    assert b"content-type: application/x-eschool" in answer
    assert not directory.calls


@pytest.mark.asvs("4.2.1")
@pytest.mark.parametrize(
    "body",
    [
        b"5;a\r\nbody\r\n0\r\n\r\n",
        b"-1\r\nbody\r\n0\r\n\r\n",
        b"0x4\r\nbody\r\n0\r\n\r\n",
        b"4 \r\nbody\r\n0\r\n\r\n",
        b"4\nbody\n0\n\n",
        b"fffffffffffffffff\r\nbody\r\n0\r\n\r\n",
    ],
)
def test_a_malformed_chunk_reaches_no_school(port: int, directory: Directory, body: bytes) -> None:
    answer = raw(port, START + b"Transfer-Encoding: chunked\r\n\r\n" + body)
    assert not answer or status(answer) == 400
    assert not directory.calls


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /v1/health HTTP/1.1\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET /v1/health HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /v1/he\0lth HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"a" * 600 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\xff\xfe\xfd\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(port: int, request_line: bytes) -> None:
    answer = raw(port, request_line)
    assert status(answer) in {400, 404, 405}
    assert b"strict-transport-security: " in answer


@pytest.mark.asvs("13.4.4")
@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT"])
def test_trace_and_connect_are_off(port: int, method: bytes) -> None:
    assert status(raw(port, method + b" /v1/health HTTP/1.1\r\nHost: a\r\n\r\n")) in {400, 405}


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c"])
def test_no_connection_becomes_another_protocol(port: int, upgrade: bytes) -> None:
    head = HEALTH + b"Connection: Upgrade\r\nUpgrade: " + upgrade + b"\r\n"
    answer = raw(port, head + b"Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n")
    assert status(answer) in {200, 400}


@pytest.mark.asvs("row 22")
@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"N%d: x\r\n" % n for n in range(MAX_HEADERS + 5)),
        b"Long: " + b"x" * MAX_HEAD_BYTES + b"\r\n",
        b"Long" * (MAX_HEAD_BYTES // 4) + b": x\r\n",
        b"Endless: " + b"x" * 3 * MAX_HEAD_BYTES,
    ],
)
def test_a_head_has_a_limit(port: int, head: bytes) -> None:
    # A server that stops listening may reset the connection before its answer is read.
    answer = raw(port, HEALTH + head + b"\r\n")
    assert not answer or status(answer) == 400


@pytest.mark.asvs("row 22")
def test_a_long_request_line_has_a_limit(port: int) -> None:
    answer = raw(port, b"GET /" + b"a" * 2 * MAX_HEAD_BYTES)
    assert not answer or status(answer) == 400


def test_requests_on_one_connection_are_served_in_turn(port: int, directory: Directory) -> None:
    first = START + b"Content-Length: 1\r\n\r\n1"
    second = START + b"Content-Length: 1\r\n\r\n2"
    answer = raw(port, first + second + HEALTH + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert [call[2] for call in directory.calls] == [b"1", b"2"]


@pytest.mark.asvs("row 22")
@pytest.mark.threat("T21")
def test_a_huge_body_is_refused_before_it_comes(port: int, directory: Directory) -> None:
    # Nothing of the body is sent, and the answer is there all the same.
    answer = raw(port, START + b"Content-Length: 1073741824\r\n\r\n")
    assert status(answer) == 413
    assert b"connection: close" in answer
    assert not directory.calls


def test_a_body_shorter_than_declared_reaches_no_school(port: int, directory: Directory) -> None:
    raw(port, START + b"Content-Length: 9\r\n\r\nbody", half_close=True)
    time.sleep(0.1)
    assert not directory.calls


@pytest.mark.threat("T23")
def test_a_body_that_comes_too_slowly_is_given_up(port: int, directory: Directory) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(START + b"Content-Length: 4000\r\n\r\nx")
        started = time.monotonic()
        answer = read_all(connection)
    assert status(answer) == 408
    assert 0.3 < time.monotonic() - started < SECONDS / 2
    assert not directory.calls


def test_a_steady_body_may_take_longer_than_the_grace(port: int, directory: Directory) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(START + b"Content-Length: 4000\r\nConnection: close\r\n\r\n")
        for _ in range(8):
            connection.sendall(bytes(500))
            time.sleep(0.1)
        assert status(read_all(connection)) == 200
    assert len(directory.calls) == 1


@pytest.mark.threat("T23")
@pytest.mark.parametrize(
    "begin", [b"", b"GET /v1/health HT", HEALTH, HEALTH + b"\r\n" + HEALTH, b"\r\n\r\n"]
)
def test_a_head_that_comes_too_slowly_ends_the_connection(
    port: int, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(Connection, "head_seconds", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(begin)
        started = time.monotonic()
        read_all(connection)
    assert time.monotonic() - started < SECONDS / 2


@pytest.mark.threat("T23")
def test_empty_lines_do_not_keep_a_connection(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        connection.sendall(HEALTH + b"\r\n")
        assert status(connection.recv(65_536)) == 200
        monkeypatch.setattr(Connection, "head_seconds", 0.3)
        connection.sendall(b"\r\n")
        started = time.monotonic()
        assert not connection.recv(65_536)
    assert time.monotonic() - started < SECONDS / 2


@pytest.mark.threat("T23")
def test_who_does_not_read_the_answer_is_cut_off(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "stall_seconds", 0.3)
    big = bytes(32 * 1024 * 1024)
    audit = Kept()
    app = make_app(Directory(lambda *_: big), limits=LIMITS, audit=audit)
    with (
        Server(app) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=SECONDS) as connection,
    ):
        connection.sendall(START + b"Content-Length: 0\r\n\r\n")
        deadline = time.monotonic() + SECONDS
        while not audit.events and time.monotonic() < deadline:
            time.sleep(0.05)
        [event] = audit.events
        assert len(read_all(connection)) < len(big)
        assert post(server.url).content == big
    assert event.route == "sync"


@pytest.mark.threat("T23")
def test_slow_connections_leave_others_alone(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=SECONDS) for _ in range(200)]
    try:
        for connection in slow:
            connection.sendall(b"POST /v1")
        started = time.monotonic()
        assert status(raw(port, START + b"Content-Length: 4\r\n\r\nbody")) == 200
        assert time.monotonic() - started < 1
    finally:
        for connection in slow:
            connection.close()


@pytest.mark.threat("T24")
def test_connections_have_a_limit(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = time.monotonic() + SECONDS
    monkeypatch.setattr(Connection, "max_connections", 0)
    while b" 503 " not in (answer := raw(port, HEALTH)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert b"retry-after: " in answer
    monkeypatch.undo()
    assert status(raw(port, HEALTH + b"Connection: close\r\n\r\n")) == 200

"""The live notice: a stream or a held-back answer, bounded, silent about everything but the seq."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.people import HireStaff
from eschool_core.errors import AccessError, BusyError, EschoolError, InputError, TransportError
from eschool_sync.protocol.error_body import CONTENT_TYPE
from eschool_sync.protocol.live import (
    LiveRequest,
    pack_notice,
    read_event,
    read_live_request,
    read_notice,
)
from eschool_sync.replica.transport import HttpTransport
from eschool_sync.replica.watching import LONGEST_WAIT_SECONDS
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.security.signing import SigningKey
from eschool_sync.server.http import make_app
from eschool_sync.server.live import LiveLimits, LiveRoutes
from eschool_sync.server.serving import Server
from tests.sync.harness import Member, World

QUICK = LiveLimits(
    look_seconds=0.05, beat_seconds=0.1, poll_seconds=0.4, streams=3, per_device=2, body_seconds=0.5
)
PATIENCE_SECONDS = 10


@dataclass
class Line:
    """A server over HTTP, and the ways to it."""

    world: World
    url: str

    def way(self) -> HttpTransport:
        return HttpTransport(self.url, self.world.number)

    def body(self, member: Member, cursor: int | None = None) -> bytes:
        at = member.replica.status().seq if cursor is None else cursor
        asked = LiveRequest(self.world.number, member.replica.device, at)
        return asked.sealed(signing_key(member))

    @contextmanager
    def stream(self, member: Member) -> Iterator[Iterator[str]]:
        with self.way() as way:
            lines = way.lines("live", self.body(member))
            yield lines


def signing_key(member: Member) -> SigningKey:
    return member.replica._opened.signing


def hire(world: World) -> None:
    world.act(HireStaff(family="Новикова", given="Вера"))


def served(world: World, limits: LiveLimits) -> Iterator[Line]:
    live = LiveRoutes(world.directory, limits=limits)
    app = make_app(world.directory, extra_routes=live.routes(), ending=[live.end])
    with Server(app) as server:
        yield Line(world, server.url)


@pytest.fixture
def line(world: World) -> Iterator[Line]:
    world.synced("maths", "english")
    yield from served(world, QUICK)


def next_seq(lines: Iterator[str]) -> int:
    """Return the next notice, past the signs of life."""
    return next(seq for each in lines if (seq := read_event(each)) is not None)


def test_a_stream_tells_of_each_step_and_of_nothing_else(line: Line) -> None:
    maths = line.world.member("maths")
    seen = []
    with line.stream(maths) as lines:
        head = line.world.server.head().seq
        assert next_seq(lines) == head
        for step in (1, 2):
            hire(line.world)
            for each in lines:
                seen.append(each)
                if read_event(each) == head + step:
                    break
    assert {each for each in seen if each} <= {":", f"data: {head + 1}", f"data: {head + 2}"}


def test_a_quiet_school_gives_signs_of_life(line: Line) -> None:
    with line.stream(line.world.member("maths")) as lines:
        next_seq(lines)
        assert ":" in [next(lines) for _ in range(4)]


def test_a_long_poll_is_held_back_until_there_is_news(line: Line) -> None:
    maths = line.world.member("maths")
    head = maths.replica.status().seq
    with line.way() as way:
        started = time.monotonic()
        assert read_notice(way.post("live", line.body(maths))) == head
        assert time.monotonic() - started >= QUICK.poll_seconds
        assert read_notice(way.post("live", line.body(maths, head - 1))) == head


@pytest.mark.threat("T15")
@pytest.mark.asvs("7.4.2")
def test_the_stream_of_a_revoked_device_ends_within_a_second(world: World) -> None:
    """With the limits that a server has, and only that device's."""
    maths, english = world.synced("maths", "english")
    for line in served(world, LiveLimits(beat_seconds=0.1)):
        with line.stream(maths) as lines, line.stream(english) as others:
            next_seq(lines)
            next_seq(others)
            world.act(RevokeDevice(device=maths.replica.device))
            revoked = time.monotonic()
            list(lines)
            assert time.monotonic() - revoked <= 1
            assert next_seq(others) == world.server.head().seq
        with line.way() as way, pytest.raises(AccessError) as caught:
            way.post("live", line.body(maths))
        assert caught.value.key == "access.revoked"


@pytest.mark.threat("T4")
@pytest.mark.asvs("4.4.2")
def test_nobody_listens_in_another_name(line: Line) -> None:
    maths = line.world.member("maths")
    asked = LiveRequest(line.world.number, maths.replica.device, 0)
    wrong = (
        asked.sealed(SigningKey.generate(SeededRandom(1))),
        replace(asked, device=40_000).sealed(signing_key(maths)),
        replace(asked, school=line.world.number + 1).sealed(signing_key(maths)),
    )
    for body in wrong:
        with line.way() as way, pytest.raises(AccessError) as caught:
            way.post("live", body)
        assert caught.value.key == "access.denied"


def test_listeners_are_counted(line: Line) -> None:
    maths, english = line.world.member("maths"), line.world.member("english")
    with line.stream(maths) as one, line.stream(maths) as two, line.stream(english) as three:
        next_seq(one)
        next_seq(two)
        with line.way() as way, pytest.raises(BusyError):
            way.post("live", line.body(maths))
        next_seq(three)
        with line.way() as way, pytest.raises(BusyError):
            way.post("live", line.body(english))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        # Who has gone makes room as soon as the server notices.
        try:
            with line.way() as way:
                assert way.post("live", line.body(maths, 0))
            break
        except BusyError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_body_has_limits(line: Line) -> None:
    url = f"{line.url}/v1/{line.world.number}/live"
    headers = {"content-type": CONTENT_TYPE}
    assert httpx.post(url, content=b"x" * 2_000, headers=headers).status_code == 413
    assert httpx.post(url, content=b"x").status_code == 415
    assert httpx.post(url, content=b"x", headers=headers).status_code == 400
    assert httpx.get(url).status_code == 405


def test_a_server_that_ends_does_not_wait_for_listeners(world: World) -> None:
    [maths] = world.synced("maths")
    live = LiveRoutes(world.directory)
    app = make_app(world.directory, extra_routes=live.routes(), ending=[live.end])
    with Server(app) as server:
        line = Line(world, server.url)
        way = line.way()
        lines = way.lines("live", line.body(maths))
        next_seq(lines)
        began = time.monotonic()
    assert time.monotonic() - began < PATIENCE_SECONDS
    with pytest.raises((StopIteration, TransportError)):
        next(lines)
    way.close()


class TestWatch:
    def test_a_replica_hears_and_fetches(self, line: Line) -> None:
        maths = line.world.member("maths")
        with watched(maths, line.way()) as heard:
            hire(line.world)
            wait_for(lambda: line.world.server.head().seq in heard)

    def test_it_polls_where_a_proxy_lets_no_stream_through(self, line: Line) -> None:
        class Gathering(HttpTransport):
            """A proxy that keeps a stream to itself."""

            def lines(self, route: str, body: bytes) -> Iterator[str]:
                raise TransportError("transport.silent")

        maths = line.world.member("maths")
        with watched(maths, Gathering(line.url, line.world.number)) as heard:
            hire(line.world)
            wait_for(lambda: line.world.server.head().seq in heard)

    def test_a_silent_stream_is_given_up(self, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
        from eschool_sync.replica import transport

        monkeypatch.setattr(transport, "SILENT_SECONDS", 0.02)
        maths = line.world.member("maths")
        with line.way() as way, pytest.raises(TransportError) as caught:
            list(way.lines("live", line.body(maths)))
        assert caught.value.key in {"transport.silent", "transport.interrupted"}

    def test_a_line_that_is_lost_for_days_is_waited_for(self, line: Line) -> None:
        """A wait that doubles each time is beyond all numbers after a thousand times."""

        class Lost(HttpTransport):
            lost = 0

            def lines(self, route: str, body: bytes) -> Iterator[str]:
                self.lost += 1
                if self.lost <= 1_100:
                    raise TransportError("transport.unreachable")
                return super().lines(route, body)

        class Quick(threading.Event):
            def wait(self, timeout: float | None = None) -> bool:
                assert timeout is not None
                assert 0 <= timeout <= LONGEST_WAIT_SECONDS
                return self.is_set()

        maths, way = line.world.member("maths"), Lost(line.url, line.world.number)
        use(maths, way)
        hire(line.world)
        assert next(maths.replica.watch(Quick())) == line.world.server.head().seq
        assert way.lost == 1_101
        way.close()

    @pytest.mark.threat("T15")
    def test_a_revoked_device_hears_why(self, line: Line) -> None:
        maths = line.world.member("maths")
        line.world.act(RevokeDevice(device=maths.replica.device))
        use(maths, line.way())
        news = maths.replica.watch()
        with pytest.raises(AccessError) as caught:
            next(news)
        assert caught.value.key == "access.revoked"


def use(member: Member, way: HttpTransport) -> None:
    """Give a replica another way to the server."""
    member.replica._transport = way


@contextmanager
def watched(member: Member, way: HttpTransport) -> Iterator[list[int]]:
    """Let a replica listen in a thread, and give what it hears."""
    use(member, way)
    ended, heard = threading.Event(), list[int]()

    def listen() -> None:
        for seq in member.replica.watch(ended):
            heard.append(seq)

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield heard
    finally:
        ended.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()
        way.close()


def wait_for(is_so: object) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    assert callable(is_so)
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_bodies_are_read_as_they_were_written() -> None:
    key = SigningKey.generate(SeededRandom(1))
    asked = LiveRequest(7, 3, 99)
    assert read_live_request(asked.sealed(key)).check_signature(key.public_bytes) == asked
    assert read_notice(pack_notice(12)) == 12
    assert read_event("data: 12") == 12
    assert read_event(":") is None
    for wrong in ("data: -1", "data: x", "data: " + "9" * 40):
        with pytest.raises(InputError):
            read_event(wrong)
    for cut in range(len(asked.sealed(key))):
        with pytest.raises(EschoolError):
            read_live_request(asked.sealed(key)[:cut])


def test_the_route_declares_its_policy(tmp_path: Path) -> None:
    from eschool_sync.server.directory import Directory
    from eschool_sync.server.http import undeclared_routes

    live = LiveRoutes(Directory(tmp_path))
    assert undeclared_routes(make_app(Directory(tmp_path), extra_routes=live.routes())) == []

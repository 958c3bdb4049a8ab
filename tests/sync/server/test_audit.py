from __future__ import annotations

import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from eschool_core.errors import AccessError, InputError
from eschool_sync.clock import ManualClock
from eschool_sync.server.audit import (
    AuditEvent,
    JsonLinesLog,
    NoLog,
    collecting,
    open_audit_log,
    report,
)
from eschool_sync.server.http import Limits, make_app
from eschool_sync.server.rates import Rate
from eschool_sync.server.serving import Server
from tests.sync.server.stage import SCHOOL, UNLIMITED, Directory, Kept, post, raw

CANARY = "Канарейкина-7781"


def reporting(school: int, route: str, body: bytes, source: str) -> bytes:
    report(device=7, person=2**53 - 1)
    if body == b"refuse":
        raise AccessError("access.revoked")
    if body == b"break":
        raise ValueError(CANARY)
    if body == b"odd":
        raise InputError("protocol.malformed", part=CANARY)
    report(first=10, last=19, commands=10, accepted=9, rejected=1)
    return CANARY.encode()


@pytest.fixture
def audit() -> Kept:
    return Kept()


@pytest.fixture
def url(audit: Kept) -> Iterator[str]:
    limits = Limits(sync_rate=UNLIMITED)
    app = make_app(Directory(reporting), limits=limits, audit=audit, clock=ManualClock())
    with Server(app) as server:
        yield server.url


@pytest.mark.asvs("16.2.1")
@pytest.mark.asvs("16.2.2")
def test_a_line_says_who_what_when_and_where(url: str, audit: Kept) -> None:
    post(url)
    [event] = audit.events
    assert json.loads(event.to_line()) == {
        "time": "2026-09-07T03:00:00Z",
        "source": "127.0.0.1",
        "route": "sync",
        "school": SCHOOL,
        "status": 200,
        "outcome": "done",
        "device": 7,
        "person": 2**53 - 1,
        "first": 10,
        "last": 19,
        "commands": 10,
        "accepted": 9,
        "rejected": 1,
    }


@pytest.mark.asvs("16.3.1")
@pytest.mark.asvs("16.3.2")
@pytest.mark.asvs("16.3.3")
def test_every_denial_leaves_a_line(url: str, audit: Kept) -> None:
    post(url, b"refuse")
    post(url, school=99)
    post(url, school=99, route="enrol")
    post(url, headers={"content-type": "text/plain"})
    post(url, b"break")
    post(url, route="nowhere")
    raw(int(url.rpartition(":")[2]), b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n")
    # What is told outside as one thing is known apart inside.
    assert [(event.status, event.outcome, event.facts) for event in audit.events] == [
        (403, "access.revoked", {"device": 7, "person": 2**53 - 1}),
        (403, "access.school", {}),
        (403, "access.school", {}),
        (415, "transport.content_type", {}),
        (500, "transport.incident", {"device": 7, "person": 2**53 - 1}),
        (404, "transport.route", {}),
        (405, "transport.method", {}),
    ]
    assert audit.events[4].incident


@pytest.mark.asvs("16.2.5")
def test_no_body_name_or_token_gets_into_a_log(
    url: str, audit: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    for body in (CANARY.encode(), b"refuse", b"break", b"odd"):
        post(url, body, headers={"authorization": CANARY.encode().hex(), "user-agent": "canary"})
    post(f"{url}/canary?canary=canary")
    lines = "".join(event.to_line() for event in audit.events)
    logged = "\n".join(
        record.getMessage() for record in caplog.records if "httpx" not in record.name
    )
    for canary in (CANARY, CANARY.encode().hex(), "canary"):
        assert canary not in lines + logged


@pytest.mark.asvs("16.4.1")
@pytest.mark.parametrize("evil", ["a\r\nb", "a\nb", "\u2028", "\x1b[31m", '"}\n{"time":', "\x00"])
def test_a_field_begins_no_line_of_its_own(evil: str) -> None:
    event = AuditEvent(0, evil, route=evil, outcome=evil, incident=evil)
    line = event.to_line()
    assert line.count("\n") == 1
    assert line.endswith("}\n")
    assert line[:-1].isascii()
    assert line[:-1].isprintable()
    assert json.loads(line)["source"] == evil


@pytest.mark.asvs("16.4.1")
def test_a_request_begins_no_line_of_its_own(url: str, audit: Kept) -> None:
    port = int(url.rpartition(":")[2])
    raw(port, b'GET /%0d%0a{"time"} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: a%0d%0ab\r\n\r\n')
    assert [event.to_line().count("\n") for event in audit.events] == [1]


@pytest.mark.asvs("16.2.5")
@pytest.mark.parametrize(
    "facts", [{"name": 5}, {"device": "7"}, {"device": None}, {"person": True}]
)
def test_the_log_takes_known_numbers_only(facts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="numbers only"), collecting({}):
        report(**facts)


def test_a_report_outside_a_request_goes_nowhere() -> None:
    report(device=5)
    collected: dict[str, int] = {}
    with collecting(collected):
        report(device=6)
    report(device=7)
    assert collected == {"device": 6}


def test_what_goes_well_and_tells_nothing_leaves_no_line(url: str, audit: Kept) -> None:
    port = int(url.rpartition(":")[2])
    for path in (b"/", b"/v1/health"):
        raw(port, b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
    assert audit.events == []


@pytest.mark.asvs("16.3.2")
def test_a_flood_of_refusals_does_not_fill_the_disk() -> None:
    audit, clock = Kept(), ManualClock()
    limits = Limits(sync_rate=Rate(burst=1, per_second=0.01))
    with Server(make_app(Directory(), limits=limits, audit=audit, clock=clock)) as server:
        for _ in range(151):
            post(server.url)
        assert len(audit.events) == 101
        clock.advance(1)
        post(server.url)
    assert [event.skipped for event in audit.events[-2:]] == [0, 50]


@pytest.mark.asvs("16.4.2")
def test_the_file_only_grows_and_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for number in range(3):
        log = open_audit_log(path)
        log.write(AuditEvent(number, "127.0.0.1"))
        log.close()
    lines = path.read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["time"][-3:] for line in lines] == ["00Z", "01Z", "02Z"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_is_out_at_once() -> None:
    stream = io.StringIO()
    JsonLinesLog(stream).write(AuditEvent(0, "127.0.0.1", skipped=3))
    assert json.loads(stream.getvalue())["skipped"] == 3
    NoLog().write(AuditEvent(0, "127.0.0.1"))

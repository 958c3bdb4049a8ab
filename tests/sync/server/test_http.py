from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from eschool_core.errors import (
    AccessError,
    BusyError,
    DamageError,
    EschoolError,
    InputError,
    RegulationError,
    TransportError,
)
from eschool_core.regulation import checks
from eschool_sync.clock import ManualClock
from eschool_sync.protocol.error_body import CONTENT_TYPE
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.http import (
    Limits,
    Policy,
    PolicyRoute,
    make_app,
    undeclared_routes,
)
from eschool_sync.server.serving import Server
from tests.sync.server.stage import (
    SCHOOL,
    SECONDS,
    UNLIMITED,
    Directory,
    Kept,
    echo,
    post,
    raising,
    told,
)

LIMITS = Limits(
    sync_bytes=10_000,
    enrol_bytes=100,
    file_bytes=200,
    sync_rate=UNLIMITED,
    enrol_rate=UNLIMITED,
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")


@dataclass
class Stage:
    url: str
    directory: Directory
    audit: Kept
    clock: ManualClock


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    directory, audit, clock = Directory(), Kept(), ManualClock()
    app = make_app(directory, limits=LIMITS, audit=audit, clock=clock, random=SeededRandom(1))
    with Server(app) as server:
        yield Stage(server.url, directory, audit, clock)


@pytest.fixture
def stage(shared: Stage) -> Stage:
    shared.directory.handler = echo
    shared.directory.calls.clear()
    shared.audit.events.clear()
    shared.audit.broken = False
    return shared


def get(url: str, method: str = "GET") -> httpx.Response:
    return httpx.request(method, url, trust_env=False, timeout=SECONDS, verify=False)


@pytest.mark.parametrize("route", ["sync", "enrol", "snapshot"])
def test_a_body_reaches_its_school_and_the_answer_its_sender(stage: Stage, route: str) -> None:
    response = post(stage.url, b"\0\xff", route=route)
    assert (response.status_code, response.content) == (200, b"\0\xff")
    assert stage.directory.calls == [(SCHOOL, route, b"\0\xff", "127.0.0.1")]


def test_an_answer_of_many_pieces_arrives_whole(stage: Stage) -> None:
    answer = bytes(range(256)) * 12_345
    stage.directory.handler = lambda *_: answer
    response = post(stage.url)
    assert response.content == answer
    assert response.headers["content-length"] == str(len(answer))


def test_an_empty_answer_is_an_answer(stage: Stage) -> None:
    assert post(stage.url, b"").content == b""


@pytest.mark.asvs("4.1.1")
def test_every_answer_names_its_content_type(stage: Stage) -> None:
    assert get(stage.url).headers["content-type"] == "text/html; charset=utf-8"
    assert get(f"{stage.url}/v1/health").headers["content-type"].endswith("charset=utf-8")
    for response in (post(stage.url), post(stage.url, school=99), get(f"{stage.url}/nowhere")):
        assert response.headers["content-type"] == CONTENT_TYPE


@pytest.mark.asvs("3.4.1")
@pytest.mark.asvs("3.4.4")
@pytest.mark.asvs("3.4.5")
@pytest.mark.asvs("14.3.2")
def test_every_answer_has_the_security_headers(stage: Stage) -> None:
    stage.directory.handler = raising(ZeroDivisionError())
    responses = [get(stage.url), get(f"{stage.url}/v1/health"), post(stage.url)]
    responses += [get(f"{stage.url}/nowhere"), get(f"{stage.url}/v1/health", "DELETE")]
    for response in responses:
        seconds = int(response.headers["strict-transport-security"].partition("=")[2].split(";")[0])
        assert seconds >= 365 * 24 * 60 * 60
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in response.headers


def test_the_start_page_says_what_this_is_and_runs_nothing(stage: Stage) -> None:
    page = get(stage.url)
    assert "Сервер электронного журнала" in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert "'unsafe" not in page.headers["content-security-policy"]


def test_health_tells_nothing_else(stage: Stage) -> None:
    assert get(f"{stage.url}/v1/health").json() == {"status": "ok"}


@pytest.mark.asvs("4.1.4")
@pytest.mark.asvs("13.4.4")
@pytest.mark.parametrize(
    ("path", "declared"),
    [
        ("/", {"GET", "HEAD"}),
        ("/v1/health", {"GET", "HEAD"}),
        (f"/v1/{SCHOOL}/sync", {"POST"}),
        (f"/v1/{SCHOOL}/enrol", {"POST"}),
    ],
)
def test_only_declared_methods_are_taken(stage: Stage, path: str, declared: set[str]) -> None:
    for method in METHODS:
        response = get(stage.url + path, method)
        if method in declared:
            assert response.status_code in {200, 415}
        elif method == "BREW":
            assert response.status_code in {400, 405}
        else:
            assert response.status_code == 405
            assert set(response.headers["allow"].split(", ")) == declared


@pytest.mark.asvs("13.4.2")
@pytest.mark.asvs("13.4.5")
@pytest.mark.parametrize(
    "path",
    """/docs /redoc /openapi.json /metrics /debug /v1 /v1/ /v1/health/ /v1/x/sync /v1/-1/sync
    /v1/1.5/sync /v1/14/sync/ /v1/14/ // /../etc""".split(),
)
def test_there_are_no_other_doors(stage: Stage, path: str) -> None:
    response = get(stage.url + path)
    assert told(response)[0] == 404
    assert not stage.directory.calls


@pytest.mark.asvs("8.1.1")
@pytest.mark.asvs("8.2.1")
def test_every_route_says_who_may_come_in() -> None:
    app = make_app(Directory())
    assert undeclared_routes(app) == []
    assert {getattr(route, "path", "") for route in app.routes} == {
        "/v1/{school:int}/sync",
        "/v1/{school:int}/snapshot",
        "/v1/{school:int}/enrol",
        "/v1/{school:int}/proof",
        "/v1/{school:int}/repair",
        "/v1/{school:int}/witness",
        "/v1/{school:int}/readmit",
        "/v1/{school:int}/branch",
        "/v1/{school:int}/putfile",
        "/v1/{school:int}/getfile",
        "/v1/health",
        "/",
    }


async def _extra(request: Request) -> Response:
    return PlainTextResponse("extra")


@pytest.mark.asvs("8.1.1")
def test_a_route_that_says_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="/extra"):
        make_app(Directory(), extra_routes=[Route("/extra", _extra)])


@pytest.mark.asvs("8.1.1")
def test_a_route_added_behind_our_back_is_found() -> None:
    app: Starlette = make_app(Directory())
    app.add_route("/debug", _extra)
    assert undeclared_routes(app) == ["/debug"]


def test_an_extra_start_page_comes_before_ours() -> None:
    page = PolicyRoute("/", _extra, methods=["GET"], policy=Policy.PUBLIC)
    with Server(make_app(Directory(), extra_routes=[page])) as server:
        response = get(server.url)
        assert response.text == "extra"
        assert response.headers["cache-control"] == "no-store"


@pytest.mark.asvs("row 22")
@pytest.mark.threat("T21")
@pytest.mark.parametrize(("route", "limit"), [("sync", 10_000), ("enrol", 100), ("putfile", 200)])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_ends_at_its_limit(stage: Stage, route: str, limit: int, *, chunked: bool) -> None:
    def send(size: int) -> httpx.Response:
        # Without a length beforehand the limit must hold while the body comes.
        body = iter([bytes(size)]) if chunked else bytes(size)
        return post(stage.url, body, route=route)  # type: ignore[arg-type]

    for size in (limit - 1, limit):
        assert send(size).status_code == 200
    stage.directory.calls.clear()
    response = send(limit + 1)
    assert told(response) == (413, "input", "transport.body_limit", {"limit": limit})
    assert not stage.directory.calls


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "text/plain"},
        {"content-type": ""},
        {"content-type": CONTENT_TYPE + "; charset=utf-8"},
        {"content-encoding": "gzip"},
    ],
)
def test_only_our_own_content_type_is_taken(stage: Stage, headers: dict[str, str]) -> None:
    assert told(post(stage.url, headers=headers))[:3] == (
        415,
        "transport",
        "transport.content_type",
    )
    assert not stage.directory.calls


@pytest.mark.asvs("15.3.7")
@pytest.mark.parametrize("query", ["?a=1&a=2", "?a&a", "?a=1&b=2&%61=3", "?" + "&a=1" * 40])
def test_a_repeated_query_parameter_is_refused(stage: Stage, query: str) -> None:
    for path in ("/", "/v1/health", "/nowhere"):
        assert told(get(f"{stage.url}{path}{query}"))[:3] == (
            400,
            "transport",
            "transport.request",
        )
    assert get(f"{stage.url}/v1/health?a=1&b=1").status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (InputError("protocol.malformed", part="zstd"), 400, "input"),
        (TransportError("sync.gap", number=5), 400, "transport"),
        (TransportError("transport.version"), 426, "transport"),
        (AccessError("access.revoked"), 403, "access"),
        (DamageError("damage.replica"), 500, "damage"),
        (BusyError("busy.replica"), 503, "busy"),
    ],
)
def test_an_error_becomes_a_status_and_a_key(
    stage: Stage, error: EschoolError, status: int, kind: str
) -> None:
    stage.directory.handler = raising(error)
    assert told(post(stage.url)) == (status, kind, error.key, error.params)


def test_a_busy_school_says_when_to_come_back(stage: Stage) -> None:
    stage.directory.handler = raising(BusyError("busy.rate", retry_after=7))
    response = post(stage.url)
    assert told(response) == (429, "busy", "busy.rate", {"retry_after": 7})
    assert response.headers["retry-after"] == "7"
    stage.directory.handler = raising(BusyError("busy.replica"))
    assert int(post(stage.url).headers["retry-after"]) > 0


@pytest.mark.asvs("row 30")
@pytest.mark.asvs("8.4.1")
def test_unknown_schools_devices_and_persons_look_the_same(stage: Stage) -> None:
    answers = set()
    for error in ("access.device", "access.signature", "access.actor", "access.anything"):
        stage.directory.handler = raising(AccessError(error, device=5))
        answers.add((post(stage.url).content, post(stage.url).status_code))
    for school in (0, 99, 2**53, 10**400):
        answers.add((post(stage.url, school=school).content, post(stage.url).status_code))
    [(content, status)] = answers
    assert status == 403
    assert b"access.denied" in content


@pytest.mark.asvs("row 30")
def test_a_wrong_code_and_an_unknown_school_look_the_same(stage: Stage) -> None:
    stage.directory.handler = raising(AccessError("access.code"))
    wrong_code = post(stage.url, route="enrol")
    unknown = post(stage.url, route="enrol", school=99)
    assert told(wrong_code) == told(unknown) == (403, "access", "access.enrolment", {})


@pytest.mark.asvs("16.5.1")
@pytest.mark.asvs("16.5.3")
@pytest.mark.parametrize("route", ["sync", "enrol", "snapshot"])
@pytest.mark.parametrize(
    "error",
    [
        ValueError("SELECT name FROM pupil WHERE 'Иванов' -- /srv/school/14.sqlite"),
        OSError(28, "No space left on device", "/srv/school/14.sqlite"),
        RegulationError(checks.FOREIGN_PAGE),
        MemoryError("Иванов"),
    ],
)
def test_an_unforeseen_error_tells_a_number_only(
    stage: Stage, error: Exception, route: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage.directory.handler = raising(error)
    status, kind, key, params = told(response := post(stage.url, route=route))
    assert (status, kind, key) == (500, "transport", "transport.incident")
    assert set(params) == {"incident"}
    [event] = stage.audit.events
    assert event.incident == params["incident"]
    assert event.incident in caplog.text
    assert f"{type(error).__name__} at stage.py:" in caplog.text
    for hidden in ("Иванов", "SELECT", "/srv", "Traceback"):
        assert hidden not in response.text + caplog.text + event.to_line()


@pytest.mark.asvs("16.5.3")
def test_an_answer_that_is_none_is_a_failure(stage: Stage) -> None:
    stage.directory.handler = lambda *_: None  # type: ignore[assignment]
    assert told(post(stage.url))[0] == 500


@pytest.mark.asvs("16.5.3")
def test_a_failing_directory_lets_nobody_in(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Directory, "knows", raising(RuntimeError()))
    assert told(post(stage.url))[0] == 500


@pytest.mark.asvs("16.5.3")
@pytest.mark.parametrize(
    "error",
    [TransportError("transport.database"), InputError("input.database_url"), BusyError("busy.x")],
)
def test_a_lost_database_is_a_closed_door(stage: Stage, error: EschoolError) -> None:
    stage.directory.handler = raising(error)
    assert told(post(stage.url))[:2] == (503, "busy")


@pytest.mark.asvs("16.5.3")
@pytest.mark.asvs("16.4.2")
def test_nobody_is_served_while_acts_cannot_be_recorded(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.audit.broken = True
    assert post(stage.url, b"1").status_code == 200
    assert told(post(stage.url, b"2"))[2] == "busy.server"
    assert "hidden-path" not in caplog.text
    stage.audit.broken = False
    assert post(stage.url, b"3").status_code == 200
    assert [call[2] for call in stage.directory.calls] == [b"1", b"3"]
    assert [event.status for event in stage.audit.events] == [200, 503, 200]

"""Counts for a monitoring program: true, and for nobody else."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from eschool_core.errors import AccessError, InputError
from eschool_sync.server.audit import report
from eschool_sync.server.guard import RequestRecord
from eschool_sync.server.http import make_app
from eschool_sync.server.metrics import BUCKETS, CONTENT_TYPE, Metrics, MetricsPage, read_token
from eschool_sync.server.serving import Server
from tests.sync.server.stage import Directory, post, raising

TOKEN = "t" * 24
SAMPLE = re.compile(r'^([a-z_]+)(\{[a-z]+="[^"\\\n]*"(,[a-z]+="[^"\\\n]*")*\})? (\d+(\.\d+)?)$')


def read(text: str) -> dict[str, float]:
    """Return the samples of a page, every line of which has to be in the format."""
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            assert re.match(r"^# (HELP|TYPE) [a-z_]+ .+$", line)
            continue
        assert SAMPLE.match(line), line
        name, value = line.rsplit(" ", 1)
        samples[name] = float(value)
    return samples


def get(url: str, **headers: str) -> httpx.Response:
    with httpx.Client(trust_env=False, verify=False) as client:
        return client.get(f"{url}/v1/metrics", headers=headers)


@pytest.fixture
def page() -> MetricsPage:
    return MetricsPage(Metrics(), TOKEN)


def test_requests_times_verdicts_and_faults_are_counted(page: MetricsPage) -> None:
    def judged(school: int, route: str, body: bytes, source: str) -> bytes:
        report(commands=3, accepted=2, rejected=1)
        return b"done"

    directory = Directory(judged)
    with Server(make_app(directory, metrics=page)) as server:
        post(server.url)
        post(server.url)
        post(server.url, school=99)
        directory.handler = raising(ZeroDivisionError())
        post(server.url)
        response = get(server.url)
    samples = read(response.text)
    assert response.headers["content-type"] == CONTENT_TYPE
    assert samples['eschool_requests_total{route="sync",status="200"}'] == 2
    assert samples['eschool_requests_total{route="sync",status="403"}'] == 1
    assert samples['eschool_requests_total{route="sync",status="500"}'] == 1
    assert samples['eschool_commands_total{verdict="accepted"}'] == 4
    assert samples['eschool_commands_total{verdict="rejected"}'] == 2
    assert samples['eschool_commands_total{verdict="held"}'] == 0
    assert samples["eschool_incidents_total"] == 1
    assert samples['eschool_request_seconds_count{route="sync"}'] == 4
    assert samples['eschool_request_seconds_bucket{route="sync",le="+Inf"}'] == 4
    assert samples["eschool_waiting_requests"] == 0
    assert samples["eschool_held_bytes"] == 0


def test_buckets_hold_what_took_no_longer() -> None:
    metrics = Metrics()
    for taken in (0.0, BUCKETS[0], BUCKETS[0] + 0.001, 100.0):
        metrics.observe(RequestRecord("", route="sync"), 200, taken)
    counted = [metrics.buckets["sync", bound] for bound in BUCKETS]
    assert counted == [2, 3, 3, 3, 3, 3, 3]
    assert metrics.seconds["sync"] == pytest.approx(100 + 2 * BUCKETS[0] + 0.001)


@pytest.mark.asvs("13.4.5")
def test_who_comes_through_a_proxy_finds_no_such_page(page: MetricsPage) -> None:
    """Also where nobody told the server of the proxy: its peer is then this machine."""
    with Server(make_app(Directory(), metrics=page)) as server:
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            assert get(server.url, **{name: "127.0.0.1"}).status_code == 404
    with Server(make_app(Directory(), metrics=page, proxies=["127.0.0.1"])) as server:
        assert get(server.url, **{"X-Forwarded-For": "203.0.113.9"}).status_code == 404


@pytest.mark.asvs("13.4.5")
def test_a_page_that_is_refused_looks_like_one_that_is_not_there(page: MetricsPage) -> None:
    with Server(make_app(Directory(), metrics=page)) as server:
        refused = get(server.url, Via="proxy")
    with Server(make_app(Directory())) as server:
        missing = get(server.url)
    assert (refused.status_code, refused.content) == (missing.status_code, missing.content)


@pytest.mark.parametrize("kind", ["Bearer", "bearer"])
def test_the_operators_token_lets_a_program_in_from_elsewhere(page: MetricsPage, kind: str) -> None:
    with Server(make_app(Directory(), metrics=page)) as server:
        shown = {"X-Forwarded-For": "203.0.113.9", "Authorization": f"{kind} {TOKEN}"}
        assert get(server.url, **shown).status_code == 200
        for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer"):
            shown["Authorization"] = wrong
            assert get(server.url, **shown).status_code == 404


def test_without_a_token_an_empty_one_opens_nothing() -> None:
    page = MetricsPage(Metrics())
    with Server(make_app(Directory(), metrics=page)) as server:
        shown = {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer"}
        assert get(server.url, **shown).status_code == 404


def test_nothing_of_a_school_or_a_person_is_in_it(page: MetricsPage) -> None:
    def judged(school: int, route: str, body: bytes, source: str) -> bytes:
        report(device=54_321, person=98_765_432)
        return b"done"

    with Server(make_app(Directory(judged, frozenset({77_777})), metrics=page)) as server:
        post(server.url, school=77_777)
        text = get(server.url).text
    assert not {"54321", "98765432", "77777", "127.0.0.1"} & set(re.findall(r"[\d.]+", text))


@pytest.mark.asvs("13.3.1")
def test_a_token_is_read_from_a_closed_file(tmp_path: Path) -> None:
    assert read_token(tmp_path) == ""
    path = tmp_path / "metrics.token"
    path.write_text(f"{TOKEN}\n", encoding="utf-8")
    path.chmod(0o600)
    assert read_token(tmp_path) == TOKEN
    path.chmod(0o640)
    with pytest.raises(AccessError) as open_file:
        read_token(tmp_path)
    assert open_file.value.key == "access.open_secret"
    path.chmod(0o600)
    for bad in ("short", "т" * 30):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read_token(tmp_path)
        assert caught.value.key == "metrics.token"

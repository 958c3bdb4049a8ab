from __future__ import annotations

import threading

import httpx
import pytest

from eschool_core.errors import AccessError
from eschool_sync.clock import ManualClock
from eschool_sync.security.random_source import SeededRandom
from eschool_sync.server.http import Limits, make_app
from eschool_sync.server.lanes import Queues
from eschool_sync.server.rates import Rate
from eschool_sync.server.serving import Server
from tests.sync.server.stage import (
    SCHOOL,
    SECONDS,
    UNLIMITED,
    Directory,
    Kept,
    post,
    raising,
    told,
)


def test_one_schools_slow_work_blocks_neither_another_nor_the_loop() -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(school: int, route: str, body: bytes, source: str) -> bytes:
        if school == SCHOOL:
            entered.set()
            assert leave.wait(SECONDS)
        return body

    directory, answers = Directory(slow), list[int]()
    with Server(make_app(directory)) as server:
        waiting = threading.Thread(target=lambda: answers.append(post(server.url).status_code))
        waiting.start()
        assert entered.wait(SECONDS)
        assert post(server.url, school=15).status_code == 200
        health = httpx.get(f"{server.url}/v1/health", trust_env=False, timeout=SECONDS)
        assert health.status_code == 200
        assert not answers
        leave.set()
        waiting.join(SECONDS)
    assert answers == [200]
    assert directory.threads == {SCHOOL: {f"school-{SCHOOL}_0"}, 15: {"school-15_0"}}


@pytest.mark.threat("T24")
def test_a_full_queue_says_when_to_come_back() -> None:
    leave = threading.Event()
    refused = threading.Semaphore(0)

    def slow(school: int, route: str, body: bytes, source: str) -> bytes:
        assert leave.wait(SECONDS)
        return body

    def ask() -> None:
        status = post(server.url).status_code
        answers.append(status)
        if status == 503:
            refused.release()

    directory = Directory(slow)
    limits = Limits(sync_rate=UNLIMITED, queues=Queues(per_school=3))
    with Server(make_app(directory, limits=limits, random=SeededRandom(5))) as server:
        answers: list[int] = []
        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        # Three are refused only once three others fill the queue; until then one more request
        # of ours could take a place and wait for itself.
        for _ in range(3):
            assert refused.acquire(timeout=SECONDS)
        waits = set()
        for _ in range(200):
            response = post(server.url)
            if response.status_code == 503:
                waits.add(response.headers["retry-after"])
                assert told(response)[2] == "busy.server"
                if len(waits) > 1:
                    break
        leave.set()
        for thread in threads:
            thread.join(SECONDS)
        assert len(waits) > 1, "without jitter all come back together"
        assert sorted(answers) == [200, 200, 200, 503, 503, 503]
        assert post(server.url).status_code == 200


@pytest.mark.threat("T21")
def test_all_bodies_together_have_a_limit() -> None:
    limits = Limits(sync_rate=UNLIMITED, queues=Queues(held_bytes=1_000))
    with Server(make_app(Directory(), limits=limits)) as server:
        assert post(server.url, bytes(1_000)).status_code == 200
        assert told(post(server.url, bytes(1_001)))[:3] == (503, "busy", "busy.server")
        assert post(server.url, bytes(1_000)).status_code == 200


@pytest.mark.asvs("2.4.1")
def test_a_source_that_comes_too_often_waits() -> None:
    clock, audit = ManualClock(), Kept()
    limits = Limits(sync_rate=Rate(burst=3, per_second=0.5))
    with Server(make_app(Directory(), limits=limits, clock=clock, audit=audit)) as server:
        assert [post(server.url).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = post(server.url)
        assert told(refused) == (429, "busy", "busy.rate", {"retry_after": 2})
        assert refused.headers["retry-after"] == "2"
        clock.advance(2)
        assert [post(server.url).status_code for _ in range(2)] == [200, 429]
    assert [event.outcome for event in audit.events].count("busy.rate") == 3


@pytest.mark.asvs("2.4.1")
def test_guessing_codes_of_one_school_is_limited_for_all_sources_together() -> None:
    limits = Limits(
        enrol_rate=Rate(burst=2, per_second=1), enrol_school_rate=Rate(burst=5, per_second=1)
    )
    directory = Directory(raising(AccessError("access.code")))
    app = make_app(directory, limits=limits, clock=ManualClock(), proxies=["127.0.0.1"])
    with Server(app) as server:

        def guess(source: str, school: int = SCHOOL) -> int:
            headers = {"x-forwarded-for": source}
            return post(server.url, school=school, route="enrol", headers=headers).status_code

        assert [guess("192.0.2.1") for _ in range(3)] == [403, 403, 429]
        assert [guess(f"192.0.2.{n}") for n in range(2, 6)] == [403, 403, 403, 429]
        assert guess("192.0.2.9", school=15) == 403


@pytest.mark.asvs("4.1.3")
@pytest.mark.parametrize(("proxies", "seen"), [((), "127.0.0.1"), (("127.0.0.0/8",), "192.0.2.7")])
def test_forwarded_addresses_count_from_known_proxies_only(
    proxies: tuple[str, ...], seen: str
) -> None:
    directory, audit = Directory(), Kept()
    with Server(make_app(directory, proxies=proxies, audit=audit)) as server:
        post(server.url, headers={"x-forwarded-for": "10.0.0.1, 192.0.2.7", "x-real-ip": "1.1.1.1"})
    assert [call[3] for call in directory.calls] == [seen]
    assert [event.source for event in audit.events] == [seen]


@pytest.mark.threat("T24")
def test_a_refusal_reaches_who_is_still_sending() -> None:
    limits = Limits(sync_rate=Rate(burst=1, per_second=0.01))
    body = bytes(4 * 1024 * 1024)
    with Server(make_app(Directory(), limits=limits)) as server:
        statuses = [post(server.url, body).status_code for _ in range(12)]
        statuses += [post(server.url, body, route="nowhere").status_code for _ in range(12)]
    assert statuses == [200] + 11 * [429] + 12 * [404]

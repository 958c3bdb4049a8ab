from __future__ import annotations

import pytest
from eschool_web.guard import Address, refusal_of
from starlette.datastructures import Headers

HOST = "127.0.0.1:8765"
ADDRESS = Address(HOST)
OWN = {
    "host": HOST,
    "origin": f"http://{HOST}",
    "sec-fetch-site": "same-origin",
    "content-type": "application/json",
}


def refused(method: str, headers: dict[str, str]) -> str:
    """Return the key of the refusal, or nothing."""
    found = refusal_of(method, Headers(headers), ADDRESS)
    return "" if found is None else found.key


@pytest.mark.asvs("row 50")
@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost:8765",
        "127.0.0.1",
        "127.0.0.1:8766",
        "127.0.0.1.:8765",
        "127.0.0.1:08765",
        "127.evil.example:8765",
        "127.0.0.1.evil.example:8765",
        "127.1:8765",
        "2130706433:8765",
        "0.0.0.0:8765",
        "[::1]:8765",
        "127.0.0.1:8765.evil.example",
        " 127.0.0.1:8765",
        "EVIL.example",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_only_the_one_host_is_answered(method: str, host: str) -> None:
    assert refused(method, {**OWN, "host": host}) == "web.refused.host"


@pytest.mark.asvs("row 50")
def test_no_host_and_two_hosts_are_refused() -> None:
    assert refused("GET", {}) == "web.refused.host"
    twice = Headers(raw=[(b"host", HOST.encode()), (b"host", HOST.encode())])
    found = refusal_of("GET", twice, ADDRESS)
    assert found is not None
    assert found.key == "web.refused.host"


@pytest.mark.asvs("3.5.1")
@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize(
    "change",
    [
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": f"https://{HOST}"},
        {"origin": "http://127.0.0.1:8766"},
        {"origin": f"http://{HOST}.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_an_unsafe_call_proves_that_our_own_page_makes_it(change: dict[str, str]) -> None:
    assert refused("POST", OWN | change) == "web.refused.site"


def test_an_unsafe_call_without_origin_is_refused() -> None:
    assert refused("POST", {name: OWN[name] for name in OWN if name != "origin"}) != ""


@pytest.mark.asvs("3.5.2")
@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"],
)
def test_an_unsafe_call_says_that_it_brings_json(kind: str) -> None:
    assert refused("POST", {**OWN, "content-type": kind}) == "web.refused.type"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_other_methods_are_refused(method: str) -> None:
    assert refused(method, OWN) == "web.refused.method"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_gets_no_page_of_ours(site: str) -> None:
    assert refused("GET", {"host": HOST, "sec-fetch-site": site}) == "web.refused.site"


def test_what_our_own_pages_send_passes() -> None:
    assert refused("POST", OWN) == ""
    assert refused("GET", {"host": HOST, "sec-fetch-site": "none"}) == ""
    assert refused("GET", {"host": HOST}) == ""

from __future__ import annotations

import pytest

from eschool_core.errors import InputError
from eschool_sync.server.sources import MAX_HOPS, UNKNOWN, Sources, rate_key

PROXY = "10.0.0.5"


def forwarded(*values: str) -> list[tuple[bytes, bytes]]:
    return [(b"x-forwarded-for", value.encode("latin-1")) for value in values]


@pytest.mark.asvs("4.1.3")
@pytest.mark.parametrize(
    ("peer", "values", "source"),
    [
        (PROXY, (), PROXY),
        (PROXY, ("192.0.2.1",), "192.0.2.1"),
        (PROXY, ("203.0.113.9, 192.0.2.1",), "192.0.2.1"),
        (PROXY, ("203.0.113.9", "192.0.2.1"), "192.0.2.1"),
        (PROXY, (f"192.0.2.1, {PROXY}",), "192.0.2.1"),
        (PROXY, (f"{PROXY}, {PROXY}",), PROXY),
        (PROXY, ("192.0.2.1, not-an-address",), PROXY),
        (PROXY, ("192.0.2.1:8080",), PROXY),
        (PROXY, ("",), PROXY),
        (PROXY, ("2001:DB8::0:1",), "2001:db8::1"),
        (f"::ffff:{PROXY}", ("192.0.2.1",), "192.0.2.1"),
        ("192.0.2.1", ("198.51.100.7",), "192.0.2.1"),
        ("10.0.0.6", ("198.51.100.7",), "10.0.0.6"),
        ("", ("198.51.100.7",), UNKNOWN),
        ("a\r\nb", (), UNKNOWN),
    ],
)
def test_a_source_is_what_the_last_known_proxy_saw(
    peer: str, values: tuple[str, ...], source: str
) -> None:
    assert Sources([PROXY]).source(peer, forwarded(*values)) == source


@pytest.mark.asvs("4.1.3")
def test_without_proxies_no_header_counts() -> None:
    assert Sources().source("192.0.2.1", forwarded("198.51.100.7")) == "192.0.2.1"
    assert not Sources()


def test_a_network_of_proxies_is_known() -> None:
    sources = Sources(["10.0.0.0/24", "::1"])
    assert sources.source("10.0.0.77", forwarded("192.0.2.1")) == "192.0.2.1"
    assert sources


def test_an_endless_list_of_hops_is_cut() -> None:
    many = ", ".join(["192.0.2.1", *[PROXY] * MAX_HOPS])
    assert Sources([PROXY]).source(PROXY, forwarded(many)) == PROXY


@pytest.mark.parametrize("proxy", ["proxy.example", "10.0.0.5/24", "", "10.0.0.0/33"])
def test_a_proxy_is_an_address_or_a_network(proxy: str) -> None:
    with pytest.raises(InputError) as caught:
        Sources([proxy])
    assert caught.value.key == "input.proxy"


@pytest.mark.asvs("2.4.1")
def test_one_home_counts_as_one() -> None:
    assert rate_key("2001:db8:1:2:3::4") == rate_key("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert rate_key("2001:db8:1:3::4") != rate_key("2001:db8:1:2::4")
    assert rate_key("192.0.2.1") == "192.0.2.1"
    assert rate_key(UNKNOWN) == UNKNOWN

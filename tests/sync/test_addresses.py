from __future__ import annotations

import pytest

from eschool_sync.addresses import is_loopback

LOOPBACK = ("127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "localhost")
OTHERS = (
    "127.evil.example",
    "127.0.0.1.evil.example",
    "127.1",
    "0x7f.0.0.1",
    "2130706433",
    "localhost.",
    "localhost.evil.example",
    "evil-localhost",
    "0.0.0.0",
    "::",
    "192.168.1.5",
    "",
    "１２７.0.0.1",
)


@pytest.mark.asvs("12.2.1")
@pytest.mark.parametrize("host", LOOPBACK)
def test_a_loopback_address_is_one(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.asvs("12.2.1")
@pytest.mark.parametrize("host", OTHERS)
def test_what_only_looks_like_loopback_is_not(host: str) -> None:
    assert not is_loopback(host)

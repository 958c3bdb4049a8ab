"""Network addresses as people and programs write them."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

Address = IPv4Address | IPv6Address

KEPT: Final = 1_024
"""Addresses that are not taken apart again at each request."""

LONGEST: Final = 64
"""Characters of an address; with the name of an interface it may have a few more than 45."""


def parse_address(text: str) -> Address | None:
    """Return the address that ``text`` is, an IPv4 one also where it is written as IPv6."""
    return _parsed(text) if len(text) <= LONGEST else None


@lru_cache(KEPT)
def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_loopback(host: str) -> bool:
    """Return whether ``host`` is a loopback address or exactly ``localhost``.

    >>> is_loopback("127.0.0.1"), is_loopback("127.evil.example")
    (True, False)
    """
    address = parse_address(host)
    return host == "localhost" if address is None else address.is_loopback

"""Where a request comes from: the peer's address, unless the peer is a proxy we know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_network
from typing import Final

from eschool_core.errors import InputError
from eschool_sync.addresses import KEPT, Address, parse_address

UNKNOWN: Final = "unknown"
MAX_HOPS: Final = 16
_HOME_PREFIX: Final = 64

Headers = Iterable[tuple[bytes, bytes]]


class Sources:
    """Finds the address a request comes from.

    ``X-Forwarded-For`` counts only where the peer is one of ``proxies``, and then from the right:
    the last address that none of them has is the source. Everything left of it anybody may have
    written.

    Args:
        proxies: Addresses or networks of our own proxies.

    Raises:
        InputError: ``input.proxy``: one of them is neither.
    """

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        try:
            self._proxies = tuple(ip_network(proxy) for proxy in proxies)
        except ValueError as error:
            raise InputError("input.proxy") from error

    def __bool__(self) -> bool:
        """Whether there is a proxy at all."""
        return bool(self._proxies)

    def source(self, peer: str, headers: Headers) -> str:
        """Return the source's address in its usual form, or ``unknown``."""
        address = parse_address(peer)
        if address is None:
            return UNKNOWN
        if self._is_proxy(address):
            for hop in _hops(headers):
                forwarded = parse_address(hop)
                if forwarded is None:
                    break
                address = forwarded
                if not self._is_proxy(address):
                    break
        return str(address)

    def _is_proxy(self, address: Address) -> bool:
        return any(address in network for network in self._proxies)


@lru_cache(KEPT)
def rate_key(source: str) -> str:
    """Return what an address is counted under: of IPv6 the network that one home gets."""
    address = parse_address(source)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _HOME_PREFIX), strict=False))
    return source


def _hops(headers: Headers) -> list[str]:
    """Return the forwarded addresses, the nearest first."""
    values = [value for name, value in headers if name == b"x-forwarded-for"]
    listed = b",".join(values).decode("latin-1").split(",")
    return [hop.strip() for hop in reversed(listed)][:MAX_HOPS]

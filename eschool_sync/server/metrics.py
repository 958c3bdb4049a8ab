"""What a monitoring program asks for: counts of this process in Prometheus' text format.

Nothing of a school or a person is in it: routes have names of ours, statuses are numbers. Who comes
neither from this very machine nor with the operator's token finds no such page.
"""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from eschool_core.errors import AccessError, InputError
from eschool_sync.addresses import is_loopback
from eschool_sync.server.guard import RequestRecord, record_of

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FILE: Final = "metrics.token"
LEAST_TOKEN: Final = 20
OTHERS_BITS: Final = 0o077
BUCKETS: Final = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0)
"""Upper bounds of times in seconds."""

VERDICTS: Final = ("accepted", "findings", "rejected", "held")
FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip", "via")
"""What a proxy adds: who comes through one does not come from this machine."""


class Waiting(Protocol):
    """The queues in front of the schools."""

    @property
    def waiting(self) -> int:
        """Requests that wait or are in hand."""

    @property
    def held_bytes(self) -> int:
        """Bytes of their bodies."""


@dataclass(slots=True)
class Metrics:
    """Counts since the process began; written and read in the event loop alone."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    buckets: Counter[tuple[str, float]] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    incidents: int = 0
    began: float = field(default_factory=time.time)

    def observe(self, record: RequestRecord, status: int, taken: float) -> None:
        """Count a request.

        Args:
            record: What is known of it.
            status: Of its answer; 0 where none was sent.
            taken: Seconds from its first byte to its answer's last.
        """
        route = record.route or "none"
        self.requests[route, status] += 1
        self.seconds[route] = self.seconds.get(route, 0.0) + taken
        for bound in BUCKETS:
            self.buckets[route, bound] += taken <= bound
        for verdict in VERDICTS:
            self.commands[verdict] += record.facts.get(verdict, 0)
        self.incidents += bool(record.incident)

    def text(self, waiting: Waiting) -> str:
        """Return all counts as a monitoring program reads them."""
        return "".join(f"{line}\n" for line in self._lines(waiting))

    def _lines(self, waiting: Waiting) -> Iterator[str]:
        yield from _family(
            "eschool_requests_total",
            "counter",
            "Requests by route and status; status 0: no answer could be sent.",
            (
                (f'route="{route}",status="{status}"', count)
                for (route, status), count in sorted(self.requests.items())
            ),
        )
        yield from self._times()
        yield from _family(
            "eschool_commands_total",
            "counter",
            "Commands by verdict.",
            ((f'verdict="{verdict}"', self.commands[verdict]) for verdict in VERDICTS),
        )
        single = (
            ("eschool_incidents_total", "counter", "Faults of the program.", self.incidents),
            ("eschool_waiting_requests", "gauge", "Waiting or in hand.", waiting.waiting),
            ("eschool_held_bytes", "gauge", "Bytes of bodies in memory.", waiting.held_bytes),
            ("eschool_start_seconds", "gauge", "When the process began.", int(self.began)),
        )
        for name, kind, says, value in single:
            yield from _family(name, kind, says, [("", value)])

    def _times(self) -> Iterator[str]:
        name = "eschool_request_seconds"
        yield f"# HELP {name} How long requests took, by route."
        yield f"# TYPE {name} histogram"
        for route, taken in sorted(self.seconds.items()):
            label = f'route="{route}"'
            count = sum(number for (known, _), number in self.requests.items() if known == route)
            for bound in BUCKETS:
                yield f'{name}_bucket{{{label},le="{bound}"}} {self.buckets[route, bound]}'
            yield f'{name}_bucket{{{label},le="+Inf"}} {count}'
            yield f"{name}_sum{{{label}}} {taken:.6f}"
            yield f"{name}_count{{{label}}} {count}"


def read_token(folder: Path) -> str:
    """Return the operator's token for monitoring from elsewhere; empty where there is none.

    Raises:
        AccessError: ``access.open_secret``: others may read the file.
        InputError: ``metrics.token``: it is too short to be a secret.
    """
    path = folder / FILE
    if not path.exists():
        return ""
    if path.stat().st_mode & OTHERS_BITS:
        raise AccessError("access.open_secret", file=path.name)
    token = path.read_text(encoding="utf-8").strip()
    if len(token) < LEAST_TOKEN or not token.isascii():
        raise InputError("metrics.token", file=path.name, least=LEAST_TOKEN)
    return token


class MetricsPage:
    """The page itself.

    Args:
        metrics: What is counted, and shown.
        token: Lets in who comes from elsewhere; empty: nobody.
    """

    def __init__(self, metrics: Metrics, token: str = "") -> None:
        self.metrics = metrics
        self._token = token

    def answer(self, request: Request, waiting: Waiting) -> Response:
        """Return the counts, or that there is no such page.

        Raises:
            HTTPException: 404.
        """
        record = record_of(request.scope)
        if not (self._is_here(request, record) or self._has_token(request)):
            raise HTTPException(404)
        record.route, record.quiet = "metrics", True
        return Response(self.metrics.text(waiting), media_type=CONTENT_TYPE)

    def _is_here(self, request: Request, record: RequestRecord) -> bool:
        peer = request.client.host if request.client else ""
        through = any(name in request.headers for name in FORWARDED)
        return is_loopback(peer) and is_loopback(record.source) and not through

    def _has_token(self, request: Request) -> bool:
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        if not self._token or kind.lower() != "bearer":
            return False
        return hmac.compare_digest(shown.encode(), self._token.encode())


def _family(name: str, kind: str, says: str, values: Iterable[tuple[str, int]]) -> Iterator[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} {kind}"
    for labels, value in values:
        yield f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"

"""The audit log: who did what, when, from where, with what outcome – in numbers only.

One JSON object a line. Everything but fixed words is a number, an address or a key of our texts,
and JSON escapes every control character, so no field can begin a line of its own. Names, bodies
and tokens have no field to stand in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol, TextIO

FIELDS: Final = frozenset(
    {"device", "person", "first", "last", "commands", "accepted", "findings", "rejected", "held"}
)
"""What a handler may report: ids and counts; ``first`` and ``last`` are command numbers."""

Facts = dict[str, int]
_FACTS: Final[ContextVar[Facts | None]] = ContextVar("eschool_audit_facts", default=None)


def report(**facts: int) -> None:
    """Add ids and counts to the audit line of the request that this thread works on.

    Does nothing outside a request. What was reported stays when an error follows.

    Raises:
        ValueError: A name outside ``FIELDS``, or anything but a number.
    """
    if not FIELDS.issuperset(facts) or any(type(value) is not int for value in facts.values()):
        raise ValueError("the audit log takes known fields and numbers only")
    collected = _FACTS.get()
    if collected is not None:
        collected.update(facts)


@contextmanager
def collecting(facts: Facts) -> Iterator[None]:
    """Let ``report`` write into ``facts`` for the time of the block, in this thread."""
    token = _FACTS.set(facts)
    try:
        yield
    finally:
        _FACTS.reset(token)


@dataclass(slots=True)
class AuditEvent:
    """One request and what became of it.

    Attributes:
        time: Seconds since 1970 UTC.
        source: Address it came from.
        route: Name of the route; empty where there is none.
        school: Number of the school, None where the request names none.
        status: HTTP status of the answer; 0 where none was sent.
        outcome: ``done``, or the key of the error as it is known inside.
        incident: Number of the incident for what nobody expected.
        facts: What the handler reported.
        skipped: How many like events were left out before this one.
    """

    time: int
    source: str
    route: str = ""
    school: int | None = None
    status: int = 0
    outcome: str = "done"
    incident: str = ""
    facts: Facts = field(default_factory=dict)
    skipped: int = 0

    def to_line(self) -> str:
        """Return the event as one line of JSON, line feed included."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(self.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "source": self.source,
            "route": self.route,
            "status": self.status,
            "outcome": self.outcome,
        }
        if self.school is not None:
            fields["school"] = self.school
        if self.incident:
            fields["incident"] = self.incident
        if self.skipped:
            fields["skipped"] = self.skipped
        return json.dumps(fields | self.facts, ensure_ascii=True) + "\n"


class AuditLog(Protocol):
    """Where audit events go."""

    def write(self, event: AuditEvent) -> None:
        """Keep the event.

        Raises:
            OSError: It could not be kept; the request then fails closed.
        """


class JsonLinesLog:
    """Writes each event to a stream at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, event: AuditEvent) -> None:
        """Write one line.

        Raises:
            OSError: The stream takes no more.
        """
        self._stream.write(event.to_line())
        self._stream.flush()

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


def open_audit_log(path: Path) -> JsonLinesLog:
    """Return a log at the end of the file ``path``, readable for its owner alone.

    The file is opened for appending by the operating system: what stands in it is not touched.

    Raises:
        OSError: It cannot be written there.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    return JsonLinesLog(os.fdopen(descriptor, "a", encoding="ascii", newline="\n"))


class NoLog:
    """Keeps nothing; for tests and benchmarks."""

    def write(self, event: AuditEvent) -> None:
        """Do nothing."""

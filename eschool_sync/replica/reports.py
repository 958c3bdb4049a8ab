"""What a replica tells its user."""

from __future__ import annotations

from dataclasses import dataclass

from eschool_core.app import Outcome
from eschool_core.domain.enums import Verdict


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a command here; the server has the last word.

    Attributes:
        number: The device's command number.
        outcome: The local judgement, or None where only the server knows the facts.
    """

    number: int
    outcome: Outcome | None


@dataclass(slots=True)
class SyncReport:
    """What one sync did.

    Attributes:
        mended_rows: Rows that differed from the server's and were put right.
    """

    accepted: int = 0
    with_findings: int = 0
    rejected: int = 0
    held: int = 0
    overwritten: int = 0
    pulled_rows: int = 0
    mended_rows: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    parts_in: int = 0
    parts_out: int = 0
    rounds: int = 0

    def count(self, outcome: Outcome) -> None:
        """Add one verdict."""
        match outcome.verdict:
            case Verdict.ACCEPTED:
                self.accepted += 1
            case Verdict.WITH_FINDINGS:
                self.with_findings += 1
            case Verdict.REJECTED:
                self.rejected += 1
            case Verdict.HELD:
                self.held += 1
        self.overwritten += outcome.overwritten


@dataclass(frozen=True, slots=True)
class Status:
    """How a replica stands.

    Attributes:
        last_sync: Server's time of the last sync, 0 before the first.
        digest_equal: Whether the sums equalled the server's at the last sync.
        alarm: Whether the server has shown a history that is not the one it showed before.
    """

    pending: int
    rejected: int
    held: int
    last_sync: int
    seq: int
    digest_equal: bool
    server_url: str
    device: int
    rows: int
    alarm: bool = False

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
        became_device: The number under which the replica goes on, found to be a copy; else 0.
    """

    accepted: int = 0
    with_findings: int = 0
    rejected: int = 0
    held: int = 0
    overwritten: int = 0
    pulled_rows: int = 0
    mended_rows: int = 0
    became_device: int = 0
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


@dataclass(slots=True)
class FilesReport:
    """What sending of files has come to.

    Attributes:
        sent: Files that the server has now.
        waiting: Own files that it still lacks.
        trouble: Key of the text that says what stood in the way; empty if nothing did.
    """

    sent: int = 0
    waiting: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """How long this copy may be read without asking the server (7.1).

    Attributes:
        allowed_days: School days without contact that the school's policy allows.
        days_left: Of them; negative once it is over.
        over: Whether reading should be locked. ``Replica`` reads on; who shows rows must ask.
    """

    allowed_days: int
    days_left: int
    over: bool


@dataclass(frozen=True, slots=True)
class PartStatus:
    """A partition that is here, whole as of ``Status.seq``.

    Attributes:
        part: Its number.
        kind: Name of its kind, such as ``journal`` or ``line``.
        object_id: What it belongs to; 0 for the school.
        rows: Confirmed rows in it.
    """

    part: int
    kind: str
    object_id: int
    rows: int


@dataclass(frozen=True, slots=True)
class Status:
    """How a replica stands, read at one moment; fields are added, never taken away.

    Attributes:
        pending: Own commands that wait for a verdict.
        rejected: Own commands that were refused and not dismissed.
        held: Own commands on somebody's review list.
        last_sync: Server's time of the last sync, seconds UTC, 0 before the first.
        seq: The school's seq up to which the confirmed rows are complete.
        digest_equal: Whether the sums equalled the server's at the last sync.
        server_url: Of its profile.
        device: Its present device number.
        rows: Confirmed rows.
        alarm: Whether the server has shown a history that is not the one it showed before.
        proven_seq: The last seq at which rows and sums were proven equal to the server's; 0 for
            never.
        clock_offset_seconds: This computer's clock less the server's time; None before the first
            contact and after a restart, until the next sync.
        lease: None before the first sync.
        complete: Whether nothing of the person's scope is missing: the first load is through.
        missing_chunks: Chunks of the first load that are still to come.
        parts: The partitions that are here, by number. While ``complete`` is false others are
            missing; each that is here is whole.
        earlier_devices: Numbers that this replica had before it was found to be a copy.
        files_waiting: Own files whose bytes the server does not have yet.
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
    proven_seq: int = 0
    clock_offset_seconds: int | None = None
    lease: Lease | None = None
    complete: bool = False
    missing_chunks: int = 0
    parts: tuple[PartStatus, ...] = ()
    earlier_devices: tuple[int, ...] = ()
    files_waiting: int = 0

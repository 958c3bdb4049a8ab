"""The replica: one person's encrypted share of a school."""

from eschool_sync.replica.enrolment import EnrolResult, enrol, enrol_through
from eschool_sync.replica.files import FileContent
from eschool_sync.replica.outbox import RefusedCommand
from eschool_sync.replica.replica import Replica
from eschool_sync.replica.reports import (
    FilesReport,
    Lease,
    PartStatus,
    Receipt,
    Status,
    SyncReport,
)

__all__ = [
    "EnrolResult",
    "FileContent",
    "FilesReport",
    "Lease",
    "PartStatus",
    "Receipt",
    "RefusedCommand",
    "Replica",
    "Status",
    "SyncReport",
    "enrol",
    "enrol_through",
]

"""What a sync did, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_cli.localised import say

if TYPE_CHECKING:
    from eschool_sync.replica import FilesReport, SyncReport

KIB = 1024
COUNTS = ("accepted", "with_findings", "rejected", "held", "overwritten")


def figures(done: SyncReport) -> list[tuple[str, str]]:
    """Return what the sync did; verdicts that were not given are left out."""
    counts = [(name, getattr(done, name)) for name in COUNTS]
    given = [(say(f"cli.sync.{name}"), str(count)) for name, count in counts if count]
    traffic = say(
        "cli.sync.kib",
        up=-(-done.bytes_up // KIB),
        down=-(-done.bytes_down // KIB),
    )
    return [
        *(given or [(say("cli.sync.accepted"), "0")]),
        (say("cli.sync.pulled_rows"), str(done.pulled_rows)),
        (say("cli.sync.traffic"), traffic),
    ]


def files_told(files: FilesReport) -> list[tuple[str, str]]:
    """Return what became of own files; nothing where there are none."""
    counts = (("files_sent", files.sent), ("files_waiting", files.waiting))
    return [(say(f"cli.sync.{name}"), str(count)) for name, count in counts if count]

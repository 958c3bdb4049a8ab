"""What an import did, for a screen or JSON: what was taken, what waits, what was left out."""

from __future__ import annotations

from typing import TypedDict

from eschool_core.imports.builder_roster import RosterResult
from eschool_core.imports.builder_timetable import TimetableResult
from eschool_core.imports.summary import NotTakenSummary, not_taken_summary
from eschool_core.labels import Language


class TimetableReport(TypedDict):
    """Every active activity is counted by ``imported`` or listed in ``not_taken``.

    ``waiting`` lists the imported ones that have no slot.
    """

    classes: int
    groups: int
    journals: int
    imported: int
    waiting: list[NotTakenSummary]
    not_taken: list[NotTakenSummary]


class RosterReport(TypedDict):
    """``admitted`` are new, ``joined`` were in the school already."""

    admitted: int
    joined: int
    guardians: int
    staff: int
    not_taken: list[NotTakenSummary]


def timetable_report(result: TimetableResult, language: Language = "ru") -> TimetableReport:
    """Return what the import of a timetable did."""
    return TimetableReport(
        classes=len(result.class_ids),
        groups=len(set(result.group_ids.values())),
        journals=len(result.journal_ids),
        imported=result.imported,
        waiting=not_taken_summary(result.waiting, language),
        not_taken=not_taken_summary(result.not_taken, language),
    )


def roster_report(result: RosterResult, language: Language = "ru") -> RosterReport:
    """Return what the import of a roster did."""
    return RosterReport(
        admitted=len(result.pupil_ids) - result.joined,
        joined=result.joined,
        guardians=len(set(result.guardian_ids.values())),
        staff=len(result.staff_ids),
        not_taken=not_taken_summary(result.not_taken, language),
    )

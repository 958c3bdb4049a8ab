"""How long what is kept is kept (5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Check

NEXT_JANUARY = "next_january"
KEPT: Mapping[ArchiveKind, Check] = MappingProxyType(
    {
        ArchiveKind.JOURNAL: checks.JOURNAL_KEPT,
        ArchiveKind.REGISTER: checks.REGISTER_KEPT,
        ArchiveKind.JOURNAL_PACKAGE: checks.JOURNAL_KEPT,
        ArchiveKind.REGISTER_PACKAGE: checks.REGISTER_KEPT,
        ArchiveKind.PUPIL: checks.JOURNAL_KEPT,
    }
)
"""The check that keeps each kind of record until its last day; 5.3 says nothing of access."""


def keep_until(year_end: date, years: int, start: str) -> date:
    """Return the last day on which a record of a year must be kept.

    Args:
        year_end: Last day of the school year.
        years: To be kept.
        start: ``next_january``: counted from 1 January after the year's end, as archives count;
            ``year_end``: from the year's end itself.

    >>> keep_until(date(2023, 5, 31), 5, "next_january"), keep_until(date(2023, 5, 31), 5, "")
    (datetime.date(2028, 12, 31), datetime.date(2028, 5, 31))
    """
    if start == NEXT_JANUARY:
        return date(year_end.year + 1 + years, 1, 1) - timedelta(days=1)
    # 29 February has its like every fourth year only.
    return year_end.replace(year=year_end.year + years, day=min(year_end.day, 28)) + timedelta(
        days=max(year_end.day - 28, 0)
    )


def check_kept(check: Check, last_day: date, today: date) -> None:
    """Refuse to destroy what must still be kept (5.3).

    Raises:
        RegulationError: Its time is not over.
    """
    if today <= last_day:
        raise RegulationError(check, date=last_day.isoformat())

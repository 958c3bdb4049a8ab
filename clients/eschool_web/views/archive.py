"""The archive (5.3): until when journals and registers are kept, and what may go by an act."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any, Final

from eschool_core import calendar
from eschool_core.domain.result_enums import ArchiveKind
from eschool_core.domain.school import AcademicYear
from eschool_core.labels import text
from eschool_core.queries.archive import OVER, Kept, archive
from eschool_core.queries.in_force import year_on
from eschool_core.regulation.retention import keep_until
from eschool_core.reports.frame import policy_number, policy_on
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.views.watching import control, watcher

KEPT_YEARS: Final = (
    (ArchiveKind.JOURNAL, "journal_years"),
    (ArchiveKind.REGISTER, "register_years"),
)


def archive_page(asked: Asked) -> Page:
    """Return what is kept by the year in which its time ends, and what of it is over.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    watcher(asked)
    today = asked.today()
    entries = asked.read(lambda store: archive(store, today))
    day = calendar.date_of(today)
    due = [entry for entry in entries if entry.keep_until < day and entry.state not in OVER]
    year = asked.read(lambda store: year_on(store, today))
    by_year = groupby(entries, key=lambda entry: entry.keep_until.year)
    return control(
        asked,
        "archive.html",
        "/control/archive",
        {
            "year": "" if year is None else year.name,
            "terms": [] if year is None else asked.read(lambda store: _terms(store, asked, year)),
            "due": [_said(entry, asked) for entry in due],
            "years": [(until, [_said(one, asked) for one in group]) for until, group in by_year],
        },
    )


def _terms(store: Store, asked: Asked, year: AcademicYear) -> list[tuple[str, date]]:
    """Return until when the records of a year will be kept by the school's rules of today."""
    today, end = asked.today(), calendar.date_of(year.last_day)
    start = str(policy_on(store, "retention_start", today))
    return [
        (
            text(f"ArchiveKind.{kind.name.lower()}", asked.language),
            keep_until(end, policy_number(store, years, today), start),
        )
        for kind, years in KEPT_YEARS
    ]


def _said(entry: Kept, asked: Asked) -> dict[str, Any]:
    return {
        "title": entry.title,
        "kind": text(f"ArchiveKind.{entry.kind.name.lower()}", asked.language),
        "last_day": entry.keep_until,
        "state": text(f"ArchiveState.{entry.state.name.lower()}", asked.language),
        "act": entry.act,
    }

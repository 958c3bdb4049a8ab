"""The deputy head's panel (4.4.4): findings by teacher, age and week, duties overdue, reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import FindingState
from eschool_core.labels import text
from eschool_core.queries.duties.duty import DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.findings import FindingAnswer, findings
from eschool_core.reports.catalogue import readable
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Page
from eschool_web.views.duties import shown_duties
from eschool_web.views.review import finding_said
from eschool_web.views.watching import control, watcher

MAX_SHOWN = 100
SHOWN_AT_ONCE = 8
FULL_BAR = 100
AGES_DAYS: Final = (7, 14, 30)
"""Findings are told apart by age: up to so many days, and those that are older."""

WEEKS: Final = 8
WEEK_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart.

    Attributes:
        share: Of the longest one, in percent.
        to: Where what it counts is listed; empty where nowhere.
    """

    name: str
    count: int
    share: int
    to: str = ""


def control_page(asked: Asked) -> Page:
    """Return the panel.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    watcher(asked)
    today, now = asked.today(), asked.source.now()
    found = asked.read(lambda store: findings(store, state=FindingState.OPEN))
    wanted, clause = asked.number("person"), asked.query.get("clause", "")
    listed = [
        entry
        for entry in found
        if wanted in (0, entry.staff_id) and clause in ("", wording.clause_of_check(entry.check))
    ]
    known = asked.read(lambda store: findings(store, state=None))
    due = asked.read(lambda store: duties(store, now))
    return control(
        asked,
        "control.html",
        "/control",
        {
            "findings": [finding_said(entry, asked) for entry in listed[:MAX_SHOWN]],
            "listed": len(listed),
            "narrowed": bool(wanted or clause),
            "count": len(found),
            "shown": SHOWN_AT_ONCE,
            "by_person": by_person(found),
            "by_age": by_age(found, today),
            "ages": AGES_DAYS,
            "weeks": by_week(known, today),
            "overdue": shown_duties(due.duties, DutyState.OVERDUE, asked.language),
            "due": shown_duties(due.duties, DutyState.DUE, asked.language)[:MAX_SHOWN],
            "reports": asked.read(lambda store: _reports(store, asked, today)),
        },
    )


def by_person(found: Sequence[FindingAnswer]) -> list[Bar]:
    """Return how many findings each person has, the most first; each leads to its list."""
    counts = Counter((entry.person or wording.DASH, entry.staff_id) for entry in found)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    chart = _chart([(name, count) for (name, _), count in ordered])
    return [
        replace(bar, to=f"/control?person={staff_id}#found" if staff_id else "")
        for bar, ((_, staff_id), _) in zip(chart, ordered, strict=True)
    ]


def by_age(found: Sequence[FindingAnswer], today: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return for each clause how many findings are of each age, then their sum; most first."""
    counts: dict[str, list[int]] = {}
    for entry in found:
        ages = counts.setdefault(wording.clause_of_check(entry.check), [0] * (len(AGES_DAYS) + 1))
        age = today - _day_of(entry, today)
        ages[sum(age > limit for limit in AGES_DAYS)] += 1
    told = [(clause, (*ages, sum(ages))) for clause, ages in counts.items()]
    return sorted(told, key=lambda row: (-row[1][-1], row[0]))


def by_week(known: Sequence[FindingAnswer], today: int) -> list[Bar]:
    """Return how many findings each of the last weeks brought, closed ones too, oldest first."""
    monday = today - calendar.date_of(today).weekday()
    first = [monday - WEEK_DAYS * back for back in range(WEEKS - 1, -1, -1)]
    counts = Counter((_day_of(entry, today) - first[0]) // WEEK_DAYS for entry in known)
    return _chart([(_week_of(day), counts[number]) for number, day in enumerate(first)])


def _week_of(monday: int) -> str:
    begin = calendar.date_of(monday)
    return f"{begin:%d.%m}–{begin + timedelta(days=WEEK_DAYS - 1):%d.%m}"


def _day_of(entry: FindingAnswer, today: int) -> int:
    """Return the day of a finding; one whose moment is not known counts as of today."""
    return today if entry.found_at is None else calendar.day_number(entry.found_at.date())


def _chart(counts: Sequence[tuple[str, int]]) -> list[Bar]:
    most = max((count for _, count in counts), default=1) or 1
    return [Bar(name, count, FULL_BAR * count // most) for name, count in counts]


def _reports(store: Store, asked: Asked, today: int) -> list[tuple[str, str, str]]:
    return [
        (spec.section, spec.name, text(f"report.{spec.name}.title", asked.language))
        for spec in readable(store, asked.source.person_id, today)
        if spec.scope == "school"
    ]

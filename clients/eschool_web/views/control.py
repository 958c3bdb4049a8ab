"""The deputy head's panel (4.4.4): findings by teacher and clause, duties overdue, the reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from eschool_core.domain.enums import FindingState
from eschool_core.labels import text
from eschool_core.queries.duties.duty import DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.findings import findings
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


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: its share of the longest one, in percent."""

    name: str
    count: int
    share: int


def control_page(asked: Asked) -> Page:
    """Return the panel.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    watcher(asked)
    today, now = asked.today(), asked.source.now()
    found = asked.read(lambda store: findings(store, state=FindingState.OPEN))
    due = asked.read(lambda store: duties(store, now))
    return control(
        asked,
        "control.html",
        "/control",
        {
            "findings": [finding_said(entry, asked) for entry in found[: 3 * SHOWN_AT_ONCE]],
            "count": len(found),
            "shown": SHOWN_AT_ONCE,
            "by_person": bars(Counter(entry.person or wording.DASH for entry in found)),
            "by_clause": bars(Counter(wording.clause_of_check(entry.check) for entry in found)),
            "overdue": shown_duties(due.duties, DutyState.OVERDUE, asked.language),
            "due": shown_duties(due.duties, DutyState.DUE, asked.language)[:MAX_SHOWN],
            "reports": asked.read(lambda store: _reports(store, asked, today)),
        },
    )


def bars(counts: Counter[str]) -> list[Bar]:
    """Return counts as a chart, the greatest first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    most = max((count for _, count in ordered), default=1)
    return [Bar(name, count, FULL_BAR * count // most) for name, count in ordered]


def _reports(store: Store, asked: Asked, today: int) -> list[tuple[str, str, str]]:
    return [
        (spec.section, spec.name, text(f"report.{spec.name}.title", asked.language))
        for spec in readable(store, asked.source.person_id, today)
        if spec.scope == "school"
    ]

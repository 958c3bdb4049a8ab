"""Control 4.4.4/5: how many families were in touch, week by week, to be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from eschool_core import calendar
from eschool_core.domain.school import SchoolClass
from eschool_core.labels import text
from eschool_core.regulation.formulas import percent
from eschool_core.reports.frame import Asked, FamilyWeek, Sheet, column, framed
from eschool_core.reports.table import UNKNOWN, Plot, Row, Table, Unit, Value
from eschool_core.store.store import Store

NAME: Final = "family_weeks"
CLAUSE: Final = "4.4.4/5"
WEEK_DAYS: Final = 7
NONE, WHOLE = Decimal(0), Decimal(100)


def family_weeks_report(store: Store, asked: Asked) -> Table:
    """Return a row for each week that is over, of a class or of all, and the share as a curve.

    Of a week of which nothing is known that is said; it is not nothing. Families all of whose
    guardians are on paper (4.6.5) count nowhere.
    """
    language = asked.language
    found = weeks_within(asked, asked.class_id)
    first = calendar.monday_of(asked.period.first_day)
    rows = [
        Row((f"{calendar.date_of(week):%d.%m}", *_values(one for one in found if one.week == week)))
        for week in range(first, _last_week(asked) + 1, WEEK_DAYS)
    ]
    columns = (
        column(language, "week_from", Unit.TEXT, 10),
        column(language, "online_families", width=12),
        column(language, "families_seen", width=12),
        column(language, "families_seen_share", Unit.PERCENT, 12),
    )
    unknown = asked.family_weeks is None
    missing = (text("report.missing.family_weeks", language),) if unknown else ()
    of_class = store.get(SchoolClass, asked.class_id) if asked.class_id else None
    made = framed(
        store,
        asked,
        NAME,
        CLAUSE,
        Sheet(columns, rows, missing=missing),
        "" if of_class is None else of_class.name,
    )
    return replace(made, plots=(Plot("families_seen_share", lowest=NONE, highest=WHOLE),))


def weeks_within(asked: Asked, class_id: int = 0) -> list[FamilyWeek]:
    """Return what is known of the weeks of a period that are over, of one class or with 0 of all.

    A week belongs to the period of which it has a day.
    """
    first, last = calendar.monday_of(asked.period.first_day), _last_week(asked)
    return [
        one
        for one in asked.family_weeks or ()
        if class_id in (0, one.class_id) and first <= one.week <= last
    ]


def share_of(weeks: Iterable[FamilyWeek]) -> Decimal | None:
    """Return the share of families in touch, all weeks together; None without any."""
    listed = list(weeks)
    return percent(sum(one.seen for one in listed), sum(one.online for one in listed))


def _last_week(asked: Asked) -> int:
    """Return the Monday of the last week that is over on the day."""
    return min(calendar.monday_of(asked.period.last_day), calendar.monday_of(asked.day) - WEEK_DAYS)


def _values(weeks: Iterable[FamilyWeek]) -> tuple[Value, ...]:
    listed = list(weeks)
    if not listed:
        return (UNKNOWN,) * 3
    seen, online = sum(one.seen for one in listed), sum(one.online for one in listed)
    return online, seen, share_of(listed)

"""4.6.7 and 3.3: every month with a school day the class teacher looks through pupils' data."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.domain.care import ClassCheck
from eschool_core.domain.care_enums import ClassCheckKind
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View, months

CLAUSE = "4.6.7"


def card_checks(view: View) -> Iterator[Duty]:
    """Yield one duty for each class and month; due at the end of the month.

    Source: specification §2, «не реже раза в месяц»: months of the policy ``card_check_months``
    with a school day of the class.
    """
    if view.year is None:
        return
    last = min(view.day, view.year.last_day)
    for school_class in view.classes:
        days = view.school_days(school_class, view.year.first_day, view.year.last_day)
        taught = {calendar.month_begin(day) for day in days}
        wanted = [
            (month, holder)
            for month in months(view.year.first_day, last)
            if month in taught
            and calendar.date_of(month).month in _months_of_policy(view, month)
            and view.wants(
                holder := view.holder(
                    Role.CLASS_TEACHER, calendar.next_month(month) - 1, school_class.id
                )
            )
        ]
        if not wanted or not view.knows(PartitionKind.CLASS_CARE, [school_class.id]):
            continue
        checked = {
            entry.first_day: Done(entry.checked_at, entry.checked_by_id)
            for entry in view.store.select(
                ClassCheck, class_id=school_class.id, kind=ClassCheckKind.CARDS
            )
        }
        for month, holder in wanted:
            date = calendar.date_of(month)
            yield view.duty(
                CLAUSE,
                f"{school_class.id}:{date:%Y-%m}",
                holder,
                calendar.next_month(month) - 1,
                {"school_class": school_class.name, "month": f"{date:%m.%Y}"},
                done=checked.get(month),
                object_id=school_class.id,
            )


def _months_of_policy(view: View, day: int) -> tuple[int, ...]:
    value = facts.policy_value(view.store, "card_check_months", day)
    return value if isinstance(value, tuple) else ()

"""4.6.2: every week with a school day the class teacher looks through missed lessons."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core import calendar
from eschool_core.domain.care import ClassCheck
from eschool_core.domain.care_enums import ClassCheckKind
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View, weeks

CLAUSE = "4.6.2"
DAYS_OF_WEEK = 7


def attendance_checks(view: View) -> Iterator[Duty]:
    """Yield one duty for each class and week; due Sunday 24:00.

    Source: specification §2, «не реже раза в неделю»: ISO weeks with a school day of the class.
    """
    if view.year is None:
        return
    last = min(view.day, view.year.last_day)
    for school_class in view.classes:
        days = view.school_days(school_class, view.year.first_day, view.year.last_day)
        taught = {calendar.monday_of(day) for day in days}
        wanted = [
            (monday, holder)
            for monday in weeks(view.year.first_day, last)
            if monday in taught
            and view.wants(
                holder := view.holder(
                    Role.CLASS_TEACHER, monday + DAYS_OF_WEEK - 1, school_class.id
                )
            )
        ]
        if not wanted or not view.knows(PartitionKind.CLASS_CARE, [school_class.id]):
            continue
        checked = {
            entry.first_day: Done(entry.checked_at, entry.checked_by_id)
            for entry in view.store.select(
                ClassCheck, class_id=school_class.id, kind=ClassCheckKind.ATTENDANCE
            )
        }
        for monday, holder in wanted:
            sunday = monday + DAYS_OF_WEEK - 1
            yield view.duty(
                CLAUSE,
                f"{school_class.id}:{calendar.date_of(monday).isoformat()}",
                holder,
                sunday,
                {
                    "school_class": school_class.name,
                    "first": calendar.date_of(monday).isoformat(),
                    "last": calendar.date_of(sunday).isoformat(),
                },
                done=checked.get(monday),
                object_id=school_class.id,
            )

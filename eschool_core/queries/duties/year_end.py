"""4.4.5/1: at the year's end every section of a class's journals is filled, then closed."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind
from eschool_core.queries.duties.duty import Done, Duty, Missing
from eschool_core.queries.duties.view import View
from eschool_core.results import terms
from eschool_core.results.checklist import ClassTerm, gaps_of_classes, unmarked_of_classes

CLAUSE = "4.4.5/1"
SEEN_AHEAD_DAYS = 14
"""How long before its last day the duty is shown; own, so that nobody is taken by surprise."""


def year_end_duties(view: View) -> Iterator[Duty]:
    """Yield one duty of the deputy head for each class; due on the last day of the year.

    It is done when the year is closed for the class; until then the gaps are counted.
    """
    year = view.year
    if year is None or view.day < year.last_day - SEEN_AHEAD_DAYS:
        return
    holder = view.holder(Role.DEPUTY_STUDIES, year.last_day)
    if not view.wants(holder):
        return
    known = [
        school_class
        for school_class in view.classes
        if view.knows(PartitionKind.JOURNAL, view.journals_of(school_class))
    ]
    if not known:
        return
    whole = ClassTerm(known[0], None, year.first_day, year.last_day)
    ids = [school_class.id for school_class in known]
    gaps = gaps_of_classes(view.store, ids, whole)
    without = unmarked_of_classes(view.store, ids, whole)
    for school_class in known:
        closing = terms.closing_of(view.store, year.id, terms.WHOLE_YEAR, school_class.id)
        counted = {
            "gap.lessons": len(gaps[school_class.id]),
            "gap.year_marks": len(without[school_class.id]),
        }
        yield view.duty(
            CLAUSE,
            f"{school_class.id}:{year.id}",
            holder,
            year.last_day,
            {"school_class": school_class.name, "year": year.name},
            done=None if closing is None else Done(closing.closed_at, closing.closed_by_id),
            missing=[]
            if closing is not None
            else [Missing(key, {"count": count}) for key, count in counted.items() if count],
            object_id=school_class.id,
        )

"""2.9: once the order's date is over, the marks of a term or year are made known to families."""

from __future__ import annotations

from collections.abc import Iterator

from eschool_core.commands import facts
from eschool_core.domain.archive import MarksRelease
from eschool_core.domain.enums import Role
from eschool_core.domain.school import AcademicYear, SchoolClass, Term
from eschool_core.queries.duties.duty import Done, Duty
from eschool_core.queries.duties.view import View
from eschool_core.results import terms

CLAUSE = "2.9"


def release_duties(view: View) -> Iterator[Duty]:
    """Yield a duty of the deputy head for each class and term; due on the day after the order's.

    That is the first day on which marks of an open term may be released; grades without marks
    have nothing to make known (3.6).
    """
    if view.year is None:
        return
    released = {
        (row.class_id, row.term_id): Done(row.released_at, row.released_by_id)
        for row in view.store.select(MarksRelease, year_id=view.year.id)
    }
    for school_class in view.classes:
        if school_class.grade in facts.markless_grades(view.store, view.day):
            continue
        for term in (*terms.terms_of_class(view.store, school_class), None):
            term_id = terms.WHOLE_YEAR if term is None else term.id
            done = released.get((school_class.id, term_id))
            yield from _of_term(view, view.year, school_class, term, done)


def _of_term(
    view: View,
    year: AcademicYear,
    school_class: SchoolClass,
    term: Term | None,
    done: Done | None,
) -> Iterator[Duty]:
    term_id = terms.WHOLE_YEAR if term is None else term.id
    date = terms.due_date(view.store, year.id, term_id, school_class.grade, 0)
    if date is None or view.day <= date.day:
        return
    last_day = date.day + 1
    yield view.duty(
        CLAUSE,
        f"{school_class.id}:{term_id}",
        view.holder(Role.DEPUTY_STUDIES, last_day),
        last_day,
        {
            "school_class": school_class.name,
            "ordinal": 0 if term is None else term.ordinal,
            "act": date.act,
        },
        done=done,
        object_id=school_class.id,
        text="duty.2.9.year" if term is None else "duty.2.9",
    )

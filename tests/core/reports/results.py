"""Terms of the small school, and term marks written as its log would leave them."""

from __future__ import annotations

from typing import Any

from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import TermKind
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import ResultKind
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Term
from eschool_core.reports.period import Period, term_period, year_period
from tests.school import FIRST_DAY, MONDAY, SmallSchool

QUARTER_END = MONDAY + 46
HALF_YEAR_END = MONDAY + 113


def set_terms(school: SmallSchool) -> dict[str, Term]:
    """Enter two quarters and a half-year; the second quarter and the half-year end together."""
    entered = (
        ("I", TermKind.QUARTER, 1, FIRST_DAY, QUARTER_END),
        ("II", TermKind.QUARTER, 2, QUARTER_END + 10, HALF_YEAR_END),
        ("half", TermKind.HALF_YEAR, 1, FIRST_DAY, HALF_YEAR_END),
    )
    for _, kind, ordinal, first, last in entered:
        school.must(
            SetTerm(
                year_id=school.year, term_kind=kind, ordinal=ordinal, first_day=first, last_day=last
            ),
            "officer",
        )
    return {
        name: school.one(Term, kind=kind, ordinal=ordinal) for name, kind, ordinal, *_ in entered
    }


def quarter(school: SmallSchool, term: Term) -> Period:
    """Return the period of a term."""
    return term_period(school.store, term)


def year(school: SmallSchool) -> Period:
    """Return the whole year."""
    return year_period(school.store, MONDAY)


def give(
    school: SmallSchool,
    group: str,
    subject: str,
    pupil_id: int,
    value: int,
    term: Term | None,
    *,
    kind: ResultKind | None = None,
    **fields: Any,
) -> None:
    """Write the mark of a pupil for a term, or of the year where none is named."""
    line = school.line(group, subject, pupil_id)
    kind = kind or (ResultKind.YEAR if term is None else ResultKind.TERM)
    known = school.store.first(
        TermMark, part=line.part + TO_RESULT, kind=kind, term_id=0 if term is None else term.id
    )
    school.store.put(
        TermMark(
            id=known.id
            if known
            else line.id * 16 + kind + (0 if term is None else term.ordinal * 4),
            part=line.part + TO_RESULT,
            author_id=school.staff["maths"],
            device=7,
            made_at=school.now,
            kind=kind,
            term_id=0 if term is None else term.id,
            value=value,
            **fields,
        )
    )

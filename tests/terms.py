"""Terms for the small school, and short ways to write the commands about their marks."""

from __future__ import annotations

from collections.abc import Callable

from eschool_core.commands.base import Command
from eschool_core.commands.closing import CloseTerm
from eschool_core.commands.school import SetTerm
from eschool_core.commands.term_marks import SetTermMark, SetYearMark
from eschool_core.commands.terms import SetOrderDate
from eschool_core.domain.enums import TermKind
from eschool_core.domain.journal import JournalLine
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import DateKind
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Term
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SmallSchool, clock

FRIDAY_11 = MONDAY + 11
"""Last day of the first quarter: two weeks of lessons lie before it."""
QUARTERS = (
    (FIRST_DAY, FRIDAY_11),
    (MONDAY + 14, MONDAY + 100),
    (MONDAY + 120, MONDAY + 180),
    (MONDAY + 190, LAST_DAY),
)
HALVES = ((FIRST_DAY, MONDAY + 100), (MONDAY + 120, LAST_DAY))
MATHS = ("5А", "Математика")
TEACHERS = {
    MATHS: "maths",
    ("5А", "Русский язык"): "russian",
    ("5А/1", "Английский язык"): "english",
    ("5А/2", "Английский язык"): "english_2",
}
"""Every journal of 5А with whoever teaches it."""
Q1_OVER = clock(FRIDAY_11, 16)
YEAR_OVER = clock(LAST_DAY, 18)

Give = Callable[..., object]


def set_terms(give: Give, year_id: int) -> None:
    """Enter four quarters and two half-years."""
    for kind, periods in ((TermKind.QUARTER, QUARTERS), (TermKind.HALF_YEAR, HALVES)):
        for ordinal, (first, last) in enumerate(periods, start=1):
            give(
                SetTerm(
                    year_id=year_id,
                    term_kind=kind,
                    ordinal=ordinal,
                    first_day=first,
                    last_day=last,
                )
            )


def term_id(school: SmallSchool, ordinal: int = 1, kind: TermKind = TermKind.QUARTER) -> int:
    """Return the id of a term."""
    [term] = school.store.select(Term, kind=kind, ordinal=ordinal)
    return term.id


def term_mark(
    school: SmallSchool,
    pupil_id: int,
    value: int,
    reason: str = "",
    *,
    ordinal: int = 1,
    where: tuple[str, str] = MATHS,
    kind: TermKind = TermKind.QUARTER,
    **fields: str,
) -> SetTermMark:
    """Return a term mark, by default of the first quarter in the maths of 5А."""
    return SetTermMark(
        journal_id=school.journals[where],
        pupil_id=pupil_id,
        term_id=term_id(school, ordinal, kind),
        value=value,
        reason=reason,
        **fields,
    )


def year_mark(
    school: SmallSchool, pupil_id: int, value: int, reason: str = "", **fields: str
) -> SetYearMark:
    """Return a year mark in the maths of 5А."""
    return SetYearMark(
        journal_id=school.journals[MATHS], pupil_id=pupil_id, value=value, reason=reason, **fields
    )


def close(school: SmallSchool, class_name: str = "5А", ordinal: int = 1) -> CloseTerm:
    """Return the closing of a quarter for a class; ordinal 0 is the year."""
    of = term_id(school, ordinal) if ordinal else 0
    return CloseTerm(class_id=school.classes[class_name], term_id=of)


def due(school: SmallSchool, day: int, ordinal: int = 1, **fields: int) -> SetOrderDate:
    """Return the order's date for a quarter."""
    values = {"date_kind": DateKind.DUE, **fields}
    return SetOrderDate(
        year_id=school.year,
        term_id=term_id(school, ordinal) if ordinal else 0,
        day=day,
        act="№ 21",
        act_day=MONDAY,
        **values,  # type: ignore[arg-type]
    )


def fill(school: SmallSchool, value: int = 4, ordinal: int = 1) -> None:
    """Set every mark of a quarter that 5А still lacks, by whoever teaches the journal."""
    for where, teacher in TEACHERS.items():
        for line in lines_of(school, where):
            of = term_id(school, ordinal)
            if not school.store.select(TermMark, part=line.part + TO_RESULT, kind=1, term_id=of):
                command: Command = term_mark(
                    school, line.pupil_id, value, "итоги", ordinal=ordinal, where=where
                )
                school.must(command, teacher)


def lines_of(school: SmallSchool, where: tuple[str, str]) -> list[JournalLine]:
    """Return the lines of a journal."""
    return school.store.select(JournalLine, journal_id=school.journals[where])


def fill_year(school: SmallSchool, values: dict[int, int]) -> None:
    """Set every year mark of 5А: 4, or what ``values`` has for the pupil in maths."""
    for where, teacher in TEACHERS.items():
        for line in lines_of(school, where):
            value = values.get(line.pupil_id, 4) if where == MATHS else 4
            command = SetYearMark(
                journal_id=line.journal_id, pupil_id=line.pupil_id, value=value, reason="итог"
            )
            school.must(command, teacher)

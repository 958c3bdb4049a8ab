"""What holds on a day: the zone, the year, the term, the grades without marks."""

from __future__ import annotations

from datetime import datetime

from eschool_core import calendar
from eschool_core.domain.enums import TermKind
from eschool_core.domain.school import AcademicYear, PolicyValue, School, Term
from eschool_core.errors import InputError
from eschool_core.regulation import policy
from eschool_core.store.store import Store

HALF_YEARS_FROM_GRADE = 10


def zone_of(store: Store) -> str:
    """Return the school's time zone.

    Raises:
        InputError: ``lookup.no_school``: the school's own row is not here yet.
    """
    found = store.first(School)
    if found is None:
        raise InputError("lookup.no_school")
    return found.zone


def local(moment: int, zone: str) -> datetime | None:
    """Return a moment on the school's clock, or None for "never" (0)."""
    return calendar.local_time(moment, zone) if moment else None


def clock(minute: int) -> str:
    """Return minutes from midnight as ``08:30``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def year_on(store: Store, day: int) -> AcademicYear | None:
    """Return the year that holds ``day``, else the one before it, else the first one."""
    years = sorted(store.select(AcademicYear), key=lambda year: year.first_day)
    begun = [year for year in years if year.first_day <= day]
    within = [year for year in begun if day <= year.last_day]
    nearest = within or begun or years[:1]
    return nearest[-1] if nearest else None


def term_on(store: Store, day: int, grade: int) -> Term | None:
    """Return the term of a grade that holds ``day``: half-years from grade 10 on."""
    terms = store.where(Term, "first_day <= ? AND last_day >= ? ORDER BY id", day, day)
    halves = [term for term in terms if term.kind == TermKind.HALF_YEAR]
    others = [term for term in terms if term.kind != TermKind.HALF_YEAR]
    wanted = halves or others if grade >= HALF_YEARS_FROM_GRADE else others or halves
    return wanted[0] if wanted else None


def markless_grades(store: Store, day: int) -> tuple[int, ...]:
    """Return the grades that get neither marks nor homework on a day (3.6)."""
    rows = store.where(
        PolicyValue,
        "name = ? AND first_day <= ? AND last_day >= ? ORDER BY first_day, id",
        "markless_grades",
        day,
        day,
    )
    value = policy.default("markless_grades")
    if rows:
        value = policy.parse_value("markless_grades", rows[-1].value)
    return value if isinstance(value, tuple) else ()

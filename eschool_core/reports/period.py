"""The time that a report is about: a term, the whole year, or free dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from eschool_core import calendar
from eschool_core.domain.enums import TermKind
from eschool_core.domain.school import AcademicYear, Term
from eschool_core.errors import InputError
from eschool_core.labels import Language, text
from eschool_core.queries.in_force import year_on
from eschool_core.store.store import Store

ROMAN: Final = ("", "I", "II", "III", "IV", "V", "VI")


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days in one year, both ends included.

    Attributes:
        name: As people call it: «I четверть», «01.09.2026–24.10.2026».
        opening_day: The day whose pupils are "at the beginning": the last day of the term before,
            so that who comes or leaves in the holidays is counted once; on the year's first day
            that day itself.
        terms: The terms that end with it, of every kind (specification §2, «четверть /
            полугодие»); empty for free dates and for the year.
        whole_year: The year, with year marks.
    """

    year_id: int
    name: str
    first_day: int
    last_day: int
    opening_day: int
    terms: tuple[Term, ...] = ()
    whole_year: bool = False

    def span_of(self, kind: int) -> tuple[int, int] | None:
        """Return the days for classes with terms of a kind; None where theirs end otherwise.

        Free dates and the year are the same for all.
        """
        if not self.terms:
            return self.first_day, self.last_day
        term = self.term_of(kind)
        return None if term is None else (term.first_day, term.last_day)

    def term_of(self, kind: int) -> Term | None:
        """Return the term of a kind that ends with the period."""
        return next((term for term in self.terms if term.kind == kind), None)


def free_period(store: Store, first_day: int, last_day: int) -> Period:
    """Return the period between two days.

    Raises:
        InputError: It ends before it begins, or the school has no year.
    """
    if last_day < first_day:
        raise InputError("report.period_backwards")
    year = _year(store, first_day)
    opening = first_day if first_day <= year.first_day else first_day - 1
    name = f"{calendar.date_of(first_day):%d.%m.%Y}–{calendar.date_of(last_day):%d.%m.%Y}"
    return Period(year.id, name, first_day, last_day, opening)


def year_period(store: Store, day: int, language: Language = "ru") -> Period:
    """Return the whole year that holds a day.

    Raises:
        InputError: The school has no year.
    """
    year = _year(store, day)
    name = text("report.period.year", language, name=year.name)
    return Period(year.id, name, year.first_day, year.last_day, year.first_day, whole_year=True)


def term_period(store: Store, term: Term, language: Language = "ru") -> Period:
    """Return a term's period, with the terms of other kinds that end the same day."""
    terms = store.where(
        Term, "year_id = ? AND last_day = ? ORDER BY kind, id", term.year_id, term.last_day
    )
    ordered = sorted(terms, key=lambda entry: (entry.id != term.id, entry.kind))
    earlier = store.where(
        Term,
        "year_id = ? AND kind = ? AND last_day < ? ORDER BY last_day DESC LIMIT 1",
        term.year_id,
        term.kind,
        term.first_day,
    )
    opening = earlier[0].last_day if earlier else term.first_day
    return Period(
        term.year_id,
        term_name(term, language),
        term.first_day,
        term.last_day,
        opening,
        tuple(ordered),
    )


def period_at(store: Store, day: int, language: Language = "ru") -> Period:
    """Return the period of the terms that ended last on or before a day (4.4.3, bundle at a date).

    Before the first term ends it is the time from the year's beginning to the day.

    Raises:
        InputError: The school has no year.
    """
    year = _year(store, day)
    ended = store.where(
        Term,
        "year_id = ? AND last_day <= ? ORDER BY last_day DESC, kind, id LIMIT 1",
        year.id,
        day,
    )
    if ended:
        return term_period(store, ended[0], language)
    return free_period(store, min(year.first_day, day), day)


def running_period(store: Store, day: int) -> Period:
    """Return the time from the beginning of the term that holds a day up to that day.

    In the holidays it begins with the term before; quarters go before half-years.

    Raises:
        InputError: The school has no year.
    """
    year = _year(store, day)
    begun = store.where(
        Term, "year_id = ? AND first_day <= ? ORDER BY first_day DESC, kind, id", year.id, day
    )
    shorter = [term for term in begun if term.kind != TermKind.HALF_YEAR] or begun
    first = shorter[0].first_day if shorter else year.first_day
    return free_period(store, min(first, day), day)


def month_period(store: Store, day: int) -> Period:
    """Return the time from the first of a day's month up to that day, within the school's year.

    Raises:
        InputError: The school has no year.
    """
    year = _year(store, day)
    first = day - calendar.date_of(day).day + 1
    return free_period(store, min(max(first, year.first_day), day), day)


def term_numbered(
    store: Store, day: int, kind: TermKind | None, ordinal: int, language: Language = "ru"
) -> Period:
    """Return the period of a term by its number in the year of a day.

    Args:
        store: Where the terms are.
        day: Of the year meant.
        kind: None for the only kind that has the number; quarters before half-years.
        ordinal: From 1.
        language: Of the name.

    Raises:
        InputError: ``report.no_term``: the year has none.
    """
    year = _year(store, day)
    found = store.where(Term, "year_id = ? AND ordinal = ? ORDER BY kind, id", year.id, ordinal)
    fitting = [term for term in found if kind is None or term.kind == kind]
    quarters = [term for term in fitting if term.kind != TermKind.HALF_YEAR]
    for term in (*quarters, *fitting):
        return term_period(store, term, language)
    raise InputError("report.no_term", number=ordinal)


def term_name(term: Term, language: Language = "ru") -> str:
    """Return «II четверть»."""
    kind = TermKind(term.kind).name.lower()
    number = ROMAN[term.ordinal] if term.ordinal < len(ROMAN) else str(term.ordinal)
    return text(f"report.term.{kind}", language, number=number)


def _year(store: Store, day: int) -> AcademicYear:
    year = year_on(store, day)
    if year is None:
        raise InputError("report.no_year")
    return year

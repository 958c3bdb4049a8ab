"""Which lessons a page of a journal shows, and which of them is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from eschool_core.errors import InputError
from eschool_core.queries.grid_cells import Period
from eschool_core.queries.in_force import term_on, year_on
from eschool_core.queries.journal_page import PageLesson
from eschool_core.queries.lookup import JournalPlace, journals
from eschool_core.store.store import Store

FALLBACK_DAYS = 28


def place_of(store: Store, journal_id: int, day: int) -> JournalPlace:
    """Return a journal as people speak of it.

    Raises:
        InputError: ``lookup.journal_not_here``.
    """
    for place in journals(store, day):
        if place.journal_id == journal_id:
            return place
    raise InputError("lookup.journal_not_here")


def period_of(store: Store, place: JournalPlace, day: int) -> Period:
    """Return the term of a journal that holds a day, else the weeks before it."""
    year = year_on(store, day)
    within = day if year is None else min(max(day, year.first_day), year.last_day)
    term = term_on(store, within, place.grade)
    if term is None:
        return Period(place.journal_id, within - FALLBACK_DAYS, within)
    return Period(place.journal_id, term.first_day, term.last_day)


def active_lesson(lessons: Sequence[PageLesson], begins: dict[int, int], now: int) -> int:
    """Return the lesson to look at: the last that has begun, else the first; 0 for none."""
    begun = [entry.lesson_id for entry in lessons if begins.get(entry.lesson_id, 0) <= now]
    return begun[-1] if begun else (lessons[0].lesson_id if lessons else 0)

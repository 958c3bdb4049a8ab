"""Terms as people type them: a number of the class's own, or the year."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.localised import LANGUAGES, option, say
from eschool_core.domain.result_enums import ResultValue
from eschool_core.domain.school import Journal, SchoolClass, Term
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries.matching import words_of
from eschool_core.regulation.results import shown
from eschool_core.results import terms
from eschool_core.store.store import Store

YEAR = 0
MOST_TERMS = 12


class TermType(click.ParamType[int]):
    """``1``, ``2`` … or ``год``, which is 0."""

    name = "term"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the ordinal; 0 for the year."""
        if isinstance(value, int):
            return value
        typed = str(value).strip().casefold()
        if typed in {text("cli.term.year", language) for language in LANGUAGES}:
            return YEAR
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= MOST_TERMS:
            return int(typed)
        return self.fail(say("cli.bad.term"), param, ctx)


class ResultType(click.ParamType[int]):
    """``2`` … ``5``, ``зач``, ``незач``, ``н/а``, ``осв``; ``0`` takes back."""

    name = "result"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the ``ResultValue``."""
        if isinstance(value, int):
            return value
        typed = words_of(str(value))
        for entry in ResultValue:
            names = (words_of(shown(entry)), words_of(entry.name))
            if typed in names:
                return int(entry)
        return 0 if typed == ("0",) else self.fail(say("cli.bad.result"), param, ctx)


term_option = option("--term", "ordinal", type=TermType(), says="term", shown_as="term")


def of_journal(store: Store, journal_id: int, ordinal: int | None, day: int) -> int:
    """Return the id of a journal's term; without a number the one that holds ``day``.

    Raises:
        InputError: ``term.not_of_journal``.
    """
    if ordinal == YEAR:
        return YEAR
    journal = store.require(Journal, journal_id)
    listed = terms.terms_of(store, journal)
    if ordinal is None:
        begun = [term for term in listed if term.first_day <= day]
        return (begun or listed)[-1].id if listed else _none("term.not_of_journal")
    return _numbered(listed, ordinal, "term.not_of_journal")


def of_class(store: Store, school_class: SchoolClass, ordinal: int) -> int:
    """Return the id of a class's term by its own scheme; 0 for the year.

    Raises:
        InputError: ``term.not_of_class``.
    """
    if ordinal == YEAR:
        return YEAR
    kind = terms.kind_of_grade(store, school_class.year_id, school_class.grade)
    listed = store.select(Term, year_id=school_class.year_id, kind=int(kind or 0))
    return _numbered(listed, ordinal, "term.not_of_class")


def _numbered(listed: list[Term], ordinal: int, key: str) -> int:
    for term in listed:
        if term.ordinal == ordinal:
            return term.id
    return _none(key)


def _none(key: str) -> int:
    raise InputError(key)

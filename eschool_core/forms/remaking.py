"""Makes the content of an issued paper once more, from the rows that are here now (5.2).

The log says which form it is, of whom and of which days. The same days can be a term, the year or
free dates, and a paper is in one of two languages, so there are a few ways to make it anew; that
one is meant whose hash the log has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from eschool_core.commands.issuing import JOURNAL, WEEKLY_SLIP, IssueDocument
from eschool_core.domain.issuing import IssuedDocument
from eschool_core.domain.school import AcademicYear, SchoolClass, Term
from eschool_core.errors import EschoolError, InputError
from eschool_core.forms.content import Paper
from eschool_core.forms.journal_sheets import sheets_of_journals
from eschool_core.forms.weekly_slips import weekly_slips
from eschool_core.labels import Language
from eschool_core.queries import lookup
from eschool_core.queries.paper import paper_week
from eschool_core.reports.catalogue import REPORTS, make_report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import Period, free_period, term_period, year_period
from eschool_core.reports.table import Table
from eschool_core.store.store import Store

LANGUAGES: Final[tuple[Language, ...]] = ("ru", "en")
NOT_HERE: Final = "paper.not_here"


Issued = IssueDocument | IssuedDocument
"""What is said of a paper by the command that issued it, and by the log's row."""


def made_again(store: Store, issued: Issued, viewer_id: int, language: Language) -> Paper:
    """Return the paper as the rows give it now; the issued one itself where they still give it.

    Args:
        store: A replica's, or the server's.
        issued: What was issued.
        viewer_id: Who asks; nobody sees by a paper's code what is not for him.
        language: In which it is made where none of the ways gives what was issued.

    Raises:
        InputError: ``paper.not_here``: these rows do not give such a paper.
        RightsError: It is not for the viewer (4.1).
    """
    ordered = sorted(LANGUAGES, key=lambda known: known != language)
    first: Paper | None = None
    for spoken in ordered:
        for paper in _papers(store, issued, viewer_id, spoken):
            if paper.hash() == issued.sheet_hash:
                return paper
            first = first or paper
    if first is None:
        raise InputError(NOT_HERE)
    return first


def journal_tables(
    store: Store, class_name: str, journal_id: int, period: Period, day: int, language: Language
) -> Iterator[tuple[str, tuple[Table, ...]]]:
    """Yield subject and sheets of each journal of a class, or of the one that is named.

    Args:
        store: Where the journals are.
        class_name: Of the class as of ``day``.
        journal_id: 0 for all.
        period: Of the year each of its terms.
        day: Of the year that is meant.
        language: Of the words around.
    """
    places = [
        place
        for place in lookup.journals(store, day)
        if class_name in place.classes and journal_id in (0, place.journal_id)
    ]
    for place, sheets in sheets_of_journals(store, places, period, language):
        yield place.subject, sheets


def _papers(store: Store, issued: Issued, viewer_id: int, language: Language) -> Iterator[Paper]:
    if issued.form == WEEKLY_SLIP:
        yield from _weekly(store, issued, language)
        return
    for period in _periods(store, issued, language):
        if issued.form == JOURNAL:
            yield from _journal(store, issued, period, language)
        else:
            yield from _report(store, issued, period, viewer_id, language)


def _weekly(store: Store, issued: Issued, language: Language) -> Iterator[Paper]:
    led = store.get(SchoolClass, issued.class_id)
    if led is None:
        return
    week = paper_week(store, led.id, led.name, issued.first_day, issued.as_of)
    slips = weekly_slips(week, language)
    for entry, slip in zip(week.entries, slips, strict=True):
        if entry.application_id == issued.object_id:
            yield Paper(slip=slip)


def _journal(store: Store, issued: Issued, period: Period, language: Language) -> Iterator[Paper]:
    led = store.get(SchoolClass, issued.class_id)
    if led is None:
        return
    made = journal_tables(store, led.name, issued.object_id, period, issued.day, language)
    tables = tuple(table for _, sheets in made for table in sheets)
    if tables:
        yield Paper(tables)


def _report(
    store: Store, issued: Issued, period: Period, viewer_id: int, language: Language
) -> Iterator[Paper]:
    spec = next((known for known in REPORTS if known.name == issued.form), None)
    if spec is None:
        return
    asked = Asked(
        period, issued.day, issued.as_of, issued.class_id, issued.object_id, language=language
    )
    try:
        table = make_report(store, spec, asked, viewer_id)
    except InputError:
        # Not every report is of every kind of period: then it was not printed so.
        return
    yield Paper((table,))


def _periods(store: Store, issued: Issued, language: Language) -> Iterator[Period]:
    first, last = issued.first_day, issued.last_day
    for term in store.select(Term, first_day=first, last_day=last):
        yield term_period(store, term, language)
    if store.first(AcademicYear, first_day=first, last_day=last) is not None:
        yield year_period(store, first, language)
    try:
        yield free_period(store, first, last)
    except EschoolError as error:
        raise InputError(NOT_HERE) from error

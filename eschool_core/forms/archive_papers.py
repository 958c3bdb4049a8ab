"""The papers of a package for the data bank: every journal of a class, or its register (4.4.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eschool_core import calendar
from eschool_core.domain.school import SchoolClass
from eschool_core.forms.document import Document, letterhead
from eschool_core.forms.journal_sheets import journal_sheets, periods_of
from eschool_core.labels import Language, text
from eschool_core.queries import lookup
from eschool_core.reports.frame import Asked
from eschool_core.reports.journals import journals_of
from eschool_core.reports.period import year_period
from eschool_core.reports.register import register_report
from eschool_core.store.store import Store


def journal_papers(
    store: Store, journals: Sequence[int], first_day: int, today: int, language: Language = "ru"
) -> Iterator[tuple[int, Document]]:
    """Yield each journal with its pages of the year, as they are made; none without a lesson.

    Args:
        store: The school's.
        journals: Ids, of one year.
        first_day: Of that year.
        today: The date on the papers, as a day number.
        language: Of the papers.
    """
    year = year_period(store, first_day, language)
    places = {place.journal_id: place for place in lookup.journals(store, first_day)}
    known = journals_of(store, year.year_id)
    for journal_id in journals:
        tables = [
            table
            for period in periods_of(store, known[journal_id], year, language)
            for table in journal_sheets(store, places[journal_id], period, language)
        ]
        if tables:
            yield (
                journal_id,
                Document(
                    title=text("form.journal_grid", language),
                    letterhead=letterhead(store, language),
                    printed=calendar.date_of(today),
                    tables=tuple(tables),
                    language=language,
                ),
            )


def register_paper(
    store: Store, school_class: SchoolClass, first_day: int, today: int, language: Language = "ru"
) -> Document:
    """Return the summary register of a class with the sheet that says how many are sewn."""
    year = year_period(store, first_day, language)
    asked = Asked(year, today, class_id=school_class.id, language=language)
    table = register_report(store, asked)
    return Document(
        title=table.title,
        letterhead=letterhead(store, language),
        printed=calendar.date_of(today),
        tables=(table,),
        bound=True,
        language=language,
    )

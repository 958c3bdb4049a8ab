"""Reports as pages (4.4.3, 4.4.4): the same tables as in files and on paper."""

from __future__ import annotations

from markupsafe import Markup

from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.in_force import year_on
from eschool_core.reports import frame
from eschool_core.reports.audience import audience_of
from eschool_core.reports.catalogue import (
    ReportSpec,
    Section,
    default_period,
    make_report,
    readable,
    report,
)
from eschool_core.reports.table import Table
from eschool_core.reports.to_html import notes_html, table_html
from eschool_core.store.store import Store
from eschool_web.asking import Asked, Page
from eschool_web.refusals import NOT_FOUND

SECTIONS: dict[str, Section] = {"report": "report", "control": "control"}


def reports_page(asked: Asked) -> Page:
    """Return the reports that the person may ask for."""
    today, person_id = asked.today(), asked.source.person_id

    def question(store: Store) -> list[dict[str, object]]:
        classes = classes_of(store, person_id, today)
        return [
            {
                "name": spec.name,
                "section": spec.section,
                "clause": spec.clause,
                "title": text(f"report.{spec.name}.title", asked.language),
                "classes": classes if spec.scope == "class" else (),
                "of_teacher": person_id if spec.scope == "teacher" else 0,
            }
            for spec in readable(store, person_id, today)
        ]

    return Page("reports.html", {"reports": asked.read(question)})


def report_page(asked: Asked) -> Page:
    """Return one report.

    Raises:
        InputError: There is none of that name, or a class is needed.
        RightsError: It is not for this person.
    """
    today = asked.today()
    section = SECTIONS.get(asked.query.get("section", "report"))
    if section is None:
        raise InputError(NOT_FOUND)
    spec = report(asked.query.get("name", ""), section)
    table = asked.read(lambda store: _table(store, asked, spec, today))
    return Page(
        "report.html",
        {
            "table": table,
            # Both are made of escaped text alone.
            "html": Markup(table_html(table)),  # noqa: S704
            "notes": Markup(notes_html(table)),  # noqa: S704
        },
    )


def classes_of(store: Store, person_id: int, day: int) -> tuple[tuple[int, str], ...]:
    """Return the classes whose reports a person may read."""
    audience = audience_of(store, person_id, day)
    year = year_on(store, day)
    found = [] if year is None else store.select(SchoolClass, year_id=year.id)
    own = [entry for entry in found if audience.whole_school or entry.id in audience.classes]
    return tuple((entry.id, entry.name) for entry in sorted(own, key=lambda e: sort_key(e.name)))


def _table(store: Store, asked: Asked, spec: ReportSpec, today: int) -> Table:
    wanted = frame.Asked(
        default_period(store, spec, today, asked.language),
        today,
        asked.source.now(),
        asked.number("class"),
        asked.number("teacher"),
        asked.language,
    )
    return make_report(store, spec, wanted, asked.source.person_id)

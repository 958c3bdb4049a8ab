"""Reports as pages (4.4.3, 4.4.4): the same tables as in files and on paper."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from eschool_core import calendar
from eschool_core.domain.school import SchoolClass
from eschool_core.errors import InputError
from eschool_core.labels import text
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.in_force import year_on
from eschool_core.queries.personal_reads import reading_of_class
from eschool_core.reports import frame, particulars
from eschool_core.reports.audience import audience_of
from eschool_core.reports.catalogue import (
    ReportSpec,
    Section,
    default_period,
    make_report,
    readable,
    report,
)
from eschool_core.reports.control import coverage, families, family_weeks, homework, lessons
from eschool_core.reports.filling import GAPS_NAME
from eschool_core.reports.table import About, Table
from eschool_core.reports.to_html import Leads, notes_html, plots_html, table_html
from eschool_core.reports.to_xlsx import to_xlsx
from eschool_core.store.store import Store
from eschool_web.asking import Asked, File, Page
from eschool_web.proof import require
from eschool_web.refusals import NOT_FOUND
from eschool_web.views.diary import diaries_open_to

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JOURNALS_OF_LESSONS: Final = "SELECT id, journal_id FROM lesson WHERE day BETWEEN ? AND ?"
LESSONS_OF: Final = {
    homework.NAME: lessons.HOMEWORK_NAME,
    coverage.NAME: lessons.COVERAGE_NAME,
}
"""Reports of counts, and the one that names the lessons that were counted (4.4.4)."""

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

    audience = asked.read(lambda store: audience_of(store, person_id, today))
    values = {"reports": asked.read(question), "whole_school": audience.whole_school}
    return Page("reports.html", values)


def report_page(asked: Asked) -> Page:
    """Return one report, its rows leading to what they are about.

    Raises:
        InputError: There is none of that name, or a class is needed.
        RightsError: It is not for this person.
    """
    _, table = asked_table(asked)
    person_id, today = asked.source.person_id, asked.today()
    leads = asked.read(lambda store: leads_of(store, table, person_id, today))
    return Page(
        "report.html",
        {
            "table": table,
            # Both are made of escaped text alone.
            "html": Markup(table_html(table, leads) + plots_html(table)),  # noqa: S704
            "notes": Markup(notes_html(table)),  # noqa: S704
            "file": f"/api/file/report?{urlencode({**asked.query, 'format': 'xlsx'})}",
            "paper": f"/api/paper/report?{urlencode(asked.query)}",
        },
    )


def report_file(asked: Asked) -> File:
    """Return one report as a file for a spreadsheet: it leaves the journal, so it needs a proof.

    Raises:
        RefusedRequest: ``web.proof``: the passphrase was not entered again.
        InputError, RightsError: As ``report_page``.
    """
    require(asked)
    if asked.query.get("format") != "xlsx":
        raise InputError(NOT_FOUND)
    spec, table = asked_table(asked)
    return File(f"{spec.name}.xlsx", XLSX, to_xlsx(table))


def asked_table(asked: Asked) -> tuple[ReportSpec, Table]:
    """Return the report that an address names, and note its reading where that is due (1.4).

    Raises:
        InputError: There is none of that name, or a class is needed.
        RightsError: It is not for this person.
    """
    today, section = asked.today(), SECTIONS.get(asked.query.get("section", "report"))
    if section is None:
        raise InputError(NOT_FOUND)
    spec = report(asked.query.get("name", ""), section)
    log_report(asked, spec)
    return spec, asked.read(lambda store: report_table(store, asked, spec, today))


def log_report(asked: Asked, spec: ReportSpec) -> None:
    """Log the reading of a report that shows personal data, also where it is refused (1.4)."""
    class_id = asked.number("class")
    if spec.name != particulars.NAME or not class_id:
        return
    person_id, day = asked.source.person_id, asked.today()
    reading = asked.read(lambda store: reading_of_class(store, person_id, class_id, day))
    if reading.note is not None:
        asked.source.do(reading.note)


def leads_of(store: Store, table: Table, person_id: int, day: int) -> Leads:
    """Return where the rows of a report lead: to the lesson, the journal, the diary, the gaps.

    No row leads to a diary or to gaps that are not the reader's to open.
    """
    may_read = diaries_open_to(store, person_id, day)
    of_gaps = any(spec.name == GAPS_NAME for spec in readable(store, person_id, day))
    days = (calendar.day_number(table.first_day), calendar.day_number(table.last_day))
    about_lessons = any(row.about and row.about.kind == "lesson" for row in table.rows)
    journals: dict[int, int] = dict(store.rows(JOURNALS_OF_LESSONS, *days)) if about_lessons else {}
    of_lessons = f"/report?name={LESSONS_OF.get(table.name, '')}&section=control"

    def leads(about: About) -> str:
        if table.name in LESSONS_OF and about.kind in ("journal", "staff"):
            who = "journal" if about.kind == "journal" else "teacher"
            return f"{of_lessons}&{who}={about.id}"
        if about.kind == "lesson" and about.id in journals:
            return f"/journal/{journals[about.id]}?lesson={about.id}"
        if about.kind == "class" and table.name == families.NAME:
            return f"/report?name={family_weeks.NAME}&section=control&class={about.id}"
        if about.kind == "staff":
            address = f"/report?name={GAPS_NAME}&section=control&teacher={about.id}"
            return address if of_gaps else ""
        if about.kind == "pupil" and not may_read(about.id):
            return ""
        known = {"journal": "/journal", "pupil": "/diary"}.get(about.kind)
        return f"{known}/{about.id}" if known else ""

    return leads


def classes_of(store: Store, person_id: int, day: int) -> tuple[tuple[int, str], ...]:
    """Return the classes whose reports a person may read."""
    audience = audience_of(store, person_id, day)
    year = year_on(store, day)
    found = [] if year is None else store.select(SchoolClass, year_id=year.id)
    own = [entry for entry in found if audience.whole_school or entry.id in audience.classes]
    return tuple((entry.id, entry.name) for entry in sorted(own, key=lambda e: sort_key(e.name)))


def report_table(store: Store, asked: Asked, spec: ReportSpec, today: int) -> Table:
    """Return the table of a report of the usual period, as the person may see it.

    Raises:
        InputError: A class or a person is needed and not named.
        RightsError: It is not for the person.
    """
    wanted = frame.Asked(
        default_period(store, spec, today, asked.language),
        today,
        asked.source.now(),
        asked.number("class"),
        asked.number("teacher"),
        asked.language,
        last_seen=asked.source.last_seen() if spec.of_visits else None,
        journal_id=asked.number("journal"),
        family_weeks=asked.source.family_weeks() if spec.of_visits else None,
    )
    return make_report(store, spec, wanted, asked.source.person_id)

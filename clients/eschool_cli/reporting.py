"""From what is typed to a report's table, and the list of what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eschool_cli.localised import say
from eschool_cli.noting import log_reading
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.tables import Wanted, chosen_period
from eschool_core.domain.enums import PersonKind
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.queries.people import person
from eschool_core.queries.personal_reads import reading_of_class
from eschool_core.reports import particulars
from eschool_core.reports.audience import audience_of
from eschool_core.reports.catalogue import (
    ReportSpec,
    Section,
    default_period,
    make_report,
    readable,
    report,
)
from eschool_core.reports.frame import Asked
from eschool_core.reports.table import Table

if TYPE_CHECKING:
    from eschool_sync.replica import Replica


def report_of(
    session: Session,
    replica: Replica,
    section: Section,
    name: str,
    class_name: str,
    teacher: str,
    typed: Wanted,
) -> Table:
    """Return the report that was named, of the class, person and period that were named.

    A class teacher's own class and a teacher's own self need not be named.

    Raises:
        InputError: No report, class, person or term of that name; or one is needed.
        RightsError: It is not for this person.
    """
    spec = report(name, section)
    asked = asked_of(session, replica, spec, class_name, teacher, typed)
    return make_report(replica.store, spec, asked, replica.person_id)


def asked_of(
    session: Session,
    replica: Replica,
    spec: ReportSpec,
    class_name: str,
    teacher: str,
    typed: Wanted,
) -> Asked:
    """Return what ``report_of`` asks a report for.

    Raises:
        InputError: No class, person or term of that name.
    """
    store, today = replica.store, today_of(replica)
    period = chosen_period(store, typed, today, session.language)
    class_id = lookup.school_class(store, class_name, today).id if class_name else 0
    staff_id = person(store, teacher, today, kind=PersonKind.STAFF).person_id if teacher else 0
    asked = Asked(
        period or default_period(store, spec, today, session.language),
        today,
        replica.now(),
        class_id,
        staff_id,
        session.language,
    )
    if spec.name == particulars.NAME:
        led = audience_of(store, replica.person_id, today).classes
        wanted = class_id or min(led, default=0)
        if wanted:
            log_reading(replica, reading_of_class(store, replica.person_id, wanted, today))
    return asked


def list_reports(session: Session, replica: Replica, section: Section, *, as_json: bool) -> None:
    """Show the reports that this person may ask for."""
    specs = [
        spec
        for spec in readable(replica.store, replica.person_id, today_of(replica))
        if spec.section == section
    ]
    if as_json:
        session.screen.json([_described(spec, session) for spec in specs])
        return
    if not specs:
        session.screen.line(say("cli.report.none"))
        return
    session.screen.table(
        [
            Column(say("cli.report.name"), keep=True),
            Column(say("cli.report.clause"), keep=True),
            Column(say("cli.report.about")),
            Column(say("cli.report.title")),
        ],
        [
            (
                spec.name.replace("_", "-"),
                spec.clause,
                say(f"cli.report.scope.{spec.scope}"),
                text(f"report.{spec.name}.title", session.language),
            )
            for spec in specs
        ],
    )


def _described(spec: ReportSpec, session: Session) -> dict[str, str]:
    return {
        "name": spec.name,
        "clause": spec.clause,
        "scope": spec.scope,
        "title": text(f"report.{spec.name}.title", session.language),
    }

"""``eschool plan``: the calendar plan (КТП) of a journal beside its lessons."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, journal_arguments
from eschool_cli.localised import LocalCommand, say
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, short_date
from eschool_core.queries import lookup
from eschool_core.queries.plan_page import PlanLine, plan_page

STYLES = {"given": "dim", "partly": "", "due": "bold", "ahead": ""}


@click.command(name="plan", cls=LocalCommand)
@journal_arguments
@as_json
@click.pass_obj
def plan_command(session: Session, class_name: str, subject: str, as_json: bool) -> None:  # noqa: FBT001
    """Show the calendar plan beside the lessons (2.3)."""
    with session.replica() as replica:
        today = today_of(replica)
        place = lookup.journal(replica.store, class_name, subject, today, replica.person_id)
        page = plan_page(replica.store, place.journal_id, today)
    if as_json:
        session.screen.json({"journal": place.as_json(), **page.as_json()})
        return
    session.screen.heading(f"{place.group} · {place.subject}")
    if not page.items:
        session.screen.line(say("cli.plan.none"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.section")),
        Column(say("cli.column.topic")),
        Column(say("cli.column.hours"), "right", keep=True),
        Column(say("cli.column.planned"), keep=True),
        Column(say("cli.column.given"), keep=True),
        Column(say("cli.column.state"), keep=True),
    )
    section, rows = "", []
    for item in page.items:
        rows.append(_row(item, shown_section=item.section if item.section != section else ""))
        section = item.section
    session.screen.table(columns, rows)
    session.screen.line()
    session.screen.fields(
        [
            (say("cli.plan.hours"), str(page.plan_hours)),
            (say("cli.plan.lessons"), f"{page.lessons} ({page.difference:+d})"),
            (say("cli.plan.past"), str(page.lessons_past)),
            (say("cli.plan.hours_given"), str(page.hours_given)),
            (say("cli.plan.lag"), str(page.lag)),
        ]
    )


def _row(item: PlanLine, *, shown_section: str) -> tuple[str | Cell, ...]:
    style = STYLES[item.state]
    planned = ", ".join(short_date(day) for day in item.by_order)
    given = ", ".join(short_date(day) for day in item.recorded)
    return (
        str(item.ordinal),
        shown_section,
        Cell(item.topic, style),
        str(item.hours),
        planned or (short_date(item.planned) if item.planned else DASH),
        given or DASH,
        Cell(say(f"cli.plan.{item.state}"), style),
    )

"""``eschool print log``: which papers were issued, by whom and when (5.2)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment
from eschool_core.labels import catalogue
from eschool_core.queries import lookup
from eschool_core.queries.issued import MAX_SHOWN, IssuedPaper, issued_papers


@click.command(name="log", cls=LocalCommand, says="print.log")
@option("--class", "class_name", default="", says="log_class", shown_as="class")
@as_json
@click.pass_obj
def log_command(session: Session, class_name: str, as_json: bool) -> None:  # noqa: FBT001
    """Show the log of issued papers, the newest first."""
    with session.replica() as replica:
        store, class_id = replica.store, 0
        if class_name:
            class_id = lookup.school_class(store, class_name, today_of(replica)).id
        found = issued_papers(store, class_id)
    if as_json:
        session.screen.json([paper.as_json() for paper in found])
        return
    if not found:
        session.screen.line(say("cli.print.log.none"))
        return
    columns = (
        Column(say("cli.column.number"), keep=True),
        Column(say("cli.verify.form")),
        Column(say("cli.column.class")),
        Column(say("cli.verify.days")),
        Column(say("cli.print.log.issued"), keep=True),
        Column(say("cli.verify.issuer")),
        Column(say("cli.column.state")),
    )
    session.screen.table(columns, [_row(paper) for paper in found])
    if len(found) == MAX_SHOWN:
        session.screen.line(say("cli.print.log.more", count=MAX_SHOWN), "dim")


def form_name(form: str) -> str:
    """Return what a form is called: «Сводная ведомость…», «недельные сведения»."""
    title = f"report.{form}.title"
    key = title if title in catalogue() else f"paper.form.{form}"
    return say(key) if key in catalogue() else form


def _row(paper: IssuedPaper) -> tuple[str, ...]:
    states = [
        say("cli.print.log.copy") if paper.certified else "",
        "" if paper.confirmed else say("cli.print.log.unconfirmed"),
    ]
    post = say(f"Role.{paper.post.name.lower()}")
    return (
        paper.paper_number,
        form_name(paper.form),
        paper.school_class or DASH,
        f"{paper.first_day:%d.%m.%Y} – {paper.last_day:%d.%m.%Y}",
        moment(paper.issued_at),
        f"{paper.issued_by or DASH}, {post}",
        ", ".join(part for part in states if part) or DASH,
    )

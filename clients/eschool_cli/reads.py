"""``eschool reads``: who has looked at personal data (1.4)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import moment
from eschool_core.queries import lookup
from eschool_core.queries.personal_reads import ReadEntry, personal_reads


@click.command(name="reads", cls=LocalCommand, says="reads")
@option("--pupil", default="", says="reads_pupil", shown_as="text")
@as_json
@click.pass_obj
def reads_command(session: Session, pupil: str, as_json: bool) -> None:  # noqa: FBT001
    """Show who opened personal data and when, with refusals (1.4)."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        pupil_id = lookup.any_pupil(store, pupil, today).pupil_id if pupil else 0
        entries = personal_reads(store, pupil_id=pupil_id)
    if as_json:
        session.screen.json([entry.as_json() for entry in entries])
        return
    if not entries:
        session.screen.line(say("cli.reads.none"))
        return
    columns = (
        Column(say("cli.reads.day"), keep=True),
        Column(say("cli.reads.reader")),
        Column(say("cli.reads.subject")),
        Column(say("cli.reads.outcome")),
    )
    session.screen.table(columns, [_row(entry) for entry in entries])


def _row(entry: ReadEntry) -> tuple[str, ...]:
    subject = entry.pupil
    if entry.school_class:
        subject = say("cli.reads.whole_class", school_class=entry.school_class)
    if entry.whole_school:
        subject = say("cli.reads.whole_school")
    if entry.conversations:
        subject = say("cli.reads.conversations")
    outcome = say("cli.reads.denied" if entry.denied else "cli.reads.shown")
    return (moment(entry.first_at), entry.reader, subject, outcome)

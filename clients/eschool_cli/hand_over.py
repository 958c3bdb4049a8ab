"""``eschool hand-over``: a class passes to its next class teacher by an act (§2)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.duties import said_of
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.noting import log_reading
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import moment, short_date
from eschool_cli.writing import made, receipt_json, show
from eschool_core.commands.credentials import HandOverClass
from eschool_core.domain.enums import PersonKind
from eschool_core.queries import lookup
from eschool_core.queries.hand_over import handed_over
from eschool_core.queries.people import person
from eschool_core.queries.personal_reads import reading_of_class
from eschool_core.queries.slips import unissued


@click.command(name="hand-over", cls=LocalCommand)
@argument("class_name", says="class")
@argument("typed", says="person")
@option("--act", required=True, says="act", shown_as="text")
@option("--from", "first", type=DayType(), default=TODAY, says="handed_from", shown_as="date")
@as_json
@click.pass_obj
def hand_over_command(
    session: Session,
    class_name: str,
    typed: str,
    act: str,
    first: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Pass a class, and list for the act its open duties, unissued slips and applications."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        led = lookup.school_class(store, class_name, today)
        someone = person(store, typed, today, kind=PersonKind.STAFF)
        slips = unissued(store, replica.now(), led.id)
        log_reading(replica, reading_of_class(store, replica.person_id, led.id, today))
        handed = handed_over(store, led, replica.now(), today)
        receipt = replica.do(
            made(
                HandOverClass,
                class_id=led.id,
                to_id=someone.person_id,
                day=first.number(today),
                act=act,
            )
        )
    if as_json:
        listed = [line.as_json() for line in slips]
        session.screen.json(
            {"slips": listed, **handed.as_json(), **receipt_json(receipt, session.language)}
        )
        return
    done = say("cli.hand-over.done", school_class=led.name, name=someone.name)
    show(session, [receipt], [done], as_json=False)
    session.screen.line(say("cli.hand-over.slips", count=len(slips)))
    if slips:
        columns = (Column(say("cli.slips.person")), Column(say("cli.slips.expires"), keep=True))
        session.screen.table(columns, [(one.name, moment(one.expires_at)) for one in slips])
    session.screen.line(say("cli.hand-over.duties", count=len(handed.duties)))
    for duty in handed.duties:
        session.screen.line(said_of(duty.text, duty.params, session.language), indent=2)
    session.screen.line(say("cli.hand-over.applications", count=len(handed.applications)))
    if handed.applications:
        applications = (
            Column(say("cli.column.guardian")),
            Column(say("cli.column.pupil")),
            Column(say("cli.consent.document")),
            Column(say("cli.guardians.from"), keep=True),
        )
        session.screen.table(
            applications,
            [
                (one.guardian, one.pupil, one.document, short_date(one.first_day))
                for one in handed.applications
            ],
        )

"""``eschool excuse``: the class teacher states why a pupil was away (4.6.2)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import Day, DayType, WordType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.calendar import date_of
from eschool_core.commands.care import ExcuseAbsence
from eschool_core.domain.enums import ExcuseKind
from eschool_core.queries import lookup


@click.command(name="excuse", cls=LocalCommand)
@argument("pupil", says="excused_pupil")
@option(
    "--reason",
    type=WordType(ExcuseKind),
    required=True,
    says="excuse_reason",
    shown_as="excuse_reason",
)
@option("--from", "first", type=DayType(), default=TODAY, says="excuse_from", shown_as="date")
@option("--to", "last", type=DayType(), says="excuse_to", shown_as="date")
@option("--document", default="", says="excuse_document", shown_as="text")
@as_json
@click.pass_obj
def excuse_command(
    session: Session,
    pupil: str,
    reason: ExcuseKind,
    first: Day,
    last: Day | None,
    document: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """State why a pupil was away on whole days; the teacher's entry stays."""
    with session.replica() as replica:
        today = today_of(replica)
        first_day = first.number(today)
        last_day = first_day if last is None else last.number(today)
        someone = lookup.any_pupil(replica.store, pupil, first_day)
        command = made(
            ExcuseAbsence,
            pupil_id=someone.pupil_id,
            excuse=reason,
            first_day=first_day,
            last_day=last_day,
            document=document,
        )
        done = say(
            "cli.excuse.done",
            pupil=someone.name,
            reason=say(f"ExcuseKind.{reason.name.lower()}"),
            first=f"{date_of(first_day):%d.%m.%Y}",
            last=f"{date_of(last_day):%d.%m.%Y}",
        )
        give(session, replica, command, done, as_json=as_json)

"""``eschool exam`` and ``eschool final-mark``: exam marks and marks of the certificate (2.6)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json, journal_arguments
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.naming_terms import ResultType
from eschool_cli.parameters import Day, DayType
from eschool_cli.session import Session, today_of
from eschool_cli.writing import give, made
from eschool_core.commands.finals import ConfirmFinalMark, SetExamMark
from eschool_core.domain.school import Journal
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.regulation.results import shown
from eschool_core.results.final import propose_final


@click.command(name="exam", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="pupil")
@argument("value", says="result", type=ResultType())
@option("--protocol", required=True, says="protocol", shown_as="text")
@option("--date", "day", type=DayType(), default=TODAY, says="protocol_date", shown_as="date")
@option("--reason", default="", says="reason", shown_as="text")
@as_json
@click.pass_obj
def exam_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    value: int,
    protocol: str,
    day: Day,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enter an exam mark from its protocol, as the person whom an order names."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        person = lookup.pupil(store, pupil, place.journal_id, today)
        command = made(
            SetExamMark,
            journal_id=place.journal_id,
            pupil_id=person.pupil_id,
            value=value,
            protocol=protocol,
            protocol_day=day.number(today),
            reason=reason,
        )
        done = say("cli.exam.done", pupil=person.name, value=shown(value))
        give(session, replica, command, done, as_json=as_json)


@click.command(name="final-mark", cls=LocalCommand)
@journal_arguments
@argument("pupil", says="pupil")
@argument("value", says="result", type=ResultType(), required=False)
@option("--with", "others", multiple=True, says="with_subject", shown_as="subject")
@option("--reason", default="", says="reason", shown_as="text")
@as_json
@click.pass_obj
def final_mark_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    value: int | None,
    others: tuple[str, ...],
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show the proposed mark of the certificate, or confirm one."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        person = lookup.pupil(store, pupil, place.journal_id, today)
        beside = [lookup.journal(store, class_name, name, today).journal_id for name in others]
        if value is not None:
            command = made(
                ConfirmFinalMark,
                journal_id=place.journal_id,
                pupil_id=person.pupil_id,
                other_ids=beside,
                value=value,
                reason=reason,
            )
            done = say("cli.final-mark.done", pupil=person.name, value=shown(value))
            give(session, replica, command, done, as_json=as_json)
            return
        proposal = propose_final(
            store,
            store.require(Journal, place.journal_id),
            person.pupil_id,
            [store.require(Journal, journal_id) for journal_id in beside],
        )
    proposed = shown(0 if proposal.value is None else int(proposal.value))
    why = [text(entry.key, session.language, **entry.params) for entry in proposal.reasons]
    if as_json:
        session.screen.json({"pupil": person.name, "proposed": proposed, "why": why})
        return
    session.screen.heading(f"{place.group} · {place.subject} · {person.name}: {proposed}")
    for sentence in why:
        session.screen.line(f"· {sentence}", indent=2)

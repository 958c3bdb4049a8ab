"""``eschool correction``: changes in a closed term, proposed by one, decided by another (2.2)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, journal_arguments
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.naming_terms import YEAR, ResultType, of_journal, term_option
from eschool_cli.parameters import Day, DayType, NumberType
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment, short_date
from eschool_cli.writing import give, made
from eschool_core.commands.base import MAX_ID
from eschool_core.commands.corrections import DecideCorrection, ProposeCorrection
from eschool_core.domain.result_enums import CorrectionTarget, ResultKind
from eschool_core.labels import text
from eschool_core.queries import lookup
from eschool_core.queries.corrections import CorrectionAnswer, corrections
from eschool_core.regulation.results import shown

CORRECTION = NumberType(1, MAX_ID)


@click.group(name="correction", cls=LocalGroup)
def correction_group() -> None:
    """Changes in a closed term."""


@correction_group.command(name="list", cls=LocalCommand, says="correction.list")
@as_json
@click.pass_obj
def list_command(session: Session, as_json: bool) -> None:  # noqa: FBT001
    """Show proposed changes with who proposed and who decided."""
    with session.replica() as replica:
        found = corrections(replica.store)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.correction.none"))
    for entry in found:
        _show(session, entry)


def _show(session: Session, entry: CorrectionAnswer) -> None:
    state = text(f"CorrectionState.{entry.state}", session.language)
    target = text(f"CorrectionTarget.{entry.target}", session.language)
    day = f" {short_date(entry.day)}" if entry.day else ""
    where = f"{entry.group} · {entry.subject} · {entry.pupil}"
    session.screen.heading(f"{entry.correction_id} · {where}")
    session.screen.line(f"{target}{day} → {_value(entry)} · {entry.ground}", indent=2)
    proposed = f"{entry.proposed_by or DASH}, {moment(entry.proposed_at)}"
    decided = f" · {entry.decided_by}" if entry.decided_by else ""
    answer = f": {entry.answer}" if entry.answer else ""
    session.screen.line(f"{state} · {proposed}{decided}{answer}", "dim", indent=2)


def _value(entry: CorrectionAnswer) -> str:
    return str(entry.value) if entry.target == "attendance" else shown(entry.value)


@correction_group.command(name="propose", cls=LocalCommand, says="correction.propose")
@journal_arguments
@argument("pupil", says="pupil")
@argument("value", says="result", type=ResultType())
@option("--ground", required=True, says="ground", shown_as="text")
@option("--date", "day", type=DayType(), says="correction_date", shown_as="date")
@term_option
@as_json
@click.pass_obj
def propose_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    value: int,
    ground: str,
    day: Day | None,
    ordinal: int | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Propose another mark in a closed term: of a lesson by its date, else of the term."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        person = lookup.pupil(store, pupil, place.journal_id, today)
        fields: dict[str, int] = {}
        if day is not None:
            lesson = lookup.lesson(store, place.journal_id, day.number(today))
            fields = {"target": CorrectionTarget.MARK, "lesson_id": lesson.id}
        else:
            term_id = of_journal(store, place.journal_id, ordinal, today)
            kind = ResultKind.YEAR if term_id == YEAR else ResultKind.TERM
            fields = {
                "target": CorrectionTarget.RESULT,
                "result_kind": int(kind),
                "term_id": term_id,
            }
        command = made(
            ProposeCorrection,
            journal_id=place.journal_id,
            pupil_id=person.pupil_id,
            value=value,
            ground=ground,
            **fields,
        )
        done = say("cli.correction.propose.done", pupil=person.name, value=shown(value))
        give(session, replica, command, done, as_json=as_json)


@correction_group.command(name="approve", cls=LocalCommand, says="correction.approve")
@argument("correction", says="correction", type=CORRECTION)
@option("--answer", default="", says="answer", shown_as="text")
@as_json
@click.pass_obj
def approve_command(session: Session, correction: int, answer: str, as_json: bool) -> None:  # noqa: FBT001
    """Approve what somebody else has proposed."""
    _decide(session, correction, 1, answer, as_json=as_json)


@correction_group.command(name="decline", cls=LocalCommand, says="correction.decline")
@argument("correction", says="correction", type=CORRECTION)
@option("--answer", required=True, says="answer", shown_as="text")
@as_json
@click.pass_obj
def decline_command(session: Session, correction: int, answer: str, as_json: bool) -> None:  # noqa: FBT001
    """Decline what somebody else has proposed, and say why."""
    _decide(session, correction, 0, answer, as_json=as_json)


def _decide(session: Session, correction: int, approve: int, answer: str, *, as_json: bool) -> None:
    with session.replica() as replica:
        command = made(DecideCorrection, correction_id=correction, approve=approve, answer=answer)
        key = "cli.correction.approve.done" if approve else "cli.correction.decline.done"
        give(session, replica, command, say(key, number=correction), as_json=as_json)

"""``eschool pupil``: who comes, leaves, changes class, returns (4.6.6)."""

from __future__ import annotations

import click

from eschool_cli import pupil_file
from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import MAX_DIGITS, Day, DayType, NumberType, WordType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.commands.pupil_requests import (
    ConfirmRequest,
    ReadmitPupil,
    RejectRequest,
    RequestPupil,
    RequestRemoval,
)
from eschool_core.domain.care_enums import RequestState
from eschool_core.domain.enums import Sex
from eschool_core.queries import lookup
from eschool_core.queries.people import name_parts
from eschool_core.queries.pupil_requests import pupil_requests

NUMBER = NumberType(1, 10**MAX_DIGITS)
first_day = option(
    "--from", "first", type=DayType(), default=TODAY, says="pupil_from", shown_as="date"
)
last_day = option("--last", type=DayType(), default=TODAY, says="pupil_last", shown_as="date")
order = option("--order", required=True, says="pupil_order", shown_as="text")


@click.group(name="pupil", cls=LocalGroup)
def pupil_group() -> None:
    """Who comes, leaves, changes class, returns."""


@pupil_group.command(name="request", cls=LocalCommand, says="pupil.request")
@argument("name", says="full_name")
@argument("class_name", says="class")
@first_day
@option("--born", type=DayType(), says="corrected_born", shown_as="date")
@option("--sex", type=WordType(Sex), says="corrected_sex", shown_as="text")
@option("--note", default="", says="check_note", shown_as="text")
@as_json
@click.pass_obj
def request_command(
    session: Session,
    name: str,
    class_name: str,
    first: Day,
    born: Day | None,
    sex: Sex | None,
    note: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Ask that a newcomer be entered; the pupil stands in the lists at once."""
    family, given, patronymic = name_parts(name)
    with session.replica() as replica:
        today = today_of(replica)
        school_class = lookup.school_class(replica.store, class_name, today)
        command = made(
            RequestPupil,
            class_id=school_class.id,
            family=family,
            given=given,
            patronymic=patronymic,
            first_day=first.number(today),
            birth_day=0 if born is None else born.number(today),
            sex=0 if sex is None else int(sex),
            note=note,
        )
        done = say("cli.pupil.requested", name=name, school_class=school_class.name)
        give(session, replica, command, done, as_json=as_json)


@pupil_group.command(name="leaves", cls=LocalCommand, says="pupil.leaves")
@argument("pupil", says="corrected_pupil")
@last_day
@option("--note", default="", says="check_note", shown_as="text")
@as_json
@click.pass_obj
def leaves_command(
    session: Session,
    pupil: str,
    last: Day,
    note: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Ask that a leaver be removed."""
    with session.replica() as replica:
        day = last.number(today_of(replica))
        someone = lookup.any_pupil(replica.store, pupil, day)
        command = made(
            RequestRemoval,
            class_id=lookup.class_of_pupil(replica.store, someone.pupil_id, day),
            pupil_id=someone.pupil_id,
            last_day=day,
            note=note,
        )
        done = say("cli.pupil.removal_requested", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


@pupil_group.command(name="requests", cls=LocalCommand, says="pupil.requests")
@option("--all", "everything", is_flag=True, says="requests_all")
@as_json
@click.pass_obj
def requests_command(session: Session, everything: bool, as_json: bool) -> None:  # noqa: FBT001
    """Show the requests that wait for an order."""
    with session.replica() as replica:
        found = pupil_requests(replica.store, None if everything else RequestState.OPEN)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.pupil.no_requests"))
        return
    columns = (
        Column(say("cli.column.number"), "right", keep=True),
        Column(say("cli.column.pupil")),
        Column(say("cli.column.class")),
        Column(say("cli.column.asked")),
        Column(say("cli.column.state")),
    )
    rows = [
        (
            str(entry.request_id),
            entry.pupil or DASH,
            entry.school_class,
            f"{say(f'RequestKind.{entry.kind.name.lower()}')} {entry.day:%d.%m.%Y}, "
            f"{entry.asked_by or DASH}, {moment(entry.asked_at)}",
            " ".join(
                part for part in (say(f"RequestState.{entry.state.name.lower()}"), entry.answer)
            ).strip(),
        )
        for entry in found
    ]
    session.screen.table(columns, rows)


@pupil_group.command(name="confirm", cls=LocalCommand, says="pupil.confirm")
@argument("request", says="request_number", type=NUMBER)
@order
@option("--date", "day", type=DayType(), default=TODAY, says="order_day", shown_as="date")
@as_json
@click.pass_obj
def confirm_command(
    session: Session,
    request: int,
    order: str,
    day: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Carry out a request by an order."""
    with session.replica() as replica:
        command = made(
            ConfirmRequest, request_id=request, day=day.number(today_of(replica)), order=order
        )
        give(session, replica, command, say("cli.pupil.confirmed"), as_json=as_json)


@pupil_group.command(name="reject", cls=LocalCommand, says="pupil.reject")
@argument("request", says="request_number", type=NUMBER)
@argument("reason", says="reject_reason")
@as_json
@click.pass_obj
def reject_command(session: Session, request: int, reason: str, as_json: bool) -> None:  # noqa: FBT001
    """Decline a request; what was written goes to review."""
    with session.replica() as replica:
        command = made(RejectRequest, request_id=request, reason=reason)
        give(session, replica, command, say("cli.pupil.rejected"), as_json=as_json)


@pupil_group.command(name="move", cls=LocalCommand, says="pupil.move")
@argument("pupil", says="corrected_pupil")
@argument("class_name", says="class")
@first_day
@order
@as_json
@click.pass_obj
def move_command(
    session: Session,
    pupil: str,
    class_name: str,
    first: Day,
    order: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Move a pupil to another class by an order."""
    _to_class(session, MovePupil, pupil, class_name, first, order, as_json=as_json)


@pupil_group.command(name="readmit", cls=LocalCommand, says="pupil.readmit")
@argument("pupil", says="corrected_pupil")
@argument("class_name", says="class")
@first_day
@order
@as_json
@click.pass_obj
def readmit_command(
    session: Session,
    pupil: str,
    class_name: str,
    first: Day,
    order: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enrol a pupil who had left; earlier marks stay the pupil's."""
    _to_class(session, ReadmitPupil, pupil, class_name, first, order, as_json=as_json)


def _to_class(
    session: Session,
    model: type[MovePupil | ReadmitPupil],
    pupil: str,
    class_name: str,
    first: Day,
    order: str,
    *,
    as_json: bool,
) -> None:
    with session.replica() as replica:
        day = first.number(today_of(replica))
        someone = lookup.any_pupil(replica.store, pupil, day)
        school_class = lookup.school_class(replica.store, class_name, day)
        command = made(
            model,
            pupil_id=someone.pupil_id,
            class_id=school_class.id,
            first_day=day,
            order=order,
        )
        done = say("cli.pupil.moved", name=someone.name, school_class=school_class.name)
        give(session, replica, command, done, as_json=as_json)


@pupil_group.command(name="withdraw", cls=LocalCommand, says="pupil.withdraw")
@argument("pupil", says="corrected_pupil")
@last_day
@order
@as_json
@click.pass_obj
def withdraw_command(session: Session, pupil: str, last: Day, order: str, as_json: bool) -> None:  # noqa: FBT001
    """End a pupil's enrolment by an order; nothing is deleted."""
    with session.replica() as replica:
        day = last.number(today_of(replica))
        someone = lookup.any_pupil(replica.store, pupil, day)
        command = made(WithdrawPupil, pupil_id=someone.pupil_id, last_day=day, order=order)
        done = say("cli.pupil.withdrawn", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


for command in pupil_file.COMMANDS:
    pupil_group.add_command(command)

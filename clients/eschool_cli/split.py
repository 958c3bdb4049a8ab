"""``eschool split``: subgroups of a class: draft, approval, agreement, change (4.6.4)."""

from __future__ import annotations

import click

from eschool_cli.answers import TODAY, as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day, DayType
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment
from eschool_cli.writing import give, made
from eschool_core.commands.group_drafts import ApproveGroups, ConfirmGroup, DraftGroup
from eschool_core.commands.groups import ChangeGroup
from eschool_core.domain.enums import GroupChangeGround
from eschool_core.errors import InputError
from eschool_core.queries import lookup, lookup_groups
from eschool_core.queries.group_draft import group_draft


@click.group(name="split", cls=LocalGroup)
def split_group() -> None:
    """Subgroups of a class."""


@split_group.command(name="show", cls=LocalCommand, says="split.show")
@argument("class_name", says="class")
@argument("subject", says="subject")
@as_json
@click.pass_obj
def show_command(session: Session, class_name: str, subject: str, as_json: bool) -> None:  # noqa: FBT001
    """Show how a class is split for a subject, and who is not placed."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        school_class = lookup.school_class(store, class_name, today)
        subject_id = lookup_groups.subject(store, subject)
        answer = group_draft(store, school_class.id, subject_id, today)
    if as_json:
        session.screen.json(answer.as_json())
        return
    if answer.partial:
        session.screen.line(say("cli.check.partial"))
    columns = (Column(say("cli.column.pupil")), Column(say("cli.column.group")))
    rows = [
        (
            each.name,
            each.group or (say("cli.split.outside", reason=each.outside) if each.placed else DASH),
        )
        for each in answer.pupils
    ]
    session.screen.table(columns, rows)
    for part in answer.parts:
        said = say(
            "cli.split.part",
            group=part.group,
            teachers=part.teachers or DASH,
            count=part.pupils,
            approved=moment(part.approved_at),
            confirmed=moment(part.confirmed_at),
        )
        session.screen.line(said, indent=2)
    if answer.unplaced:
        session.screen.line(say("cli.split.unplaced", names=", ".join(answer.unplaced)), "bold")


@split_group.command(name="place", cls=LocalCommand, says="split.place")
@argument("class_name", says="class")
@argument("subject", says="subject")
@argument("pupil", says="corrected_pupil")
@option("--group", says="split_group", shown_as="text")
@option("--outside", says="split_outside", shown_as="text")
@as_json
@click.pass_obj
def place_command(
    session: Session,
    class_name: str,
    subject: str,
    pupil: str,
    group: str | None,
    outside: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Put a pupil into a group of the draft, or outside with a reason."""
    if (group is None) == (outside is None):
        raise InputError("cli.split.where")
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        someone = lookup.any_pupil(store, pupil, today)
        command = made(
            DraftGroup,
            class_id=lookup.school_class(store, class_name, today).id,
            subject_id=lookup_groups.subject(store, subject),
            pupil_id=someone.pupil_id,
            group_id=0 if group is None else lookup_groups.group(store, group, today),
            reason=outside or "",
        )
        done = say("cli.split.placed", name=someone.name)
        give(session, replica, command, done, as_json=as_json)


@split_group.command(name="approve", cls=LocalCommand, says="split.approve")
@argument("class_name", says="class")
@argument("subject", says="subject")
@option("--from", "first", type=DayType(), default=TODAY, says="split_from", shown_as="date")
@as_json
@click.pass_obj
def approve_command(
    session: Session,
    class_name: str,
    subject: str,
    first: Day,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Approve the split; the teachers are asked to agree."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        command = made(
            ApproveGroups,
            class_id=lookup.school_class(store, class_name, today).id,
            subject_id=lookup_groups.subject(store, subject),
            first_day=first.number(today),
        )
        give(session, replica, command, say("cli.split.approved"), as_json=as_json)


@split_group.command(name="agree", cls=LocalCommand, says="split.agree")
@argument("class_name", says="class")
@argument("subject", says="subject")
@as_json
@click.pass_obj
def agree_command(session: Session, class_name: str, subject: str, as_json: bool) -> None:  # noqa: FBT001
    """Agree, as the teacher, to the list of the own group."""
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        place = lookup.journal(store, class_name, subject, today, replica.person_id)
        command = made(
            ConfirmGroup,
            journal_id=place.journal_id,
            class_id=lookup.school_class(store, class_name, today).id,
        )
        give(session, replica, command, say("cli.split.agreed"), as_json=as_json)


@split_group.command(name="change", cls=LocalCommand, says="split.change")
@argument("pupil", says="corrected_pupil")
@option("--out-of", "old", says="split_old", shown_as="text")
@option("--into", "new", required=True, says="split_new", shown_as="text")
@option("--from", "first", type=DayType(), default=TODAY, says="split_from", shown_as="date")
@option("--application", says="split_application", shown_as="text")
@option("--order", says="split_order", shown_as="text")
@option("--of", "signed", type=DayType(), default=TODAY, says="split_signed", shown_as="date")
@option("--applicant", default="", says="split_applicant", shown_as="text")
@as_json
@click.pass_obj
def change_command(
    session: Session,
    pupil: str,
    old: str | None,
    new: str,
    first: Day,
    application: str | None,
    order: str | None,
    signed: Day,
    applicant: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Move a pupil between groups on a written application, or by an order (4.6.4/2)."""
    ground = GroupChangeGround.ORDER if order else GroupChangeGround.APPLICATION
    if old is None:
        ground = GroupChangeGround.FIRST_PLACING
    with session.replica() as replica:
        store, today = replica.store, today_of(replica)
        someone = lookup.any_pupil(store, pupil, today)
        by_application = ground is GroupChangeGround.APPLICATION
        command = made(
            ChangeGroup,
            pupil_id=someone.pupil_id,
            from_group_id=0 if old is None else lookup_groups.group(store, old, today),
            to_group_id=lookup_groups.group(store, new, today),
            first_day=first.number(today),
            ground=int(ground),
            document=application or order or "",
            document_day=0 if old is None else signed.number(today),
            applicant_id=lookup_groups.applicant(store, someone.pupil_id, applicant)
            if by_application
            else 0,
        )
        give(
            session, replica, command, say("cli.split.changed", name=someone.name), as_json=as_json
        )

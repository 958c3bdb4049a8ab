"""``eschool planning``: calendar plans against the curriculum (2.3)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json, journal_arguments
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.screen import Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import moment
from eschool_cli.writing import give, made
from eschool_core.commands.plans import ApprovePlan, CopyPlan, signed_hours
from eschool_core.queries import lookup
from eschool_core.queries.plan_state import PlanState, plan_states


@click.group(name="planning", cls=LocalGroup)
def planning_group() -> None:
    """Calendar plans against the curriculum."""


@planning_group.command(name="list", cls=LocalCommand, says="planning.list")
@option("--own", is_flag=True, says="planning_own")
@as_json
@click.pass_obj
def list_command(session: Session, own: bool, as_json: bool) -> None:  # noqa: FBT001
    """Show the hours of plans beside the curriculum's, and what is approved."""
    with session.replica() as replica:
        today = today_of(replica)
        journals = lookup.own_journals(replica.store, replica.person_id, today) if own else None
        found = plan_states(replica.store, today, journals)
    if as_json:
        session.screen.json([entry.as_json() for entry in found])
        return
    if not found:
        session.screen.line(say("cli.planning.none"))
        return
    columns = (
        Column(say("cli.column.class")),
        Column(say("cli.column.subject")),
        Column(say("cli.column.plan_hours"), "right"),
        Column(say("cli.column.curriculum_hours"), "right"),
        Column(say("cli.column.hours_difference"), "right"),
        Column(say("cli.column.state")),
    )
    session.screen.table(columns, [_row(entry) for entry in found])


def _row(entry: PlanState) -> tuple[str, ...]:
    state = say("cli.planning.draft")
    if entry.approved_at is not None:
        state = say("cli.planning.approved_at", at=moment(entry.approved_at))
        state += f": {entry.reason}" if entry.reason else ""
    return (
        entry.group,
        entry.subject,
        str(entry.planned),
        str(entry.expected),
        signed_hours(entry.difference) if entry.difference else "0",
        state,
    )


@planning_group.command(name="approve", cls=LocalCommand, says="planning.approve")
@journal_arguments
@option("--reason", default="", says="planning_reason", shown_as="text")
@as_json
@click.pass_obj
def approve_command(
    session: Session,
    class_name: str,
    subject: str,
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Approve a plan; hours that differ from the curriculum's need a reason."""
    with session.replica() as replica:
        place = lookup.journal(replica.store, class_name, subject, today_of(replica))
        command = made(ApprovePlan, journal_id=place.journal_id, reason=reason)
        done = say("cli.planning.approved", group=place.group, subject=place.subject)
        give(session, replica, command, done, as_json=as_json)


@planning_group.command(name="copy", cls=LocalCommand, says="planning.copy")
@journal_arguments
@argument("target", says="target_class")
@as_json
@click.pass_obj
def copy_command(
    session: Session,
    class_name: str,
    subject: str,
    target: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Copy a plan to a parallel class."""
    with session.replica() as replica:
        today = today_of(replica)
        source = lookup.journal(replica.store, class_name, subject, today, replica.person_id)
        other = lookup.journal(replica.store, target, subject, today, replica.person_id)
        command = made(CopyPlan, source_id=source.journal_id, journal_id=other.journal_id)
        done = say("cli.planning.copied", group=other.group, subject=other.subject)
        give(session, replica, command, done, as_json=as_json)

"""``eschool held``: what waits for the deputy head, and the decision on it (design §5.4)."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, LocalGroup, argument, option, say
from eschool_cli.parameters import Day as TypedDay
from eschool_cli.parameters import DayType, NumberType
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, moment, remedy, sentence
from eschool_cli.writing import give, made
from eschool_core.commands.base import MAX_ID
from eschool_core.commands.held import ApplyHeld, DeclineHeld
from eschool_core.commands.outages import DeclareOutage, SettleTimeliness
from eschool_core.domain.review import HeldState
from eschool_core.ids import MAX_DEVICE
from eschool_core.labels import Language
from eschool_core.queries.described import described, kind_said
from eschool_core.queries.held import HeldAnswer, command_of, held_commands

HELD = NumberType(1, MAX_ID)


@click.group(name="held", cls=LocalGroup, invoke_without_command=True, no_args_is_help=False)
@option("--all", "everything", is_flag=True, says="held_all")
@as_json
@click.pass_context
def held_group(ctx: click.Context, everything: bool, as_json: bool) -> None:  # noqa: FBT001
    """List what waits, unless a subcommand is given."""
    if ctx.invoked_subcommand is None:
        _list(ctx.obj, everything=everything, as_json=as_json)


@held_group.command(name="apply", cls=LocalCommand, says="held.apply")
@argument("held", says="held", type=HELD)
@option("--reason", required=True, says="held_reason", shown_as="text")
@as_json
@click.pass_obj
def apply_command(session: Session, held: int, reason: str, as_json: bool) -> None:  # noqa: FBT001
    """Let a held command stand as its author gave it."""
    with session.replica() as replica:
        command = made(ApplyHeld, held_id=held, reason=reason)
        give(session, replica, command, say("cli.held.applied"), as_json=as_json)


@held_group.command(name="decline", cls=LocalCommand, says="held.decline")
@argument("held", says="held", type=HELD)
@option("--reason", required=True, says="held_reason", shown_as="text")
@as_json
@click.pass_obj
def decline_command(session: Session, held: int, reason: str, as_json: bool) -> None:  # noqa: FBT001
    """Let a held command fall for good."""
    with session.replica() as replica:
        command = made(DeclineHeld, held_id=held, reason=reason)
        give(session, replica, command, say("cli.held.declined"), as_json=as_json)


@click.command(name="settle", cls=LocalCommand)
@argument("finding", says="finding", type=HELD)
@option("--in-time/--late", "in_time", required=True, default=None, says="settle_in_time")
@option("--reason", required=True, says="held_reason", shown_as="text")
@as_json
@click.pass_obj
def settle_command(
    session: Session,
    finding: int,
    in_time: bool,  # noqa: FBT001
    reason: str,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Decide whether an entry of undetermined time was in time (4.5.3)."""
    with session.replica() as replica:
        command = made(SettleTimeliness, finding_id=finding, in_time=int(in_time), reason=reason)
        done = say("cli.settle.in_time" if in_time else "cli.settle.late")
        give(session, replica, command, done, as_json=as_json)


@click.command(name="outage", cls=LocalCommand)
@option("--from", "first", type=DayType(), required=True, says="outage_from", shown_as="date")
@option("--to", "last", type=DayType(), required=True, says="outage_to", shown_as="date")
@option("--act", required=True, says="outage_act", shown_as="text")
@option(
    "--device",
    type=NumberType(1, MAX_DEVICE),
    default=0,
    says="outage_device",
    shown_as="number",
)
@as_json
@click.pass_obj
def outage_command(
    session: Session,
    first: TypedDay,
    last: TypedDay,
    act: str,
    device: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Declare a time without network by an act (4.5.3)."""
    with session.replica() as replica:
        today = today_of(replica)
        command = made(
            DeclareOutage,
            act=act,
            first_day=first.number(today),
            last_day=last.number(today),
            device=device,
        )
        give(session, replica, command, say("cli.outage.done"), as_json=as_json)


def _list(session: Session, *, everything: bool, as_json: bool) -> None:
    with session.replica() as replica:
        listed = held_commands(replica.store, everything=everything)
        shown = [
            (
                entry,
                described(
                    replica.store, command_of(replica.store, entry.held_id), session.language
                ),
            )
            for entry in listed
        ]
    if as_json:
        session.screen.json([_as_json(entry, session.language) for entry in listed])
        return
    if not listed:
        session.screen.line(say("cli.held.none"))
    for entry, fields in shown:
        _show(session, entry, fields)
    if any(entry.state is HeldState.OPEN for entry in listed):
        session.screen.line()
        session.screen.line(say("cli.held.how"), "dim")


def _show(session: Session, entry: HeldAnswer, fields: list[tuple[str, str]]) -> None:
    kind = kind_said(entry.kind, session.language)
    state = say(f"HeldState.{entry.state.name.lower()}")
    session.screen.heading(f"№ {entry.held_id} · {kind} · {entry.actor or DASH} · {state}")
    for name, value in fields:
        session.screen.line(f"{name}: {value}", indent=2)
    session.screen.line(sentence(entry.key, entry.params, session.language), "bold", indent=2)
    evidence = say(
        "cli.findings.evidence",
        earliest=moment(entry.earliest),
        latest=moment(entry.latest),
        claimed=moment(entry.claimed),
    )
    session.screen.line(evidence, indent=2)
    device = say("cli.held.device", device=entry.device, number=entry.number)
    session.screen.line(device, "dim", indent=2)
    if entry.group:
        session.screen.line(say("cli.held.group", number=entry.group), indent=2)
    if entry.state is not HeldState.OPEN:
        closed = say("cli.findings.closed", at=moment(entry.closed_at), by=entry.closed_by or DASH)
        session.screen.line(f"{closed} {entry.reason}".rstrip(), indent=2)


def _as_json(entry: HeldAnswer, language: Language) -> dict[str, Any]:
    return {
        **entry.as_json(),
        "text": sentence(entry.key, entry.params, language),
        "remedy": remedy(entry.key, entry.params, language),
    }

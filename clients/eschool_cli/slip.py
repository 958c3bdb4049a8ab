"""``eschool slip``: a one-time code from whoever stands before the person in the chain (3.1)."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, say
from eschool_cli.session import Session, today_of
from eschool_cli.wording import moment
from eschool_cli.writing import made, receipt_json
from eschool_core.commands import facts
from eschool_core.commands.access import SECONDS_PER_DAY, IssueSlip
from eschool_core.ids import login_of
from eschool_core.queries.in_force import local, zone_of
from eschool_core.queries.people import person

CLOCK_MARGIN_SECONDS = 60
"""Our estimate of the server's time is whole seconds and may run a little ahead; a slip that would
then live longer than the policy allows would be refused."""


@click.command(name="slip", cls=LocalCommand)
@argument("typed", says="person")
@as_json
@click.pass_obj
def slip_command(session: Session, typed: str, as_json: bool) -> None:  # noqa: FBT001
    """Give a one-time code to the next link of the chain; only its hash is kept (3.1)."""
    from eschool_sync.security.codes import code_hash, new_code
    from eschool_sync.security.random_source import SystemRandom

    with session.replica() as replica:
        store, today, now = replica.store, today_of(replica), replica.now()
        someone = person(store, typed, today)
        valid_days = facts.policy_number(store, "slip_valid_days", today)
        expires_at = now + valid_days * SECONDS_PER_DAY - CLOCK_MARGIN_SECONDS
        code = new_code(SystemRandom())
        receipt = replica.do(
            made(
                IssueSlip,
                person_id=someone.person_id,
                secret_hash=code_hash(code),
                expires_at=expires_at,
            )
        )
        until = local(expires_at, zone_of(store))
        server, school = replica.status().server_url, replica.school
    if as_json:
        told = {"person_id": someone.person_id, "code": code, "server": server, "school": school}
        told["login"] = login_of(someone.person_id)
        ends = None if until is None else until.isoformat()
        session.screen.json({**told, "expires_at": ends, **receipt_json(receipt, session.language)})
        return
    screen = session.screen
    screen.line(say("cli.slip.done", name=someone.name, until=moment(until)))
    screen.line()
    screen.heading(f"    {code}")
    screen.line()
    screen.line(say("cli.slip.login", login=login_of(someone.person_id)))
    screen.line(say("cli.slip.how"))
    screen.line(f"eschool enrol {server} --school {school}", indent=4)
    screen.line(say("cli.slip.sync"), "dim")

"""``eschool passphrase``: a new passphrase, also for one who has forgotten the old one."""

from __future__ import annotations

import click

from eschool_cli.answers import as_json
from eschool_cli.home import existing_folder
from eschool_cli.localised import LocalCommand, option, say
from eschool_cli.prompts import secret
from eschool_cli.session import Session


@click.command(name="passphrase", cls=LocalCommand)
@option("--recovery", is_flag=True, says="recovery")
@as_json
@click.pass_obj
def passphrase_command(session: Session, recovery: bool, as_json: bool) -> None:  # noqa: FBT001
    """Set a new passphrase; after the recovery code was used, give a new one."""
    folder = existing_folder(session.home, session.profile)
    from eschool_sync.replica import Replica

    question = "cli.ask.recovery" if recovery else "cli.ask.passphrase"
    known = secret(question, session.passphrase_fd)
    way = Replica.open_with_recovery_code if recovery else Replica.open
    code = ""
    with way(folder, known) as replica:
        new = secret("cli.ask.new_passphrase", session.passphrase_fd, confirm=True)
        replica.change_passphrase(new)
        if recovery:
            code = replica.replace_recovery_code()
    if as_json:
        session.screen.json({"changed": True, "recovery": code or None})
        return
    session.screen.line(say("cli.passphrase.done"))
    if code:
        session.screen.line(say("cli.enrol.recovery"))
        session.screen.line()
        session.screen.heading(f"    {code}")

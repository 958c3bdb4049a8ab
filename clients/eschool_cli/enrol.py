"""``eschool enrol``: this computer becomes a replica of one person's share of the school."""

from __future__ import annotations

from pathlib import Path

import click

from eschool_cli.answers import as_json
from eschool_cli.home import DEFAULT_PROFILE, folder_of
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.parameters import NumberType
from eschool_cli.prompts import secret
from eschool_cli.session import Session
from eschool_cli.stages import staged
from eschool_core.commands.breach import AcknowledgeDuties
from eschool_core.errors import InputError

MAX_SCHOOL = (1 << 53) - 1
MAX_FD = 1_000_000


@click.command(name="enrol", cls=LocalCommand)
@argument("server_url", says="server_url")
@option("--school", type=NumberType(1, MAX_SCHOOL), required=True, says="school", shown_as="number")
@option("--label", default="", says="label", shown_as="text")
@option("--ca-file", type=click.Path(path_type=Path), says="ca_file", shown_as="file")
@option("--code-fd", type=NumberType(0, MAX_FD), says="code_fd", shown_as="number")
@option("--acknowledge", is_flag=True, says="acknowledge")
@as_json
@click.pass_obj
def enrol_command(
    session: Session,
    server_url: str,
    school: int,
    label: str,
    ca_file: Path | None,
    code_fd: int | None,
    acknowledge: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Enrol this computer with a one-time code."""
    from eschool_sync.replica import Replica, enrol

    folder = folder_of(session.home, session.profile or DEFAULT_PROFILE)
    if folder.exists() and any(folder.iterdir()):
        raise InputError("cli.enrol.exists")
    if not acknowledge:
        _take_on_duties(session)
    code = secret("cli.ask.code", code_fd).strip()
    passphrase = secret("cli.ask.new_passphrase", session.passphrase_fd, confirm=True)
    with session.screen.progress(say("cli.stage.enrol")) as report:
        made = enrol(
            folder,
            server_url,
            school,
            code,
            passphrase,
            label=label,
            ca_file="" if ca_file is None else str(ca_file.resolve()),
            progress=staged(report),
        )
    with Replica.open(folder, passphrase) as replica:
        replica.do(AcknowledgeDuties())
    if as_json:
        session.screen.json(
            {
                "folder": str(made.replica_folder),
                "recovery_code": made.recovery_code,
                "person_id": made.person_id,
                "device": made.device,
            }
        )
        return
    session.screen.line(say("cli.enrol.done", device=made.device))
    session.screen.line()
    session.screen.line(say("cli.enrol.recovery"))
    session.screen.line()
    session.screen.heading(f"    {made.recovery_code}")
    session.screen.line()
    session.screen.line(say("cli.enrol.next"))


def _take_on_duties(session: Session) -> None:
    """Show the duties of a user; nothing is fetched before they are taken on (3.2, 6.1, 6.2).

    Raises:
        InputError: ``cli.enrol.not_acknowledged``.
    """
    session.screen.lines(say("cli.account.duties"))
    session.screen.line()
    typed = click.prompt(say("cli.ask.acknowledge"), err=True, default="", show_default=False)
    if typed.strip().casefold() not in (say("cli.yes"), "yes", "y"):
        raise InputError("cli.enrol.not_acknowledged")

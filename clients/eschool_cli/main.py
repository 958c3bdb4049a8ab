"""The program ``eschool``: its options, its commands, and the border around them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from eschool_cli import border
from eschool_cli.home import default_home
from eschool_cli.localised import DEFAULT_LANGUAGE, LANGUAGES, LocalGroup, option
from eschool_cli.parameters import NumberType
from eschool_cli.session import Session
from eschool_cli.usage import remember_language
from eschool_core.labels import Language

PRIVATE_UMASK = 0o077
MAX_FD = 1_000_000

PLACES = {
    "today": "eschool_cli.today:today_command",
    "journal": "eschool_cli.journal:journal_command",
    "mark": "eschool_cli.mark:mark_command",
    "absent": "eschool_cli.absent:absent_command",
    "topic": "eschool_cli.topic:topic_command",
    "homework": "eschool_cli.homework:homework_command",
    "plan": "eschool_cli.plan:plan_command",
    "history": "eschool_cli.history:history_command",
    "web": "eschool_cli.web:web_command",
    "api": "eschool_cli.api:api_command",
    "diary": "eschool_cli.diary:diary_command",
    "findings": "eschool_cli.findings:findings_command",
    "notices": "eschool_cli.notices:notices_command",
    "report": "eschool_cli.report:report_command",
    "print": "eschool_cli.printing:print_group",
    "control": "eschool_cli.control:control_command",
    "inspection": "eschool_cli.inspection:inspection_group",
    "duties": "eschool_cli.duties:duties_command",
    "check": "eschool_cli.check:check_group",
    "correct": "eschool_cli.correct:correct_command",
    "forecast": "eschool_cli.forecast:forecast_group",
    "term": "eschool_cli.term:term_group",
    "term-mark": "eschool_cli.term_mark:term_mark_command",
    "average": "eschool_cli.term_mark:average_command",
    "move-mark": "eschool_cli.move_mark:move_mark_command",
    "correction": "eschool_cli.correction:correction_group",
    "external": "eschool_cli.external:external_group",
    "owed": "eschool_cli.owed:owed_group",
    "exam": "eschool_cli.finals:exam_command",
    "final-mark": "eschool_cli.finals:final_mark_command",
    "debt": "eschool_cli.debts:debt_group",
    "archive": "eschool_cli.archive:archive_group",
    "enrol": "eschool_cli.enrol:enrol_command",
    "sync": "eschool_cli.sync:sync_command",
    "status": "eschool_cli.status:status_command",
    "doctor": "eschool_cli.doctor:doctor_command",
    "proof": "eschool_cli.proving:proof_command",
    "held": "eschool_cli.held:held_group",
    "settle": "eschool_cli.held:settle_command",
    "outage": "eschool_cli.held:outage_command",
    "verify": "eschool_cli.proving:verify_command",
    "sign": "eschool_cli.signing:sign_command",
    "signatures": "eschool_cli.signing:signatures_command",
    "passphrase": "eschool_cli.passphrase:passphrase_command",
    "rejected": "eschool_cli.rejected:rejected_group",
    "acts": "eschool_cli.acts:acts_group",
    "policy": "eschool_cli.policy:policy_group",
    "explain": "eschool_cli.explain:explain_command",
    "regulation": "eschool_cli.regulation:regulation_command",
    "rights": "eschool_cli.rights:rights_command",
    "account": "eschool_cli.account:account_group",
    "slips": "eschool_cli.slips:slips_group",
    "devices": "eschool_cli.devices:devices_group",
    "feeds": "eschool_cli.feeds:feeds_group",
    "breach": "eschool_cli.breach:breach_command",
    "block": "eschool_cli.block:block_command",
    "grant": "eschool_cli.grant:grant_command",
    "guardians": "eschool_cli.guardians:guardians_group",
    "consent": "eschool_cli.consent:consent_group",
    "reads": "eschool_cli.reads:reads_command",
    "hand-over": "eschool_cli.hand_over:hand_over_command",
    "dismiss": "eschool_cli.dismiss:dismiss_command",
    "open-year": "eschool_cli.open_year:open_year_command",
    "planning": "eschool_cli.planning:planning_group",
    "timetable": "eschool_cli.timetable:timetable_group",
    "describe": "eschool_cli.describe:describe_command",
    "concerns": "eschool_cli.concerns:concerns_command",
    "paper": "eschool_cli.paper:paper_group",
    "messages": "eschool_cli.messages:messages_group",
    "link": "eschool_cli.link:link_command",
    "files": "eschool_cli.files:files_group",
    "pupil": "eschool_cli.pupil:pupil_group",
    "split": "eschool_cli.split:split_group",
    "people": "eschool_cli.people:people_command",
    "hire": "eschool_cli.hire:hire_command",
    "appoint": "eschool_cli.appoint:appoint_command",
    "slip": "eschool_cli.slip:slip_command",
    "substitute": "eschool_cli.substitute:substitute_command",
    "excuse": "eschool_cli.excuse:excuse_command",
    "waive": "eschool_cli.waive:waive_command",
    "import": "eschool_cli.imports:import_group",
    "export": "eschool_cli.export:export_group",
    "support": "eschool_cli.support:support_group",
    "server": "eschool_cli.server:server",
    "demo": "eschool_cli.demo:demo",
}
SECTIONS = (
    ("pages", ("web", "api")),
    ("teaching", ("today", "journal", "mark", "absent", "topic", "homework", "plan", "history")),
    ("reading", ("diary", "report", "print", "control", "findings", "notices", "forecast")),
    ("history", ("proof", "verify", "sign", "signatures")),
    ("rules", ("explain", "regulation", "acts", "policy")),
    (
        "results",
        (
            "term",
            "term-mark",
            "average",
            "move-mark",
            "correction",
            "external",
            "owed",
            "exam",
            "final-mark",
            "debt",
            "archive",
        ),
    ),
    ("review", ("held", "settle", "outage")),
    ("duties", ("duties", "check", "correct", "pupil", "split")),
    ("informing", ("messages", "concerns", "paper", "link", "files")),
    ("device", ("enrol", "sync", "status", "doctor", "rejected", "passphrase")),
    (
        "access",
        (
            "rights",
            "account",
            "slips",
            "devices",
            "feeds",
            "breach",
            "block",
            "grant",
            "consent",
            "reads",
            "guardians",
            "hand-over",
            "dismiss",
        ),
    ),
    ("people", ("people", "hire", "appoint", "slip")),
    ("planning", ("describe", "timetable", "planning")),
    ("managing", ("open-year", "import", "export", "substitute", "excuse", "waive", "inspection")),
    ("school", ("server", "support", "demo")),
)


class Root(LocalGroup):
    """The program itself: what is raised inside becomes a sentence and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; ``--lang`` may stand anywhere before ``--``, so that help may ask for it last."""
        return super().parse_args(ctx, language_first(args))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001 - click's own signature
        **extra: Any,
    ) -> Any:
        """Run and exit; with ``standalone_mode`` off, behave as click does."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        given = list(sys.argv[1:] if args is None else args)
        asked = value_of(given, "--lang")
        language: Language = "en" if asked == "en" else DEFAULT_LANGUAGE
        named = value_of(given, "--home")
        command = next((name for name in given if name in PLACES), "")

        def act() -> object:
            return super(Root, self).main(
                given, prog_name, complete_var, standalone_mode=False, **extra
            )

        sys.exit(border.run(act, language, Path(named) if named else default_home(), command))


def value_of(args: Sequence[str], name: str) -> str | None:
    """Return the value of an option before ``--``, or None."""
    for place, word in enumerate(args):
        if word == "--":
            return None
        if word == name:
            return args[place + 1] if place + 1 < len(args) else None
        if word.startswith(f"{name}="):
            return word.removeprefix(f"{name}=")
    return None


def language_first(args: list[str]) -> list[str]:
    """Return the arguments with ``--lang`` and its value at the front."""
    end = args.index("--") if "--" in args else len(args)
    for place, word in enumerate(args[:end]):
        length = 1 if word.startswith("--lang=") else 2 if word == "--lang" else 0
        if length:
            return args[place : place + length] + args[:place] + args[place + length :]
    return args


def _set_language(ctx: click.Context, param: click.Parameter, value: Language) -> Language:
    remember_language(ctx, value)
    return value


@click.group(
    name="eschool",
    cls=Root,
    says="root",
    places=PLACES,
    sections=SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=DEFAULT_LANGUAGE,
    is_eager=True,
    expose_value=True,
    callback=_set_language,
    says="lang",
    shown_as="language",
)
@option("--home", type=click.Path(path_type=Path), says="home", shown_as="folder")
@option("--profile", says="profile", shown_as="name")
@option("--passphrase-fd", type=NumberType(0, MAX_FD), says="passphrase_fd", shown_as="number")
@click.pass_context
def cli(
    ctx: click.Context,
    lang: Language,
    home: Path | None,
    profile: str | None,
    passphrase_fd: int | None,
) -> None:
    """Keep what the run was told; the commands find it in the context."""
    ctx.obj = Session(lang, home or default_home(), profile, passphrase_fd)


def main() -> None:
    """Run the program."""
    os.umask(PRIVATE_UMASK)
    for stream in (sys.stdout, sys.stderr):
        # A console that lacks a letter gets its number, not an error.
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    cli.main(prog_name="eschool")

"""``eschool explain``: what a clause asks for, who may, what to do (4.7.5); needs no replica."""

from __future__ import annotations

from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, say
from eschool_cli.regulation import spoken
from eschool_cli.session import Session
from eschool_core.errors import InputError
from eschool_core.labels import Language, catalogue
from eschool_core.regulation import checks
from eschool_core.regulation.actors import actors_of
from eschool_core.regulation.clause import Check, Clause
from eschool_core.regulation.policy import format_value, parameter
from eschool_core.regulation.registry import clause

COMMANDS: dict[str, tuple[str, ...]] = {
    "1.1": ("acts legal",),
    "1.2": ("server backup", "server restore"),
    "1.2/1": ("topic", "absent"),
    "1.2/3": ("export oneroster",),
    "2.2": ("mark", "history"),
    "2.3": ("plan", "import plan"),
    "2.5": ("journal", "diary"),
    "2.7": ("report",),
    "2.8": ("forecast",),
    "2.10": ("diary",),
    "3.1": ("slip", "enrol"),
    "3.1/1": ("slip",),
    "3.1/2": ("slip",),
    "3.5": ("duties",),
    "4.1": ("rights", "appoint"),
    "4.3": ("check",),
    "4.4.1": ("acts local", "acts register", "policy show", "policy propose"),
    "4.4.2": ("import timetable", "substitute"),
    "4.4.3": ("report",),
    "4.4.4": ("control", "findings"),
    "4.5.1": ("substitute",),
    "4.5.2": ("mark", "absent"),
    "4.5.3": ("homework",),
    "4.5.6": ("topic",),
    "4.6.1": ("journal",),
    "4.6.2": ("check", "excuse"),
    "4.6.7": ("check", "correct"),
    "4.7.1": ("appoint", "rights"),
    "4.7.2": ("open-year",),
    "4.7.4": ("hire",),
    "4.7.5": ("explain", "regulation"),
    "4.7.6": ("slip",),
    "4.7.7": ("support show", "support bundle"),
}
"""Commands that people work with under a clause; a part has those of its whole."""


@click.command(name="explain", cls=LocalCommand)
@argument("what", says="explain_what")
@as_json
@click.pass_obj
def explain_command(session: Session, what: str, as_json: bool) -> None:  # noqa: FBT001
    """Explain a clause or a check (4.7.5)."""
    entry, told = _meant(what.strip())
    if as_json:
        session.screen.json(_as_json(entry, told, session.language))
        return
    screen = session.screen
    screen.heading(f"{entry.number} {say(f'clause.{entry.number}')}")
    screen.line(say(f"says.{entry.number}"))
    screen.line()
    screen.fields([(say("explain.who"), who(entry))])
    for check in told:
        screen.line()
        screen.line(spoken(check.id, session.language), "bold")
        screen.line(spoken(f"{check.id}.remedy", session.language), indent=2)
    _tell_commands(session, entry)
    _tell_parameters(session, entry)
    if entry.status == "planned":
        screen.line()
        screen.line(say("explain.planned"), "dim")


def _meant(what: str) -> tuple[Clause, tuple[Check, ...]]:
    """Return the clause with all its checks, or with the one that was named.

    Raises:
        InputError: ``regulation.unknown_clause``.
    """
    try:
        return clause(what), clause(what).checks
    except InputError:
        for check in checks.CHECKS:
            if check.id == what:
                return clause(check.clause), (check,)
        raise


def who(entry: Clause) -> str:
    """Return who acts under a clause, in words."""
    return ", ".join(say(f"actor.{actor}") for actor in actors_of(entry.number))


def commands_of(entry: Clause) -> tuple[str, ...]:
    """Return the commands of the program for a clause."""
    return COMMANDS.get(entry.number) or COMMANDS.get(entry.number.partition("/")[0], ())


def _tell_commands(session: Session, entry: Clause) -> None:
    found = commands_of(entry)
    if found:
        session.screen.line()
        session.screen.line(say("explain.commands"), "bold")
        for name in found:
            group, _, rest = name.partition(" ")
            key = f"cli.{group}.{rest}.help" if rest else f"cli.{group}.help"
            about = say(key).strip().partition("\n")[0] if key in catalogue() else ""
            session.screen.line(f"eschool {name} – {about}", indent=2)


def _tell_parameters(session: Session, entry: Clause) -> None:
    if entry.parameters:
        session.screen.line()
        session.screen.line(say("explain.parameters"), "bold")
    for name in entry.parameters:
        known = parameter(name)
        default = format_value(name, known.default)
        title = say(f"policy.title.{name}")
        session.screen.line(say("explain.parameter", title=title, default=default), indent=2)


def _as_json(entry: Clause, told: tuple[Check, ...], language: Language) -> dict[str, Any]:
    return {
        "clause": entry.number,
        "title": say(f"clause.{entry.number}"),
        "says": say(f"says.{entry.number}"),
        "who": list(actors_of(entry.number)),
        "checks": [
            {
                "id": check.id,
                "on_breach": check.on_breach,
                "text": spoken(check.id, language),
                "remedy": spoken(f"{check.id}.remedy", language),
            }
            for check in told
        ],
        "commands": [f"eschool {name}" for name in commands_of(entry)],
        "parameters": list(entry.parameters),
        "status": entry.status,
    }

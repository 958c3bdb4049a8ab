"""``eschool regulation``: clause → status → code → tests; needs no replica."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session
from eschool_cli.wording import DASH, sentence
from eschool_core.regulation.clause import Clause
from eschool_core.regulation.policy import PARAMETERS, Parameter, bounds, format_value
from eschool_core.regulation.registry import CLAUSES, clause

TESTS_FILE = "tests.json"


@click.command(name="regulation", cls=LocalCommand)
@argument("number", says="clause", required=False)
@option("--policy", is_flag=True, says="policy")
@as_json
@click.pass_obj
def regulation_command(
    session: Session,
    number: str | None,
    policy: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Show how every clause is kept, or what a school may set."""
    if policy:
        _policy(session, as_json=as_json)
        return
    tests = clause_tests()
    chosen = CLAUSES if number is None else (clause(number),)
    if as_json:
        session.screen.json([_as_json(entry, tests) for entry in chosen])
    elif number is None:
        _list(session, tests)
    else:
        _show(session, chosen[0], tests)


def clause_tests() -> dict[str, list[str]]:
    """Return the tests of each clause by number, as ``make docs`` wrote them into the package."""
    found = files("eschool_core.regulation").joinpath(TESTS_FILE)
    if not found.is_file():
        return {}
    tests: dict[str, list[str]] = json.loads(found.read_text(encoding="utf-8"))
    return tests


def _as_json(entry: Clause, tests: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "clause": entry.number,
        "kind": ", ".join(entry.kinds),
        "status": entry.status,
        "checks": [{"id": check.id, "on_breach": check.on_breach} for check in entry.checks],
        "place": entry.place,
        "tests": tests.get(entry.number, []),
    }


def _list(session: Session, tests: dict[str, list[str]]) -> None:
    columns = (
        Column(say("cli.column.clause"), keep=True),
        Column(say("cli.column.title")),
        Column(say("cli.column.status"), keep=True),
        Column(say("cli.column.place")),
        Column(say("cli.column.tests"), "right", keep=True),
    )
    rows = [
        (
            entry.number,
            say(f"clause.{entry.number}"),
            say(f"cli.clause_status.{entry.status}"),
            entry.place or DASH,
            str(len(tests.get(entry.number, []))),
        )
        for entry in CLAUSES
    ]
    session.screen.table(columns, rows)
    session.screen.line()
    session.screen.line(say("cli.regulation.more"), "dim")


def _show(session: Session, entry: Clause, tests: dict[str, list[str]]) -> None:
    screen = session.screen
    screen.heading(f"{entry.number} {say(f'clause.{entry.number}')}")
    screen.fields(
        [
            (say("cli.column.kind"), ", ".join(say(f"cli.kind.{kind}") for kind in entry.kinds)),
            (say("cli.column.status"), say(f"cli.clause_status.{entry.status}")),
            (say("cli.column.place"), entry.place or DASH),
            (say("cli.regulation.parameters"), ", ".join(entry.parameters) or DASH),
        ]
    )
    for check in entry.checks:
        screen.line()
        screen.line(f"{check.id} · {say(f'cli.on_breach.{check.on_breach}')}", "bold")
        screen.line(sentence_with_blanks(check.id, session), indent=2)
        screen.line(sentence_with_blanks(f"{check.id}.remedy", session), "dim", indent=2)
    names = tests.get(entry.number, [])
    if names:
        screen.line()
        screen.heading(say("cli.column.tests"))
    for name in names:
        screen.line(name, indent=2)


class _Blanks(dict[str, str]):
    """Parameters that stand for themselves: ``{date}``."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def sentence_with_blanks(key: str, session: Session) -> str:
    """Return a text with its parameters left open."""
    from eschool_core.labels import catalogue

    if key not in catalogue():
        return sentence(key, {}, session.language)
    return catalogue()[key][session.language].format_map(_Blanks())


def _policy(session: Session, *, as_json: bool) -> None:
    if as_json:
        session.screen.json([_parameter_json(known) for known in PARAMETERS])
        return
    columns = (
        Column(say("cli.column.clause"), keep=True),
        Column(say("cli.column.title"), least=36),
        Column(say("cli.column.default"), least=12),
        Column(say("cli.column.allowed")),
    )
    rows = [
        (
            known.clause,
            Cell(say(f"policy.title.{known.name}"), below=known.name),
            format_value(known.name, known.default),
            bounds(known),
        )
        for known in PARAMETERS
    ]
    session.screen.table(columns, rows)


def _parameter_json(known: Parameter) -> dict[str, Any]:
    return {
        "name": known.name,
        "title": say(f"policy.title.{known.name}"),
        "clause": known.clause,
        "default": format_value(known.name, known.default),
        "allowed": bounds(known),
        "unit": known.unit,
        "act": known.act,
    }

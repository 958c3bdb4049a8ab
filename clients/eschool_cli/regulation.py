"""``eschool regulation``: clause → status → code → tests; only ``--policy`` looks at a replica."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import click

from eschool_cli.answers import as_json
from eschool_cli.home import existing_folder
from eschool_cli.localised import LocalCommand, argument, option, say
from eschool_cli.policy import show_states
from eschool_cli.screen import Cell, Column
from eschool_cli.session import Session, today_of
from eschool_cli.wording import DASH, sentence
from eschool_core.errors import InputError
from eschool_core.labels import Language, catalogue, text
from eschool_core.queries.acts import PolicyState, policy_states
from eschool_core.regulation.actors import actors_of
from eschool_core.regulation.clause import Clause
from eschool_core.regulation.policy import (
    PARAMETERS,
    Parameter,
    bounds,
    format_value,
    parameter,
)
from eschool_core.regulation.registry import CLAUSES, clause

TESTS_FILE = "tests.json"


@click.command(name="regulation", cls=LocalCommand)
@argument("number", says="clause", required=False)
@option("--policy", is_flag=True, says="policy")
@option("--tests", "with_tests", is_flag=True, says="clause_tests")
@as_json
@click.pass_obj
def regulation_command(
    session: Session,
    number: str | None,
    policy: bool,  # noqa: FBT001
    with_tests: bool,  # noqa: FBT001
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
        _show(session, chosen[0])
        _show_tests(session, tests.get(chosen[0].number, []), by_name=with_tests)


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


def _show(session: Session, entry: Clause) -> None:
    screen = session.screen
    screen.heading(f"{entry.number} {say(f'clause.{entry.number}')}")
    screen.line(say(f"says.{entry.number}"))
    screen.line()
    actors = ", ".join(say(f"actor.{actor}") for actor in actors_of(entry.number))
    screen.fields(
        [
            (say("cli.column.kind"), ", ".join(say(f"cli.kind.{kind}") for kind in entry.kinds)),
            (say("cli.column.status"), say(f"cli.clause_status.{entry.status}")),
            (say("explain.who"), actors),
            (say("cli.column.place"), entry.place or DASH),
            *((say("cli.regulation.parameters"), _set_by(name)) for name in entry.parameters),
        ]
    )
    for check in entry.checks:
        screen.line()
        screen.line(f"{check.id} · {say(f'cli.on_breach.{check.on_breach}')}", "bold")
        screen.line(spoken(check.id, session.language), indent=2)
        screen.line(spoken(f"{check.id}.remedy", session.language), "dim", indent=2)


def _set_by(name: str) -> str:
    known = parameter(name)
    default = format_value(name, known.default)
    word = f"policy.word.{default}"
    meant = f" – {say(word)}" if word in catalogue() else ""
    return f"{say(f'policy.title.{name}')}: {default}{meant} ({bounds(known)})"


def _show_tests(session: Session, names: list[str], *, by_name: bool) -> None:
    """Write how many tests lie in each file, or the sentence that each test's name is."""
    if not names:
        return
    screen = session.screen
    files: dict[str, list[str]] = {}
    for name in names:
        file, _, test = name.partition("::")
        files.setdefault(file, []).append(test)
    screen.line()
    screen.heading(say("cli.regulation.tests", count=len(names)))
    for file, tests in files.items():
        screen.line(f"{file} ({len(tests)})", indent=2)
        for test in tests if by_name else ():
            screen.line(_sentence(test), "dim", indent=4)
    if not by_name:
        screen.line(say("cli.regulation.tests_more"), "dim")


def _sentence(test: str) -> str:
    """Return the name of a test as the sentence it is.

    >>> _sentence("TestRoll::test_a_key_is_enough")
    'Roll: a key is enough'
    """
    words = [part.removeprefix("Test").removeprefix("test_") for part in test.split("::")]
    return ": ".join(word.replace("_", " ") for word in words)


class _Blanks(dict[str, str]):
    """Whatever a text asks for is named: ‹дата›."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, name: str) -> str:
        return f"‹{text(f'blank.{name}', self._language)}›"


def spoken(key: str, language: Language) -> str:
    """Return a text with the names of what it would be filled with."""
    if key not in catalogue():
        return sentence(key, {}, language)
    return catalogue()[key][language].format_map(_Blanks(language))


def _policy(session: Session, *, as_json: bool) -> None:
    """Write the values in force with days and acts where there is a replica, else the defaults."""
    states = _states(session)
    if as_json:
        periods = {state.name: state.as_json()["periods"] for state in states or ()}
        told = [
            _parameter_json(known) | {"periods": periods.get(known.name, [])}
            for known in PARAMETERS
        ]
        session.screen.json(told)
        return
    if states is not None:
        show_states(session, states)
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
    session.screen.line(say("policy.no_replica"), "dim")


def _states(session: Session) -> tuple[PolicyState, ...] | None:
    """Return what the replica knows; None where there is none, or several and none is named."""
    try:
        existing_folder(session.home, session.profile)
    except InputError:
        return None
    with session.replica() as replica:
        return policy_states(replica.store, today_of(replica))


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

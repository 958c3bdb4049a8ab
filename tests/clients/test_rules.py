"""The regulation explained, its acts, and what the school sets by them."""

from __future__ import annotations

import json

import pytest
from eschool_cli.explain import COMMANDS
from eschool_cli.main import PLACES

from eschool_core.domain.acts import LocalAct
from eschool_core.domain.school import PolicyValue
from eschool_core.regulation.registry import CLAUSES
from tests.clients.conftest import Terminal
from tests.clients.fakes import World
from tests.core.imports.test_policy_file import GOOD


@pytest.mark.scenario("4.7.5:1")
@pytest.mark.clause("4.7.5")
@pytest.mark.parametrize("number", [entry.number for entry in CLAUSES])
def test_every_clause_is_explained(terminal: Terminal, number: str) -> None:
    told = terminal.json("explain", number)
    assert told["says"]
    assert told["who"]
    shown = terminal.shown("explain", number)
    assert shown.startswith(number)
    assert "{" not in shown


@pytest.mark.scenario("4.7.5:1")
@pytest.mark.clause("4.7.5")
def test_a_refusal_leads_to_its_explanation(world: World, terminal: Terminal) -> None:
    refused = terminal.run("mark", "1А", "мат", "Абр", "5", who="primary")
    assert refused.exit_code == 3
    assert "eschool explain 3.6" in refused.stderr
    shown = terminal.shown("explain", "3.6/mark")
    assert "учитель" in shown
    assert "п. 3.6" in shown


def test_what_is_no_clause_is_a_sentence(terminal: Terminal) -> None:
    assert terminal.run("explain", "8.8").exit_code == 4


def test_the_commands_that_explanations_name_exist() -> None:
    assert {name.partition(" ")[0] for names in COMMANDS.values() for name in names} <= set(PLACES)
    assert set(COMMANDS) <= {entry.number for entry in CLAUSES}


def test_a_clause_says_in_words_how_it_is_kept(terminal: Terminal) -> None:
    shown = terminal.shown("regulation", "4.5.3", width=100)
    assert "{" not in shown
    assert "test_the_border" not in shown
    assert "tests/core/commands/test_homework.py (" in shown
    by_name = terminal.shown("regulation", "4.5.3", "--tests", width=200)
    assert "late homework is never refused" in by_name


@pytest.mark.scenario("1.1:1")
@pytest.mark.clause("1.1")
def test_the_legal_basis_needs_no_replica(terminal: Terminal) -> None:
    shown = terminal.shown("acts", "legal", width=160)
    assert "заменён № 1119 от 01.11.2012" in shown
    assert len(terminal.json("acts", "legal")) == 9


@pytest.mark.clause("4.4.1")
def test_an_act_is_registered_replaced_and_revoked(world: World, terminal: Terminal) -> None:
    first = ("acts", "register", "Положение", "--number", "45-о", "--date", "28.08.2026")
    terminal.shown(*first, "--from", "01.09.2026", who="deputy")
    second = ("acts", "register", "Положение", "--number", "46-о", "--date", "01.10.2026")
    terminal.shown(*second, "--replaces", "45-О", who="deputy")
    shown = terminal.shown("acts", "local", who="deputy", width=120)
    assert "заменил № 45-о" in shown
    assert "01.09.2026–30.09.2026" in shown
    terminal.shown("acts", "revoke", "46-о", "--to", "31.05.2027", who="deputy")
    assert [one["last_day"] for one in terminal.json("acts", "local", who="deputy")] == [
        "2026-09-30",
        "2027-05-31",
    ]
    assert terminal.run("acts", "revoke", "9", "--to", "31.05.2027", who="deputy").exit_code == 4


@pytest.mark.clause("4.4.1")
def test_a_file_is_tried_before_it_is_taken(world: World, terminal: Terminal) -> None:
    path = terminal.home / "policy.toml"
    path.write_text(GOOD, encoding="utf-8")
    shown = terminal.shown("policy", "propose", str(path), "--dry-run", who="deputy", width=120)
    assert "2.60" in shown
    assert world.school.store.select(LocalAct) == []
    told = terminal.json("policy", "propose", str(path), who="deputy")
    assert [change["new"] for change in told["changes"]] == ["2.60", "3, 5", "flag"]
    assert len(world.school.store.select(PolicyValue)) == 3
    states = terminal.shown("policy", "show", who="deputy", width=120)
    assert "01.09.2026–31.05.2027" in states
    assert "45-о" in states
    assert terminal.shown("regulation", "--policy", who="deputy", width=120) == states
    [told] = [
        one
        for one in terminal.json("regulation", "--policy", who="deputy")
        if one["name"] == "failing_mean"
    ]
    assert told["periods"][0]["act"] == "45-о"


def test_a_wrong_file_is_told_line_by_line_and_nothing_is_set(
    world: World, terminal: Terminal
) -> None:
    path = terminal.home / "policy.toml"
    path.write_text(GOOD.replace("2.6", "7").replace("flag", "never"), encoding="utf-8")
    result = terminal.run("policy", "propose", str(path), who="deputy")
    assert result.exit_code == 4
    assert "value 1" in result.stderr
    assert "value 3" in result.stderr
    result = terminal.run("policy", "propose", str(path), "--json", who="deputy")
    assert [one["place"] for one in json.loads(result.stdout)["mistakes"]] == ["value 1", "value 3"]
    assert world.school.store.select(PolicyValue) == []


def test_without_a_replica_the_defaults_are_shown(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = terminal.shown("regulation", "--policy", who="nobody_here", width=120)
    assert "homework_grace_minutes" in shown
    assert "по умолчанию" in shown

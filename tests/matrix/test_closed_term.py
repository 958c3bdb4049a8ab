"""In a closed term nobody writes any more: what comes waits for a person (4.5.5, 2.2)."""

from __future__ import annotations

import pytest

from eschool_core.commands.catalogue import SPECS
from eschool_core.domain.enums import Verdict
from tests.matrix import stage, tables
from tests.matrix.stage import COLUMNS, Stage, close_every_term
from tests.matrix.test_commands import WANTED, judged

SIGNS = {
    Verdict.ACCEPTED: "+",
    Verdict.WITH_FINDINGS: "+",
    Verdict.REJECTED: "-",
    Verdict.HELD: "h",
}
OF_A_TERM = frozenset({"lesson_id", "journal_id", "term_id"})


def lines() -> dict[str, str]:
    """Return the signs of the table of closed terms by command."""
    text = (tables.FOLDER / "closed.txt").read_text(encoding="utf-8")
    listed = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {label: sign for label, sign in listed}  # noqa: C416 - it checks that there are two


@pytest.fixture(scope="module")
def closed() -> Stage:
    """The school with every term closed for 5А."""
    built = stage.build()
    close_every_term(built, "5А")
    return built


def test_the_table_has_a_line_for_every_command_about_a_lesson_journal_or_term() -> None:
    of_a_term = {spec.model.kind for spec in SPECS if OF_A_TERM & set(spec.model.model_fields)}
    assert {label.partition("/")[0] for label in lines()} == of_a_term


@pytest.mark.clause("4.5.5")
@pytest.mark.clause("4.1")
@pytest.mark.clause("4.2/1")
@pytest.mark.asvs("2.3.5")
@pytest.mark.threat("T6")
def test_a_closed_term_stands_as_the_table_says_whoever_writes(closed: Stage) -> None:
    found = {}
    for label in lines():
        command, signs = closed.commands[label], WANTED[label]
        allowed = [name for name, sign in zip(COLUMNS, signs, strict=True) if sign == "+"]
        became = {SIGNS[judged(closed, command, closed.actors[name]).verdict] for name in allowed}
        refused = [name for name in COLUMNS if name not in allowed]
        others = {judged(closed, command, closed.actors[name]).verdict for name in refused}
        assert not others & {Verdict.ACCEPTED, Verdict.WITH_FINDINGS}, label
        found[label] = "".join(sorted(became))
    assert found == lines()

"""Reads the hand-written table of scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

ANYBODY = "-"
TABLE = Path(__file__).with_name("scenarios.txt")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One command of one clause.

    Attributes:
        who: Carries it out; ``server`` where no person may, ``-`` for whoever is asked first.
        forger: Signs the same command without a right; ``-`` where everybody has it.
        check: Turns the forged one away.
        label: The command, as the matrix calls it.
    """

    clause: str
    who: str
    forger: str
    check: str
    label: str

    @property
    def name(self) -> str:
        """Who carries it out on a replica; the guardian stands for anybody."""
        return "guardian" if self.who == ANYBODY else self.who


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Return the table, one entry for each clause and command."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return tuple(
        Scenario(clause, who, forger, check, label)
        for clause, who, forger, check, *labels in (
            line.split() for line in lines if line and not line.startswith("#")
        )
        for label in labels
    )


def by_people() -> dict[tuple[str, str], list[str]]:
    """Return the clauses of each pair of a person and a command that the person may give."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in scenarios():
        if entry.who != "server":
            found.setdefault((entry.name, entry.label), []).append(entry.clause)
    return found


def by_forgers() -> dict[str, list[Scenario]]:
    """Return what each forger forges."""
    found: dict[str, list[Scenario]] = {}
    for entry in scenarios():
        if entry.forger != ANYBODY:
            found.setdefault(entry.forger, []).append(entry)
    return found

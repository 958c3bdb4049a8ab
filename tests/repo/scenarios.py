"""The acceptance scenarios of the regulation, in our own short words, from ``scenarios.toml``.

Each clause or part has its scenarios under its number, and each situation that every school meets
under a name; a test carries the id of what it makes happen: ``scenario("4.5.3:1")``,
``scenario("outage:2")``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("scenarios.toml")
SITUATIONS = {
    "calendar": "Calendar of each class",
    "newcomer": "Newcomers and leavers",
    "guardians": "Guardians",
    "journal_kinds": "Kinds of journals",
    "academic_debt": "Academic debt",
    "outage": "A week without internet",
}
"""Names and titles of the situations, in their order."""
PLANNED: frozenset[str] = frozenset()
"""Scenarios that do not happen yet, so that no test can make them."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What must happen when something is given and done.

    Attributes:
        row: Number of the clause or part, or name of the situation.
        number: Place in the row, from 1.
        text: Given, when and then, in one sentence.
    """

    row: str
    number: int
    text: str

    @property
    def id(self) -> str:
        """As a test names it."""
        return f"{self.row}:{self.number}"


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Return every scenario, clauses first, in the order of the regulation."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(
        Scenario(row, int(number), text)
        for row, listed in table.items()
        for number, text in listed.items()
    )

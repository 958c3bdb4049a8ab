"""What a clause, a check and a finding are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ClauseKind = Literal[
    "rule", "flag", "permission", "deadline", "query", "form", "workflow", "notice", "information"
]
Status = Literal["done", "planned", "organisational"]


@dataclass(frozen=True, slots=True)
class Check:
    """One question that a clause puts to a command.

    Attributes:
        id: Clause number, slash, word: ``4.5.6/topic``. Also the key of its texts.
        clause: Number of the clause it rests on.
        on_breach: ``refuse`` (nothing is written) or ``flag`` (written, and a finding recorded).
    """

    id: str
    clause: str
    on_breach: Literal["refuse", "flag"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A breach that is recorded and shown, not refused.

    Attributes:
        check: The check that found it.
        params: What its text is filled with: ids, numbers, dates; no personal data.
    """

    check: Check
    params: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered clause of the regulation.

    Attributes:
        number: ``4.5.3``, or with the part that the specification splits off: ``4.6.4/2``.
        kinds: How the clause is kept, first what matters most.
        paraphrase: Our short English wording of the obligation.
        status: ``done``: enforced and tested now; ``planned``: says honestly that it is not yet;
            ``organisational``: nothing for software but to show it.
        checks: The checks that the clause puts to commands.
        parameters: Names of the policy values it reads.
        place: Module that keeps it, dotted; empty while planned.
    """

    number: str
    kinds: tuple[ClauseKind, ...]
    paraphrase: str
    status: Status
    checks: tuple[Check, ...] = ()
    parameters: tuple[str, ...] = ()
    place: str = ""

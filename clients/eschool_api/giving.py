"""Commands as a front end gives them: ``{"kind": "record_mark", "fields": {…}}``, all described."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from eschool_web import wording
from pydantic import BaseModel, ConfigDict, Field, create_model

from eschool_core.commands.base import Command, ObjectId
from eschool_core.commands.catalogue import SPECS
from eschool_core.domain.enums import Verdict
from eschool_core.labels import Language
from eschool_sync.replica import Receipt, RefusedCommand

MOST_COMMANDS: Final = 1_000


class Given(BaseModel):
    """One command of any kind.

    Attributes:
        fields: The command's own; ids are whole numbers, days count from 1970-01-01.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: Any

    @property
    def command(self) -> Command:
        """The validated command."""
        assert isinstance(self.fields, Command)
        return self.fields


def _given(model: type[Command]) -> type[Given]:
    shape: dict[str, Any] = {
        "kind": (Literal[model.kind], ...),
        "version": (Literal[model.version], model.version),
        "fields": (model, ...),
    }
    says = (model.__doc__ or "").partition("\n")[0]
    made: type[Given] = create_model(f"Give{model.__name__}", __base__=Given, __doc__=says, **shape)
    return made


if TYPE_CHECKING:
    AnyGiven = Given
else:
    # A union of what is made while the program runs: no type checker can know it.
    KINDS = (_given(spec.model) for spec in SPECS)
    AnyGiven = Annotated[reduce(or_, KINDS), Field(discriminator="kind")]


class Do(BaseModel):
    """Commands that stand or fall together.

    Attributes:
        replaces: Number of the own refused command that the first one corrects.
    """

    model_config = ConfigDict(extra="forbid")

    commands: Annotated[list[AnyGiven], Field(min_length=1, max_length=MOST_COMMANDS)]
    replaces: ObjectId | None = None


class Said(BaseModel):
    """What the regulation says of a command that it let pass."""

    check: str
    clause: str
    text: str
    remedy: str


class Taken(BaseModel):
    """What became of one command here; the server has the last word.

    Attributes:
        number: Of the command on this device.
        verdict: ``unknown`` where only the server knows the facts.
    """

    number: int
    verdict: Literal["accepted", "with_findings", "held", "unknown"]
    findings: list[Said]


class Done(BaseModel):
    """What became of commands, in their order."""

    receipts: list[Taken]


def taken(receipt: Receipt, language: Language) -> Taken:
    """Return what a front end is told of a receipt."""
    outcome = receipt.outcome
    if outcome is None:
        return Taken(number=receipt.number, verdict="unknown", findings=[])
    verdicts: dict[Verdict, Literal["accepted", "with_findings", "held"]] = {
        Verdict.ACCEPTED: "accepted",
        Verdict.WITH_FINDINGS: "with_findings",
        Verdict.HELD: "held",
    }
    return Taken(
        number=receipt.number,
        verdict=verdicts[outcome.verdict],
        findings=[
            Said(
                check=check,
                clause=wording.clause_of_check(check),
                text=wording.sentence(check, dict(params), language),
                remedy=wording.remedy(check, dict(params), language),
            )
            for check, params in outcome.findings
        ],
    )


@dataclass(frozen=True, slots=True)
class Refusal:
    """An own command that the server rejected or holds.

    Attributes:
        fields: The command's own; empty where this version does not know its kind any more.
        made_at: When it was given, seconds UTC.
    """

    number: int
    kind: str
    fields: dict[str, Any]
    held: bool
    key: str
    text: str
    remedy: str
    clause: str
    made_at: int


def said_of(entry: RefusedCommand, language: Language) -> Refusal:
    """Return what a front end is told of a command that the server rejected or holds."""
    return Refusal(
        number=entry.number,
        kind=entry.kind,
        fields={} if entry.command is None else entry.command.model_dump(mode="json"),
        held=entry.verdict is Verdict.HELD,
        key=entry.key,
        text=wording.sentence(entry.key, entry.params, language),
        remedy=wording.remedy(entry.key, entry.params, language),
        clause=entry.clause,
        made_at=entry.made_at,
    )

"""Giving commands and telling what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from eschool_cli.session import Session
from eschool_cli.wording import clause_of_check, remedy, sentence
from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import validated
from eschool_core.domain.enums import Verdict
from eschool_core.labels import Language, text

if TYPE_CHECKING:
    from eschool_sync.replica import Receipt, Replica


def made(model: type[Command], **values: object) -> Command:
    """Return a command.

    Raises:
        InputError: ``command.invalid``: names the field that does not fit.
    """
    return validated(model, values)


def give(
    session: Session,
    replica: Replica,
    command: Command,
    done: str,
    *,
    as_json: bool,
    replaces: int | None = None,
) -> None:
    """Give a command and say what became of it.

    Args:
        session: Where to say it.
        replica: Where to give it.
        command: What is to be done.
        done: What was done, in words.
        as_json: Say it as JSON.
        replaces: Number of the rejected command that this one corrects.

    Raises:
        RegulationError, InputError: It is refused here; nothing was written.
    """
    receipt = replica.do(command, replaces=replaces)
    show(session, [receipt], [done], as_json=as_json)


def show(
    session: Session, receipts: Sequence[Receipt], done: Sequence[str], *, as_json: bool
) -> None:
    """Say what became of commands."""
    if as_json:
        session.screen.json([receipt_json(receipt, session.language) for receipt in receipts])
        return
    for receipt, words in zip(receipts, done, strict=True):
        session.screen.line(words)
        for line, indent in _told(receipt.outcome, session.language):
            session.screen.line(line, indent=indent)
    session.screen.line(text("cli.written.sync", session.language), "dim")


def receipt_json(receipt: Receipt, language: Language) -> dict[str, Any]:
    """Return a receipt for scripts; ``verdict`` is null where only the server can tell."""
    outcome = receipt.outcome
    found = [] if outcome is None else outcome.findings
    return {
        "number": receipt.number,
        "verdict": None if outcome is None else outcome.verdict.name.lower(),
        "key": "" if outcome is None else outcome.key,
        "clause": "" if outcome is None else outcome.clause,
        "findings": [
            {
                "check": check,
                "clause": clause_of_check(check),
                "text": sentence(check, dict(params), language),
                "remedy": remedy(check, dict(params), language),
            }
            for check, params in found
        ],
    }


def _told(outcome: Outcome | None, language: Language) -> list[tuple[str, int]]:
    """Return what is to be said of an outcome, with the indent of each line."""
    if outcome is None:
        return [(text("cli.written.unknown", language), 2)]
    if outcome.verdict is Verdict.HELD:
        held = text("cli.written.held", language)
        return [(f"{held} {sentence(outcome.key, dict(outcome.params), language)}", 2)]
    lines = []
    for check, params in outcome.findings:
        lines.append(("! " + sentence(check, dict(params), language), 2))
        lines.append((remedy(check, dict(params), language), 4))
    return lines

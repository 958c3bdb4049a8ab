"""What pages write: commands by kind and fields, through the one door of the source."""

from __future__ import annotations

from typing import Any, Final

from eschool_core.app import Outcome
from eschool_core.commands.base import Command
from eschool_core.commands.catalogue import BY_KIND, validated
from eschool_core.domain.enums import Verdict
from eschool_core.errors import EschoolError, InputError
from eschool_core.labels import Language
from eschool_sync.replica import Receipt
from eschool_web import wording
from eschool_web.asking import Asked, Data
from eschool_web.proof import NEEDED, lacks_proof
from eschool_web.refusals import RefusedRequest
from eschool_web.views.saying import plain_refusal, refusal_said

MAX_EACH: Final = 200
MALFORMED: Final = "web.refused.body"


def do(asked: Asked) -> Data:
    """Give one command: ``{kind, fields, replaces?}``; a refusal is an answer."""
    return Data(_given(asked, asked.body))


def do_each(asked: Asked) -> Data:
    """Give commands one after another, each by itself: one that is refused stops no other."""
    entries = asked.body.get("commands")
    if not isinstance(entries, list) or len(entries) > MAX_EACH:
        raise RefusedRequest(400, MALFORMED)
    return Data({"answers": [_given(asked, entry) for entry in entries]})


def dismiss(asked: Asked) -> Data:
    """Take a refused command off the list: ``{number}``."""
    number = asked.body.get("number")
    if not isinstance(number, int):
        raise RefusedRequest(400, MALFORMED)
    asked.source.dismiss(number)
    return Data({"dismissed": number})


def sync(asked: Asked) -> Data:
    """Exchange with the server now."""
    asked.source.sync_soon()
    return Data({"asked": True})


def _given(asked: Asked, entry: Any) -> dict[str, Any]:
    model, fields, replaces = _meant(entry)
    try:
        command = validated(model, fields)
    except InputError as error:
        # Of what somebody typed: an answer to it, as is any other refusal.
        return {"refused": refusal_said(error, asked.language)}
    if lacks_proof(asked, command):
        return {"refused": plain_refusal(NEEDED, asked.language)}
    try:
        receipt = asked.source.do(command, replaces=replaces)
    except EschoolError as error:
        return {"refused": refusal_said(error, asked.language)}
    return {"refused": None, **receipt_said(receipt, asked.language)}


def _meant(entry: Any) -> tuple[type[Command], dict[str, Any], int | None]:
    """Return the command that a page means, its fields, and the number that it replaces.

    Raises:
        RefusedRequest: It is none.
        InputError: ``command.unknown``.
    """
    if not isinstance(entry, dict):
        raise RefusedRequest(400, MALFORMED)
    kind, fields, replaces = entry.get("kind"), entry.get("fields"), entry.get("replaces")
    if not isinstance(kind, str) or not isinstance(fields, dict):
        raise RefusedRequest(400, MALFORMED)
    if replaces is not None and not isinstance(replaces, int):
        raise RefusedRequest(400, MALFORMED)
    spec = BY_KIND.get((kind, 1))
    if spec is None:
        raise InputError("command.unknown", kind=kind[:40], version=1)
    return spec.model, fields, replaces


def receipt_said(receipt: Receipt, language: Language) -> dict[str, Any]:
    """Return what a page is told of a command that was taken."""
    outcome = receipt.outcome
    return {
        "number": receipt.number,
        "unknown": outcome is None,
        "held": outcome is not None and outcome.verdict is Verdict.HELD,
        "findings": [] if outcome is None else _findings(outcome, language),
    }


def _findings(outcome: Outcome, language: Language) -> list[dict[str, str]]:
    return [
        {
            "clause": wording.clause_of_check(check),
            "text": wording.sentence(check, dict(params), language),
            "remedy": wording.remedy(check, dict(params), language),
        }
        for check, params in outcome.findings
    ]

"""How refusals are put for pages: what happened, the clause, what to do."""

from __future__ import annotations

from typing import Any

from eschool_core.commands.base import Command
from eschool_core.domain.enums import Verdict
from eschool_core.errors import EschoolError
from eschool_core.labels import Language
from eschool_sync.replica import RefusedCommand
from eschool_web import wording

SHOWN_FIELDS = ("value", "presence", "text", "topic")


def refusal_said(error: EschoolError, language: Language) -> dict[str, str]:
    """Return what a page says of a command that was refused at once."""
    return {
        "key": error.key,
        "clause": wording.clause_of(error),
        "text": wording.sentence(error.key, error.params, language),
        "remedy": wording.remedy(error.key, error.params, language),
    }


def plain_refusal(key: str, language: Language) -> dict[str, str]:
    """Return what a page says of a command that the pages themselves refuse."""
    return {
        "key": key,
        "clause": "",
        "text": wording.sentence(key, {}, language),
        "remedy": wording.remedy(key, {}, language),
    }


def refused_said(entry: RefusedCommand, language: Language) -> dict[str, Any]:
    """Return what a page says of a command that the server rejected or holds."""
    fields = {} if entry.command is None else entry.command.model_dump(mode="json")
    return {
        "number": entry.number,
        "kind": entry.kind,
        "fields": fields,
        "lesson": fields.get("lesson_id", 0),
        "pupil": fields.get("pupil_id", 0),
        "value": tried(entry.command),
        "held": entry.verdict is Verdict.HELD,
        "clause": entry.clause,
        "text": wording.sentence(entry.key, entry.params, language),
        "remedy": wording.remedy(entry.key, entry.params, language),
    }


def tried(command: Command | None) -> str:
    """Return in short what a command wanted to write."""
    fields = {} if command is None else command.model_dump(mode="json")
    return next((str(fields[name]) for name in SHOWN_FIELDS if fields.get(name)), "")

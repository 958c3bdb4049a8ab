"""Checks on what teachers write in words (4.5.6)."""

from __future__ import annotations

from eschool_core.domain.enums import WorkKind
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Finding
from eschool_core.regulation.language import looks_foreign

KINDS_WITH_TOPIC = (WorkKind.PRACTICAL, WorkKind.LABORATORY, WorkKind.TEST)


def check_language(cell: str, text: str, min_letters: int) -> Finding | None:
    """Note an entry that is plainly not in Russian (4.5.6).

    Args:
        cell: Which entry of the lesson it is, so that just this one is settled by a new text.
        text: The entry.
        min_letters: Fewer never warn.
    """
    if not looks_foreign(text, min_letters):
        return None
    return Finding(checks.TEXT_NOT_RUSSIAN, {"cell": cell})


def check_work_topic(kind: WorkKind, topic: str) -> Finding | None:
    """Note a practical, laboratory or control work without a topic (4.5.6)."""
    if kind in KINDS_WITH_TOPIC and not topic:
        return Finding(checks.WORK_TOPIC_MISSING, {"work_kind": int(kind)})
    return None

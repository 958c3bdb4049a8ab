"""What waits for the deputy head's decision, each with its evidence (§5.4, 4.5.3, 2.2).

Held commands, entries whose time is undetermined, changes of closed terms; apart from them what is
late, by what that rests on, which may be waived with a reason.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from eschool_core.domain.enums import FindingState
from eschool_core.labels import text
from eschool_core.queries.corrections import CorrectionAnswer, corrections
from eschool_core.queries.described import described, field_said, kind_said
from eschool_core.queries.findings import FindingAnswer, findings
from eschool_core.queries.held import HeldAnswer, command_of, held_commands
from eschool_core.regulation import checks
from eschool_core.regulation.results import shown
from eschool_core.store.store import Store
from eschool_web import wording
from eschool_web.asking import Asked, Page
from eschool_web.views.watching import control, watcher

MAX_SHOWN: Final = 100
UNDETERMINED: Final = checks.HOMEWORK_UNDETERMINED.id
LATE: Final = (checks.HOMEWORK_LATE.id, checks.TERM_MARK_LATE.id)
WHY_LATE: Final = ("late_sure", "by_clock", "settled")
"""What an entry is late by: the server's times, the device's clock, or the deputy's decision."""

PROPOSED: Final = "proposed"
ATTENDANCE: Final = "attendance"


def review_page(asked: Asked) -> Page:
    """Return the list.

    Raises:
        InputError: ``web.not_found``: it is not for this person.
    """
    person = watcher(asked)
    held = asked.read(held_commands)
    found = asked.read(lambda store: findings(store, state=FindingState.OPEN))
    late = {
        why: [entry for entry in found if entry.check in LATE and late_by(entry) == why]
        for why in WHY_LATE
    }
    proposed = [entry for entry in asked.read(corrections) if entry.state == PROPOSED]
    return control(
        asked,
        "review.html",
        "/control/review",
        {
            "held": [asked.read(partial(_held, entry, asked)) for entry in held[:MAX_SHOWN]],
            "held_count": len(held),
            "undetermined": [
                finding_said(entry, asked) for entry in found if entry.check == UNDETERMINED
            ][:MAX_SHOWN],
            "late": [
                (why, [finding_said(entry, asked) for entry in some[:MAX_SHOWN]])
                for why, some in late.items()
            ],
            "corrections": [_correction(entry, asked) for entry in proposed[:MAX_SHOWN]],
            "person": person,
        },
    )


def _held(entry: HeldAnswer, asked: Asked, store: Store) -> dict[str, Any]:
    command = command_of(store, entry.held_id)
    return {
        "id": entry.held_id,
        "kind": kind_said(entry.kind, asked.language),
        "actor": entry.actor or wording.DASH,
        "fields": [
            (field_said(name, asked.language), value)
            for name, value in described(store, command, asked.language)
        ],
        "why": wording.sentence(entry.key, entry.params, asked.language),
        "evidence": entry,
        "device": entry.device,
        "number": entry.number,
        "group": entry.group,
    }


def late_by(entry: FindingAnswer) -> str:
    """Return of ``WHY_LATE`` what a finding of lateness rests on."""
    if entry.settled:
        return "settled"
    return "by_clock" if entry.by_device_clock else "late_sure"


def finding_said(entry: FindingAnswer, asked: Asked) -> dict[str, Any]:
    """Return a finding in words, with what is known of its time."""
    return {
        "number": entry.finding_id,
        "person": entry.person,
        "clause": wording.clause_of_check(entry.check),
        "text": wording.sentence(entry.check, entry.params, asked.language),
        "school_class": entry.school_class,
        "subject": entry.subject,
        "day": entry.day,
        "period": entry.period,
        "evidence": entry.evidence,
        "to": f"/journal/{entry.journal_id}?lesson={entry.lesson_id}" if entry.journal_id else "",
    }


def _correction(entry: CorrectionAnswer, asked: Asked) -> dict[str, Any]:
    is_attendance = entry.target == ATTENDANCE
    return {
        "id": entry.correction_id,
        "pupil": entry.pupil,
        "place": f"{entry.group}, {entry.subject}",
        "target": text(f"CorrectionTarget.{entry.target}", asked.language),
        "day": entry.day,
        "value": str(entry.value) if is_attendance else shown(entry.value),
        "ground": entry.ground,
        "by": entry.proposed_by or wording.DASH,
        "at": entry.proposed_at,
    }

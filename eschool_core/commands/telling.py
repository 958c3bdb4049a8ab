"""Notices and findings: what the system tells people of its own accord."""

from __future__ import annotations

import json
from collections.abc import Mapping

from eschool_core.commands.base import Occasion
from eschool_core.commands.facts import place_of
from eschool_core.domain.enums import FindingState, NoticeKind
from eschool_core.domain.json_text import json_text
from eschool_core.domain.office import FindingRecord, Notice
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.regulation import checks
from eschool_core.regulation.clause import Check, Finding
from eschool_core.regulation.interval import Interval
from eschool_core.store.store import Store

GAPS = (
    checks.TOPIC_MISSING,
    checks.WORK_TOPIC_MISSING,
    checks.TEXT_NOT_RUSSIAN,
    checks.ROLL_NOT_TAKEN,
    checks.HOMEWORK_BLANK,
)
"""What is missing until somebody fills it, however often that is noticed."""


def tell(
    store: Store,
    occasion: Occasion,
    person_id: int,
    kind: NoticeKind,
    key: str,
    params: dict[str, str | int],
    object_id: int = 0,
    row_id: int = 0,
) -> None:
    """Leave a notice for a person; on a replica only for those whose notices it holds.

    Args:
        store: Where it goes.
        occasion: Of the command that gave rise to it.
        person_id: Who is told.
        kind: What it is about.
        key: Names its text.
        params: Fill the text.
        object_id: What it leads to.
        row_id: Id of the notice; 0 for the command's next one.
    """
    part = partition(PartitionKind.PERSON, person_id)
    if person_id == 0 or not store.holds(part):
        return
    store.put(
        Notice(
            id=row_id or occasion.new_id(),
            part=part,
            person_id=person_id,
            kind=kind,
            key=key,
            params=json_text(params),
            object_id=object_id,
            made_at=occasion.interval.made_at,
        )
    )


def record_finding(
    store: Store, occasion: Occasion, staff_id: int, finding: Finding, lesson_id: int
) -> None:
    """Record a finding on a member of staff, with the evidence of time.

    A gap that is open already is not recorded twice.
    """
    part = partition(PartitionKind.STAFF, staff_id)
    if not store.holds(part):
        return
    interval = occasion.interval
    params = place_of(store, lesson_id) | finding.params
    if finding.check in GAPS and any(
        entry.part == part for entry in _open(store, finding.check, lesson_id, params)
    ):
        return
    store.add(
        FindingRecord(
            id=occasion.new_id(),
            part=part,
            staff_id=staff_id,
            check_id=finding.check.id,
            lesson_id=lesson_id,
            params=json_text(params),
            evidence=_evidence(interval),
            state=FindingState.OPEN,
            found_at=interval.made_at,
        )
    )


def remedy_findings(
    store: Store, occasion: Occasion, check: Check, lesson_id: int, **about: str | int
) -> None:
    """Close the open findings of ``check`` on a lesson: what was missing is there now.

    Args:
        store: Where they are.
        occasion: Of the command that fills the gap.
        check: That found it.
        lesson_id: Of the lesson.
        about: Parameters by which findings of one check on one lesson are told apart.
    """
    for finding in _open(store, check, lesson_id, about):
        store.change(
            finding,
            finding.replace(
                state=FindingState.REMEDIED,
                closed_at=occasion.interval.made_at,
                closed_by_id=occasion.actor_id,
            ),
        )


def is_waived(store: Store, check: Check, lesson_id: int, **about: str | int) -> bool:
    """Return whether a finding of ``check`` on a lesson was waived: it is not put again."""
    return bool(_in_state(store, FindingState.WAIVED, check, lesson_id, about))


def _open(
    store: Store, check: Check, lesson_id: int, about: Mapping[str, str | int]
) -> list[FindingRecord]:
    return _in_state(store, FindingState.OPEN, check, lesson_id, about)


def _in_state(
    store: Store,
    state: FindingState,
    check: Check,
    lesson_id: int,
    about: Mapping[str, str | int],
) -> list[FindingRecord]:
    found = store.select(FindingRecord, lesson_id=lesson_id, check_id=check.id, state=state)
    return [entry for entry in found if about.items() <= json.loads(entry.params).items()]


def _evidence(interval: Interval) -> str:
    return json_text(
        {
            "lo": interval.lo,
            "hi": interval.hi,
            "estimate": interval.estimate,
            "claimed": interval.claimed,
        }
    )

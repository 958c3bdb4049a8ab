"""What the deputy head decides on findings (4.4.4/4, design §5.8)."""

from __future__ import annotations

import json
from typing import ClassVar

from eschool_core.commands import rights
from eschool_core.commands.base import Command, CommandSpec, Findings, Name, ObjectId, Occasion
from eschool_core.domain.enums import FindingState, Role
from eschool_core.domain.json_text import json_text
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.school import Substitution
from eschool_core.errors import InputError
from eschool_core.regulation import checks
from eschool_core.store.store import Store


class WaiveFinding(Command):
    """Close a finding with a reason: an outage by act, a lesson moved by agreement."""

    kind: ClassVar[str] = "waive_finding"
    finding_id: ObjectId
    reason: Name


def waive_finding(store: Store, command: WaiveFinding, occasion: Occasion) -> Findings:
    """Write who closed it, when and why; the finding itself stays.

    Waiving a claimed substitution declines the claim.

    Raises:
        InputError: It is closed already.
    """
    finding = store.require(FindingRecord, command.finding_id)
    if finding.state != FindingState.OPEN:
        raise InputError("control.finding_closed")
    if finding.check_id == checks.SUBSTITUTION_UNREGISTERED.id:
        for claim in store.select(
            Substitution,
            lesson_id=finding.lesson_id,
            substitute_id=finding.staff_id,
            confirmed=0,
        ):
            store.delete(claim)
    store.put(
        finding.replace(
            state=FindingState.WAIVED,
            closed_at=occasion.interval.made_at,
            closed_by_id=occasion.actor_id,
            params=json_text(json.loads(finding.params) | {"waived": command.reason}),
        )
    )
    return []


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(WaiveFinding, rights.by_role(Role.DEPUTY_STUDIES, Role.HEAD), waive_finding),
)

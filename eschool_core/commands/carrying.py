"""Carrying out a command once its right is settled: its handler, and the findings it leaves."""

from __future__ import annotations

from eschool_core.commands import facts
from eschool_core.commands.base import Command, CommandSpec, Findings, Occasion
from eschool_core.commands.telling import record_finding
from eschool_core.regulation.clause import Finding
from eschool_core.store.store import Store


def carry(store: Store, spec: CommandSpec, command: Command, occasion: Occasion) -> Findings:
    """Write what follows from a command; return the findings, recorded on its actor.

    Raises:
        RegulationError, InputError: It breaks a clause, or does not fit the rows.
        HoldForReview: The evidence does not decide.
    """
    findings = spec.handle(store, command, occasion)
    lesson_id = int(getattr(command, "lesson_id", 0))
    place = facts.place_of(store, lesson_id) if findings else {}
    findings = [Finding(finding.check, place | finding.params) for finding in findings]
    for finding in findings:
        if occasion.actor_id:
            record_finding(store, occasion, occasion.actor_id, finding, lesson_id)
    return findings

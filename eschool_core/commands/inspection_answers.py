"""What a person says to the results of a check: seen, objected to, remedied (5.1)."""

from __future__ import annotations

from typing import Any, ClassVar

from eschool_core.commands.base import (
    Command,
    CommandSpec,
    Findings,
    LongText,
    Name,
    ObjectId,
    Occasion,
)
from eschool_core.domain.inspection import InspectionResult
from eschool_core.domain.inspection_enums import ResultState
from eschool_core.errors import InputError, RegulationError, RightsError
from eschool_core.regulation import checks
from eschool_core.store.store import Store


class AcknowledgeResult(Command):
    """Sign that a result is known, or object to it.

    Attributes:
        objection: Empty is a signature.
    """

    kind: ClassVar[str] = "acknowledge_result"
    result_id: ObjectId
    objection: LongText = ""


def acknowledge_result(store: Store, command: AcknowledgeResult, occasion: Occasion) -> Findings:
    """Write the answer and its time; the first one stands.

    Raises:
        InputError: It is answered already.
    """
    result = store.require(InspectionResult, command.result_id)
    if result.state != ResultState.RELEASED:
        raise InputError("inspection.answered")
    store.put(
        result.replace(
            state=ResultState.OBJECTED if command.objection else ResultState.SIGNED,
            objection=command.objection,
            answered_at=occasion.interval.made_at,
        )
    )
    return []


class RemedyResult(Command):
    """Say that what a result found is put right."""

    kind: ClassVar[str] = "remedy_result"
    result_id: ObjectId
    remedy: Name


def remedy_result(store: Store, command: RemedyResult, occasion: Occasion) -> Findings:
    """Write what was done.

    Raises:
        RegulationError: It is a fact, such as «late»: known, never undone (5.1).
        InputError: It is not acknowledged yet, or remedied already.
    """
    result = store.require(InspectionResult, command.result_id)
    if not result.remediable:
        raise RegulationError(checks.FACT_NOT_REMEDIED)
    if result.state not in (ResultState.SIGNED, ResultState.OBJECTED):
        raise InputError("inspection.unanswered")
    store.put(
        result.replace(
            state=ResultState.REMEDIED,
            remedy=command.remedy,
            remedied_at=occasion.interval.made_at,
        )
    )
    return []


def own_result(store: Store, command: Any, occasion: Occasion) -> None:
    """Let pass the person whom a result is about.

    Raises:
        RightsError: Anybody else; a result that is not there looks the same (4.1).
    """
    result = store.get(InspectionResult, int(command.result_id))
    if result is None or result.staff_id != occasion.actor_id:
        raise RightsError(checks.ROLE_DENIED)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(AcknowledgeResult, own_result, acknowledge_result),
    CommandSpec(RemedyResult, own_result, remedy_result),
)

"""Sections of the school's data and the word of those who answer for them (4.3, 4.7.2)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from eschool_core.commands import rights
from eschool_core.commands.base import WHOLE, Command, CommandSpec, Findings, ObjectId, Occasion
from eschool_core.commands.section_gaps import OWNERS, section_gaps
from eschool_core.domain.care import SectionConfirmation
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.school import AcademicYear
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks
from eschool_core.store.store import Store


class ConfirmSection(Command):
    """Say that a section is complete and true."""

    kind: ClassVar[str] = "confirm_section"
    year_id: ObjectId
    section: Annotated[Section, WHOLE]


def confirm_section(store: Store, command: ConfirmSection, occasion: Occasion) -> Findings:
    """Write the confirmation.

    Raises:
        RegulationError: Something is missing (4.3 or 4.7.2).
    """
    year = store.require(AcademicYear, command.year_id)
    gaps = section_gaps(store, year, command.section, rights.made_day(store, occasion))
    if gaps:
        raise RegulationError(checks.SECTION_INCOMPLETE, count=len(gaps))
    store.put(
        SectionConfirmation(
            id=occasion.new_id(),
            part=SCHOOL,
            year_id=year.id,
            section=command.section,
            confirmed_by_id=occasion.actor_id,
            confirmed_at=occasion.interval.made_at,
        )
    )
    return []


def may_confirm_section(store: Store, command: ConfirmSection, occasion: Occasion) -> None:
    """Let pass the owner of the section, and the system officer who stands in where none is.

    Raises:
        RightsError: Anybody else.
        HoldForReview: The role covers only a part of the judged interval.
    """
    owner = OWNERS[command.section]
    days = rights.act_days(store, occasion)
    stands_in = () if rights.is_held(store, owner, days) else (Role.SYSTEM_OFFICER,)
    rights.require_role(store, occasion, owner, *stands_in)


SPECS: tuple[CommandSpec, ...] = (
    CommandSpec(ConfirmSection, may_confirm_section, confirm_section),
)

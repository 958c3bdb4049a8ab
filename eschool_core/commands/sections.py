"""Sections of the school's data and the word of those who answer for them (4.3, 4.7.2)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from eschool_core import calendar
from eschool_core.commands import facts, rights
from eschool_core.commands.base import WHOLE, Command, CommandSpec, Findings, ObjectId, Occasion
from eschool_core.commands.office_days import working_day_before
from eschool_core.commands.section_gaps import OWNERS, section_gaps
from eschool_core.commands.telling import tell
from eschool_core.domain.care import SectionConfirmation
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import NoticeKind, Role
from eschool_core.domain.partition import SCHOOL
from eschool_core.domain.school import AcademicYear
from eschool_core.errors import RegulationError
from eschool_core.regulation import checks
from eschool_core.store.store import Store

SEPTEMBER = 9
BY_SEPTEMBER = (Section.STAFF, Section.EDUCATION)
"""Sections that stand by a day of September (4.3)."""


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


def remind_of_sections(store: Store, occasion: Occasion, first_day: int, last_day: int) -> None:
    """Remind the owners of sections that are not confirmed yet, on two days before the due one.

    On 1 September, and on the last working day before the date of 4.3, which does not shift where
    it is a day off (specification §2).

    Args:
        store: Where sections are.
        occasion: Of the command that opens the days.
        first_day: Of the days that are opened.
        last_day: Of them.
    """
    for year in store.where(AcademicYear, "first_day <= ? AND last_day >= ?", last_day, first_day):
        due = due_day(store, year)
        reminders = (due_day(store, year, 1), working_day_before(store, due))
        is_time = any(first_day <= day <= last_day for day in reminders)
        if not is_time or last_day > due:
            continue
        for section in BY_SEPTEMBER:
            if store.first(SectionConfirmation, year_id=year.id, section=section) is None:
                _remind(store, occasion, section, last_day, due)


def due_day(store: Store, year: AcademicYear, of_september: int = 0) -> int:
    """Return the day of September by which sections stand, or another day of that month."""
    number = of_september or facts.policy_number(store, "sections_due_day", year.first_day)
    return calendar.day_number(date(calendar.date_of(year.first_day).year, SEPTEMBER, number))


def _remind(store: Store, occasion: Occasion, section: Section, day: int, due: int) -> None:
    owners = rights.holders(store, OWNERS[section], day)
    key = f"notice.section_due.{section.name.lower()}"
    about: dict[str, str | int] = {"due": calendar.date_of(due).isoformat()}
    for owner in owners or rights.holders(store, Role.SYSTEM_OFFICER, day):
        tell(store, occasion, owner, NoticeKind.SECTION_DUE, key, about)


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

"""4.3 and 4.7.2: owners of sections fill them by a day of September and keep them right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from eschool_core import calendar
from eschool_core.commands import facts
from eschool_core.commands.section_gaps import OWNERS, section_gaps
from eschool_core.domain.care import SectionConfirmation
from eschool_core.domain.care_enums import Section
from eschool_core.domain.enums import Role
from eschool_core.domain.partition import PartitionKind
from eschool_core.domain.school import AcademicYear, Journal
from eschool_core.queries.duties.duty import Done, Duty, Missing
from eschool_core.queries.duties.view import View, months

STAFF_AND_EDUCATION = (Section.STAFF, Section.EDUCATION)
YEAR_START = (Section.REGIME, Section.UPBRINGING, Section.SAFETY, Section.FACILITIES)
SEPTEMBER = 9


def section_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each section of 4.3 at the year's start, then one a month.

    With the policy ``sections_confirm`` at ``on_change`` a later month has a duty only where
    something is missing.
    """
    yield from _duties(view, "4.3", "sections_due_day", STAFF_AND_EDUCATION, monthly=True)


def regime_duties(view: View) -> Iterator[Duty]:
    """Yield one duty for each section of 4.7.2, due by a day of September."""
    yield from _duties(view, "4.7.2", "regime_due_day", YEAR_START, monthly=False)


def _duties(
    view: View, clause: str, policy: str, sections: tuple[Section, ...], *, monthly: bool
) -> Iterator[Duty]:
    year = view.year
    if year is None:
        return
    start = calendar.date_of(year.first_day).year
    due_day = calendar.day_number(
        date(start, SEPTEMBER, facts.policy_number(view.store, policy, year.first_day))
    )
    later = months(calendar.next_month(due_day), min(view.day, year.last_day)) if monthly else ()
    # What was confirmed before the first of September counts for the year's start.
    periods = [(0, due_day), *((month, _month_end(month)) for month in later)]
    for section in sections:
        wanted = [
            (first, last, owner)
            for first, last in periods
            if view.wants(owner := _owner(view, section, last))
        ]
        if not wanted or not _is_known(view, year, section):
            continue
        gaps = section_gaps(view.store, year, section, view.day)
        missing = [Missing(gap.key, gap.params) for gap in gaps]
        confirmed = view.store.select(SectionConfirmation, year_id=year.id, section=section)
        for number, (first, last, owner) in enumerate(wanted):
            # The latest period is the one that what is missing today belongs to.
            lacks = missing if number == len(wanted) - 1 else []
            if first == 0 or lacks or _asks_monthly(view, last):
                done = None if lacks else _first_since(confirmed, view.midnight(first))
                yield view.duty(
                    clause,
                    f"{section.name.lower()}:{calendar.date_of(last).isoformat()}",
                    owner,
                    last,
                    {"section": int(section)},
                    done=done,
                    missing=lacks,
                )


def _first_since(confirmed: list[SectionConfirmation], moment: int) -> Done | None:
    given = [entry for entry in confirmed if entry.confirmed_at >= moment]
    first = min(given, key=lambda entry: (entry.confirmed_at, entry.id), default=None)
    return None if first is None else Done(first.confirmed_at, first.confirmed_by_id)


def _owner(view: View, section: Section, day: int) -> int:
    """Return who answers for a section on a day: its deputy, else the system officer."""
    return view.holder(OWNERS[section], day) or view.holder(Role.SYSTEM_OFFICER, day)


def _is_known(view: View, year: AcademicYear, section: Section) -> bool:
    if section is not Section.EDUCATION:
        return True
    journals = [journal.id for journal in view.store.select(Journal, year_id=year.id)]
    classes = [entry.id for entry in view.classes]
    return view.knows(PartitionKind.CLASS, classes) and view.knows(PartitionKind.JOURNAL, journals)


def _asks_monthly(view: View, day: int) -> bool:
    return facts.policy_value(view.store, "sections_confirm", day) == "monthly"


def _month_end(month: int) -> int:
    return calendar.next_month(month) - 1

"""The school that an import joins: its year, its bells, what there is already, who may do what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eschool_core.commands import rights
from eschool_core.commands.people import HireStaff
from eschool_core.domain.enums import Role
from eschool_core.domain.school import AcademicYear, BellPeriod, BellSchedule
from eschool_core.errors import InputError, RightsError
from eschool_core.imports.builder import BellsRef, CommandBatch, YearRef
from eschool_core.imports.builder_existing import ExistingSchool, read_existing
from eschool_core.queries.alphabet import sort_key
from eschool_core.queries.in_force import year_on
from eschool_core.queries.names import full_name
from eschool_core.regulation import checks
from eschool_core.store.store import Store

MAX_NAMED: Final = 12


class UnknownStaffError(RightsError):
    """The file names teachers whom the school does not have, and the actor may not enter them.

    Attributes:
        candidates: Their names, to be shown to the person who gave the file and never logged.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(checks.ACCOUNT_CREATOR, count=len(names))
        self.key = "cli.import.unknown_staff"
        self.candidates = tuple(sorted(names, key=sort_key)[:MAX_NAMED])


class JoinedSchool:
    """What an import joins.

    Attributes:
        gives_loads: Whether the actor may say who teaches a group (4.4.2).

    Args:
        store: Where to look.
        person_id: Who imports.
        today: The school's date.
        first_day: From which day the file holds; 0 for today, or the nearest day of the year.

    Raises:
        InputError: There is no year or no bells, or the day lies outside the year.
    """

    def __init__(self, store: Store, person_id: int, today: int, first_day: int = 0) -> None:
        year = year_of(store, today)
        self.year = YearRef(year.id, year.first_day, year.last_day, year.weekdays, year.cycle_weeks)
        self.bells = _bells_of(store)
        self.from_day = first_day or min(max(today, year.first_day), year.last_day)
        if not year.first_day <= self.from_day <= year.last_day:
            raise InputError("cli.import.from_outside", name=year.name)
        held = rights.roles_of(store, person_id, (today, today))
        self.gives_loads = not held.isdisjoint(rights.STUDIES)
        self.existing: ExistingSchool = read_existing(store, year.id, self.from_day)


def year_of(store: Store, today: int) -> AcademicYear:
    """Return the year of a day, or the nearest.

    Raises:
        InputError: ``cli.import.no_year``.
    """
    year = year_on(store, today)
    if year is None:
        raise InputError("cli.import.no_year")
    return year


def check_hiring(store: Store, batch: CommandBatch, person_id: int, today: int) -> None:
    """Let nobody but the system officer enter new staff along with a file.

    Raises:
        UnknownStaffError: The batch hires, and the person may not.
    """
    commands = [entry.command for entry in batch.commands]
    hired = [command for command in commands if isinstance(command, HireStaff)]
    held = rights.roles_of(store, person_id, (today, today))
    if hired and Role.SYSTEM_OFFICER not in held:
        raise UnknownStaffError([full_name(one.family, one.given, one.patronymic) for one in hired])


def _bells_of(store: Store) -> BellsRef:
    """Return the first bell schedule of the school, that of new classes."""
    schedule = store.first(BellSchedule)
    if schedule is None:
        raise InputError("cli.import.no_bells")
    periods = store.select(BellPeriod, schedule_id=schedule.id)
    times = {entry.period: (entry.start_minute, entry.end_minute) for entry in periods}
    return BellsRef(schedule.id, times)

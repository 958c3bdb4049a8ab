"""A made-up school on a real server in a folder, with a clock that we turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from eschool_core import calendar
from eschool_core.app import GROUP_FELL
from eschool_core.commands.base import Command
from eschool_core.commands.people import Appoint, HireStaff
from eschool_core.domain.enums import Role
from eschool_core.errors import InputError
from eschool_core.imports.builder import CommandBatch
from eschool_core.imports.builder_plan import build_plan
from eschool_core.imports.builder_roster import build_roster
from eschool_core.imports.builder_timetable import TimetableResult, build_timetable
from eschool_core.imports.builder_year import (
    BreakDraft,
    TermDraft,
    WorkingDayDraft,
    YearDraft,
    build_bells,
    build_year,
)
from eschool_core.imports.drafts import NameDraft, NotTaken, PeriodDraft, TimetableDraft
from eschool_core.imports.fet import read_timetable
from eschool_core.sample import (
    class_teachers,
    days_off,
    first_shift,
    place,
    sample_plan,
    sample_roster,
    sample_timetable,
    school_year,
    working_weekends,
)
from eschool_sync.clock import ManualClock
from eschool_sync.server.directory import Directory
from eschool_sync.server.school import ServerSchool

ZONE: Final = "Asia/Novokuznetsk"
MORNING_MINUTE: Final = 7 * 60
ORDER: Final = "№ 1"
OFFICER: Final = NameDraft("Кузнецов", "Олег", "Игоревич")
HEAD: Final = NameDraft("Воронцова", "Елена", "Андреевна")
DEPUTY: Final = NameDraft("Соколова", "Ирина", "Павловна")

BELLS: Final = "1 смена"
WORKING_WEEK: Final = 5
PLAN_LESSONS: Final = 34

Size = Literal["small", "full"]
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """What school is wanted.

    Attributes:
        folder: Where the server's data goes.
        day: The date the clock is set to; a day with lessons.
        timetable: A FET file, or None for one made by rule from the curriculum.
        postgres_url: PostgreSQL server, empty for SQLite files.
    """

    folder: Path
    size: Size
    seed: int
    day: date
    timetable: Path | None = None
    postgres_url: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """The school as built.

    Attributes:
        day: Day number of the date it plays on.
        draft: The timetable, with the slots that the placement found.
        unplaced: Activities for which it found none.
        result: What became of the timetable.
        class_teacher_ids: Class teacher of each class.
    """

    clock: ManualClock
    directory: Directory
    school: ServerSchool
    number: int
    day: int
    draft: TimetableDraft
    unplaced: tuple[NotTaken, ...]
    result: TimetableResult
    officer_id: int
    deputy_id: int
    class_teacher_ids: dict[int, int]


def build_stage(setting: Setting, report: Report) -> Stage:
    """Build the school: year, bells, timetable, people; in one group that stands or falls.

    Raises:
        InputError: The timetable file cannot be taken.
    """
    day = calendar.day_number(setting.day)
    clock = ManualClock(calendar.moment_of(day, MORNING_MINUTE, ZONE))
    report("demo.stage.timetable", 0, 4)
    draft, unplaced = _timetable(setting)
    directory = Directory(setting.folder / "server", setting.postgres_url, clock=clock)
    number, officer_id = directory.found("Школа-образец", ZONE, OFFICER)
    school = directory.school(number)
    batch = CommandBatch(school.state.server_device, school.next_number())
    report("demo.stage.people", 1, 4)
    year = build_year(batch, _year(setting, draft)).year
    bells = build_bells(batch, BELLS, _periods(draft))
    result = build_timetable(batch, draft, year=year, bells=bells, order=ORDER)
    roster = sample_roster(draft, setting.seed, start_year(setting.day))
    build_roster(batch, roster, year=year, bells=bells, existing=result.school, order=ORDER)
    _enter_plans(batch, draft, result, setting.seed)
    deputy_id = _hire(batch, DEPUTY, Role.DEPUTY_STUDIES, year.first_day)
    leaders = _appoint_class_teachers(batch, draft, result, year.first_day)
    report("demo.stage.write", 2, 4)
    outcomes = school.act_all(batch.commands)
    refused = next((entry for entry in outcomes if entry.key not in ("", GROUP_FELL)), None)
    if refused is not None:
        raise InputError(refused.key, **dict(refused.params))
    report("demo.stage.ready", 4, 4)
    return Stage(
        clock,
        directory,
        school,
        number,
        day,
        draft,
        unplaced,
        result,
        officer_id,
        deputy_id,
        leaders,
    )


def hire_head(stage: Stage) -> int:
    """Give the school a head, in office from its day on; return who it is."""
    batch = CommandBatch(stage.school.state.server_device, stage.school.next_number())
    head_id = _hire(batch, HEAD, Role.HEAD, stage.day)
    assert not any(outcome.key for outcome in stage.school.act_all(batch.commands))
    return head_id


def _timetable(setting: Setting) -> tuple[TimetableDraft, tuple[NotTaken, ...]]:
    if setting.timetable is None:
        return place(sample_timetable(setting.size, setting.seed))
    return place(read_timetable(setting.timetable))


def _periods(draft: TimetableDraft) -> tuple[PeriodDraft, ...]:
    """Return the timetable's periods, with a school's usual bells where it has no times."""
    usual = first_shift()
    timed = all(period.start_minute is not None for period in draft.periods)
    return draft.periods if timed or len(draft.periods) > len(usual) else usual


def _year(setting: Setting, draft: TimetableDraft) -> YearDraft:
    made = school_year(start_year(setting.day))
    weekends = working_weekends(made.first, made.last)
    return YearDraft(
        name=f"{made.first.year}/{made.last.year % 100}",
        first=made.first,
        last=made.last,
        weekdays=max(WORKING_WEEK, draft.weekdays),
        act=ORDER,
        cycle_weeks=draft.cycle_weeks,
        terms=tuple(
            TermDraft(term.kind, term.number, term.first, term.last) for term in made.terms
        ),
        breaks=tuple(
            BreakDraft(entry.key, entry.first, entry.last, entry.grade) for entry in made.breaks
        ),
        days_off=days_off(made.first, made.last),
        working_days=tuple(WorkingDayDraft(day, day.weekday()) for day in weekends),
    )


def _enter_plans(
    batch: CommandBatch, draft: TimetableDraft, result: TimetableResult, seed: int
) -> None:
    """Enter a calendar plan for every journal: topics and homework that a teacher can take."""
    grades = {entry.name: entry.grade for entry in draft.classes}
    groups = {entry.name: entry.classes[0] for entry in draft.groups}
    for (group, subject), journal_id in result.journal_ids.items():
        grade = grades.get(groups.get(group, group))
        plan = sample_plan(subject, grade, PLAN_LESSONS, seed)
        build_plan(batch, plan, journal_id)


def start_year(day: date) -> int:
    """Return in which year the school year of a day began."""
    return day.year if day.month >= 9 else day.year - 1


def _hire(batch: CommandBatch, name: NameDraft, role: Role, first_day: int) -> int:
    person_id = batch.add(
        HireStaff(family=name.family, given=name.given, patronymic=name.patronymic)
    )
    batch.add(Appoint(person_id=person_id, role=role, first_day=first_day, act=ORDER))
    return person_id


def _appoint_class_teachers(
    batch: CommandBatch, draft: TimetableDraft, result: TimetableResult, first_day: int
) -> dict[int, int]:
    leaders: dict[int, int] = {}
    for class_name, teacher in class_teachers(draft).items():
        class_id, person_id = result.class_ids[class_name], result.staff_ids[teacher]
        command: Command = Appoint(
            person_id=person_id,
            role=Role.CLASS_TEACHER,
            class_id=class_id,
            first_day=first_day,
            act=ORDER,
        )
        batch.add(command)
        leaders[class_id] = person_id
    return leaders

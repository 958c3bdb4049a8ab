from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from eschool_core.calendar import day_number
from eschool_core.commands.school import CreateSubject, OpenYear, SetBells, SetCalendar
from eschool_core.domain.enums import DayKind, TermKind, WorkKind
from eschool_core.domain.school import BellPeriod
from eschool_core.errors import InputError
from eschool_core.ids import MAX_NUMBER, make_id
from eschool_core.imports.builder import CommandBatch, make, take_for
from eschool_core.imports.builder_existing import LONGEST_NAME, joint_name
from eschool_core.imports.builder_plan import build_plan
from eschool_core.imports.builder_staff import teacher_name
from eschool_core.imports.builder_timetable import build_timetable
from eschool_core.imports.builder_year import YearDraft, build_bells, build_year
from eschool_core.imports.drafts import NameDraft, PeriodDraft, PlanDraft, PlanItemDraft
from eschool_core.labels import catalogue
from eschool_core.sample.bells import first_shift
from eschool_core.sample.plan import sample_plan
from eschool_core.sample.timetable import sample_timetable
from tests.core.imports.building import new_school, year_draft


def test_numbers_follow_one_another_and_ids_are_those_of_the_handlers() -> None:
    batch = CommandBatch(7, 100)
    subject = CreateSubject(name="Физика")
    assert batch.add(subject, take=3) == make_id(7, 100)
    assert batch.add(subject) == make_id(7, 103)
    assert [(entry.number, entry.take) for entry in batch.commands] == [(100, 3), (103, 1)]
    assert batch.next_number == 104


def test_a_device_without_numbers_left_gets_none() -> None:
    batch = CommandBatch(7, MAX_NUMBER)
    with pytest.raises(InputError):
        batch.add(CreateSubject(name="Физика"), take=2)
    assert batch.commands == ()


@pytest.mark.parametrize(("rows", "take"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (2049, 3)])
def test_a_number_is_taken_for_each_1024_rows(rows: int, take: int) -> None:
    assert take_for(rows) == take


def test_a_value_out_of_bounds_is_an_error_that_does_not_repeat_it() -> None:
    with pytest.raises(InputError) as caught:
        make(CreateSubject, "Subjects_List", name="я" * 201)
    assert caught.value.key == "import.value_refused"
    assert caught.value.params == {"place": "Subjects_List", "field": "name"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Иванова А. П.", ("Иванова", "А.", "П.")),
        ("Иванова А.П.", ("Иванова", "А.", "П.")),
        ("А. П. Иванова", ("Иванова", "А.", "П.")),
        ("Цв.Евтимова", ("Евтимова", "Цв.", "")),
        ("Иванова Анна Петровна", ("Иванова", "Анна", "Петровна")),
        ("Гаджиев Али Мамед оглы", ("Гаджиев", "Али", "Мамед оглы")),
        ("Jones, Mary Jane", ("Jones", "Mary", "Jane")),
        ("Rossi", ("Rossi", "—", "")),
        ("А.", ("А.", "—", "")),
        (",", (",", "—", "")),
    ],
)
def test_a_teachers_name_is_split(text: str, parts: tuple[str, str, str]) -> None:
    assert teacher_name(text) == NameDraft(*parts)


def test_the_name_of_a_joint_group_stays_within_its_limit() -> None:
    names = [f"{grade}А-технология" for grade in range(100)]
    assert joint_name(names[:3]) == "0А-технология+1А-технология+2А-технология"
    assert len(joint_name(names)) <= LONGEST_NAME
    assert joint_name(names).endswith(f"… ({100 - joint_name(names).count('технология')})")


def test_the_sample_year_is_accepted_with_its_terms_and_days() -> None:
    school = new_school()
    assert school.count("academic_year") == 1
    assert school.count("term WHERE kind = ?".replace("?", str(int(TermKind.QUARTER)))) == 4
    assert school.count("term") == 6
    assert school.count("bell_period") == len(first_shift())
    kinds: dict[int, int] = dict(
        school.store.rows("SELECT day, kind FROM calendar_day WHERE level = 1")
    )
    assert kinds[day_number(date(2026, 11, 4))] == DayKind.DAY_OFF
    assert kinds[day_number(date(2027, 1, 1))] == DayKind.SCHOOL_BREAK


def test_a_worked_saturday_follows_the_monday_that_is_off_for_it() -> None:
    school = new_school()
    saturday = day_number(date(2027, 2, 20))
    rows = school.store.rows(
        "SELECT level, kind, as_weekday FROM calendar_day WHERE day = ? ORDER BY level", saturday
    )
    # The first grade has its own break in that week.
    assert rows == [(1, DayKind.SCHOOL_DAY, 0), (2, DayKind.SCHOOL_BREAK, -1)]


def test_a_week_of_six_days_works_saturdays_anyway() -> None:
    assert year_draft(weekdays=6).working_days == ()


def test_a_date_has_one_rule_and_breaks_prevail() -> None:
    day = date(2026, 11, 4)
    draft = YearDraft(
        "y", date(2026, 9, 1), date(2027, 5, 26), 5, "№ 1", days_off=((day, "a"), (day, "b"))
    )
    batch = CommandBatch(1, 0)
    build_year(batch, draft)
    [opened, *calendar] = [entry.command for entry in batch.commands]
    assert isinstance(opened, OpenYear)
    assert len([one for one in calendar if isinstance(one, SetCalendar)]) == 1


@pytest.mark.parametrize(
    "times",
    [
        [(None, None), (None, None)],
        [(500, 540), (None, None)],
        [(500, 540), (530, 570)],
        [(540, 580), (480, 520)],
        [(500, 500), (530, 570)],
        [(1400, 1430), (1435, 1470)],
    ],
)
def test_bells_without_usable_times_get_usual_ones(
    times: list[tuple[int | None, int | None]],
) -> None:
    periods = [PeriodDraft(number, str(number), *time) for number, time in enumerate(times)]
    batch = CommandBatch(1, 0)
    bells = build_bells(batch, "Звонки", periods)
    assert dict(bells.periods) == {1: (510, 550), 2: (560, 600)}


def test_bells_that_name_starts_alone_keep_them() -> None:
    starts = (510, 560, 620)
    periods = [PeriodDraft(number, "", start) for number, start in enumerate(starts)]
    bells = build_bells(CommandBatch(1, 0), "Звонки", periods)
    assert dict(bells.periods) == {1: (510, 550), 2: (560, 600), 3: (620, 660)}


@pytest.mark.parametrize("count", [1, 2, 8, 20, 21, 400])
def test_any_number_of_periods_gives_lawful_bells(count: int) -> None:
    batch = CommandBatch(1, 0)
    build_bells(batch, "Звонки", [PeriodDraft(number, "") for number in range(count)])
    [entry] = batch.commands
    assert isinstance(entry.command, SetBells)
    assert all(before[2] <= after[1] for before, after in pairwise(entry.command.periods))
    assert len(entry.command.periods) == min(count, 20)


def test_a_plan_is_accepted_with_dates_from_its_weeks() -> None:
    school = new_school()
    batch = school.batch()
    draft = sample_timetable("small", 1)
    result = build_timetable(batch, draft, year=school.year, bells=school.bells)
    journal_id = next(iter(result.journal_ids.values()))
    items = (
        PlanItemDraft(1, "Раздел", "Дата", planned=date(2026, 9, 7), work_kind=WorkKind.TEST),
        PlanItemDraft(2, "Раздел", "Неделя", hours=2, week=2),
        PlanItemDraft(3, "Раздел", "Ничего", homework="§ 1", week=9),
    )
    build_plan(batch, PlanDraft(items, ()), journal_id, weeks=(20_000, 20_007))
    school.apply(batch)
    rows = school.store.rows("SELECT ordinal, hours, planned_day, work_kind FROM plan_item")
    september = day_number(date(2026, 9, 7))
    assert sorted(rows) == [(1, 1, september, WorkKind.TEST), (2, 2, 20_007, 0), (3, 1, 0, 0)]


def test_a_sample_plan_is_accepted_and_replaces_the_earlier_one() -> None:
    school = new_school()
    batch = school.batch()
    draft = sample_timetable("small", 1)
    result = build_timetable(batch, draft, year=school.year, bells=school.bells)
    [journal_id, *_] = result.journal_ids.values()
    build_plan(batch, sample_plan("Математика", 5, 170, 1), journal_id)
    build_plan(batch, sample_plan("Математика", 5, 34, 1), journal_id)
    school.apply(batch)
    assert school.count("plan_item") == 34


@pytest.mark.parametrize("count", [0, 401])
def test_a_plan_of_no_or_too_many_rows_is_refused(count: int) -> None:
    items = tuple(PlanItemDraft(number, "", "т") for number in range(count))
    with pytest.raises(InputError, match=r"import\.plan_size"):
        build_plan(CommandBatch(1, 0), PlanDraft(items, ()), 1)


@pytest.mark.parametrize("key", ["import.value_refused", "import.cycle_weeks", "import.plan_size"])
def test_an_error_says_what_to_do(key: str) -> None:
    assert {"ru", "en"} <= catalogue()[f"{key}.remedy"].keys()


def test_bells_and_slots_agree_on_the_number_of_the_first_period() -> None:
    school = new_school()
    periods = [bell.period for bell in school.store.select(BellPeriod)]
    assert periods[0] == 1
    assert set(periods) == set(school.bells.periods)

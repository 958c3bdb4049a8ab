from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from eschool_core.domain.enums import JournalKind, Role
from eschool_core.errors import InputError
from eschool_core.imports.builder import BatchEntry
from eschool_core.imports.builder_report import timetable_report
from eschool_core.imports.builder_timetable import TimetableResult, build_timetable
from eschool_core.imports.drafts import (
    ActivityDraft,
    ClassDraft,
    GroupDraft,
    StartDraft,
    TimetableDraft,
)
from eschool_core.sample.bells import first_shift
from eschool_core.sample.timetable import sample_timetable
from tests.core.imports.building import RefusedError, School, new_school, tiny_year, year_draft

CLASSES = (ClassDraft("5А", 5), ClassDraft("5Б", 5), ClassDraft("К1", None))
GROUPS = (
    GroupDraft("5А", ("5А",), whole=True),
    GroupDraft("5Б", ("5Б",), whole=True),
    GroupDraft("К1", ("К1",), whole=True),
    GroupDraft("5А.1", ("5А",), whole=False),
    GroupDraft("5А.2", ("5А",), whole=False),
    GroupDraft("5Б.1", ("5Б",), whole=False),
)
MONDAY = 0


def at(weekday: int, period: int, week: int = 0) -> StartDraft:
    return StartDraft(week, weekday, period)


def activity(
    number: int,
    subject: str,
    groups: str,
    teachers: str,
    start: StartDraft | None = None,
    duration: int = 1,
) -> ActivityDraft:
    return ActivityDraft(
        number, subject, tuple(groups.split()), tuple(teachers.split()), duration, start
    )


def draft(*activities: ActivityDraft, cycle_weeks: int = 1) -> TimetableDraft:
    return TimetableDraft(
        "проба",
        5,
        cycle_weeks,
        first_shift(),
        CLASSES,
        GROUPS,
        ("Иванова", "Петров", "Сидоров"),
        ("Математика", "Физика", "Труд"),
        activities,
        (),
        len(activities),
        sum(one.duration for one in activities),
    )


def build(school: School, timetable: TimetableDraft) -> TimetableResult:
    """Import a timetable into a school that may have one."""
    batch = school.batch()
    existing = school.existing()
    result = build_timetable(
        batch, timetable, year=school.year, bells=school.bells, existing=existing
    )
    school.apply(batch)
    assert result.imported + len(result.not_taken) == timetable.active
    return result


def slots(school: School, journal_id: int) -> list[tuple[int, int, int]]:
    rows = school.store.rows(
        "SELECT week, weekday, period FROM timetable_slot "
        "WHERE journal_id = ? AND last_day >= ? ORDER BY 1, 2, 3",
        journal_id,
        school.year.first_day,
    )
    return [(int(week), int(weekday), int(period)) for week, weekday, period in rows]


def reasons(result: TimetableResult) -> dict[str, str]:
    left = (*result.not_taken, *result.waiting)
    return {entry.where: entry.reason.removeprefix("import.activity_") for entry in left}


def test_classes_groups_teachers_and_journals_are_made() -> None:
    school = new_school()
    result = build(
        school,
        draft(
            activity(1, "Математика", "5А", "Иванова", at(0, 0)),
            activity(2, "Физика", "5А.1", "Петров", at(1, 0)),
        ),
    )
    assert school.ids("SELECT grade FROM school_class ORDER BY id") == [5, 5, 0]
    assert school.count("study_group WHERE whole = 1") == 3
    assert school.count("study_group WHERE whole = 0") == 3
    assert school.ids("SELECT DISTINCT role FROM appointment") == [Role.TEACHER]
    kinds = {
        key: school.ids("SELECT kind FROM journal WHERE id = ?", journal_id)
        for key, journal_id in result.journal_ids.items()
    }
    assert kinds == {
        ("5А", "Математика"): [JournalKind.CLASS],
        ("5А.1", "Физика"): [JournalKind.GROUP],
    }


def test_ids_are_those_that_the_school_gives() -> None:
    school = new_school()
    result = build(school, draft(activity(1, "Математика", "5А", "Иванова", at(0, 0))))
    for table, ids in (
        ("school_class", result.class_ids),
        ("study_group", result.group_ids),
        ("subject", result.subject_ids),
    ):
        rows = school.store.rows(f"SELECT name, id FROM {table}")
        assert dict(rows) == dict(ids)
    families = {family for (family,) in school.store.rows("SELECT family FROM staff")}
    assert families == result.staff_ids.keys()
    assert school.ids("SELECT id FROM journal") == list(result.journal_ids.values())
    assert result.journal_of_activity == {1: school.ids("SELECT id FROM journal")[0]}


def test_a_double_lesson_takes_two_periods_that_follow() -> None:
    school = new_school()
    result = build(school, draft(activity(1, "Труд", "5А", "Иванова", at(2, 3), duration=2)))
    [journal_id] = result.journal_ids.values()
    assert slots(school, journal_id) == [(0, 2, 4), (0, 2, 5)]


def test_a_lesson_of_two_whole_classes_is_one_journal_of_a_whole_group() -> None:
    school = new_school()
    result = build(
        school,
        draft(
            activity(1, "Труд", "5А 5Б", "Иванова", at(0, 0)),
            activity(2, "Труд", "5Б 5А", "Иванова", at(1, 0)),
        ),
    )
    [journal_id] = result.journal_ids.values()
    assert list(result.journal_ids) == [("5А+5Б", "Труд")]
    assert school.ids("SELECT whole FROM study_group WHERE name = '5А+5Б'") == [1]
    assert school.count(f"timetable_slot WHERE journal_id = {journal_id}") == 4
    days = school.ids("SELECT day FROM lesson WHERE journal_id = ?", journal_id)
    assert len(days) == len(set(days))


def test_a_joint_lesson_with_a_part_of_a_class_is_no_whole_group() -> None:
    school = new_school()
    build(school, draft(activity(1, "Труд", "5А 5Б.1", "Иванова", at(0, 0))))
    assert school.ids("SELECT whole FROM study_group WHERE name = '5А+5Б.1'") == [0]


def test_a_part_beside_its_whole_class_adds_nobody() -> None:
    school = new_school()
    result = build(school, draft(activity(1, "Труд", "5А.1 5А", "Иванова", at(0, 0))))
    assert list(result.journal_ids) == [("5А", "Труд")]


def test_two_teachers_together_are_one_journal_with_two_loads() -> None:
    school = new_school()
    result = build(
        school,
        draft(
            activity(1, "Труд", "5А", "Иванова Петров", at(0, 0), duration=2),
            activity(2, "Труд", "5А", "Иванова"),
        ),
    )
    [journal_id] = result.journal_ids.values()
    loads = school.store.rows(
        "SELECT staff_id, weekly_periods FROM teaching_load WHERE journal_id = ?", journal_id
    )
    ids = result.staff_ids
    assert dict(loads) == {ids["Иванова"]: 3, ids["Петров"]: 2}


def test_an_activity_without_a_start_is_load_that_waits() -> None:
    school = new_school()
    result = build(school, draft(activity(7, "Физика", "5А", "Петров", duration=2)))
    assert reasons(result) == {"Activity 7": "waits"}
    assert school.ids("SELECT weekly_periods FROM teaching_load") == [2]
    assert school.count("lesson") == 0


def test_an_activity_without_a_teacher_becomes_lessons_without_a_load() -> None:
    school = new_school()
    build(school, draft(activity(7, "Физика", "5А", "", at(0, 0))))
    assert school.count("teaching_load") == 0
    assert school.count("lesson") > 0


@pytest.mark.clause("4.4.2")
@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (("Труд", "5А", "Иванова"), ("Физика", "5Б", "Иванова"), "clash_teacher"),
        (("Труд", "5А 5Б", "Иванова"), ("Физика", "К1", "Петров Иванова"), "clash_teacher"),
        (("Труд", "5А", "Иванова"), ("Физика", "5А", "Петров"), "clash_pupils"),
        (("Труд", "5А", "Иванова"), ("Труд", "5А", "Петров"), "clash_pupils"),
        (("Труд", "5А.1", "Иванова"), ("Физика", "5А", "Петров"), "clash_pupils"),
        (("Труд", "5А", "Иванова"), ("Физика", "5А.1 5Б.1", "Петров"), "clash_pupils"),
        (("Труд", "5А.1", "Иванова"), ("Физика", "5А.1 5Б.1", "Петров"), "clash_pupils"),
    ],
)
def test_the_later_of_two_that_clash_is_left_out_with_both_numbers(
    first: tuple[str, str, str], second: tuple[str, str, str], reason: str
) -> None:
    school = new_school()
    result = build(
        school,
        draft(
            activity(11, *first, at(0, 0), duration=2),
            activity(12, *second, at(0, 1)),
        ),
    )
    [left_out] = result.not_taken
    assert left_out.where == "Activity 12"
    assert left_out.reason == f"import.activity_{reason}"
    assert dict(left_out.params)["other"] == "Activity 11"
    assert "Activity 11" in timetable_report(result)["not_taken"][0]["reason"]


def test_two_parts_of_a_class_run_side_by_side() -> None:
    school = new_school()
    result = build(
        school,
        draft(
            activity(1, "Труд", "5А.1", "Иванова", at(0, 0)),
            activity(2, "Физика", "5А.2", "Петров", at(0, 0)),
        ),
    )
    assert reasons(result) == {}


def test_the_same_period_of_the_other_week_is_free() -> None:
    school = new_school(year_draft(cycle_weeks=2))
    result = build(
        school,
        draft(
            activity(1, "Труд", "5А", "Иванова", at(0, 0)),
            activity(2, "Физика", "5А", "Иванова", at(0, 0, week=1)),
            cycle_weeks=2,
        ),
    )
    assert reasons(result) == {}


def test_a_journal_of_several_teachers_waits_where_one_of_them_is_busy() -> None:
    # The school knows who teaches a journal, not who comes to which of its lessons.
    school = new_school()
    result = build(
        school,
        draft(
            activity(1, "Труд", "5А", "Петров", at(1, 0)),
            activity(2, "Физика", "5Б", "Петров", at(0, 0)),
            activity(3, "Труд", "5А", "Иванова", at(0, 0)),
        ),
    )
    assert reasons(result) == {"Activity 3": "shared_teacher"}
    assert result.imported == 3


def test_every_week_of_a_longer_cycle_repeats_the_timetable() -> None:
    school = new_school(year_draft(cycle_weeks=2))
    result = build(school, draft(activity(1, "Труд", "5А", "Иванова", at(0, 0), duration=2)))
    [journal_id] = result.journal_ids.values()
    assert slots(school, journal_id) == [(0, 0, 1), (0, 0, 2), (1, 0, 1), (1, 0, 2)]
    assert school.ids("SELECT weekly_periods FROM teaching_load") == [4]


def test_a_cycle_that_does_not_fit_the_year_is_an_error() -> None:
    school = new_school()
    with pytest.raises(InputError, match=r"import\.cycle_weeks"):
        build(school, draft(cycle_weeks=2))


def test_what_does_not_fit_week_or_bells_is_left_out() -> None:
    school = new_school()
    result = build(
        school,
        draft(
            activity(1, "Труд", "5А", "Иванова", at(5, 0)),
            activity(2, "Труд", "5А", "Иванова", at(0, 7), duration=2),
            activity(3, "Труд", "5А", "Иванова", at(0, 7)),
        ),
    )
    assert reasons(result) == {"Activity 1": "outside_week", "Activity 2": "without_bells"}


def test_a_journal_takes_at_most_sixty_slots() -> None:
    school = new_school(year_draft(cycle_weeks=2))
    week = [
        activity(1 + day * 8 + period, "Труд", "5А", "Иванова", at(day, period))
        for day in range(5)
        for period in range(8)
    ]
    result = build(school, draft(*week))
    assert Counter(reasons(result).values()) == {"too_many_slots": 10}


def test_a_second_import_of_the_same_file_adds_nothing() -> None:
    school = new_school()
    timetable = sample_timetable("small", 3)
    build(school, timetable)
    before = school.dump()
    second = build(school, timetable)
    assert school.dump() == before
    assert second.imported == timetable.active


def test_a_second_import_knows_a_class_that_is_written_differently() -> None:
    school = new_school()
    first = build(school, draft(activity(1, "Труд", "5А", "Иванова", at(0, 0))))
    names = {"5А": "5 «а»", "5Б": "5 «Б»", "К1": "К1"}
    later = replace(
        draft(activity(1, "Труд", "5", "Иванова", at(0, 0))),
        classes=tuple(replace(one, name=names[one.name]) for one in CLASSES),
        groups=(GroupDraft("5", ("5 «а»",), whole=True),),
    )
    second = build(school, later)
    assert second.class_ids["5 «а»"] == first.class_ids["5А"]
    assert list(second.journal_ids) == [("5А", "Труд")]
    assert school.count("school_class") == 3


def test_two_classes_of_one_file_that_look_alike_stay_two() -> None:
    school = new_school()
    timetable = replace(
        draft(), classes=(ClassDraft("5А", 5), ClassDraft("5 а", 5)), groups=GROUPS[:1]
    )
    build(school, timetable)
    build(school, timetable)
    assert school.count("school_class") == 2


def test_a_second_import_moves_slots_even_where_two_change_places() -> None:
    school = new_school(tiny_year(0, 20, 5, 1))
    one = activity(1, "Труд", "5А", "Иванова", at(0, 0))
    two = activity(2, "Физика", "5А", "Иванова", at(0, 1))
    build(school, draft(one, two))
    second = build(school, draft(replace(one, start=two.start), replace(two, start=one.start)))
    assert slots(school, second.journal_ids["5А", "Труд"]) == [(0, 0, 2)]
    assert slots(school, second.journal_ids["5А", "Физика"]) == [(0, 0, 1)]


def test_journals_that_a_file_does_not_mention_stay_and_are_clashed_with() -> None:
    school = new_school()
    first = build(school, draft(activity(1, "Труд", "5А", "Иванова", at(0, 0))))
    second = build(
        school,
        draft(
            activity(8, "Физика", "5Б", "Иванова", at(0, 0)),
            activity(9, "Физика", "5А", "Петров", at(0, 0)),
        ),
    )
    assert slots(school, first.journal_ids["5А", "Труд"]) == [(0, 0, 1)]
    assert [dict(entry.params)["other"] for entry in second.not_taken] == ["5А", "5А"]


def test_a_file_without_starts_leaves_the_slots_alone() -> None:
    school = new_school()
    placed = activity(1, "Труд", "5А", "Иванова", at(0, 0))
    first = build(school, draft(placed))
    build(school, draft(replace(placed, start=None)))
    assert slots(school, first.journal_ids["5А", "Труд"]) == [(0, 0, 1)]


def test_a_teacher_who_is_new_in_a_journal_must_be_free_for_its_slots() -> None:
    school = new_school()
    build(
        school,
        draft(
            activity(1, "Труд", "5А", "Иванова", at(0, 0)),
            activity(2, "Труд", "5Б", "Петров", at(0, 0)),
        ),
    )
    second = build(school, draft(activity(1, "Труд", "5А", "Петров")))
    assert reasons(second) == {"Activity 1": "clash_teacher"}


def test_the_load_of_a_teacher_who_is_replaced_ends() -> None:
    school = new_school()
    first = build(school, draft(activity(1, "Труд", "5А", "Иванова", at(0, 0))))
    batch = school.batch()
    from_day = school.year.first_day + 70
    build_timetable(
        batch,
        draft(activity(1, "Труд", "5А", "Петров", at(0, 0))),
        year=school.year,
        bells=school.bells,
        existing=school.existing(),
        from_day=from_day,
    )
    school.apply(batch)
    rows = school.store.rows("SELECT staff_id, first_day, last_day FROM teaching_load ORDER BY id")
    ids = first.staff_ids
    assert rows == [
        (ids["Иванова"], school.year.first_day, from_day - 1),
        (ids["Петров"], from_day, school.year.last_day),
    ]


def test_the_second_shift_clashes_by_the_clock() -> None:
    # The only class of the file has bells of its own: its first period is the school's second.
    school = new_school()
    build(school, draft(activity(1, "Труд", "5А", "Иванова", at(0, 1))))
    shifted = school.bells.periods[2]
    other = replace(school.bells, schedule_id=school.bells.schedule_id, periods={1: shifted})
    existing = school.existing()
    class_id = existing.classes["5Б"]
    existing = replace(
        existing,
        schedule_of_class={**existing.schedule_of_class, class_id: 77},
        schedules={**existing.schedules, 77: other.periods},
    )
    result = build_timetable(
        school.batch(),
        draft(activity(2, "Труд", "5Б", "Иванова", at(0, 0))),
        year=school.year,
        bells=school.bells,
        existing=existing,
    )
    assert reasons(result) == {"Activity 2": "clash_teacher"}


def test_a_refusal_in_the_middle_leaves_the_school_as_it_was() -> None:
    school = new_school()
    before = school.dump()
    batch = school.batch()
    build_timetable(batch, sample_timetable("small", 1), year=school.year, bells=school.bells)
    broken = list(batch.commands)
    lessons = BatchEntry(broken[-1].number, 1, broken[-1].command)
    broken[len(broken) // 2] = replace(
        lessons, number=broken[len(broken) // 2].number, command=broken[0].command
    )
    broken[len(broken) // 3] = replace(broken[-1], number=broken[len(broken) // 3].number)
    with pytest.raises(RefusedError):
        school.apply(_Batch(tuple(broken), batch.next_number))  # type: ignore[arg-type]
    assert school.dump() == before
    build(school, sample_timetable("small", 1))


class _Batch:
    """A batch with a fault in it."""

    def __init__(self, commands: tuple[BatchEntry, ...], next_number: int) -> None:
        self.commands = commands
        self.next_number = next_number


def test_lessons_of_a_week_are_the_placed_periods() -> None:
    school = new_school(tiny_year(0, 13, 5, 1))
    timetable = sample_timetable("small", 2)
    build(school, timetable)
    first = school.year.first_day
    of_week = school.count(f"lesson WHERE day BETWEEN {first} AND {first + 6}")
    assert of_week == timetable.periods_per_week


def test_nothing_of_a_batch_depends_on_more_than_the_draft() -> None:
    school = new_school()
    batches = [school.batch(), school.batch()]
    for batch in batches:
        build_timetable(batch, sample_timetable("small", 1), year=school.year, bells=school.bells)
    assert batches[0].commands == batches[1].commands


def test_a_name_too_long_for_the_school_is_an_error_and_no_crash() -> None:
    school = new_school()
    with pytest.raises(InputError, match=r"import\.value_refused"):
        build(school, replace(draft(), subjects=("я" * 201,)))

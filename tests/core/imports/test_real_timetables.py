from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from eschool_core.imports.fet import read_timetable
from eschool_core.imports.summary import timetable_summary

FILES = {
    # placed, classes, study groups, teachers
    "Bulgaria__Lom_high_school_2007-2008.fet": (0, 17, 14, 32),
    "Germany__DGS-Pro__dgspro200809.fet": (0, 21, 15, 26),
    "Greece__Didymoteicho__6th-Primary-School.fet": (364, 13, 0, 22),
    "Italy__2010__Liceo-2010.fet": (36, 23, 4, 42),
    "Russia__Russian-Medical-College__timetable-ru.fet": (1, 14, 47, 47),
    "Spain__1-school__school.fet": (0, 20, 0, 66),
}


@pytest.fixture(params=FILES)
def real_file(request: pytest.FixtureRequest, shared_data: Path) -> Path:
    return shared_data / "timetables_fet" / str(request.param)


def test_every_active_activity_of_a_real_file_is_accounted_for(real_file: Path) -> None:
    elements = ET.parse(real_file).getroot().findall("Activities_List/Activity")
    active = [one for one in elements if one.findtext("Active") == "true"]
    draft = read_timetable(real_file)
    assert draft.active == len(active) == len(draft.activities) + len(draft.not_taken)
    assert draft.periods_per_week == sum(int(one.findtext("Duration") or 0) for one in active)
    taken = {str(one.id): one.duration for one in draft.activities}
    stated = {one.findtext("Id"): int(one.findtext("Duration") or 0) for one in active}
    assert taken.items() <= stated.items()


def test_what_a_real_file_holds_is_found(real_file: Path) -> None:
    summary = timetable_summary(read_timetable(real_file))
    found = (summary["placed"], summary["classes"], summary["groups"], summary["teachers"])
    assert found == FILES[real_file.name]


def test_all_that_activities_of_a_real_file_name_is_in_the_draft(real_file: Path) -> None:
    draft = read_timetable(real_file)
    groups = {one.name for one in draft.groups}
    classes = {one.name for one in draft.classes}
    assert len(groups) == len(draft.groups)
    assert len(classes) == len(draft.classes)
    for activity in draft.activities:
        assert {*activity.groups} <= groups
        assert {*activity.teachers} <= {*draft.teachers}
        assert activity.subject in draft.subjects
        if activity.start is not None:
            assert activity.start.week < draft.cycle_weeks
            assert activity.start.weekday < draft.weekdays
            assert activity.start.period + activity.duration <= len(draft.periods)
    assert all(group.classes and {*group.classes} <= classes for group in draft.groups)


def test_the_russian_fortnight_is_two_weeks_of_six_days(shared_data: Path) -> None:
    folder = shared_data / "timetables_fet"
    draft = read_timetable(folder / "Russia__Russian-Medical-College__timetable-ru.fet")
    assert (draft.cycle_weeks, draft.weekdays) == (2, 6)
    assert [period.start_minute for period in draft.periods] == [510, 610, 740, 840, 940, 1040]


def test_the_activity_without_pupils_of_the_italian_school_is_left_out(shared_data: Path) -> None:
    draft = read_timetable(shared_data / "timetables_fet" / "Italy__2010__Liceo-2010.fet")
    assert [(row.where, row.reason) for row in draft.not_taken] == [
        ("Activity 664", "import.activity_without_students")
    ]

from __future__ import annotations

import time
from pathlib import Path

import pytest

from eschool_core.imports.drafts import TimetableDraft
from eschool_core.imports.fet import read_timetable
from eschool_core.sample.people import sample_roster
from eschool_core.sample.placement import place
from eschool_core.sample.staffing import class_teachers
from tests.core.sample.brute_force import off_grid, pupil_clashes, teacher_clashes

# Bulgaria: parts of a class that never share a subject are held to clash, see ``splits``.
MOST_LEFT_OVER = {"Bulgaria": 14, "Germany": 0, "Greece": 0, "Italy": 0, "Russia": 0, "Spain": 0}


@pytest.fixture(params=sorted(MOST_LEFT_OVER))
def country(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def draft(shared_data: Path, country: str) -> TimetableDraft:
    [file] = (shared_data / "timetables_fet").glob(f"{country}__*.fet")
    return read_timetable(file)


def test_a_real_timetable_is_placed_without_a_clash(draft: TimetableDraft, country: str) -> None:
    began = time.process_time()
    placed, not_taken = place(draft)
    assert time.process_time() - began < 2
    assert len(not_taken) <= MOST_LEFT_OVER[country]
    assert off_grid(placed) == []
    given = {activity.id for activity in draft.activities if activity.start is not None}
    roster = sample_roster(placed, 1, 2026)
    for pair in teacher_clashes(placed) + pupil_clashes(placed, roster):
        assert given.issuperset(pair)


def test_given_starts_of_a_real_timetable_stay(draft: TimetableDraft) -> None:
    placed, _ = place(draft)
    for before, after in zip(draft.activities, placed.activities, strict=True):
        assert before.start is None or before.start == after.start


def test_a_roster_fits_a_real_timetable(draft: TimetableDraft) -> None:
    roster = sample_roster(draft, 1, 2026)
    assert {pupil.class_name for pupil in roster.pupils} == {item.name for item in draft.classes}
    assert [member.key for member in roster.staff] == list(draft.teachers)
    assert all(member.name.family and member.name.given for member in roster.staff)
    assert {item.group for item in roster.memberships} == {
        group.name for group in draft.groups if not group.whole
    }
    assert set(class_teachers(draft)) <= {item.name for item in draft.classes}

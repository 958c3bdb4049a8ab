"""Real timetables and the full sample school, imported to the last command."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from eschool_core.domain.enums import Verdict
from eschool_core.imports.builder_report import roster_report, timetable_report
from eschool_core.imports.builder_roster import RosterResult, build_roster
from eschool_core.imports.builder_timetable import TimetableResult, build_timetable
from eschool_core.imports.drafts import RosterDraft, TimetableDraft
from eschool_core.imports.fet import read_timetable
from eschool_core.sample.people import sample_roster
from eschool_core.sample.placement import place
from eschool_core.sample.timetable import sample_timetable
from tests.core.imports.building import (
    ORDER,
    START_YEAR,
    School,
    new_school,
    tiny_year,
    year_draft,
)

FILES = (
    "Bulgaria__Lom_high_school_2007-2008",
    "Germany__DGS-Pro__dgspro200809",
    "Greece__Didymoteicho__6th-Primary-School",
    "Italy__2010__Liceo-2010",
    "Russia__Russian-Medical-College__timetable-ru",
    "Spain__1-school__school",
)
MOST_SECONDS = 30
"""Measured: 3.4 s on two cores."""


@pytest.fixture(params=FILES)
def timetable(request: pytest.FixtureRequest, shared_data: Path) -> TimetableDraft:
    return read_timetable(shared_data / "timetables_fet" / f"{request.param}.fet")


def build(
    school: School, draft: TimetableDraft, roster: RosterDraft
) -> tuple[TimetableResult, RosterResult]:
    batch = school.batch()
    lessons = build_timetable(
        batch, draft, year=school.year, bells=school.bells, existing=school.existing()
    )
    people = build_roster(
        batch,
        roster,
        year=school.year,
        bells=school.bells,
        order=ORDER,
        existing=lessons.school,
    )
    school.apply(batch)
    return lessons, people


@pytest.mark.parametrize("placed", [False, True], ids=["as-it-is", "placed"])
def test_every_command_of_a_real_school_is_accepted(
    timetable: TimetableDraft,
    placed: bool,  # noqa: FBT001
) -> None:
    draft = place(timetable)[0] if placed else timetable
    cycle = draft.cycle_weeks
    school = new_school(tiny_year(0, 7 * cycle - 1, draft.weekdays, cycle), draft.periods)
    roster = sample_roster(draft, 1, START_YEAR)
    lessons, people = build(school, draft, roster)

    assert school.verdicts.keys() <= {Verdict.ACCEPTED, Verdict.WITH_FINDINGS}
    assert lessons.imported + len(lessons.not_taken) == draft.active
    assert len(lessons.journal_of_activity) == lessons.imported
    waiting = {entry.where for entry in lessons.waiting}
    periods = sum(
        one.duration
        for one in draft.activities
        if one.id in lessons.journal_of_activity and f"Activity {one.id}" not in waiting
    )
    assert school.count("lesson") == periods
    assert school.count("school_class") == len(draft.classes)
    assert school.count("staff") == len(draft.teachers)
    assert school.count("pupil") == len(roster.pupils) == len(people.pupil_ids)
    placed_members = school.count("group_member") - school.count(
        "group_member m JOIN study_group g ON g.id = m.group_id "
        "WHERE g.whole = 1 OR g.name LIKE '%+%'"
    )
    left_out = [entry for entry in people.not_taken if ": " in entry.where]
    assert placed_members + len(left_out) == len(roster.memberships)
    assert timetable_report(lessons)["imported"] == lessons.imported
    assert len(roster_report(people)["not_taken"]) == len(people.not_taken)


def test_a_real_school_is_joined_by_a_second_import(timetable: TimetableDraft) -> None:
    draft, _ = place(timetable)
    school = new_school(tiny_year(0, 20, draft.weekdays, draft.cycle_weeks), draft.periods)
    roster = sample_roster(draft, 1, START_YEAR)
    first, people = build(school, draft, roster)
    before = school.dump()
    second, people_again = build(school, draft, roster)
    assert school.dump() == before
    assert second.journal_ids == first.journal_ids
    assert people_again.pupil_ids == people.pupil_ids


def test_the_timetable_of_a_school_that_has_its_pupils_is_accepted(
    timetable: TimetableDraft,
) -> None:
    draft, _ = place(timetable)
    school = new_school(tiny_year(0, 13, draft.weekdays, draft.cycle_weeks), draft.periods)
    batch = school.batch()
    people = build_roster(
        batch,
        sample_roster(draft, 1, START_YEAR),
        year=school.year,
        bells=school.bells,
        order=ORDER,
    )
    build_timetable(batch, draft, year=school.year, bells=school.bells, existing=people.school)
    school.apply(batch)
    assert school.count("journal_line") > 0


def test_the_full_sample_school_takes_seconds(tmp_path: Path) -> None:
    draft = sample_timetable("full", 1)
    roster = sample_roster(draft, 1, START_YEAR)
    school = new_school(year_draft(), path=str(tmp_path / "school.db"))
    start = time.process_time()
    lessons, people = build(school, draft, roster)
    assert time.process_time() - start < MOST_SECONDS
    assert (lessons.not_taken, lessons.waiting, people.not_taken) == ((), (), ())
    assert school.count("pupil") == 750
    assert school.count("lesson") > 30_000
    taken = Counter(school.ids("SELECT pupil_id FROM group_member"))
    assert len(taken) == 750

"""Earlier years stay readable from the replica, and nobody writes there any more (2.5)."""

from __future__ import annotations

import pytest

from eschool_core.commands.groups import CreateGroup
from eschool_core.commands.journals import OpenJournal, SetLoad
from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.commands.people import AdmitPupil
from eschool_core.commands.school import CreateClass, OpenYear
from eschool_core.commands.timetable import ScheduleLessons, SetSlots
from eschool_core.domain.enums import JournalKind
from eschool_core.domain.journal import Lesson
from eschool_core.errors import EschoolError
from eschool_core.queries import lookup
from eschool_core.queries.journal_page import journal_page
from eschool_core.store.store import Store
from tests.school import FIRST_DAY
from tests.sync.harness import World

OLD_FIRST, OLD_LAST = FIRST_DAY - 364, FIRST_DAY - 97
OLD_DAY = OLD_FIRST + 6
"""A Monday of the year before."""
DAY_SECONDS = 86_400


def with_last_year(world: World) -> tuple[int, int]:
    """Add a year before this one with a class, a lesson, its topic and a mark, given then."""
    school = world.school
    year = school.must(OpenYear(name="2025/26", first_day=OLD_FIRST, last_day=OLD_LAST, weekdays=5))
    class_id = school.must(
        CreateClass(year_id=year, name="4А", grade=4, schedule_id=school.bells["I"])
    )
    group = school.must(
        CreateGroup(year_id=year, name="4А", class_ids=(class_id,), whole=1, first_day=OLD_FIRST)
    )
    journal = school.must(
        OpenJournal(
            year_id=year,
            group_id=group,
            subject_id=school.subjects["Математика"],
            journal_kind=JournalKind.CLASS,
        )
    )
    school.must(
        SetLoad(
            journal_id=journal,
            staff_id=school.staff["maths"],
            weekly_periods=1,
            first_day=OLD_FIRST,
            last_day=OLD_LAST,
        )
    )
    slots = SetSlots(journal_id=journal, first_day=OLD_FIRST, slots=((0, 0, 1, ""),))
    school.must(slots)
    school.must(ScheduleLessons(journal_id=journal, first_day=OLD_DAY, last_day=OLD_DAY))
    pupil = school.must(
        AdmitPupil(family="Давний", given="Ян", class_id=class_id, first_day=OLD_FIRST, order="1-з")
    )
    [lesson] = school.store.select(Lesson, journal_id=journal)
    back = (FIRST_DAY + 6 - OLD_DAY) * DAY_SECONDS
    world.clock.step_wall(-back)
    world.act(RecordTopic(lesson_id=lesson.id, text="Сложение"), "maths")
    world.act(RecordMark(lesson_id=lesson.id, pupil_id=pupil, value=5), "maths")
    world.clock.step_wall(back)
    return lesson.id, pupil


def page_of_last_year(store: Store, person: int) -> list[tuple[str, str, list[str]]]:
    place = lookup.journal(store, "4А", "Математика", OLD_DAY, person)
    page = journal_page(store, place.journal_id, OLD_FIRST, OLD_LAST)
    return [
        (row.name, page.lessons[0].topic, [cell.text for cell in row.cells]) for row in page.rows
    ]


@pytest.mark.scenario("2.5:1")
@pytest.mark.clause("2.5")
def test_the_last_year_is_read_offline_and_says_what_the_server_says(world: World) -> None:
    with_last_year(world)
    [maths] = world.synced("maths")
    maths.wire.faults = []
    world.directory.close()
    shown = page_of_last_year(maths.replica.store, maths.person)
    assert shown == [("Давний Ян", "Сложение", ["5"])]
    world.restart()
    assert page_of_last_year(world.server.store, maths.person) == shown


@pytest.mark.clause("2.5")
def test_nobody_writes_in_an_earlier_year(world: World) -> None:
    lesson, pupil = with_last_year(world)
    [maths] = world.synced("maths")
    with pytest.raises(EschoolError) as caught:
        maths.do(RecordMark(lesson_id=lesson, pupil_id=pupil, value=2, reason="ошибка"))
    assert caught.value.key == "4.5.1/page"
    outcome = world.server.act(
        RecordMark(lesson_id=lesson, pupil_id=pupil, value=2, reason="ошибка"), maths.person
    )
    assert outcome.key == "4.5.1/page"

from __future__ import annotations

from datetime import UTC, date, datetime

import icalendar
import pytest

from eschool_core.commands.owed import GiveOwedWork
from eschool_core.domain.enums import WorkKind
from eschool_core.domain.school import Subject
from eschool_core.exports.icalendar import Calendar, person_calendar
from eschool_core.store.database import transaction
from tests.school import MONDAY, SmallSchool, built_school, clock


@pytest.fixture
def school() -> SmallSchool:
    return built_school()


def made(school: SmallSchool, person: int, days: int = 7) -> Calendar:
    return person_calendar(school.store, person, MONDAY, MONDAY + days - 1, clock(MONDAY, 12))


def events(calendar: Calendar) -> list[icalendar.Event]:
    """Return the events as an independent reader sees them."""
    read = icalendar.Calendar.from_ical(calendar.data)
    return [event for event in read.walk("VEVENT") if isinstance(event, icalendar.Event)]


def test_a_teachers_week_is_read_back(school: SmallSchool) -> None:
    calendar = made(school, school.staff["english"])
    lessons = [event for event in events(calendar) if str(event["uid"]).startswith("lesson-")]
    assert calendar.lessons == len(lessons) == 2
    first = lessons[0]
    assert str(first["summary"]) == "5А/1: Английский язык"
    # 10:00 to 10:45 in Kemerovo.
    assert first.decoded("dtstart") == datetime(2026, 9, 7, 3, 0, tzinfo=UTC)
    assert first.decoded("dtend") == datetime(2026, 9, 7, 3, 45, tzinfo=UTC)


def test_a_pupils_lessons_are_those_of_the_pupils_journals(school: SmallSchool) -> None:
    summaries = {str(event["summary"]) for event in events(made(school, school.pupils["5А"][0]))}
    assert summaries == {"5А: Математика", "5А: Русский язык", "5А/1: Английский язык"}


def test_open_duties_stand_on_their_last_day(school: SmallSchool) -> None:
    calendar = made(school, school.staff["officer"])
    found = [event for event in events(calendar) if str(event["uid"]).startswith("duty-1.2")]
    assert calendar.duties >= len(found) == 1
    assert found[0].decoded("dtstart") == date(2026, 9, 2)
    assert "п. 1.2" in str(found[0]["summary"])


def test_a_later_file_has_the_same_ids(school: SmallSchool) -> None:
    teacher = school.staff["maths"]
    week = [str(event["uid"]) for event in events(made(school, teacher))]
    fortnight = [str(event["uid"]) for event in events(made(school, teacher, 14))]
    assert set(week) <= set(fortnight)
    assert len(set(fortnight)) == len(fortnight)


def test_no_pupil_is_named(school: SmallSchool) -> None:
    data = made(school, school.staff["maths"]).data.decode()
    assert not [name for name in ("Абрамов", "Белова") if name in data]


def test_an_owed_work_stands_on_its_date_for_the_pupil_alone(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    lesson = school.lesson("5А", "Математика")
    owed = GiveOwedWork(
        lesson_id=lesson, pupil_id=pupil, work_kind=WorkKind.TEST, due_day=MONDAY + 3
    )
    school.must(owed, "maths")
    calendar = made(school, pupil)
    [found] = [event for event in events(calendar) if str(event["uid"]).startswith("owed-")]
    assert found.decoded("dtstart") == date(2026, 9, 10)
    assert str(found["summary"]) == "Срок: сдать работу (Математика)"
    assert calendar.works == 1
    assert made(school, school.pupils["5А"][1]).works == 0


@pytest.mark.asvs("1.2.10")
def test_whatever_stands_in_a_room_or_subject_stays_one_property(school: SmallSchool) -> None:
    hostile = "каб. 1\r\nATTENDEE:mailto:x@example.com;\\,"
    with transaction(school.database):
        subject = school.one(Subject, name="Математика")
        school.store.put(subject.replace(name=hostile))
    found = events(made(school, school.pupils["5А"][0]))
    summaries = {str(event["summary"]) for event in found}
    assert any("ATTENDEE" in summary for summary in summaries)
    assert not [event for event in found if "attendee" in event]

"""Homework that was entered ahead is shown to families from the beginning of its lesson (4.5.3)."""

from __future__ import annotations

import hashlib

import pytest

from eschool_core.commands.files import AttachFile
from eschool_core.commands.links import AttachLink
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.domain.files import LessonFile
from eschool_core.domain.journal import Lesson
from eschool_core.errors import InputError
from eschool_core.forms.weekly_slips import weekly_slips
from eschool_core.queries.diary import DiaryLesson, diary
from eschool_core.queries.journal_page import journal_page
from eschool_core.queries.lesson_files import lesson_files
from eschool_core.queries.paper import paper_week
from eschool_core.queries.shown_homework import require_shown_file, shows_lesson, sight_of
from tests.core.commands.acts import homework
from tests.school import MONDAY, SmallSchool, clock

MATHS = ("5А", "Математика")
WRITTEN = "§ 4, № 17"
pytestmark = pytest.mark.clause("4.5.3")


@pytest.fixture
def begins(school: SmallSchool) -> int:
    """Beginning of the lesson of Monday; its homework, with a link and a file, is there before."""
    lesson = school.lesson(*MATHS)
    row = school.one(Lesson, id=lesson)
    school.now = clock(MONDAY, 7)
    school.must(homework(lesson, WRITTEN), "maths")
    school.must(
        AttachLink(lesson_id=lesson, url="https://resh.edu.ru/1", title="Дроби", for_homework=1),
        "maths",
    )
    for name, for_homework in (("задание.pdf", 1), ("урок.pdf", 0)):
        digest = hashlib.sha256(name.encode()).hexdigest()
        given = AttachFile(
            lesson_id=lesson, name=name, size=9, content_hash=digest, for_homework=for_homework
        )
        school.must(given, "maths")
    return clock(MONDAY, 0) + 60 * row.start_minute


def maths(school: SmallSchool, moment: int) -> DiaryLesson:
    week = diary(school.store, school.pupils["5А"][0], MONDAY, moment)
    return next(one for one in week.days[0].lessons if one.subject == "Математика")


def test_the_diary_shows_it_at_the_beginning_and_not_a_second_before(
    school: SmallSchool, begins: int
) -> None:
    before, then = maths(school, begins - 1), maths(school, begins)
    assert (before.homework, before.links) == ((), ())
    assert [file.name for file in before.files] == ["урок.pdf"]
    assert [entry.text for entry in then.homework] == [WRITTEN]
    assert [link.title for link in then.links] == ["Дроби"]
    assert [file.name for file in then.files] == ["задание.pdf", "урок.pdf"]


@pytest.mark.clause("4.6.5")
def test_so_does_the_weekly_list_on_paper(school: SmallSchool, begins: int) -> None:
    pupil = school.pupils["5А"][0]
    filed = FilePaperApplication(
        pupil_id=pupil, guardian_id=school.guardian(pupil), document="№ 4", first_day=MONDAY
    )
    school.must(filed, "russian")
    found = []
    for moment in (begins - 1, begins):
        week = paper_week(school.store, school.classes["5А"], "5А", MONDAY, moment)
        found.append(WRITTEN in str(weekly_slips(week)))
    assert found == [False, True]


@pytest.mark.clause("2.10")
@pytest.mark.parametrize(("who", "early"), [("maths", True), ("deputy", True), ("family", False)])
def test_staff_see_it_at_once_and_families_in_time_wherever_they_look(
    school: SmallSchool, begins: int, who: str, *, early: bool
) -> None:
    pupil, lesson = school.pupils["5А"][0], school.lesson(*MATHS)
    person = school.guardian(pupil) if who == "family" else school.staff[who]
    [file] = school.all(LessonFile, for_homework=1)
    for moment, seen in ((begins - 1, early), (begins, True)):
        sight = sight_of(school.store, person, moment)
        page = journal_page(school.store, school.journals[MATHS], MONDAY, MONDAY, sight=sight)
        assert (page.lessons[0].homework == WRITTEN) is seen
        assert (len(lesson_files(school.store, lesson, sight).files) == 2) is seen
        assert shows_lesson(school.store, sight, lesson) is seen
        if seen:
            require_shown_file(school.store, sight, file.id)
            continue
        with pytest.raises(InputError) as caught:
            require_shown_file(school.store, sight, file.id)
        assert caught.value.key == "file.none"

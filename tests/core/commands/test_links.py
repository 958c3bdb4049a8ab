from __future__ import annotations

import pytest

from eschool_core.commands.links import AttachLink, DetachLink
from eschool_core.domain.informing import ResourceLink
from eschool_core.errors import InputError
from eschool_core.queries.diary import DiaryLesson, diary
from tests.core.commands.acts import homework
from tests.school import MONDAY, SmallSchool, clock, verdict

URL = "https://resh.edu.ru/subject/lesson/7781"


def link(school: SmallSchool, **fields: object) -> AttachLink:
    values = {"lesson_id": school.lesson("5А", "Математика"), "url": URL, "title": "Дроби"}
    return AttachLink.model_validate({**values, **fields})


def maths(school: SmallSchool) -> DiaryLesson:
    day = diary(school.store, school.pupils["5А"][0], MONDAY, clock(MONDAY, 23)).days[0]
    return next(lesson for lesson in day.lessons if lesson.subject == "Математика")


@pytest.mark.scenario("2.12:1")
@pytest.mark.clause("2.12")
def test_the_family_sees_the_link_in_the_diary_and_the_size_limit(school: SmallSchool) -> None:
    assert verdict(school.do(link(school), "russian")) == "4.6.1/read-only"
    school.must(link(school), "maths")
    [shown] = maths(school).links
    assert (shown.url, shown.title, shown.for_homework) == (URL, "Дроби", False)
    week = diary(school.store, school.pupils["5А"][0], MONDAY, clock(MONDAY, 23))
    assert week.file_limit_megabytes == 2


@pytest.mark.clause("2.12")
def test_a_link_of_homework_needs_homework(school: SmallSchool) -> None:
    assert verdict(school.do(link(school, for_homework=1), "maths")) == "informing.no_homework"
    school.must(homework(school.lesson("5А", "Математика")), "maths")
    school.must(link(school, for_homework=1), "maths")
    assert maths(school).links[0].for_homework


@pytest.mark.clause("2.12")
def test_the_same_address_is_kept_once_and_can_be_taken_away(school: SmallSchool) -> None:
    school.must(link(school), "maths")
    school.must(link(school, title="Обыкновенные дроби"), "maths")
    [kept] = school.all(ResourceLink)
    assert kept.title == "Обыкновенные дроби"
    school.must(DetachLink(link_id=kept.id), "maths")
    assert maths(school).links == ()


@pytest.mark.clause("2.12")
@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "ftp://a.ru/b", "http://", "resh.edu.ru", "https://a b"]
)
def test_only_web_addresses_are_links(school: SmallSchool, bad: str) -> None:
    with pytest.raises((InputError, ValueError)):
        link(school, url=bad)

from __future__ import annotations

import json

import pytest

from eschool_core.commands.lessons import RecordAttendance, RecordMark
from eschool_core.domain.enums import Presence
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.errors import InputError
from eschool_core.exports.person import person_data
from tests.core.queries.conftest import replica_of
from tests.school import SmallSchool, built_school

MATHS = ("5А", "Математика")


@pytest.fixture
def school() -> SmallSchool:
    school = built_school()
    lesson = school.lesson(*MATHS)
    first, second, *_ = school.pupils["5А"]
    for pupil, value in ((first, 5), (second, 2)):
        school.must(
            RecordMark(lesson_id=lesson, pupil_id=pupil, value=value, comment="да"), "maths"
        )
    absent = RecordAttendance(lesson_id=lesson, pupil_id=second, presence=Presence.ABSENT)
    school.must(absent, "maths")
    return school


@pytest.mark.clause("1.4")
def test_a_pupil_gets_what_is_kept_of_the_pupil_and_of_nobody_else(school: SmallSchool) -> None:
    first, second, *_ = school.pupils["5А"]
    data = person_data(school.store, first)
    assert (data.kind, data.complete) == ("pupil", True)
    assert [row["value"] for row in data.tables["mark"]] == [5]
    assert "attendance" not in data.tables
    assert data.tables["pupil"][0]["family"] == "Абрамов"
    assert data.tables["enrolment"][0]["first_day"] == "2026-09-01"
    assert data.tables["enrolment"][0]["last_day"] is None
    marked = data.tables["mark"][0]["lesson_id"]
    [lesson] = [entry for entry in data.lessons if entry["id"] == marked]
    assert (lesson["day"], lesson["subject"]) == ("2026-09-07", "Математика")
    text = json.dumps(data.as_json(), ensure_ascii=False)
    assert "Белова" not in text
    assert str(second) not in text


@pytest.mark.clause("1.4")
def test_of_guardians_there_is_neither_name_nor_telephone(school: SmallSchool) -> None:
    data = person_data(school.store, school.pupils["5А"][0])
    [guardian] = data.tables["guardianship"]
    assert set(guardian) == {"id", "pupil_id", "guardian_id", "relation", "first_day", "last_day",
                             "ground"}  # fmt: skip
    assert "+7 384" not in json.dumps(data.as_json())


def test_a_teacher_gets_appointments_and_loads(school: SmallSchool) -> None:
    data = person_data(school.store, school.staff["maths"])
    assert data.kind == "staff"
    assert data.tables["staff"][0]["family"] == "Maths"
    assert {row["role"] for row in data.tables["appointment"]} == {8, 9}
    assert len(data.tables["teaching_load"]) == 2
    assert "mark" not in data.tables


def test_a_replica_says_that_it_may_lack_something(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][0]
    store = replica_of(school, SCHOOL, partition(PartitionKind.NAME, pupil))
    data = person_data(store, pupil)
    assert not data.complete
    assert set(data.tables) == {"pupil", "enrolment", "group_member"}


def test_of_nobody_there_is_nothing(school: SmallSchool) -> None:
    with pytest.raises(InputError) as caught:
        person_data(school.store, 1)
    assert caught.value.key == "export.no_person"

from __future__ import annotations

import pytest

from eschool_core.app import record_refusal
from eschool_core.commands.base import Occasion
from eschool_core.commands.held import Content
from eschool_core.commands.lessons import RecordMark, RecordTopic
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.partition import SCHOOL, PartitionKind, partition
from eschool_core.labels import catalogue
from eschool_core.queries.notices import notices
from eschool_core.regulation.interval import Interval
from eschool_core.store.database import transaction
from tests.core.queries.conftest import replica_of
from tests.school import SmallSchool

MATHS = ("5А", "Математика")


def conflict(school: SmallSchool) -> int:
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    school.must(RecordMark(lesson_id=lesson, pupil_id=pupil, value=3), "maths")
    late = RecordMark(lesson_id=lesson, pupil_id=pupil, value=5)
    school.add_load(school.journals[MATHS], "substitute")
    school.must(late, "substitute", base=0)
    return pupil


def test_both_people_of_a_conflict_see_both_values(school: SmallSchool) -> None:
    conflict(school)
    for who, key in (("maths", "notice.overwritten"), ("substitute", "notice.overwrote")):
        [notice] = notices(school.store, school.staff[who])
        assert (notice.kind, notice.key) == (NoticeKind.OVERWRITTEN, key)
        assert notice.conflict is not None
        assert (notice.conflict.replaced.text[0], notice.conflict.replaced.author) == (
            "3",
            "Maths А.",
        )
        assert (notice.conflict.standing.text[0], notice.conflict.standing.author) == (
            "5", "Substitute А.",
        )  # fmt: skip
        assert (notice.conflict.pupil, notice.conflict.subject) == ("Абрамов Саша", "Математика")


def test_the_value_that_replaced_is_told_even_when_it_was_changed_later(
    school: SmallSchool,
) -> None:
    pupil = conflict(school)
    again = RecordMark(lesson_id=school.lesson(*MATHS), pupil_id=pupil, value=4)
    school.must(again, "substitute")
    [notice] = notices(school.store, school.staff["maths"])
    assert notice.conflict is not None
    assert notice.conflict.standing.text.startswith("5")


def test_a_conflict_of_topics_names_no_pupil(school: SmallSchool) -> None:
    lesson = school.lesson(*MATHS)
    school.must(RecordTopic(lesson_id=lesson, text="Дроби"), "maths")
    school.must(RecordTopic(lesson_id=lesson, text="Доли"), "maths", base=0, device=99)
    found = notices(school.store, school.staff["maths"])
    assert {one.conflict.standing.text for one in found if one.conflict} == {"Доли"}
    assert {one.conflict.pupil for one in found if one.conflict} == {""}


def test_a_refusal_tells_the_number_of_the_command(school: SmallSchool) -> None:
    maths = school.staff["maths"]
    lesson, pupil = school.lesson(*MATHS), school.pupils["5А"][0]
    outcome = school.do(RecordMark(lesson_id=lesson, pupil_id=pupil, value=7), "maths")
    with transaction(school.database):
        occasion = Occasion(maths, 9, 4, 0, Interval.at(school.now))
        record_refusal(school.store, occasion, outcome, Content("record_mark", 1, b"\x90"))
        school.ledger.flush()
    [notice] = notices(school.store, maths)
    assert (notice.kind, notice.key, notice.number) == (NoticeKind.REJECTED, "4.5.2/scale", 4)
    assert notice.params == {"highest": 5, "lowest": 2}
    assert notice.conflict is None


@pytest.mark.asvs("row 31")
def test_notices_of_others_are_not_shown(school: SmallSchool) -> None:
    conflict(school)
    assert notices(school.store, school.staff["russian"]) == ()


def test_a_conflict_whose_cell_is_not_here_is_still_told(school: SmallSchool) -> None:
    conflict(school)
    maths = school.staff["maths"]
    store = replica_of(school, SCHOOL, partition(PartitionKind.PERSON, maths))
    [notice] = notices(store, maths)
    assert notice.key == "notice.overwritten"
    assert notice.conflict is None
    assert notice.made_at is not None
    assert f"{notice.made_at:%d.%m}" == "07.09"


def test_the_notices_of_a_conflict_have_their_texts() -> None:
    for key in ("notice.overwritten", "notice.overwrote"):
        assert {key, f"{key}.remedy"} <= set(catalogue())

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.queries import lookup
from eschool_core.queries.lookup import LookupFailedError
from eschool_core.queries.matching import best, class_key
from tests.school import MONDAY, SmallSchool, built_school


def refused(caught: pytest.ExceptionInfo[LookupFailedError]) -> tuple[str, object, object]:
    error = caught.value
    return error.key, error.params["field"], error.params["count"]


@pytest.mark.parametrize("typed", ["5А", "5а", "5A", "5 а", "5-А", "«5А»", "5 «А»"])
def test_a_class_is_found_however_it_is_typed(school: SmallSchool, typed: str) -> None:
    assert lookup.school_class(school.store, typed, MONDAY).name == "5А"


@pytest.mark.parametrize("typed", ["", " ", "9Я", "5", "5А5Б", "%", "'; DROP TABLE mark; --"])
def test_an_unknown_class_is_refused(school: SmallSchool, typed: str) -> None:
    with pytest.raises(LookupFailedError) as caught:
        lookup.school_class(school.store, typed, MONDAY)
    assert refused(caught) == ("lookup.unknown_class", "class", 0)


@pytest.mark.parametrize("typed", ["Русский язык", "русский", "рус", "язык рус"])
def test_a_subject_is_found_by_its_beginning(school: SmallSchool, typed: str) -> None:
    found = lookup.journal(school.store, "5А", typed, MONDAY)
    assert (found.group, found.subject) == ("5А", "Русский язык")


def test_a_subject_that_fits_twice_is_not_guessed(school: SmallSchool) -> None:
    with pytest.raises(LookupFailedError) as caught:
        lookup.journal(school.store, "5А", "язык", MONDAY)
    assert refused(caught) == ("lookup.ambiguous_subject", "subject", 2)
    assert caught.value.candidates == ("Английский язык", "Русский язык")


def test_an_unknown_subject_is_told_from_an_unknown_class(school: SmallSchool) -> None:
    for class_name, key in (("5А", "lookup.unknown_subject"), ("9Я", "lookup.unknown_class")):
        with pytest.raises(LookupFailedError) as caught:
            lookup.journal(school.store, class_name, "химия", MONDAY)
        assert caught.value.key == key


def test_subgroups_are_not_guessed(school: SmallSchool) -> None:
    with pytest.raises(LookupFailedError) as caught:
        lookup.journal(school.store, "5А", "англ", MONDAY)
    assert refused(caught) == ("lookup.ambiguous_group", "group", 2)
    assert caught.value.candidates == ("5А/1", "5А/2")


def test_a_subgroup_can_be_named(school: SmallSchool) -> None:
    assert lookup.journal(school.store, "5А/2", "англ", MONDAY).group == "5А/2"


def test_the_teacher_of_one_subgroup_need_not_name_it(school: SmallSchool) -> None:
    found = lookup.journal(school.store, "5А", "англ", MONDAY, school.staff["english_2"])
    assert found.group == "5А/2"


def test_of_subjects_that_a_part_fits_the_own_one_is_meant(school: SmallSchool) -> None:
    found = lookup.journal(school.store, "5А", "язык", MONDAY, school.staff["russian"])
    assert found.subject == "Русский язык"


def test_a_joint_group_is_found_by_either_class(school: SmallSchool) -> None:
    found = {
        lookup.journal(school.store, name, "физ", MONDAY).journal_id for name in ("10А", "10Б")
    }
    assert found == {school.journals["10А+10Б", "Физика"]}


@pytest.mark.parametrize("typed", ["Власов", "влас", "Власов Саша", "власов с", "саша власов"])
def test_a_pupil_is_found_by_part_of_the_name(school: SmallSchool, typed: str) -> None:
    journal_id = school.journals["5А", "Математика"]
    found = lookup.pupil(school.store, typed, journal_id, MONDAY)
    assert found.pupil_id == school.pupils["5А"][2]


def test_the_letter_yo_may_be_typed_as_ye(school: SmallSchool) -> None:
    pupil_id = school.add_pupil("5А", "Королёв")
    journal_id = school.journals["5А", "Математика"]
    assert lookup.pupil(school.store, "королев", journal_id, MONDAY).pupil_id == pupil_id


def test_a_whole_surname_goes_before_a_longer_one(school: SmallSchool) -> None:
    pupil_id = school.add_pupil("5А", "Белов")
    journal_id = school.journals["5А", "Математика"]
    assert lookup.pupil(school.store, "белов", journal_id, MONDAY).pupil_id == pupil_id


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("саша", "lookup.ambiguous_pupil"),
        ("Иванов", "lookup.unknown_pupil"),
        ("", "lookup.unknown_pupil"),
    ],
)
def test_a_name_that_fits_several_or_nobody_is_refused(
    school: SmallSchool, typed: str, key: str
) -> None:
    with pytest.raises(LookupFailedError) as caught:
        lookup.pupil(school.store, typed, school.journals["5А", "Математика"], MONDAY)
    assert caught.value.key == key


@pytest.mark.asvs("row 67")
def test_the_error_itself_carries_no_name(school: SmallSchool) -> None:
    with pytest.raises(LookupFailedError) as caught:
        lookup.pupil(school.store, "саша", school.journals["5А", "Математика"], MONDAY)
    assert "Саша" not in f"{caught.value} {caught.value.args}"


def test_a_pupil_of_the_school_is_found_by_name_and_class(school: SmallSchool) -> None:
    found = lookup.any_pupil(school.store, "Абрамов 5Б", MONDAY)
    assert (found.pupil_id, found.name) == (school.pupils["5Б"][0], "Абрамов Саша")


def test_a_guardian_of_one_child_need_not_name_it(school: SmallSchool) -> None:
    pupil_id = school.pupils["5А"][0]
    assert lookup.ward(school.store, school.guardian(pupil_id), MONDAY).pupil_id == pupil_id


def test_a_pupil_is_the_own_ward(school: SmallSchool) -> None:
    pupil_id = school.pupils["5А"][0]
    assert lookup.ward(school.store, pupil_id, MONDAY).pupil_id == pupil_id


def test_a_teacher_has_no_ward(school: SmallSchool) -> None:
    with pytest.raises(LookupFailedError) as caught:
        lookup.ward(school.store, school.staff["maths"], MONDAY)
    assert caught.value.key == "lookup.no_ward"


def test_a_lesson_is_found_by_its_day(school: SmallSchool) -> None:
    journal_id = school.journals["5А", "Математика"]
    assert lookup.lesson(school.store, journal_id, MONDAY).id == school.lesson("5А", "Математика")


def test_a_lesson_on_a_day_without_one_is_refused(school: SmallSchool) -> None:
    with pytest.raises(LookupFailedError) as caught:
        lookup.lesson(school.store, school.journals["5А", "Математика"], MONDAY + 5)
    assert refused(caught) == ("lookup.unknown_lesson", "lesson", 0)


def test_two_lessons_of_a_day_need_the_period(school: SmallSchool) -> None:
    journal_id = school.add_journal("5А", "Шахматы", "nobody", ((0, 2), (0, 4)))
    with pytest.raises(LookupFailedError) as caught:
        lookup.lesson(school.store, journal_id, MONDAY)
    assert refused(caught) == ("lookup.ambiguous_lesson", "lesson", 2)
    assert lookup.lesson(school.store, journal_id, MONDAY, 4).period == 4


def test_similar_names_of_classes_stay_apart() -> None:
    assert class_key("1-1") != class_key("11")


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
def test_any_typing_is_answered(typed: str, names: list[str]) -> None:
    assert set(best(names, str, typed)) <= set(names)


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_typed_class_is_found_or_refused(typed: str) -> None:
    with suppress(LookupFailedError):
        lookup.journal(built_school().store, typed, typed, MONDAY)

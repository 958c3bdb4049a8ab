from __future__ import annotations

from datetime import date

import pytest

from eschool_core.domain.enums import WorkKind
from eschool_core.errors import InputError
from eschool_core.imports.drafts import PlanDraft, PlanItemDraft
from eschool_core.imports.plan import read_plan
from eschool_core.imports.work_kinds import kind_of_topic, work_kind
from tests.core.imports.files import Cell, csv_of, workbook


def read(*rows: list[Cell], year_began: int | None = None) -> PlanDraft:
    return read_plan(workbook({"КТП": rows}), year_began=year_began)


def reasons(plan: PlanDraft) -> list[tuple[str, str]]:
    return [(row.where, row.reason) for row in plan.not_taken]


def test_a_plan_is_read_with_all_its_columns() -> None:
    plan = read(
        ["Календарно-тематическое планирование, 5 класс"],
        ["№ п/п", "Раздел", "Тема урока", "Кол-во часов", "Дата", "Вид работы", "Домашнее задание"],
        [1, "Числа", "Натуральные числа", 1, date(2025, 9, 1), None, "§ 1, № 5"],
        [2, None, "Контроль знаний", 2, "03.09.2025", "Контрольная работа", None],
    )
    assert plan == PlanDraft(
        items=(
            PlanItemDraft(1, "Числа", "Натуральные числа", 1, date(2025, 9, 1), None, "§ 1, № 5"),
            PlanItemDraft(2, "Числа", "Контроль знаний", 2, date(2025, 9, 3), WorkKind.TEST),
        ),
        not_taken=(),
    )


@pytest.mark.parametrize("section_row", [["Раздел 2. Дроби (12 ч)"], [None, "Дроби"],
                                         [None, "Дроби", 12]])  # fmt: skip
def test_a_title_alone_is_the_section_of_the_rows_below(section_row: list[Cell]) -> None:
    plan = read(["№", "Тема", "Часы"], [1, "а", 1], section_row, [2, "б", 1], [3, "в", 1])
    title = next(str(cell) for cell in section_row if cell)
    assert [item.section for item in plan.items] == ["", title, title]
    assert plan.not_taken == ()


def test_without_a_number_column_only_a_word_makes_a_section() -> None:
    plan = read(["Тема"], ["Раздел 1. Числа"], ["Натуральные числа"], ["Дроби"])
    assert [(item.section, item.topic) for item in plan.items] == [
        ("Раздел 1. Числа", "Натуральные числа"),
        ("Раздел 1. Числа", "Дроби"),
    ]


def test_rows_that_go_on_with_the_header_are_passed_over() -> None:
    plan = read(
        ["№", "Тема", "Дата", None],
        [None, None, "план", "факт"],
        [1, 2, 3, 4],
        [1, "а", "01.09.2025", None],
    )
    assert [item.topic for item in plan.items] == ["а"]
    assert plan.not_taken == ()


@pytest.mark.parametrize("title", ["Итого", "Всего часов: 68", "I четверть (16 ч)", "2 четверть",
                                   "1-е полугодие"])  # fmt: skip
def test_totals_and_quarters_are_no_topics(title: str) -> None:
    plan = read(["№", "Тема"], [1, "а"], [None, title], [2, "б"])
    assert [item.section for item in plan.items] == ["", ""]
    assert reasons(plan) == [("КТП:3", "import.plan_no_topic")]


def test_numbers_are_kept_where_they_ascend() -> None:
    plan = read(["№", "Тема"], [5, "а"], [7, "б"], ["9.", "в"])
    assert [item.number for item in plan.items] == [5, 7, 9]


@pytest.mark.parametrize("numbers", [["1.1", "1.2", "2.1"], [1, 1, 1], [None, None, None],
                                     [3, 2, 1], ["а", "б", "в"]])  # fmt: skip
def test_numbers_that_do_not_ascend_are_given_anew(numbers: list[Cell]) -> None:
    plan = read(["№", "Тема", "Часы", "Д/з"], *([number, "а", 1, "x"] for number in numbers))
    assert [item.number for item in plan.items] == [1, 2, 3]


def test_a_row_of_several_numbers_takes_as_many_hours() -> None:
    plan = read(["№", "Тема"], ["1-2", "а"], [3, "б"])
    assert [(item.number, item.hours) for item in plan.items] == [(1, 2), (3, 1)]


@pytest.mark.parametrize(("written", "hours"), [(1, 1), ("2", 2), ("2 ч", 2), ("3 часа", 3),
                                                (200, 200), ("4,0", 4), (None, 1)])  # fmt: skip
def test_hours_are_read_as_teachers_write_them(written: Cell, hours: int) -> None:
    [item] = read(["№", "Тема", "Количество часов"], [1, "а", written]).items
    assert item.hours == hours


@pytest.mark.parametrize("written", [0, 201, 0.5, "-1", "много", "1000000000"])
def test_hours_that_are_none_leave_the_row_out(written: Cell) -> None:
    plan = read(["№", "Тема", "Часов"], [1, "а", written])
    assert reasons(plan) == [("КТП:2", "import.hours_not_understood")]
    assert plan.items == ()


def test_of_several_dates_the_first_counts() -> None:
    [item] = read(["№", "Тема", "Дата"], [1, "а", "08.09.2025, 10.09.2025"]).items
    assert item.planned == date(2025, 9, 8)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("05.09", date(2025, 9, 5)),
        ("5/1", date(2026, 1, 5)),
        ("31.08", date(2025, 8, 31)),
        ("31.07.", date(2026, 7, 31)),
    ],
)
def test_a_date_without_year_lies_in_the_school_year(written: str, day: date) -> None:
    [item] = read(["№", "Тема", "Дата"], [1, "а", written], year_began=2025).items
    assert item.planned == day


def test_a_date_without_year_needs_the_school_year() -> None:
    assert reasons(read(["№", "Тема", "Дата"], [1, "а", "05.09"])) == [
        ("КТП:2", "import.date_without_year")
    ]


def test_a_date_that_is_none_leaves_the_row_out() -> None:
    plan = read(["№", "Тема", "Дата"], [1, "а", "31.02"], [2, "б", "скоро"], year_began=2025)
    assert reasons(plan) == [
        ("КТП:2", "import.date_not_understood"),
        ("КТП:3", "import.date_not_understood"),
    ]


@pytest.mark.parametrize("written", [3, "3", "3 неделя", "3-я неделя", "3 нед."])
def test_a_school_week_stays_a_number(written: Cell) -> None:
    [item] = read(["№", "Тема", "Неделя"], [1, "а", written]).items
    assert (item.week, item.planned) == (3, None)


def test_a_week_of_dates_is_its_monday() -> None:
    [item] = read(["№", "Тема", "Неделя"], [1, "а", "03.09.2025 – 06.09.2025"]).items
    assert (item.week, item.planned) == (None, date(2025, 9, 1))


def test_a_week_may_stand_in_the_date_column() -> None:
    [item] = read(["№", "Тема", "Дата"], [1, "а", "12 неделя"]).items
    assert item.week == 12


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Контрольная работа", WorkKind.TEST),
        ("к/р", WorkKind.TEST),
        ("тест", WorkKind.TEST),
        ("Лабораторная работа № 3", WorkKind.LABORATORY),
        ("л/р", WorkKind.LABORATORY),
        ("практическая", WorkKind.PRACTICAL),
        ("самостоятельная работа", WorkKind.INDEPENDENT),
        ("проверочная работа", WorkKind.INDEPENDENT),
        ("контрольный диктант", WorkKind.DICTATION),
        ("Сочинение", WorkKind.ESSAY),
        ("изложение", WorkKind.ESSAY),
        ("защита проекта", WorkKind.PROJECT),
        ("устный опрос", WorkKind.ORAL),
        ("изучение нового материала", None),
        ("", None),
    ],
)
def test_kinds_of_work_are_known_by_their_words(text: str, kind: WorkKind | None) -> None:
    assert work_kind(text) is kind


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("Контрольная работа № 1", WorkKind.TEST),
        ("Итоговая контрольная работа", WorkKind.TEST),
        ("Практическая работа «Мой край»", WorkKind.PRACTICAL),
        ("Р. р. сочинение", None),
        ("Сочинение по картине", WorkKind.ESSAY),
        ("Диктант", WorkKind.DICTATION),
        ("Анализ контрольной работы", None),
        ("Подготовка к контрольной работе", None),
        ("Практические приёмы вычислений", None),
        ("Проектирование здания", None),
    ],
)
def test_a_topic_that_is_a_work_tells_its_kind(topic: str, kind: WorkKind | None) -> None:
    assert kind_of_topic(topic) is kind


def test_a_kind_that_is_not_understood_is_reported_and_the_topic_taken() -> None:
    plan = read(["№", "Тема", "Форма контроля"], [1, "а", "текущий"])
    assert [item.work_kind for item in plan.items] == [None]
    assert reasons(plan) == [("КТП:2", "import.kind_not_understood")]


def test_a_row_without_a_topic_is_left_out() -> None:
    plan = read(["№", "Тема", "Д/з"], [1, None, "§ 1"])
    assert reasons(plan) == [("КТП:2", "import.topic_missing")]


def test_several_sheets_with_plans_need_a_choice() -> None:
    content = workbook({"5А": [["Тема"], ["а"]], "5Б": [["Тема"], ["б"]], "x": [["y"]]})
    with pytest.raises(InputError) as refused:
        read_plan(content)
    assert (refused.value.key, refused.value.params["count"]) == ("import.plan_sheets", 2)
    assert [item.topic for item in read_plan(content, sheet="5Б").items] == ["б"]
    with pytest.raises(InputError):
        read_plan(content, sheet="5В")


def test_a_table_without_topics_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        read_plan(workbook({"КТП": [["№", "Дата"], [1, "01.09.2025"]]}))
    assert refused.value.key == "import.header_missing"


def test_a_plan_may_be_csv() -> None:
    plan = read_plan(csv_of(["Тема", "Часы"], ["Дроби, доли; части", "2"]))
    assert [(item.topic, item.hours) for item in plan.items] == [("Дроби, доли; части", 2)]

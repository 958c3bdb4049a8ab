"""Every form of 4.4.3 has the columns that schools print, in a table written by hand.

Left: what the specification names, in its order. Right: the keys of our columns that show it. A
column that is lost, or renamed, fails here; one more than the specification asks for does not.
"""

from __future__ import annotations

import pytest

from eschool_core.reports.bundle import FORMS, SECOND_PAGES
from eschool_core.reports.catalogue import make_report, report_named
from eschool_core.reports.table import Table
from tests.core.reports.results import HALF_YEAR_END, give, quarter, set_terms, year
from tests.core.reports.tables import asked
from tests.school import SmallSchool

MISSED = (
    "missed_days", "missed_sick_days", "missed_lessons", "missed_sick", "missed_valid",
    "missed_unexcused", "missed_unknown", "missed_late",
)  # fmt: skip

COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "particulars": {
        "№ п/п": ("number",),
        "ФИО полностью": ("name",),
        "дата рождения": ("birth",),
        "девочек": ("sex",),
        "№ личного дела": ("file_number",),
        "дата и № приказа о зачислении": ("enrolled", "order_in"),
        "адрес": ("address",),
        "ФИО матери/отца (представителей), место работы, телефон": ("guardians",),
        "группа здоровья/физкультурная": ("health_group", "physical_group"),
        "подгруппы": ("groups",),
        "примечание": ("remark",),
    },
    "movement": {
        "класс": ("class",),
        "на начало периода": ("at_start",),
        "прибыло всего": ("arrived",),
        "из других школ города / района / других регионов": (
            "from_city", "from_district", "from_region",
        ),
        "прибыло из других классов школы": ("moved_in",),
        "выбыло всего": ("left",),
        "школы / колледж / переезд / прочее": ("to_schools", "to_college", "to_region", "to_other"),
        "выбыло в другие классы школы": ("moved_out",),
        "на конец периода": ("at_end",),
    },
    "movement_names": {
        "ФИО": ("name",),
        "дата рождения": ("birth",),
        "прибыл/выбыл": ("move",),
        "класс": ("class",),
        "адрес": ("address",),
        "дата и № приказа": ("move_day", "move_order"),
        "откуда/куда": ("move_place",),
    },
    "class_sizes": {
        "параллель": ("grade",),
        "литеры с числом учеников": ("classes_listed",),
        "всего классов": ("classes",),
        "всего учащихся": ("pupils",),
        "средняя наполняемость": ("mean_size",),
        "эталон на 20.09": ("reference_pupils",),
        "норма/отклонение": ("size_norm", "norm_deviation"),
        "классов-комплектов": ("combined_classes",),
    },
    "register": {
        "№": ("number",),
        "ФИО": ("name",),
        "четверти, год, экзамен, итог": ("part",),
        "пропуски": ("missed_days", "missed_lessons"),
        "решение педсовета (протокол №, дата)": ("decision",),
    },
    "hours": {
        "учитель": ("teacher",),
        "предмет": ("subject",),
        "класс/группа": ("group",),
        "часов по плану (нед./период)": ("weekly", "planned"),
        "отклонение часов КТП и причина": ("plan_deviation", "plan_reason"),
        "дано": ("given",),
        "в т. ч. замещено этим учителем": ("substituted",),
        "пропущено": ("not_given",),
        "отставание": ("lag",),
        "причина": ("reason",),
        "контрольных по плану/факту": ("tests_planned", "tests_given"),
        "учащихся": ("pupils",),
        "«5» «4» «3» «2» н/а осв.": ("fives", "fours", "threes", "twos", "not_attested", "exempt"),
        "успеваемость %; качество %; СОУ; средний балл": (
            "pass_rate", "quality_rate", "learning_degree", "mean",
        ),
    },
    "timesheet": {
        "учитель": ("teacher",),
        "часы по дням": ("day_20260901", "day_20260907"),
        "всего": ("given_total",),
        "замещено": ("substituted",),
    },
    "substitutions": {
        "дата и урок": ("date", "period"),
        "класс и предмет": ("group", "subject"),
        "кто пропустил": ("absent_teacher",),
        "что с уроком": ("fate",),
        "кто заместил": ("substitute",),
        "приказ": ("basis",),
        "подпись": ("signature",),
    },
    "filling": {
        "учитель": ("teacher",),
        "предмет/класс": ("subject", "group"),
        "уроков проведено": ("lessons",),
        "тема записана %": ("topics_share",),
        "ДЗ записано / «не задано» / «не указано»": (
            "homework_set", "homework_not_set", "homework_blank",
        ),
        "в срок %": ("in_time_share",),
        "изменено позже срока": ("changed_late",),
        "уроков без переклички": ("without_roll",),
        "отметок всего; на ученика; норма": ("marks", "marks_each", "norm"),
        "уроков без отметок и без «н»": ("bare_lessons",),
        "последний вход; последняя синхронизация": ("last_seen",),
        "дней с входом": ("entry_days",),
        "записей офлайн": ("homework_offline",),
        "опоздание медиана": ("late_median",),
        "замечания открыто/снято": ("findings_open", "findings_closed"),
    },
    "families": {
        "учеников": ("pupils",),
        "семей входили за 7/30 дней": ("seen_recently", "seen_in_month"),
        "семьи на бумаге": ("paper_families",),
        "выдано распечаток": ("slips_given",),
    },
    "class_summary": {"поле, число, кто": ("field", "value", "who")},
    "progress": {
        "класс": ("class",),
        "учащихся": ("pupils",),
        "аттестовано": ("attested",),
        "отличники": ("all_fives",),
        "хорошисты (в т. ч. с одной «4»)": ("fours_and_fives", "one_four"),
        "имеют «3» (в т. ч. с одной «3»)": ("has_threes", "one_three"),
        "неуспевающие": ("failing",),
        "н/а; осв.": ("not_attested", "exempt"),
        "without mark, outside N": ("unset",),
        "успеваемость; качество; СОУ; средний балл": (
            "pass_rate", "quality_rate", "learning_degree", "mean",
        ),
        "CT": ("class_teacher",),
    },
    "progress_subjects": {
        "предмет × параллель": ("subject", "grade"),
        "успеваемость, качество": ("pass_rate", "quality_rate"),
    },
    "attendance": {
        "№; ФИО": ("number", "name"),
        "каждый период": tuple(f"part_1_{key}" for key in MISSED),
        "год: the same": tuple(f"part_3_{key}" for key in MISSED),
    },
}  # fmt: skip

FIELDS: dict[str, tuple[str, ...]] = {
    "на начало / прибыло / из других классов / выбыло / в другие классы / на конец": (
        "Учащихся на начало", "Прибыло в школу", "Прибыло из других классов", "Выбыло из школы",
        "Выбыло в другие классы", "Учащихся на конец",
    ),
    "аттестовано; не аттестовано": ("Аттестовано", "Не аттестовано"),
    "отличники; хорошисты; с одной «4»": ("Отличники", "Хорошисты", "в т. ч. с одной «4»"),
    "имеют «3»; с одной «3»; неуспевающие": (
        "Имеют «3»", "в т. ч. с одной «3»", "Неуспевающие",
    ),
    "успеваемость; качество; СОУ; средний балл": (
        "Успеваемость, %", "Качество знаний, %", "СОУ, %", "Средний балл",
    ),
    "пропущено уроков всего / по болезни / … / на одного ученика": (
        "Пропущено уроков", "в т. ч. по болезни", "в т. ч. по уважительной причине",
        "в т. ч. без уважительной причины", "в т. ч. причина не выяснена",
        "Пропущено уроков на одного ученика",
    ),
    "опоздания": ("Опозданий",),
    "работа с родителями": (
        "Работа с родителями: уведомлений о неуспеваемости и пропусках",
        "Работа с родителями: выдано распечаток",
    ),
}  # fmt: skip


def form(school: SmallSchool, name: str) -> Table:
    """Return a form of the year, or of the month, as the head sees it."""
    set_terms(school)
    spec = report_named(name)
    wanted = asked(
        school,
        period=None if name == "timesheet" else year(school),
        class_name="5А" if spec.scope == "class" else "",
        day=HALF_YEAR_END + 3,
    )
    return make_report(school.store, spec, wanted, school.staff["head"])


@pytest.mark.clause("4.4.3")
@pytest.mark.parametrize("name", COLUMNS)
def test_a_form_has_every_column_of_the_specification(school: SmallSchool, name: str) -> None:
    found = {column.key for column in form(school, name).columns}
    lost = {
        title: [key for key in keys if key not in found]
        for title, keys in COLUMNS[name].items()
        if not found.issuperset(keys)
    }
    assert lost == {}


def test_every_form_and_appendix_has_its_columns_written_down() -> None:
    appendices = {page for pages in SECOND_PAGES.values() for page in pages}
    assert set(COLUMNS) == {*FORMS, *appendices, "timesheet", "substitutions"}


@pytest.mark.scenario("2.7:1")
@pytest.mark.clause("4.4.3/7")
def test_the_class_teachers_summary_has_every_field(school: SmallSchool) -> None:
    terms = set_terms(school)
    for pupil_id in school.pupils["5А"]:
        give(school, "5А", "Математика", pupil_id, 4, terms["I"])
    wanted = asked(
        school, period=quarter(school, terms["I"]), class_name="5А", day=HALF_YEAR_END
    )  # fmt: skip
    shown = make_report(
        school.store, report_named("class_summary"), wanted, school.staff["head"]
    )  # fmt: skip
    found = set(shown.column("field"))
    assert {title: keys for title, keys in FIELDS.items() if not found.issuperset(keys)} == {}

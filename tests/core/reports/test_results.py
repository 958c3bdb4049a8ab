from __future__ import annotations

from decimal import Decimal

import pytest

from eschool_core.commands.care import ExemptPupil
from eschool_core.commands.concerns import SeeConcern, SendConcern
from eschool_core.commands.paper import FilePaperApplication, RecordPaperSlip
from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.care_enums import ConcernKind, SlipState
from eschool_core.domain.enums import ExemptionKind
from eschool_core.domain.informing import Concern
from eschool_core.domain.partition import PartitionKind, partition
from eschool_core.domain.result_enums import (
    AssessmentMode,
    CouncilDecisionKind,
    ExternalState,
    ResultKind,
    ResultValue,
)
from eschool_core.domain.results import AssessmentRule, CouncilDecision, ExternalMark
from eschool_core.domain.school import Term
from eschool_core.errors import InputError
from eschool_core.reports.table import Table, Value
from tests.core.commands.acts import mark
from tests.core.reports.results import QUARTER_END, give, quarter, set_terms, year
from tests.core.reports.tables import asked, made, rows_of
from tests.school import FIRST_DAY, MONDAY, SmallSchool

SUBJECTS = ("Английский язык", "Математика", "Русский язык")


@pytest.fixture
def terms(school: SmallSchool) -> dict[str, Term]:
    return set_terms(school)


def mark_5a(school: SmallSchool, term: Term | None, values: tuple[tuple[int, ...], ...]) -> None:
    """Give each pupil of 5А marks in English, maths and Russian; 0 leaves one out."""
    for pupil_id, marks in zip(school.pupils["5А"], values, strict=True):
        first_group = pupil_id in school.pupils["5А"][:2]
        groups = ("5А/1" if first_group else "5А/2", "5А", "5А")
        for group, subject, value in zip(groups, SUBJECTS, marks, strict=True):
            if value:
                give(school, group, subject, pupil_id, value, term)


def summary(shown: Table) -> dict[str, tuple[Value, Value]]:
    return {str(row.cells[1]): (row.cells[2], row.cells[3]) for row in shown.rows}


MIXED = ((5, 5, 5), (5, 5, 4), (3, 4, 5), (2, 3, 4))


@pytest.mark.scenario("2.7:1", "4.4.3/7:1")
@pytest.mark.clause("4.4.3/7")
@pytest.mark.clause("2.7")
def test_the_class_teachers_summary_by_hand(school: SmallSchool, terms: dict[str, Term]) -> None:
    mark_5a(school, terms["I"], MIXED)
    shown = made(
        school, "class_summary", asked(school, period=quarter(school, terms["I"]), class_name="5А")
    )
    found = summary(shown)
    assert found["Аттестовано"] == (4, "")
    assert found["Не аттестовано"] == (0, "")
    assert found["Отличники"] == (1, "Абрамов Саша")
    assert found["Хорошисты"] == (1, "Белова Саша")
    assert found["в т. ч. с одной «4»"] == (1, "Белова Саша (Русский язык – Russian А.)")
    assert found["Имеют «3»"] == (1, "Власов Саша")
    assert found["в т. ч. с одной «3»"] == (1, "Власов Саша (Английский язык – English_2 А.)")
    assert found["Неуспевающие"] == (1, "Громова Саша (Английский язык – English_2 А.)")
    assert found["Успеваемость, %"] == (Decimal("75.0"), "")
    assert found["Качество знаний, %"] == (Decimal("50.0"), "")
    # Of twelve marks six are fives, three fours, two threes, one a two.
    assert found["СОУ, %"] == (Decimal("73.33"), "")
    assert found["Средний балл"] == (Decimal("4.17"), "")
    assert found["Учащихся на конец"] == (4, "")
    assert len(shown.rows) >= 14
    assert shown.subject_of == "5А, Russian А."


@pytest.mark.clause("4.4.3/7")
@pytest.mark.clause("4.5.4")
@pytest.mark.clause("4.6.5")
def test_the_work_with_parents_says_with_whom(school: SmallSchool, terms: dict[str, Term]) -> None:
    first, second, third, _ = school.pupils["5А"]
    for pupil_id in (first, second):
        school.must(mark(school.lesson("5А", "Математика"), pupil_id, 2), "maths")
        told = SendConcern(
            journal_id=school.journals["5А", "Математика"],
            pupil_id=pupil_id,
            concern_kind=ConcernKind.FAILING,
        )
        school.must(told, "maths")
    concern = school.all(Concern, pupil_id=second)[0]
    school.must(SeeConcern(concern_id=concern.id), school.guardian(second))
    for pupil_id, state in ((first, SlipState.HANDED), (third, SlipState.FAILED)):
        application = school.must(
            FilePaperApplication(
                pupil_id=pupil_id,
                guardian_id=school.guardian(pupil_id),
                document="№ 4",
                first_day=MONDAY,
            ),
            "russian",
        )
        recorded = RecordPaperSlip(
            application_id=application, week_day=MONDAY, slip_state=state, day=MONDAY
        )
        school.must(recorded, "russian")
    wanted = asked(school, period=quarter(school, terms["I"]), class_name="5А")
    found = summary(made(school, "class_summary", wanted))
    both = "Абрамов Саша (Математика – неуспевающий); Белова Саша (Математика – неуспевающий)"
    assert found["Работа с родителями: уведомлений о неуспеваемости и пропусках"] == (2, both)
    read = "Белова Саша (Математика – неуспевающий)"
    assert found["из них прочитано или вручено"] == (1, read)
    unread = "Абрамов Саша (Математика – неуспевающий)"
    assert found["из них не прочитано и не вручено"] == (1, unread)
    assert found["Работа с родителями: выдано распечаток"] == (1, "Абрамов Саша – 1")
    assert found["распечаток, которые не удалось вручить"] == (1, "Власов Саша – 1")


@pytest.mark.clause("4.4.3/7")
def test_who_is_not_attested_is_named_with_subject_and_reason(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    mark_5a(school, terms["I"], ((5, 5, 5), (5, 5, 5), (5, 5, 5), (0, 2, 5)))
    give(
        school, "5А", "Русский язык", school.pupils["5А"][0], ResultValue.NOT_ATTESTED,
        terms["I"], reason="пропущено 60 %",
    )  # fmt: skip
    shown = made(
        school, "class_summary", asked(school, period=quarter(school, terms["I"]), class_name="5А")
    )
    found = summary(shown)
    assert found["Не аттестовано"] == (1, "Абрамов Саша (Русский язык – пропущено 60 %)")
    unset = "Громова Саша (не выставлено: Английский язык)"
    assert found["Выставлены не все отметки"] == (1, unset)
    assert found["Неуспевающие"] == (0, "")
    assert found["Аттестовано"] == (2, "")


@pytest.mark.scenario("4.4.3:2", "4.4.3/8:1")
@pytest.mark.clause("4.4.3/8")
def test_the_summary_of_the_school_and_who_does_not_report(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    mark_5a(school, terms["I"], MIXED)
    shown = made(school, "progress", asked(school, period=quarter(school, terms["I"])))
    found = {str(row.cells[0]): row for row in shown.rows}
    keys = ("pupils", "attested", "all_fives", "fours_and_fives", "has_threes", "failing")
    assert [shown.value(found["5А"], key) for key in keys] == [4, 4, 1, 1, 1, 1]
    assert shown.value(found["5А"], "learning_degree") == Decimal("73.33")
    assert shown.value(found["5А"], "class_teacher") == "Russian А."
    assert [shown.value(found["10А"], key) for key in keys] == [4, None, None, None, None, None]
    assert [shown.value(found["1А"], key) for key in keys] == [4, None, None, None, None, None]
    # 5Б has no marks yet: that is no «н/а», and nothing to count rates of.
    assert [
        shown.value(found["5Б"], key) for key in ("attested", "not_attested", "unset", "pass_rate")
    ] == [0, 0, 4, None]
    assert [shown.value(found["5–9 классы"], key) for key in keys] == [8, 4, 1, 1, 1, 1]
    assert shown.value(shown.totals[0], "pupils") == 20
    assert shown.notes[0].lines == ("10А, 10Б",)


@pytest.mark.clause("4.4.3/8")
def test_the_half_year_of_the_older_classes_ends_with_the_second_quarter(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    for pupil_id in school.pupils["10А"]:
        for group, subject in (
            ("10А", "Математика"), ("10А", "Русский язык"), ("10А+10Б", "Физика"),
        ):  # fmt: skip
            give(school, group, subject, pupil_id, 4, terms["half"])
    shown = made(school, "progress", asked(school, period=quarter(school, terms["II"])))
    found = {str(row.cells[0]): row for row in shown.rows}
    assert shown.value(found["10А"], "fours_and_fives") == 4
    assert shown.notes == ()


@pytest.mark.clause("4.4.3/8")
def test_the_second_page_by_subject_and_grade(school: SmallSchool, terms: dict[str, Term]) -> None:
    mark_5a(school, terms["I"], MIXED)
    shown = made(school, "progress_subjects", asked(school, period=quarter(school, terms["I"])))
    assert rows_of(shown, "subject", "grade", "fives", "fours", "threes", "twos", "pass_rate") == [
        ("Английский язык", "5", 2, 0, 1, 1, Decimal("75.0")),
        ("Математика", "5", 2, 1, 1, 0, Decimal("100.0")),
        ("Русский язык", "5", 2, 2, 0, 0, Decimal("100.0")),
    ]


@pytest.mark.clause("4.4.3/8")
def test_the_worked_example_on_rows(school: SmallSchool, terms: dict[str, Term]) -> None:
    values = [5] * 4 + [4] * 10 + [3] * 9 + [2] + [ResultValue.NOT_ATTESTED]
    values += [ResultValue.EXEMPT] * 2
    pupils = list(school.pupils["5Б"])
    while len(pupils) < len(values):
        pupils.append(school.add_pupil("5Б", f"Новый{len(pupils)}"))
    for pupil_id, value in zip(pupils, values, strict=True):
        give(school, "5Б", "Математика", pupil_id, value, terms["I"])
    shown = made(school, "progress_subjects", asked(school, period=quarter(school, terms["I"])))
    keys = ("pass_rate", "quality_rate", "learning_degree", "not_attested", "exempt")
    assert dict(zip(shown.column("subject"), rows_of(shown, *keys), strict=True))["Математика"] == (
        Decimal("92.0"),
        Decimal("56.0"),
        Decimal("55.48"),
        1,
        2,
    )


@pytest.mark.scenario("4.4.3:2")
@pytest.mark.clause("4.4.3/4")
@pytest.mark.clause("4.4.3/5")
@pytest.mark.clause("4.4.3/7")
@pytest.mark.clause("4.4.3/8")
def test_a_mark_that_nobody_set_is_the_same_in_every_form(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    """By hand: of three pupils with all marks none fails, two have only fours and fives.

    The eleven marks set are four fives, four fours, three threes: (400 + 256 + 108) / 11.
    """
    mark_5a(school, terms["I"], ((5, 5, 0), (4, 5, 5), (3, 3, 3), (4, 4, 4)))
    first = quarter(school, terms["I"])
    of_class = asked(school, period=first, class_name="5А")
    told = summary(made(school, "class_summary", of_class))
    assert told["Выставлены не все отметки"] == (1, "Абрамов Саша (не выставлено: Русский язык)")
    titles = ("Аттестовано", "Не аттестовано", "Отличники", "Хорошисты", "Имеют «3»")
    assert [told[title][0] for title in titles] == [3, 0, 0, 2, 1]
    rates = ("Успеваемость, %", "Качество знаний, %", "СОУ, %")
    by_hand = [Decimal("100.0"), Decimal("66.7"), Decimal("69.45")]
    assert [told[title][0] for title in rates] == by_hand

    progress = made(school, "progress", asked(school, period=first))
    [row] = [row for row in progress.rows if row.cells[0] == "5А"]
    counts = ("pupils", "attested", "not_attested", "unset")
    assert [progress.value(row, key) for key in counts] == [4, 3, 0, 1]
    shares = ("pass_rate", "quality_rate", "learning_degree")
    assert [progress.value(row, key) for key in shares] == by_hand

    # 5Б has four pupils, and nobody has set them anything.
    subjects = made(school, "progress_subjects", asked(school, period=first))
    marks = ("subject", "fives", "fours", "threes", "not_attested", "unset", "pass_rate")
    russian = [row for row in rows_of(subjects, *marks) if row[0] == "Русский язык"]
    assert russian == [("Русский язык", 1, 1, 1, 0, 1 + 4, Decimal("100.0"))]

    hours = made(school, "hours", asked(school, period=first))
    own = rows_of(hours, "group", "subject", "pupils", "threes", "not_attested", "unset")
    assert ("5А", "Русский язык", 4, 1, 0, 1) in own

    listed = register(school, first)
    assert cells(listed) == (5, 5, "нет")
    assert listed.notes[0].lines == ("Русский язык – 1",)


@pytest.mark.clause("4.4.3/8")
def test_a_term_in_which_nobody_set_a_mark_has_no_rates(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    shown = made(school, "progress", asked(school, period=quarter(school, terms["I"])))
    keys = ("attested", "not_attested", "unset", "pass_rate", "quality_rate", "learning_degree")
    assert [shown.value(shown.totals[0], key) for key in keys] == [0, 0, 8, None, None, None]


@pytest.mark.clause("4.4.3/7")
def test_the_denominator_is_policy(school: SmallSchool, terms: dict[str, Term]) -> None:
    unattested = (ResultValue.NOT_ATTESTED, 5, 5)
    mark_5a(school, terms["I"], ((5, 5, 5), (5, 5, 5), (5, 5, 5), unattested))
    wanted = asked(school, period=quarter(school, terms["I"]), class_name="5А")
    assert summary(made(school, "class_summary", wanted))["Успеваемость, %"][0] == Decimal("75.0")
    school.must(
        SetPolicy(name="report_denominator", value="attested", first_day=FIRST_DAY, act="Приказ 3"),
        "deputy",
    )
    assert summary(made(school, "class_summary", wanted))["Успеваемость, %"][0] == Decimal("100.0")


def register(school: SmallSchool, wanted: object, class_name: str = "5А") -> Table:
    return made(school, "register", asked(school, period=wanted, class_name=class_name))  # type: ignore[arg-type]


def cells(shown: Table, line: int = 0) -> tuple[Value, ...]:
    return shown.rows[line].cells[3:-3]


@pytest.mark.scenario("4.4.3/4:1")
@pytest.mark.clause("4.4.3/4")
def test_every_cell_of_the_register_says_what_stands_there(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    mark_5a(school, terms["I"], ((5, 5, 5), (ResultValue.PASS, 1, 4), (0, 2, 3), (5, 0, 5)))
    first, *_, last = school.pupils["5А"]
    give(school, "5А", "Математика", first, ResultValue.NOT_ATTESTED, terms["I"])
    school.must(
        ExemptPupil(
            pupil_id=last,
            subject_id=school.subjects["Математика"],
            exemption_kind=ExemptionKind.SUBJECT,
            first_day=FIRST_DAY,
            last_day=QUARTER_END,
            document="1",
        ),
        "russian",
    )
    shown = register(school, quarter(school, terms["I"]))
    assert [column.title for column in shown.columns[3:-3]] == list(SUBJECTS)
    assert [cells(shown, line) for line in range(4)] == [
        (5, "н/а", 5), ("зач", 1, 4), ("нет", 2, 3), (5, "осв.", 5),
    ]  # fmt: skip
    assert shown.notes[0].lines == ("Английский язык – 1",)


@pytest.mark.clause("4.4.3/4")
@pytest.mark.clause("3.6")
def test_first_grades_have_attendance_and_the_decision_only(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    pupil_id = school.pupils["1А"][0]
    school.store.put(
        CouncilDecision(
            id=1,
            part=partition(PartitionKind.PUPIL_DAY, pupil_id),
            author_id=1,
            device=1,
            made_at=1,
            pupil_id=pupil_id,
            year_id=school.year,
            kind=CouncilDecisionKind.PROMOTED,
            next_grade=2,
            protocol="№ 4",
            protocol_day=MONDAY,
        )
    )
    shown = register(school, quarter(school, terms["I"]), "1А")
    keys = [column.key for column in shown.columns]
    assert keys == ["number", "name", "part", "missed_days", "missed_lessons", "decision"]
    assert shown.rows[0].cells[-1] == "переведён(а) в 2 класс, протокол № 4 от 07.09.2026"
    of_year = register(school, year(school), "1А")
    assert of_year.landscape
    # Of terms without marks there is nothing to say: one line for each pupil.
    assert len(of_year.rows) == len(school.pupils["1А"])
    assert of_year.rows[0].cells[-1] == shown.rows[0].cells[-1]


@pytest.mark.scenario("academic_debt:2")
@pytest.mark.clause("4.4.3/4")
def test_the_register_of_the_year_by_terms_with_protocols(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    mark_5a(school, terms["I"], MIXED)
    mark_5a(school, terms["II"], MIXED)
    mark_5a(school, None, MIXED)
    give(
        school, "5А/2", "Английский язык", school.pupils["5А"][3], 3, None,
        document="протокол № 8", document_day=MONDAY + 300,
    )  # fmt: skip
    give(school, "5А", "Математика", school.pupils["5А"][0], 4, None, kind=ResultKind.EXAM)
    shown = register(school, year(school))
    assert [row.cells[2] for row in shown.rows[:5]] == [
        "I четверть", "II четверть", "Год", "Экзамен", "Итог",
    ]  # fmt: skip
    assert [cells(shown, line) for line in range(5)] == [
        (5, 5, 5), (5, 5, 5), (5, 5, 5), (None, 4, None), (None, None, None),
    ]  # fmt: skip
    assert shown.notes[0].lines == ("Громова Саша, Английский язык: 3, протокол № 8 от 04.07.2027",)


@pytest.mark.scenario("newcomer:4")
@pytest.mark.clause("4.4.3/4")
def test_a_term_not_studied_here_is_a_dash_or_what_the_document_says(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    newcomer = school.add_pupil("5А", "Яковлев", first_day=QUARTER_END + 12)
    shown = register(school, year(school))
    lines = [row.cells[3:-3] for row in shown.rows if row.about and row.about.id == newcomer]
    assert lines[0] == (None,) * len(lines[0])
    line = school.line("5А", "Математика", newcomer)
    school.store.put(
        ExternalMark(
            id=5,
            part=line.part,
            kind=ResultKind.TERM,
            term_id=terms["I"].id,
            value=4,
            day=MONDAY,
            source="Школа № 2",
            document="1",
            state=ExternalState.ACCEPTED,
            entered_by_id=1,
        )
    )
    shown = register(school, year(school))
    [first, *_] = [row for row in shown.rows if row.about and row.about.id == newcomer]
    assert 4 in first.cells[3:-3]


@pytest.mark.clause("4.4.3/4")
def test_a_subject_without_marks_asks_for_none(school: SmallSchool, terms: dict[str, Term]) -> None:
    journal_id = school.journals["5А", "Математика"]
    school.store.put(
        AssessmentRule(
            id=3,
            part=partition(PartitionKind.JOURNAL, journal_id),
            journal_id=journal_id,
            mode=AssessmentMode.NONE,
        )
    )
    shown = register(school, quarter(school, terms["I"]))
    assert "Математика" not in [column.title for column in shown.columns]


def test_the_mark_of_the_subgroup_before_counts_where_it_was_given(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    pupil_id = school.pupils["5А"][0]
    give(school, "5А", "Математика", pupil_id, 5, terms["I"])
    school.must(
        MovePupil(
            pupil_id=pupil_id,
            class_id=school.classes["5Б"],
            first_day=QUARTER_END + 11,
            order="7-п",
        ),
        "officer",
    )
    shown = register(school, year(school), "5Б")
    lines = [row for row in shown.rows if row.about and row.about.id == pupil_id]
    maths = [column.title for column in shown.columns].index("Математика")
    assert [line.cells[maths] for line in lines[:2]] == [5, "нет"]


@pytest.mark.clause("4.4.3/8")
def test_who_left_before_the_end_is_counted_nowhere(
    school: SmallSchool, terms: dict[str, Term]
) -> None:
    mark_5a(school, terms["I"], MIXED)
    school.must(
        WithdrawPupil(pupil_id=school.pupils["5А"][3], last_day=MONDAY, order="9-о"), "officer"
    )
    shown = made(school, "progress", asked(school, period=quarter(school, terms["I"])))
    found = {str(row.cells[0]): row for row in shown.rows}
    assert shown.value(found["5А"], "failing") == 0
    assert shown.value(found["5А"], "pupils") == 3
    assert register(school, quarter(school, terms["I"])).rows[-1].kind.value == "left"


@pytest.mark.parametrize("name", ["progress", "progress_subjects"])
def test_results_are_of_a_term_not_of_free_dates(school: SmallSchool, name: str) -> None:
    with pytest.raises(InputError) as caught:
        made(school, name, asked(school))
    assert caught.value.key == "report.term_needed"

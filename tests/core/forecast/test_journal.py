from __future__ import annotations

import pytest

from eschool_core.commands.lessons import RecordAttendance, RecordMark
from eschool_core.commands.school import SetTerm
from eschool_core.domain.enums import Presence, TermKind, WorkKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.partition import SCHOOL, TO_RESULT, PartitionKind, partition
from eschool_core.domain.result_enums import ResultKind, ResultValue
from eschool_core.domain.results import TermMark
from eschool_core.domain.school import Term
from eschool_core.errors import InputError
from eschool_core.forecast.journal import JournalForecast, PupilForecast, journal_forecast
from eschool_core.forecast.overview import class_forecasts, pupil_forecasts
from eschool_core.store.database import Parameters, Values
from tests.core.queries.conftest import replica_of
from tests.school import FIRST_DAY, MONDAY, SmallSchool, built_school, clock

MATHS = ("5А", "Математика")
LAST_DAY_OF_TERM = FIRST_DAY + 52
MIDDLE = MONDAY + 28
PUPILS = ((5, 5, 4), (4, 3, 4), (3, 3, 3), (2, 3, 2))


def open_term(school: SmallSchool) -> None:
    for ordinal, first, last in (
        (1, FIRST_DAY, LAST_DAY_OF_TERM),
        (2, LAST_DAY_OF_TERM + 9, 20820),
    ):
        school.must(
            SetTerm(
                year_id=school.year,
                term_kind=TermKind.QUARTER,
                ordinal=ordinal,
                first_day=first,
                last_day=last,
            ),
            "deputy",
        )


@pytest.fixture(scope="module")
def filled() -> SmallSchool:
    """A term half over: three lessons a week, a mark in each but for one pupil's misses."""
    school = built_school()
    open_term(school)
    school.schedule(*MATHS, MONDAY + 14, LAST_DAY_OF_TERM)
    school.now = clock(MIDDLE, 12)
    lessons = school.store.select(Lesson, journal_id=school.journals[MATHS])
    past = [lesson for lesson in lessons if lesson.day <= MIDDLE]
    for number, lesson in enumerate(past):
        for pupil, marks in zip(school.pupils["5А"], PUPILS, strict=True):
            kind = (WorkKind.ORAL, WorkKind.TEST, WorkKind.HOMEWORK)[number % 3]
            if pupil == school.pupils["5А"][1] and number % 3 == 0:
                school.must(
                    RecordAttendance(lesson_id=lesson.id, pupil_id=pupil, presence=Presence.ABSENT),
                    "maths",
                )
                continue
            school.must(
                RecordMark(
                    lesson_id=lesson.id,
                    pupil_id=pupil,
                    value=marks[number % 3],
                    work_kind=kind,
                ),
                "maths",
            )
    return school


def forecast(school: SmallSchool, day: int = MIDDLE) -> JournalForecast:
    return journal_forecast(school.store, school.journals[MATHS], day)


def of(told: JournalForecast, number: int) -> PupilForecast:
    return told.pupils[number]


@pytest.mark.scenario("2.8:1")
@pytest.mark.clause("2.8")
def test_a_pupil_gets_a_mark_an_interval_and_what_is_needed(filled: SmallSchool) -> None:
    told = forecast(filled)
    assert (told.term, told.lessons_left, told.interval_percent) == (1, 8, 80)
    best = of(told, 0)
    assert best.outlook is not None
    assert best.mean_hundredths is not None
    assert best.outlook.mark == 5
    assert best.outlook.low <= best.outlook.mean <= best.outlook.high
    assert [need.target for need in best.needed] == [3, 4, 5]
    worst = of(told, 3)
    assert worst.outlook is not None
    assert worst.outlook.mark == 2
    assert worst.outlook.chances[2] > worst.outlook.chances[4]
    assert worst.needed[0].state == "reachable"


@pytest.mark.clause("2.8")
def test_the_class_gets_shares_with_an_interval(filled: SmallSchool) -> None:
    shown = forecast(filled).school_class
    assert shown is not None
    assert shown.pupils == 4
    assert shown.passing_low <= shown.passing <= shown.passing_high
    assert shown.good < shown.passing


@pytest.mark.clause("2.8")
def test_what_moves_the_forecast_is_told_and_adds_up(filled: SmallSchool) -> None:
    """The effects of the pupil's standing, with level and marks so far, give the mean."""
    best = of(forecast(filled), 0)
    told = best.outlook
    assert told is not None
    by_name = {factor.name: factor for factor in best.factors}
    assert by_name["marks"].value == best.mean_hundredths
    level = by_name["level"].value
    moved = sum(factor.effect or 0 for factor in best.factors)
    share = told.share_to_come
    together = (1 - share) * by_name["marks"].value + share * level + moved
    # Kinds that move less than is worth a sentence are left out, and marks end at 5.
    assert together == pytest.approx(told.mean, abs=12)


def test_misses_are_told_and_let_expect_fewer_marks(filled: SmallSchool) -> None:
    told = forecast(filled)
    absent, present = of(told, 1), of(told, 2)
    [factor] = [entry for entry in absent.factors if entry.name == "attendance"]
    assert factor.count == 5
    assert absent.to_come < present.to_come
    assert "attendance" not in {entry.name for entry in present.factors}


def test_later_marks_are_not_seen(filled: SmallSchool) -> None:
    early = of(forecast(filled, MONDAY + 8), 0)
    assert early.marks == 7
    assert of(forecast(filled), 0).marks == 15


def test_few_marks_give_no_forecast(filled: SmallSchool) -> None:
    early = forecast(filled, FIRST_DAY + 1)
    assert [one.outlook for one in early.pupils] == [None] * 4
    assert early.school_class is None


def test_a_day_outside_every_term_is_refused(filled: SmallSchool) -> None:
    with pytest.raises(InputError) as caught:
        forecast(filled, LAST_DAY_OF_TERM + 2)
    assert caught.value.key == "forecast.no_term"


def test_after_the_last_lesson_the_mean_is_rounded(filled: SmallSchool) -> None:
    last = of(forecast(filled, LAST_DAY_OF_TERM), 0)
    assert last.outlook is not None
    assert last.outlook.mean == last.mean_hundredths
    assert last.needed == ()


def test_an_earlier_term_moves_the_next_one_and_stands_for_it_at_its_start(
    filled: SmallSchool,
) -> None:
    [first] = filled.store.select(Term, ordinal=1)
    before = {one.pupil_id: one for one in forecast(filled, LAST_DAY_OF_TERM + 10).pupils}
    assert all(one.outlook is None for one in before.values())
    for number, value in enumerate((5, 4, 3, 3)):
        line = filled.line(*MATHS, filled.pupils["5А"][number])
        filled.store.put(
            TermMark(
                id=9_000_000 + number,
                part=line.part + TO_RESULT,
                author_id=1,
                device=1,
                made_at=1,
                kind=ResultKind.TERM,
                term_id=first.id,
                value=ResultValue(value),
            )
        )
    filled.schedule(*MATHS, LAST_DAY_OF_TERM + 9, LAST_DAY_OF_TERM + 40)
    told = forecast(filled, LAST_DAY_OF_TERM + 9)
    means = [one.outlook.mean for one in told.pupils if one.outlook is not None]
    assert len(means) == 4
    assert means == sorted(means, reverse=True)
    [moved] = [factor for factor in of(told, 3).factors if factor.name == "earlier"]
    # Its marks were worse than the term mark 3 it was given.
    assert moved.effect is not None
    assert moved.effect > 0


def test_a_pupil_in_all_subjects_and_a_class_in_all_journals(filled: SmallSchool) -> None:
    pupil_id = filled.pupils["5А"][0]
    found = pupil_forecasts(filled.store, pupil_id, MIDDLE)
    assert [one.subject for one in found] == ["Математика", "Русский язык", "Английский язык"]
    assert all([one.pupil_id] == [pupil_id] for each in found for one in each.forecast.pupils)
    of_class = class_forecasts(filled.store, "5А", MIDDLE)
    assert [one.group for one in of_class] == ["5А", "5А", "5А/1", "5А/2"]


def test_a_journal_outside_the_replica_is_left_out() -> None:
    school = built_school()
    open_term(school)
    journal = partition(PartitionKind.JOURNAL, school.journals[MATHS])
    found = class_forecasts(replica_of(school, SCHOOL, journal), "5А", MONDAY)
    assert [one.subject for one in found] == ["Математика"]
    assert found[0].forecast.partial


def test_queries_do_not_grow_with_the_class(
    filled: SmallSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = filled.database.fetch

    def counted(sql: str, values: Parameters = ()) -> list[Values]:
        asked.append(sql)
        return fetch(sql, values)

    monkeypatch.setattr(filled.database, "fetch", counted)
    forecast(filled)
    assert len(asked) < 32

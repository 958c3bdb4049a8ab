from __future__ import annotations

import pytest

from eschool_core.commands import facts
from eschool_core.commands.facts import ClassDay
from eschool_core.commands.school import OpenYear, SetBells, SetCalendar, SetPolicy, SetTerm
from eschool_core.domain.enums import CalendarLevel, DayKind, TermKind
from eschool_core.domain.journal import Lesson
from eschool_core.domain.row import FOREVER
from eschool_core.domain.school import PolicyValue, SchoolClass, Term
from eschool_core.errors import InputError
from tests.school import FIRST_DAY, LAST_DAY, MONDAY, SATURDAY, SmallSchool, memory, verdict

pytestmark = pytest.mark.clause("4.7.2")


def say(
    school: SmallSchool,
    days: tuple[int, ...],
    kind: DayKind = DayKind.SCHOOL_DAY,
    level: CalendarLevel = CalendarLevel.SCHOOL,
    **fields: int,
) -> str:
    rule = SetCalendar.model_validate(
        {"level": level, "days": days, "day_kind": kind, "act": "Приказ 9", **fields}
    )
    return verdict(school.do(rule, "officer"))


def day_of(school: SmallSchool, name: str, day: int) -> ClassDay:
    return facts.class_day(school.store, school.one(SchoolClass, name=name), day)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (FIRST_DAY - 1, DayKind.SCHOOL_BREAK),
        (FIRST_DAY, DayKind.SCHOOL_DAY),
        (SATURDAY - 1, DayKind.SCHOOL_DAY),
        (SATURDAY, DayKind.DAY_OFF),
        (SATURDAY + 1, DayKind.DAY_OFF),
        (LAST_DAY, DayKind.SCHOOL_DAY),
        (LAST_DAY + 1, DayKind.SCHOOL_BREAK),
    ],
)
def test_without_a_rule_the_year_and_its_week_decide(
    school: SmallSchool, day: int, kind: DayKind
) -> None:
    assert day_of(school, "5А", day).kind == kind


def test_the_first_grade_alone_has_a_break_in_february(school: SmallSchool) -> None:
    week = tuple(range(MONDAY + 161, MONDAY + 166))
    assert say(school, week, DayKind.SCHOOL_BREAK, CalendarLevel.GRADE, object_id=1) == "accepted"
    assert not day_of(school, "1А", week[0]).has_lessons
    assert day_of(school, "5А", week[0]).has_lessons
    for group in ("1А", "5А"):
        school.schedule(group, "Математика", week[0], week[-1])
    lessons = {
        group: [
            row.day
            for row in school.all(Lesson, journal_id=school.journals[group, "Математика"])
            if row.day in week
        ]
        for group in ("1А", "5А")
    }
    assert (lessons["1А"], len(lessons["5А"])) == ([], 3)


@pytest.mark.parametrize(
    ("kind", "has_lessons"),
    [
        (DayKind.QUARANTINE, False),
        (DayKind.WEATHER_CLOSURE, False),
        (DayKind.SCHOOL_BREAK, False),
        (DayKind.REMOTE, True),
    ],
)
def test_an_act_for_one_class_leaves_the_others_alone(
    school: SmallSchool, kind: DayKind, *, has_lessons: bool
) -> None:
    klass = school.classes["5Б"]
    assert say(school, (MONDAY,), kind, CalendarLevel.SCHOOL_CLASS, object_id=klass) == "accepted"
    resolved = day_of(school, "5Б", MONDAY)
    assert (resolved.kind, resolved.has_lessons) == (kind, has_lessons)
    assert day_of(school, "5А", MONDAY).kind == DayKind.SCHOOL_DAY


def test_the_nearest_rule_prevails_whatever_came_last(school: SmallSchool) -> None:
    level, klass = CalendarLevel.SCHOOL_CLASS, school.classes["5А"]
    say(school, (MONDAY,), DayKind.REMOTE, level, object_id=klass)
    say(school, (MONDAY,), DayKind.WEATHER_CLOSURE, CalendarLevel.GRADE, object_id=5)
    say(school, (MONDAY,), DayKind.DAY_OFF)
    kinds = [day_of(school, name, MONDAY).kind for name in ("5А", "5Б", "1А")]
    assert kinds == [DayKind.REMOTE, DayKind.WEATHER_CLOSURE, DayKind.DAY_OFF]


def test_a_later_act_of_the_same_level_replaces_the_earlier_one(school: SmallSchool) -> None:
    say(school, (MONDAY,), DayKind.DAY_OFF)
    say(school, (MONDAY,), DayKind.SCHOOL_DAY)
    assert day_of(school, "5А", MONDAY).has_lessons


def test_a_moved_working_day_follows_another_weekday(school: SmallSchool) -> None:
    say(school, (SATURDAY,), as_weekday=0)
    resolved = day_of(school, "5А", SATURDAY)
    assert (resolved.has_lessons, resolved.weekday) == (True, 0)
    school.schedule("5А", "Математика", SATURDAY, SATURDAY)
    journal = school.journals["5А", "Математика"]
    assert school.one(Lesson, journal_id=journal, day=SATURDAY).start_minute == 480


def test_other_bells_hold_on_their_date_alone(school: SmallSchool) -> None:
    short = school.bells["short"]
    say(school, (MONDAY,), schedule_id=short)
    assert day_of(school, "5А", MONDAY).schedule_id == short
    assert day_of(school, "5А", MONDAY + 1).schedule_id == school.bells["I"]


@pytest.mark.asvs("2.2.3")
@pytest.mark.parametrize(
    ("level", "fields"),
    [
        (CalendarLevel.SCHOOL_CLASS, {"object_id": 77}),
        (CalendarLevel.SCHOOL, {"schedule_id": 77}),
    ],
)
def test_a_rule_names_a_class_and_bells_that_exist(
    school: SmallSchool, level: CalendarLevel, fields: dict[str, int]
) -> None:
    assert say(school, (MONDAY,), DayKind.REMOTE, level, **fields) == "data.missing"


def test_a_date_stands_in_a_rule_once(school: SmallSchool) -> None:
    assert say(school, (MONDAY, MONDAY), DayKind.REMOTE) == "data.field"


@pytest.mark.parametrize(
    "periods", [((1, 480, 480),), ((1, 480, 520), (2, 519, 560)), ((2, 480, 520), (1, 530, 560))]
)
def test_bells_follow_one_another(periods: tuple[tuple[int, int, int], ...]) -> None:
    with pytest.raises(ValueError, match="follow one another"):
        SetBells(name="III", periods=periods)


def test_a_year_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="within 400 days"):
        OpenYear(name="?", first_day=LAST_DAY, last_day=LAST_DAY, weekdays=5)


def term(school: SmallSchool, ordinal: int, first: int, last: int) -> str:
    command = SetTerm(
        year_id=school.year,
        term_kind=TermKind.QUARTER,
        ordinal=ordinal,
        first_day=first,
        last_day=last,
    )
    return verdict(school.do(command, "officer"))


@pytest.mark.asvs("2.2.3")
def test_terms_lie_in_their_year_and_do_not_overlap(school: SmallSchool) -> None:
    middle = FIRST_DAY + 50
    assert term(school, 1, FIRST_DAY, middle) == "accepted"
    assert term(school, 2, middle, LAST_DAY) == "school.terms_overlap"
    assert term(school, 2, middle + 1, LAST_DAY + 1) == "school.term_outside_year"
    assert term(school, 2, FIRST_DAY - 1, middle) == "school.term_outside_year"
    assert term(school, 2, middle + 1, LAST_DAY) == "accepted"
    assert term(school, 1, FIRST_DAY + 1, middle - 1) == "accepted"
    assert len(school.all(Term)) == 2


@pytest.mark.clause("4.4.1")
class TestPolicy:
    """Values of local acts hold from one day to another."""

    @staticmethod
    def set_to(
        school: SmallSchool, value: str, first: int, last: int = FOREVER, actor: str = "deputy"
    ) -> str:
        act = SetPolicy(
            name="homework_grace_minutes", value=value, first_day=first, last_day=last, act="№ 4"
        )
        return verdict(school.do(act, actor))

    @staticmethod
    def on(school: SmallSchool, *days: int) -> list[object]:
        return [facts.policy_value(school.store, "homework_grace_minutes", day) for day in days]

    def test_the_default_holds_until_a_school_sets_its_own(self, school: SmallSchool) -> None:
        assert self.set_to(school, "60", MONDAY) == "accepted"
        assert self.on(school, MONDAY - 1, MONDAY, LAST_DAY) == [90, 60, 60]

    def test_earlier_days_keep_what_held_then(self, school: SmallSchool) -> None:
        self.set_to(school, "60", FIRST_DAY)
        self.set_to(school, "30", MONDAY)
        assert self.on(school, MONDAY - 1, MONDAY) == [60, 30]
        assert [row.last_day for row in school.all(PolicyValue)] == [MONDAY - 1, FOREVER]

    def test_a_value_for_some_days_gives_way_to_the_earlier_one(self, school: SmallSchool) -> None:
        self.set_to(school, "60", FIRST_DAY)
        self.set_to(school, "30", MONDAY, MONDAY + 4)
        days = (MONDAY - 1, MONDAY, MONDAY + 4, MONDAY + 5)
        assert self.on(school, *days) == [60, 30, 30, 60]

    def test_a_value_of_the_same_day_replaces_the_earlier_one(self, school: SmallSchool) -> None:
        self.set_to(school, "60", MONDAY)
        self.set_to(school, "30", MONDAY)
        assert self.on(school, MONDAY) == [30]
        assert len(school.all(PolicyValue)) == 1

    def test_a_value_announced_for_later_stays(self, school: SmallSchool) -> None:
        self.set_to(school, "60", MONDAY + 10)
        self.set_to(school, "30", MONDAY)
        assert self.on(school, MONDAY + 9, MONDAY + 10) == [30, 60]

    def test_bounds_and_dates_are_checked(self, school: SmallSchool) -> None:
        assert self.set_to(school, "1441", MONDAY) == "policy.out_of_bounds"
        assert self.set_to(school, "60", MONDAY, MONDAY - 1) == "data.field"
        assert self.on(school, MONDAY) == [90]

    @pytest.mark.parametrize("actor", ["officer", "hr", "maths", "nobody"])
    def test_deputy_and_head_alone_set_values(self, school: SmallSchool, actor: str) -> None:
        assert self.set_to(school, "60", MONDAY, actor=actor) == "4.1/role"

    def test_an_act_is_named(self) -> None:
        with pytest.raises(ValueError, match="act"):
            SetPolicy(name="plan_weeks", value="33", first_day=FIRST_DAY, act=" ")

    def test_only_numbers_are_numbers(self, school: SmallSchool) -> None:
        with pytest.raises(TypeError):
            facts.policy_number(school.store, "homework_anchor", MONDAY)


def test_a_school_that_is_not_founded_says_so() -> None:
    school = SmallSchool.empty(memory())
    with pytest.raises(InputError) as caught:
        facts.school(school.store)
    assert caught.value.key == "data.missing"

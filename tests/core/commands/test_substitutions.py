from __future__ import annotations

import pytest

from eschool_core.commands.control import WaiveFinding
from eschool_core.commands.journals import (
    ClaimSubstitution,
    EndSubstitution,
    RecordSubstitution,
)
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.enums import FindingState, Role, SubstitutionKind
from eschool_core.domain.journal import Mark, Topic
from eschool_core.domain.office import FindingRecord
from eschool_core.domain.school import Substitution
from tests.core.commands.acts import absent, homework, mark, roll, topic, work
from tests.school import (
    FIRST_DAY,
    LAST_DAY,
    MONDAY,
    TUESDAY,
    SmallSchool,
    clock,
    findings,
    offline,
    verdict,
)

pytestmark = pytest.mark.clause("4.5.1")

LIMIT = 7


def register(
    school: SmallSchool, kind: SubstitutionKind = SubstitutionKind.SINGLE, **fields: object
) -> RecordSubstitution:
    """Return the substitution of 5А's maths on Monday, with changes."""
    values: dict[str, object] = {
        "journal_id": school.journals["5А", "Математика"],
        "lesson_id": school.lesson("5А", "Математика"),
        "absent_id": school.staff["maths"],
        "substitute_id": school.staff["substitute"],
        "substitution_kind": kind,
        "first_day": MONDAY,
        "last_day": MONDAY,
    }
    return RecordSubstitution.model_validate({**values, **fields})


def acting(school: SmallSchool, first_day: int, last_day: int) -> RecordSubstitution:
    kind = SubstitutionKind.ACTING
    dates = {"first_day": first_day, "last_day": last_day}
    return register(school, kind, lesson_id=0, act="Приказ 12", **dates)


def claim(school: SmallSchool, **fields: int) -> ClaimSubstitution:
    values = {
        "lesson_id": school.lesson("5А", "Математика"),
        "absent_id": school.staff["maths"],
    }
    return ClaimSubstitution.model_validate({**values, **fields})


def attempt(
    school: SmallSchool, actor: str = "substitute", day: int = MONDAY, at: int | None = None
) -> str:
    """Give a mark in 5А's maths as somebody and return what became of it."""
    lesson, pupil = school.lesson("5А", "Математика", day), school.pupils["5А"][0]
    return verdict(school.do(mark(lesson, pupil), actor, at=at))


def test_the_journals_teacher_writes_all_of_its_pages(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    commands = (mark(lesson, pupil), absent(lesson, pupil), topic(lesson), homework(lesson))
    for command in (*commands, work(lesson, "Дроби"), roll(lesson)):
        assert verdict(school.do(command, "maths")) == "accepted"


@pytest.mark.scenario("4.5.1:1")
@pytest.mark.clause("4.5.1/page")
@pytest.mark.asvs("8.2.2")
def test_a_teacher_without_load_writes_none_of_them(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    before = school.dump()
    commands = (mark(lesson, pupil), absent(lesson, pupil), topic(lesson), homework(lesson))
    for command in (*commands, work(lesson, "Дроби"), roll(lesson)):
        assert verdict(school.do(command, "english")) == "4.5.1/page"
    assert school.dump() == before


@pytest.mark.parametrize(
    ("day", "expected"), [(FIRST_DAY, "accepted"), (MONDAY, "accepted"), (MONDAY + 1, "4.5.1/page")]
)
def test_a_load_counts_on_its_last_day_and_not_after(
    school: SmallSchool, day: int, expected: str
) -> None:
    school.add_load(school.journals["5Б", "Математика"], "english", FIRST_DAY, MONDAY)
    # Topics may be written ahead, so the day of the act alone decides.
    lesson = school.lesson("5Б", "Математика", TUESDAY)
    assert verdict(school.do(topic(lesson), "english", at=clock(day, 23))) == expected


def test_a_load_that_ends_within_the_interval_is_for_a_person_to_decide(
    school: SmallSchool,
) -> None:
    school.add_load(school.journals["5Б", "Математика"], "english", FIRST_DAY, MONDAY)
    at = offline(clock(MONDAY, 8), clock(MONDAY, 12), clock(TUESDAY, 8))
    outcome = school.do(topic(school.lesson("5Б", "Математика")), "english", at=at)
    assert verdict(outcome) == "held 4.5.1/page"
    assert school.all(Topic) == []


@pytest.mark.parametrize("kind", [SubstitutionKind.SINGLE, SubstitutionKind.MERGED])
def test_a_substitute_writes_the_column_of_the_lesson_and_no_other(
    school: SmallSchool, kind: SubstitutionKind
) -> None:
    school.must(register(school, kind), "deputy")
    assert attempt(school) == "accepted"
    assert attempt(school, day=TUESDAY, at=clock(TUESDAY, 12)) == "4.5.1/page"


@pytest.mark.scenario("4.5.1:2", "4.7.1:1")
@pytest.mark.clause("4.5.1/limit")
@pytest.mark.clause("4.7.1")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (clock(MONDAY + LIMIT, 23, 59, 59), "accepted"),
        (clock(MONDAY + LIMIT + 1, 0), "4.5.1/limit"),
    ],
)
def test_a_single_substitute_writes_until_the_limit_for_entering_marks(
    school: SmallSchool, at: int, expected: str
) -> None:
    school.must(register(school), "deputy")
    assert attempt(school, at=at) == expected


@pytest.mark.clause("4.5.1/limit")
def test_the_schools_act_sets_the_limit(school: SmallSchool) -> None:
    act = SetPolicy(
        name="mark_entry_limit_days", value="1", first_day=FIRST_DAY, last_day=LAST_DAY, act="№ 5"
    )
    school.must(act, "deputy")
    school.must(register(school), "deputy")
    assert attempt(school, at=clock(TUESDAY, 23, 59)) == "accepted"
    assert attempt(school, at=clock(MONDAY + 2, 0)) == "4.5.1/limit"


@pytest.mark.scenario("4.7.1:1")
@pytest.mark.clause("4.7.1")
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (clock(TUESDAY, 0), "4.5.1/page"),
        (clock(TUESDAY + 1, 0), "accepted"),
        (clock(TUESDAY + 2, 23, 59, 59), "accepted"),
        (clock(TUESDAY + 3, 0), "4.5.1/page"),
    ],
)
def test_acting_by_order_covers_the_whole_journal_within_its_dates(
    school: SmallSchool, at: int, expected: str
) -> None:
    school.must(acting(school, TUESDAY + 1, TUESDAY + 2), "deputy")
    assert attempt(school, day=MONDAY, at=at) == expected
    assert school.all(Mark, author_id=school.staff["maths"]) == []


def test_the_absent_teacher_keeps_the_own_pages(school: SmallSchool) -> None:
    school.must(acting(school, MONDAY, MONDAY), "deputy")
    assert attempt(school, "maths") == "accepted"


def test_acting_needs_an_order(school: SmallSchool) -> None:
    order = acting(school, MONDAY, MONDAY).model_copy(update={"act": ""})
    outcome = school.do(order, "deputy")
    assert (outcome.key, dict(outcome.params)) == ("data.field", {"field": "act"})


@pytest.mark.parametrize("actor", ["maths", "substitute", "officer", "hr", "nobody"])
def test_only_deputy_and_head_register_substitutions(school: SmallSchool, actor: str) -> None:
    assert verdict(school.do(register(school), actor)) == "4.1/role"


@pytest.mark.scenario("4.5.1:4")
@pytest.mark.clause("4.5.1/substitution")
def test_a_substitution_that_is_not_registered_loses_nothing(school: SmallSchool) -> None:
    assert findings(school.do(claim(school), "substitute")) == ["4.5.1/substitution"]
    assert school.one(Substitution).confirmed == 0
    assert attempt(school) == "accepted"

    school.must(register(school), "deputy")
    confirmed = school.one(Substitution)
    assert (confirmed.confirmed, confirmed.substitute_id) == (1, school.staff["substitute"])
    assert school.one(FindingRecord).state == FindingState.REMEDIED
    assert school.one(Mark).author_id == school.staff["substitute"]


@pytest.mark.clause("4.5.1/substitution")
def test_a_claim_covers_its_lesson_alone(school: SmallSchool) -> None:
    school.must(claim(school), "substitute")
    assert attempt(school, day=TUESDAY, at=clock(TUESDAY, 12)) == "4.5.1/page"
    assert attempt(school, "english") == "4.5.1/page"


def test_a_claim_of_what_is_registered_by_then_adds_nothing(school: SmallSchool) -> None:
    school.must(register(school), "deputy")
    before = school.dump()
    assert findings(school.do(claim(school), "substitute")) == []
    assert school.dump() == before


@pytest.mark.parametrize(
    ("actor", "expected"),
    [("officer", "4.5.1/page"), ("nobody", "4.5.1/page"), ("maths", "journal.own_lesson")],
)
def test_only_another_teacher_claims_a_lesson(
    school: SmallSchool, actor: str, expected: str
) -> None:
    assert verdict(school.do(claim(school), actor)) == expected


def test_a_lesson_of_a_later_date_is_not_claimed(school: SmallSchool) -> None:
    tomorrow = claim(school, lesson_id=school.lesson("5А", "Математика", TUESDAY))
    assert verdict(school.do(tomorrow, "substitute", at=clock(MONDAY, 23, 59))) == "data.field"
    assert verdict(school.do(tomorrow, "substitute", at=clock(TUESDAY, 0))) == "accepted"


def test_a_teacher_of_two_posts_writes_by_the_load(school: SmallSchool) -> None:
    school.appoint("maths", Role.DEPUTY_UPBRINGING)
    assert attempt(school, "maths") == "accepted"


@pytest.mark.clause("4.5.1/substitution")
@pytest.mark.threat("T26")
def test_a_claim_gives_no_right_to_what_somebody_else_wrote(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(mark(lesson, pupil), "maths")
    assert verdict(school.do(claim(school), "russian")) == "journal.lesson_written"


@pytest.mark.clause("4.5.1/substitution")
def test_what_the_teacher_writes_after_a_claim_is_safe_from_the_claimant(
    school: SmallSchool,
) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(claim(school), "substitute")
    school.must(mark(lesson, pupil), "maths")
    assert verdict(school.do(mark(lesson, pupil), "substitute")) == "4.5.1/page"


@pytest.mark.clause("4.5.1/substitution")
def test_a_waived_claim_is_declined(school: SmallSchool) -> None:
    school.must(claim(school), "substitute")
    [finding] = school.all(FindingRecord, staff_id=school.staff["substitute"])
    school.must(WaiveFinding(finding_id=finding.id, reason="урок не заменялся"), "deputy")
    assert attempt(school) == "4.5.1/page"


@pytest.mark.clause("4.5.1")
def test_a_registered_substitution_can_be_ended(school: SmallSchool) -> None:
    substitution = school.must(register(school), "deputy")
    assert attempt(school) == "accepted"
    school.must(EndSubstitution(substitution_id=substitution, last_day=MONDAY), "deputy")
    assert attempt(school) == "4.5.1/page"


@pytest.mark.clause("4.5.1")
def test_a_load_that_begins_tomorrow_covers_tomorrows_lesson_though_the_device_heard_us_today(
    school: SmallSchool,
) -> None:
    school.must(acting(school, MONDAY, MONDAY), "deputy")
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    evening, receipt = clock(MONDAY - 1, 20), clock(MONDAY, 18)
    how = offline(evening, clock(MONDAY, 10), receipt)
    assert verdict(school.do(mark(lesson, pupil), "substitute", at=how)) == "accepted"

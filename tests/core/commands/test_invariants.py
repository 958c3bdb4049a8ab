"""What holds after any commands in any order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eschool_core.commands.base import Command
from eschool_core.commands.journals import ClaimSubstitution
from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.commands.school import TurnDay
from eschool_core.commands.timetable import ScheduleLessons, SetSlots
from eschool_core.domain.enums import NoticeKind, Verdict, WorkKind
from eschool_core.domain.journal import CellHistory, Mark
from eschool_core.domain.office import Notice
from tests.core.commands.acts import absent, homework, mark, roll, topic, work
from tests.core.commands.samples import samples
from tests.school import (
    FIRST_DAY,
    LAST_DAY,
    MONDAY,
    TUESDAY,
    SmallSchool,
    built_school,
    clock,
    memory,
    offline,
    verdict,
)

ACTORS = ("maths", "russian", "substitute", "deputy", "officer", "hr", "")

Act = Callable[[SmallSchool], Command]


def _mark(day: int, pupil: int, value: int) -> Act:
    return lambda school: mark(
        school.lesson("5А", "Математика", day), school.pupils["5А"][pupil], value, "описка"
    )


def _absent(pupil: int, presence: int) -> Act:
    return lambda school: absent(
        school.lesson("5А", "Математика"), school.pupils["5А"][pupil], presence
    )


def _homework(text: str) -> Act:
    return lambda school: homework(school.lesson("5А", "Математика"), text)


def _topic(text: str) -> Act:
    return lambda school: topic(school.lesson("5А", "Математика"), text)


def _work(kind: WorkKind, text: str) -> Act:
    return lambda school: work(school.lesson("5А", "Математика"), text, kind)


def _roll(day: int) -> Act:
    return lambda school: roll(school.lesson("5А", "Математика", day))


def _claim(day: int) -> Act:
    return lambda school: ClaimSubstitution(
        lesson_id=school.lesson("5А", "Математика", day), absent_id=school.staff["maths"]
    )


def _move(pupil: int, name: str, day: int) -> Act:
    return lambda school: MovePupil(
        pupil_id=school.pupils["5А"][pupil],
        class_id=school.classes[name],
        first_day=day,
        order="3-п",
    )


def _withdraw(pupil: int, day: int) -> Act:
    return lambda school: WithdrawPupil(
        pupil_id=school.pupils["5А"][pupil], last_day=day, order="4-о"
    )


def _turn(day: int) -> Act:
    return lambda school: TurnDay(day=day)


def _sample(kind: str) -> Act:
    return lambda school: samples(school)[kind]


days = st.sampled_from((MONDAY, TUESDAY))
pupils = st.integers(0, 3)
words = st.sampled_from(("", "стр. 5", "стр. 6", "An entry in another language"))
acts = st.one_of(
    st.builds(_mark, days, pupils, st.integers(0, 6)),
    st.builds(_absent, pupils, st.integers(0, 2)),
    st.builds(_homework, words),
    st.builds(_topic, words.filter(bool)),
    st.builds(_work, st.sampled_from(WorkKind), words),
    st.builds(_roll, days),
    st.builds(_claim, days),
    st.builds(_move, pupils, st.sampled_from(("5А", "5Б")), days),
    st.builds(_withdraw, pupils, days),
    st.builds(_turn, st.integers(MONDAY, MONDAY + 3)),
    st.builds(_sample, st.sampled_from(sorted(samples(built_school())))),
)
moments = st.one_of(
    st.integers(clock(MONDAY, 7), clock(TUESDAY, 20)),
    st.builds(
        lambda lo, hi, estimate: offline(
            min(lo, hi), estimate and min(max(estimate, min(lo, hi)), max(lo, hi)), max(lo, hi)
        ),
        st.integers(clock(MONDAY, 7), clock(TUESDAY, 20)),
        st.integers(clock(MONDAY, 7), clock(TUESDAY, 20)),
        st.none() | st.integers(clock(MONDAY, 7), clock(TUESDAY, 20)),
    ),
)
# Act, actor, moment, how many seqs the actor is behind, whether on a second device.
steps = st.lists(
    st.tuples(acts, st.sampled_from(ACTORS), moments, st.integers(0, 9), st.booleans()),
    max_size=12,
)
Steps = list[tuple[Act, str, int, int, bool]]


def run(school: SmallSchool, chosen: Steps, *, watch: bool = False) -> None:
    """Give the commands; with ``watch``, see that the refused ones leave nothing behind."""
    for make, actor, at, behind, second in chosen:
        person = school.staff[actor] if actor else 0
        device = school.device_of(person) + (500 if second and person else 0)
        before = school.dump() if watch else {}
        outcome = school.do(
            make(school), person, at=at, base=max(0, school.seq - behind), device=device
        )
        if watch and outcome.verdict in (Verdict.REJECTED, Verdict.HELD):
            assert school.dump() == before


@pytest.mark.asvs("2.3.3")
@settings(max_examples=60, deadline=None)
@given(steps)
def test_a_refused_command_leaves_no_trace(chosen: Steps) -> None:
    school = built_school()
    run(school, chosen, watch=True)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_sums_are_those_of_the_rows(chosen: Steps) -> None:
    school = built_school()
    run(school, chosen)
    assert school.kept() == school.recomputed()


@settings(max_examples=25, deadline=None)
@given(steps)
def test_the_same_log_gives_the_same_rows_and_sums(chosen: Steps) -> None:
    school = built_school()
    run(school, chosen)
    assert school.replay(memory()).dump() == school.dump()


@pytest.mark.clause("2.2")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(2, 5), st.booleans(), st.integers(0, 6)), min_size=1, max_size=8)
)
def test_every_value_of_a_cell_is_kept_whoever_wrote_it_knowing_what(
    written: list[tuple[int, bool, int]],
) -> None:
    school = built_school()
    school.add_load(school.journals["5А", "Математика"], "substitute")
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    overwritten = 0
    for value, other, behind in written:
        actor = "substitute" if other else "maths"
        outcome = school.do(mark(lesson, pupil, value), actor, base=school.seq - behind)
        overwritten += outcome.overwritten
    history = sorted(school.all(CellHistory), key=lambda row: row.seq)
    values = [json.loads(row.content)["value"] for row in history]
    assert [*values, school.one(Mark).value] == [value for value, _, _ in written]
    assert sum(row.conflict for row in history) == overwritten
    notices = Counter(row.key for row in school.all(Notice, kind=NoticeKind.OVERWRITTEN))
    assert set(notices.values()) <= {overwritten}


def test_who_had_not_seen_the_others_value_is_told_and_so_is_the_other(
    school: SmallSchool,
) -> None:
    school.add_load(school.journals["5А", "Математика"], "substitute")
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    seen = school.seq
    school.must(mark(lesson, pupil, 3), "maths", base=seen)
    outcome = school.do(mark(lesson, pupil, 5), "substitute", base=seen)
    assert outcome.overwritten == 1
    assert school.one(Mark).value == 5
    [old] = school.all(CellHistory)
    assert (json.loads(old.content)["value"], old.author_id) == (3, school.staff["maths"])
    told = {(row.person_id, row.key, row.object_id) for row in school.all(Notice)}
    assert told == {
        (school.staff["maths"], "notice.overwritten", old.id),
        (school.staff["substitute"], "notice.overwrote", old.id),
    }


def test_who_had_seen_it_corrects_without_a_conflict(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    school.must(mark(lesson, pupil, 3), "maths")
    outcome = school.do(mark(lesson, pupil, 5), "maths")
    assert (outcome.overwritten, school.one(CellHistory).conflict) == (0, 0)
    assert school.all(Notice) == []


def test_one_device_never_conflicts_with_itself(school: SmallSchool) -> None:
    lesson, pupil, seen = school.lesson("5А", "Математика"), school.pupils["5А"][0], school.seq
    for value in (3, 4, 5):
        assert school.do(mark(lesson, pupil, value), "maths", base=seen).overwritten == 0


def test_topic_and_homework_of_a_lesson_are_different_cells(school: SmallSchool) -> None:
    lesson, seen = school.lesson("5А", "Математика"), school.seq
    assert school.do(topic(lesson), "maths", base=seen).overwritten == 0
    assert school.do(homework(lesson), "maths", base=seen, device=70).overwritten == 0


@pytest.mark.asvs("2.3.3")
def test_a_command_that_makes_too_many_rows_makes_none(school: SmallSchool) -> None:
    school.add_class("8А", 8)
    journal = school.add_journal("8А", "Физика", "substitute")
    week = tuple((0, weekday, period, "") for weekday in range(5) for period in range(1, 8))
    school.must(SetSlots(journal_id=journal, first_day=FIRST_DAY, slots=week), "deputy")
    command = ScheduleLessons(journal_id=journal, first_day=FIRST_DAY, last_day=LAST_DAY)
    before = school.dump()
    outcome = school.do(command, "deputy")
    assert (outcome.key, dict(outcome.params)) == ("data.too_many_rows", {"limit": 1024})
    assert school.dump() == before
    assert verdict(school.do(command, "deputy", take=2)) == "accepted"


def test_a_resend_takes_over_the_ids_of_what_it_replaces(school: SmallSchool) -> None:
    lesson, pupil = school.lesson("5А", "Математика"), school.pupils["5А"][0]
    assert verdict(school.do(mark(lesson, pupil, 6), "maths")) == "4.5.2/scale"
    number = school.log[-1].number
    school.must(mark(lesson, pupil, 5), "maths", ids_from=number)
    school.must(topic(lesson), "maths")
    device = school.device_of(school.staff["maths"])
    assert school.one(Mark).id == (device << 27 | number) << 10

"""Corrections: a mark moved to its right row, a closed term changed by two persons (2.2)."""

from __future__ import annotations

import json

import pytest

from eschool_core.commands.corrections import DecideCorrection, MoveMark, ProposeCorrection
from eschool_core.commands.journals import RecordSubstitution
from eschool_core.domain.enums import Presence, Role, SubstitutionKind
from eschool_core.domain.journal import Attendance, CellHistory, Mark
from eschool_core.domain.office import Notice
from eschool_core.domain.partition import TO_RESULT
from eschool_core.domain.result_enums import CorrectionState, CorrectionTarget, ResultKind
from eschool_core.domain.results import Correction, TermMark
from tests.core.commands.acts import absent, mark
from tests.school import MONDAY, TUESDAY, SmallSchool, clock, verdict
from tests.terms import FRIDAY_11, MATHS, Q1_OVER, close, fill, set_terms, term_id

pytestmark = pytest.mark.clause("2.2")


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


@pytest.fixture
def lesson(school: SmallSchool) -> int:
    return school.lesson(*MATHS)


class TestMoveMark:
    def move(self, school: SmallSchool, lesson: int, reason: str = "", **to: int) -> MoveMark:
        wrong, right, *_ = school.pupils["5А"]
        values = {"to_lesson_id": lesson, "to_pupil_id": right, **to}
        return MoveMark(lesson_id=lesson, pupil_id=wrong, reason=reason, **values)

    @pytest.mark.scenario("2.2:4")
    def test_one_command_has_both_ends_in_history(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        school.must(mark(lesson, pupil, 2), "maths")
        school.must(self.move(school, lesson, "не та строка"), "maths")
        right = school.pupils["5А"][1]
        source = school.one(Mark, part=school.line(*MATHS, pupil).part)
        target = school.one(Mark, part=school.line(*MATHS, right).part)
        assert (source.value, target.value) == (0, 2)
        there, here = school.all(CellHistory)
        assert (there.row_id, there.other_id) == (source.id, target.id)
        assert (here.row_id, here.other_id) == (target.id, source.id)
        assert json.loads(there.content)["value"] == 2
        assert json.loads(here.content)["value"] == 0
        assert {there.reason, here.reason} == {"не та строка"}
        assert {there.part, here.part} == {source.part, target.part}

    def test_to_another_lesson_of_the_journal(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        school.must(mark(lesson, pupil, 5), "maths")
        other = school.lesson(*MATHS, TUESDAY)
        command = self.move(school, lesson, "урок вторника", to_lesson_id=other, to_pupil_id=pupil)
        early = school.do(command, "maths")
        assert verdict(early) == "4.5.2/not-begun"
        assert verdict(school.do(command, "maths", at=clock(TUESDAY, 12))) == "accepted"
        assert [(row.lesson_id, row.value) for row in school.all(Mark)] == [(lesson, 0), (other, 5)]

    def test_on_the_lessons_day_no_reason_is_asked(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        school.must(mark(lesson, pupil, 5), "maths")
        later = clock(TUESDAY, 9)
        assert verdict(school.do(self.move(school, lesson), "maths", at=later)) == "2.2/reason"
        assert verdict(school.do(self.move(school, lesson), "maths")) == "accepted"

    def test_what_cannot_be_moved(self, school: SmallSchool, lesson: int, pupil: int) -> None:
        command = self.move(school, lesson, "x")
        assert verdict(school.do(command, "maths")) == "journal.nothing_to_move"
        school.must(mark(lesson, pupil, 5), "maths")
        school.must(mark(lesson, school.pupils["5А"][1], 4), "maths")
        assert verdict(school.do(command, "maths")) == "journal.place_taken"
        foreign = self.move(school, lesson, "x", to_lesson_id=school.lesson("5Б", "Математика"))
        assert verdict(school.do(foreign, "maths")) == "data.field"

    def test_only_by_who_writes_there(self, school: SmallSchool, lesson: int, pupil: int) -> None:
        school.must(mark(lesson, pupil, 5), "maths")
        command = self.move(school, lesson, "x")
        assert verdict(school.do(command, "russian")) == "4.6.1/read-only"
        assert verdict(school.do(command, "deputy")) == "4.2/1/marks"


@pytest.mark.scenario("2.2:1")
def test_a_mark_corrected_next_day_keeps_both_values_author_time_and_reason(
    school: SmallSchool, lesson: int, pupil: int
) -> None:
    school.must(mark(lesson, pupil, 3), "maths")
    at = clock(TUESDAY, 9)
    assert verdict(school.do(mark(lesson, pupil, 4), "maths", at=at)) == "2.2/reason"
    school.must(mark(lesson, pupil, 4, "ошибка в подсчёте"), "maths", at=at)
    earlier = school.one(CellHistory)
    assert json.loads(earlier.content)["value"] == 3
    assert (earlier.author_id, earlier.replaced_at) == (school.staff["maths"], at)
    assert (earlier.reason, school.one(Mark).value) == ("ошибка в подсчёте", 4)


@pytest.mark.asvs("2.3.5")
@pytest.mark.threat("T6")
@pytest.mark.clause("2.2/self-approval")
class TestTwoPersons:
    @pytest.fixture(autouse=True)
    def closed(self, school: SmallSchool, lesson: int, pupil: int) -> None:
        set_terms(school.must, school.year)
        school.must(mark(lesson, pupil, 3), "maths")
        school.must(absent(lesson, school.pupils["5А"][1]), "maths")
        school.now = Q1_OVER
        fill(school, 3)
        school.must(close(school), "deputy")

    def propose(self, school: SmallSchool, pupil: int, **fields: int) -> ProposeCorrection:
        values = {"target": CorrectionTarget.RESULT, "result_kind": ResultKind.TERM, "value": 4}
        if not fields.get("lesson_id"):
            values["term_id"] = term_id(school)
        return ProposeCorrection(
            journal_id=school.journals[MATHS],
            pupil_id=pupil,
            ground="апелляция, протокол 2",
            **{**values, **fields},  # type: ignore[arg-type]
        )

    def decide(self, school: SmallSchool, **fields: object) -> DecideCorrection:
        [entry] = school.all(Correction)
        values = {"approve": 1, **fields}
        return DecideCorrection(correction_id=entry.id, **values)  # type: ignore[arg-type]

    def test_one_proposes_and_another_approves(self, school: SmallSchool, pupil: int) -> None:
        school.must(self.propose(school, pupil), "maths")
        line = school.line(*MATHS, pupil)
        assert school.one(TermMark, part=line.part + TO_RESULT).value == 3
        school.must(self.decide(school), "deputy")
        row = school.one(TermMark, part=line.part + TO_RESULT)
        assert (row.value, row.author_id) == (4, school.staff["maths"])
        earlier = school.one(CellHistory, row_id=row.id)
        assert json.loads(earlier.content)["value"] == 3
        assert earlier.reason == "апелляция, протокол 2"
        assert earlier.replaced_by_id == school.staff["deputy"]
        [entry] = school.all(Correction)
        assert (entry.proposed_by_id, entry.decided_by_id) == (
            school.staff["maths"],
            school.staff["deputy"],
        )
        assert [row.key for row in school.all(Notice, person_id=school.staff["maths"])] == [
            "notice.correction_approved"
        ]

    @pytest.mark.scenario("2.2:5")
    @pytest.mark.parametrize("role", [Role.DEPUTY_STUDIES, Role.HEAD])
    def test_nobody_approves_what_they_proposed_whatever_the_role_or_device(
        self, school: SmallSchool, pupil: int, role: Role
    ) -> None:
        school.appoint("maths", role)
        school.must(self.propose(school, pupil), "maths")
        before = school.dump()
        outcome = school.do(self.decide(school), "maths", device=99)
        assert verdict(outcome) == "2.2/self-approval"
        assert school.dump() == before
        assert verdict(school.do(self.decide(school), "head")) == "accepted"

    def test_a_declined_one_changes_nothing_and_says_why(
        self, school: SmallSchool, pupil: int
    ) -> None:
        school.must(self.propose(school, pupil), "maths")
        assert verdict(school.do(self.decide(school, approve=0), "deputy")) == "data.field"
        school.must(self.decide(school, approve=0, answer="нет основания"), "deputy")
        assert school.one(Correction).state == CorrectionState.DECLINED
        assert school.one(TermMark, part=school.line(*MATHS, pupil).part + TO_RESULT).value == 3
        assert verdict(school.do(self.decide(school), "head")) == "correction.decided"

    def test_a_current_mark_and_an_absence(
        self, school: SmallSchool, lesson: int, pupil: int
    ) -> None:
        fields = {"lesson_id": lesson, "result_kind": 0}
        school.must(self.propose(school, pupil, target=CorrectionTarget.MARK, **fields), "maths")
        school.must(self.decide(school), "deputy")
        assert school.one(Mark).value == 4
        second = school.pupils["5А"][1]
        command = self.propose(
            school, second, target=CorrectionTarget.ATTENDANCE, value=Presence.LATE, **fields
        )
        school.must(command, "maths")
        entry = school.all(Correction)[-1]
        school.must(DecideCorrection(correction_id=entry.id, approve=1), "deputy")
        assert school.one(Attendance).presence == Presence.LATE

    def test_what_was_not_there_is_written(self, school: SmallSchool, pupil: int) -> None:
        other = school.lesson(*MATHS, MONDAY + 7)
        command = self.propose(
            school, pupil, target=CorrectionTarget.MARK, lesson_id=other, result_kind=0, value=5
        )
        school.must(command, "maths")
        school.must(self.decide(school), "deputy")
        assert school.one(Mark, lesson_id=other).author_id == school.staff["maths"]

    def test_in_an_open_term_it_is_not_the_way(self, school: SmallSchool, pupil: int) -> None:
        open_one = self.propose(school, pupil, term_id=term_id(school, 2))
        assert verdict(school.do(open_one, "maths")) == "correction.term_open"

    @pytest.mark.parametrize(
        "fields",
        [
            {"lesson_id": 5},
            {"result_kind": 0},
            {"result_kind": ResultKind.YEAR},
            {"target": CorrectionTarget.MARK},
            {"value": 6},
        ],
    )
    def test_a_cell_is_named_whole(
        self, school: SmallSchool, pupil: int, fields: dict[str, int]
    ) -> None:
        outcome = school.do(self.propose(school, pupil, **fields), "maths")
        assert verdict(outcome) in ("data.field", "4.5.2/mode")
        assert school.all(Correction) == []

    def test_who_stands_in_by_order_may_propose_and_nobody_else(
        self, school: SmallSchool, pupil: int
    ) -> None:
        command = self.propose(school, pupil)
        for name in ("substitute", "russian", "deputy"):
            assert verdict(school.do(command, name)) not in ("accepted", "held")
        school.must(
            RecordSubstitution(
                journal_id=school.journals[MATHS],
                absent_id=school.staff["maths"],
                substitute_id=school.staff["substitute"],
                substitution_kind=SubstitutionKind.ACTING,
                first_day=FRIDAY_11,
                last_day=FRIDAY_11,
                act="Приказ 44",
            ),
            "deputy",
        )
        assert verdict(school.do(command, "substitute")) == "accepted"
        for name in ("russian", "officer", "substitute"):
            assert verdict(school.do(self.decide(school), name)) == "4.1/role"

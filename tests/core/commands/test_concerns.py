from __future__ import annotations

import pytest

from eschool_core.commands.acts import RegisterAct
from eschool_core.commands.concerns import SeeConcern, SendConcern
from eschool_core.commands.guardians import EndGuardianship
from eschool_core.commands.paper import FilePaperApplication
from eschool_core.commands.school import SetPolicy
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.care_enums import ConcernKind, DeliveryWay
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.informing import Concern, ConcernDelivery
from eschool_core.domain.office import Notice
from eschool_core.domain.people import Guardianship
from eschool_core.queries.concerns import concerns
from eschool_core.queries.duties.duty import Duty, DutyState
from eschool_core.queries.duties.registry import duties
from eschool_core.queries.notices import notices
from eschool_core.queries.paper import paper_week
from tests.core.commands.acts import absent, mark
from tests.school import FIRST_DAY, MONDAY, TUESDAY, SmallSchool, clock, verdict

MATHS = ("5А", "Математика")


@pytest.fixture
def failing(school: SmallSchool) -> int:
    """A pupil of 5А whose mean in maths is 2 since Monday."""
    pupil = school.pupils["5А"][1]
    school.must(mark(school.lesson(*MATHS), pupil, 2), "maths")
    return pupil


def send(school: SmallSchool, pupil: int, kind: ConcernKind = ConcernKind.FAILING) -> SendConcern:
    return SendConcern(journal_id=school.journals[MATHS], pupil_id=pupil, concern_kind=kind)


def duty(school: SmallSchool, who: str, moment: int) -> list[Duty]:
    answer = duties(school.store, moment, school.staff[who])
    return [entry for entry in answer.duties if entry.clause == "4.5.4"]


@pytest.mark.scenario("4.5.4:1")
@pytest.mark.clause("4.5.4")
def test_class_teacher_and_guardian_are_told_and_their_receipts_kept(
    school: SmallSchool, failing: int
) -> None:
    mother, teacher = school.guardian(failing), school.staff["russian"]
    school.must(send(school, failing), "maths")
    told = {row.person_id: row for row in school.all(Notice, kind=NoticeKind.CONCERN)}
    assert set(told) == {mother, teacher}
    concern = school.one(Concern)
    assert (concern.amount, told[mother].object_id) == (200, concern.id)
    see = SeeConcern(concern_id=concern.id)
    stranger = school.guardian(school.pupils["5А"][0])
    assert verdict(school.do(see, stranger)) == "2.10/other-child"
    school.must(see, mother, at=clock(MONDAY, 19))
    answer = concerns(school.store, [school.journals[MATHS]], MONDAY)
    [sent] = answer.sent
    assert answer.proposed == ()
    seen = {receipt.person: receipt.seen_at is not None for receipt in sent.receipts}
    assert sorted(seen.values()) == [False, True]
    told_mother, told_teacher = (
        next(one for one in notices(school.store, each) if one.concern_id == concern.id)
        for each in (mother, teacher)
    )
    assert (told_mother.seen_at is None, told_teacher.seen_at is None) == (False, True)
    school.must(see, mother, at=clock(TUESDAY, 19))
    assert notices(school.store, mother)[0].seen_at == told_mother.seen_at


@pytest.mark.clause("4.5.4")
def test_nobody_is_told_twice_in_a_term(school: SmallSchool, failing: int) -> None:
    for _ in range(3):
        assert verdict(school.do(send(school, failing), "maths")) == "accepted"
    assert len(school.all(Notice, kind=NoticeKind.CONCERN)) == 2
    assert len(school.all(ConcernDelivery)) == 2


@pytest.mark.clause("4.5.4")
def test_without_a_case_nothing_is_sent(school: SmallSchool) -> None:
    pupil = school.pupils["5А"][1]
    school.must(mark(school.lesson(*MATHS), pupil, 3), "maths")
    assert verdict(school.do(send(school, pupil), "maths")) == "informing.no_case"


@pytest.mark.scenario("4.5.4:2")
@pytest.mark.clause("4.5.4")
def test_a_guardian_on_paper_gets_it_with_the_list_and_no_notice(
    school: SmallSchool, failing: int
) -> None:
    mother = school.guardian(failing)
    on_file = FilePaperApplication(
        pupil_id=failing, guardian_id=mother, document="№ 4", first_day=MONDAY
    )
    school.must(on_file, "russian")
    school.must(send(school, failing), "maths")
    delivery = school.one(ConcernDelivery, person_id=mother)
    assert delivery.way == DeliveryWay.PAPER
    assert mother not in {row.person_id for row in school.all(Notice)}
    week = paper_week(school.store, school.classes["5А"], "5А", MONDAY, clock(MONDAY, 12))
    [entry] = week.entries
    assert [(each.kind, each.amount) for each in entry.concerns] == [(ConcernKind.FAILING, 200)]


@pytest.mark.scenario("guardians:1")
@pytest.mark.clause("4.5.4")
@pytest.mark.clause("2.10")
def test_a_guardian_whose_access_was_closed_gets_no_further_notice(
    school: SmallSchool, failing: int
) -> None:
    entry = school.one(Guardianship, pupil_id=failing)
    mother = entry.guardian_id
    ended = EndGuardianship(
        guardianship_id=entry.id,
        last_day=MONDAY - 1,
        authority=Authority.COURT,
        document="2-117/2026",
        document_day=MONDAY - 3,
    )
    school.must(ended, "officer")
    school.must(send(school, failing), "maths")
    assert mother not in {row.person_id for row in school.all(Notice)}


@pytest.mark.scenario("4.5.4:3")
@pytest.mark.clause("4.5.4")
def test_a_proposal_that_nobody_confirms_becomes_an_overdue_duty(
    school: SmallSchool, failing: int
) -> None:
    [due] = duty(school, "maths", clock(MONDAY + 4, 0) - 1)
    assert (due.state, due.params["pupil"]) == (DutyState.DUE, "Белова Саша")
    [late] = duty(school, "maths", clock(MONDAY + 4, 0))
    assert late.state is DutyState.OVERDUE
    assert duty(school, "russian", clock(MONDAY + 4, 0)) == []
    school.must(send(school, failing), "maths")
    [done] = duty(school, "maths", clock(MONDAY + 4, 0))
    assert (done.state, done.done_by_id) == (DutyState.DONE, school.staff["maths"])


@pytest.mark.scenario("4.5.4:1")
@pytest.mark.clause("4.5.4")
def test_missed_lessons_count_up_to_the_policy(school: SmallSchool) -> None:
    act = RegisterAct(
        title="Положение об учёте посещаемости", act_number="3", act_day=FIRST_DAY,
        first_day=FIRST_DAY,
    )  # fmt: skip
    school.must(act, "deputy")
    limit = SetPolicy(name="missed_lessons_notice", value="2", first_day=FIRST_DAY, act="3")
    school.must(limit, "deputy")
    pupil = school.pupils["5А"][2]
    school.must(absent(school.lesson(*MATHS), pupil), "maths")
    assert duty(school, "maths", clock(TUESDAY, 7)) == []
    at = clock(TUESDAY, 12)
    school.must(absent(school.lesson(*MATHS, TUESDAY), pupil), "maths", at=at)
    [due] = duty(school, "maths", at)
    assert (due.text, due.params["amount"]) == ("duty.4.5.4.missing", 2)
    school.must(send(school, pupil, ConcernKind.MISSING), "maths", at=at)
    assert school.one(Concern).amount == 2

"""Access is per guardian, on a ground, from – to; a document closes it (§6 guardians)."""

from __future__ import annotations

import pytest

from eschool_core.commands.guardians import (
    AddGuardian,
    AskGuardianClosure,
    DecideGuardianAccess,
    EndGuardianship,
    GuardianEntry,
)
from eschool_core.domain.access import GuardianDecision, PupilConsent
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.office import Notice
from eschool_core.domain.people import Guardianship
from tests.school import FIRST_DAY, MONDAY, SmallSchool, verdict

pytestmark = pytest.mark.clause("2.10")


def father_of(school: SmallSchool, pupil: int) -> Guardianship:
    entry = GuardianEntry(family="Абрамов", given="Пётр", relation="отец")
    add = AddGuardian(pupil_id=pupil, guardian=entry, first_day=FIRST_DAY, ground="отец")
    school.must(add, "officer")
    return school.all(Guardianship, pupil_id=pupil)[-1]


def closing(entry: Guardianship, **fields: object) -> EndGuardianship:
    values: dict[str, object] = {
        "guardianship_id": entry.id,
        "last_day": MONDAY - 1,
        "document": "2-117/2026",
        "document_day": MONDAY - 3,
        "authority": Authority.COURT,
    }
    return EndGuardianship.model_validate(values | fields)


@pytest.mark.scenario("guardians:2")
@pytest.mark.clause("4.6.8")
@pytest.mark.parametrize(
    "missing",
    [
        {"document": ""},
        {"document_day": 0},
        {"authority": Authority.NONE},
        {"document_day": MONDAY + 1},
    ],
)
def test_the_officer_closes_nothing_without_a_document(
    school: SmallSchool, missing: dict[str, object]
) -> None:
    """The mother's wish is not enough: both parents have equal access."""
    father = father_of(school, school.pupils["5А"][0])
    before = school.dump()
    assert verdict(school.do(closing(father, **missing), "officer")) == "2.10/document"
    assert school.dump() == before


@pytest.mark.clause("4.6.8")
@pytest.mark.parametrize("authority", [Authority.COURT, Authority.GUARDIANSHIP_OFFICE])
def test_the_officer_closes_on_a_document_and_it_is_logged(
    school: SmallSchool, authority: Authority
) -> None:
    father = father_of(school, school.pupils["5А"][0])
    school.must(closing(father, authority=authority), "officer")
    mother, closed = school.all(Guardianship, pupil_id=school.pupils["5А"][0])
    assert closed.last_day == MONDAY - 1
    assert mother.last_day > MONDAY
    decision = school.one(GuardianDecision)
    assert (decision.authority, decision.document, decision.document_day) == (
        authority,
        "2-117/2026",
        MONDAY - 3,
    )
    assert decision.made_by_id == school.staff["officer"]


@pytest.mark.scenario("guardians:2")
@pytest.mark.clause("4.6.8")
def test_the_class_teacher_may_ask_and_not_close(school: SmallSchool) -> None:
    father = father_of(school, school.pupils["5А"][0])
    assert verdict(school.do(closing(father), "russian")) == "4.1/role"
    ask = AskGuardianClosure(guardianship_id=father.id, reason="Просьба матери")
    assert verdict(school.do(ask, "primary")) == "4.1/role"
    school.must(ask, "russian")
    assert school.one(Guardianship, id=father.id).values() == father.values()
    assert school.one(GuardianDecision).authority == Authority.NONE
    told = school.one(Notice, kind=NoticeKind.ACCESS_ASKED)
    assert told.person_id == school.staff["officer"]


def test_only_the_pupil_decides_who_reads_along(school: SmallSchool) -> None:
    pupil, other = school.pupils["5А"][:2]
    guardian = school.guardian(pupil)
    decide = DecideGuardianAccess(guardian_id=guardian, granted=1)
    for actor in (other, guardian, school.staff["officer"], school.staff["russian"]):
        assert verdict(school.do(decide, actor)) == "4.1/role"
    school.must(decide, pupil)
    school.must(decide.model_copy(update={"granted": 0}), pupil)
    assert school.one(PupilConsent).granted == 0

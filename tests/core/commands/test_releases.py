"""Release of term marks to families, and receipts (2.9)."""

from __future__ import annotations

import pytest

from eschool_core.commands.guardians import EndGuardianship
from eschool_core.commands.releases import ReleaseMarks, SeeMarks
from eschool_core.domain.access_enums import Authority
from eschool_core.domain.archive import MarksRelease, MarksSeen
from eschool_core.domain.enums import NoticeKind
from eschool_core.domain.office import Notice
from eschool_core.domain.people import Guardianship
from tests.school import SmallSchool, clock, verdict
from tests.terms import FRIDAY_11, Q1_OVER, close, due, fill, set_terms, term_id

pytestmark = pytest.mark.clause("2.9")


@pytest.fixture(autouse=True)
def terms(school: SmallSchool) -> None:
    set_terms(school.must, school.year)
    school.now = Q1_OVER


@pytest.fixture
def pupil(school: SmallSchool) -> int:
    return school.pupils["5А"][0]


def release(school: SmallSchool) -> ReleaseMarks:
    return ReleaseMarks(class_id=school.classes["5А"], term_id=term_id(school))


def told(school: SmallSchool) -> set[int]:
    return {row.person_id for row in school.all(Notice, kind=NoticeKind.MARKS_RELEASED)}


@pytest.mark.clause("2.9/release")
class TestMoment:
    @pytest.mark.scenario("2.9:1")
    def test_not_before_the_orders_date_is_over(self, school: SmallSchool) -> None:
        school.must(due(school, FRIDAY_11 + 2), "deputy")
        on_it = clock(FRIDAY_11 + 2, 23, 59, 59)
        assert verdict(school.do(release(school), "deputy", at=on_it)) == "2.9/release"
        after = clock(FRIDAY_11 + 3, 0)
        assert verdict(school.do(release(school), "deputy", at=after)) == "accepted"

    def test_a_closed_term_may_be_released_at_once(self, school: SmallSchool) -> None:
        school.must(due(school, FRIDAY_11 + 2), "deputy")
        fill(school)
        school.must(close(school), "deputy")
        assert verdict(school.do(release(school), "deputy")) == "accepted"
        assert verdict(school.do(release(school), "deputy")) == "release.already"

    def test_only_by_those_who_lead_the_studies(self, school: SmallSchool) -> None:
        for name in ("maths", "russian", "officer"):
            assert verdict(school.do(release(school), name)) == "4.1/role"


def released(school: SmallSchool) -> int:
    school.must(release(school), "deputy", at=clock(FRIDAY_11 + 3, 9))
    return school.one(MarksRelease).id


@pytest.mark.scenario("2.9:1")
def test_every_guardian_with_access_and_every_pupil_is_told(
    school: SmallSchool, pupil: int
) -> None:
    gone = school.one(Guardianship, pupil_id=pupil)
    command = EndGuardianship(
        guardianship_id=gone.id,
        last_day=FRIDAY_11,
        document="Решение суда 7",
        document_day=FRIDAY_11,
        authority=Authority.COURT,
    )
    school.must(command, "officer")
    released(school)
    pupils = set(school.pupils["5А"])
    guardians = {school.guardian(entry) for entry in pupils} - {gone.guardian_id}
    assert told(school) == pupils | guardians


class TestReceipt:
    def see(self, school: SmallSchool, pupil: int) -> SeeMarks:
        return SeeMarks(release_id=school.one(MarksRelease).id, pupil_id=pupil)

    def test_of_a_guardian_and_of_the_pupil_once_each(
        self, school: SmallSchool, pupil: int
    ) -> None:
        released(school)
        school.now = clock(FRIDAY_11 + 4, 9)
        for person in (school.guardian(pupil), school.guardian(pupil), pupil):
            assert verdict(school.do(self.see(school, pupil), person)) == "accepted"
        assert [row.person_id for row in school.all(MarksSeen)] == [school.guardian(pupil), pupil]

    @pytest.mark.clause("2.10")
    def test_of_nobody_else(self, school: SmallSchool, pupil: int) -> None:
        released(school)
        other = school.pupils["5А"][1]
        for person in (school.guardian(other), other, school.staff["russian"]):
            assert verdict(school.do(self.see(school, pupil), person)) == "2.10/other-child"
        stranger = school.pupils["5Б"][0]
        assert verdict(school.do(self.see(school, stranger), stranger)) == "data.field"
        assert school.all(MarksSeen) == []

from __future__ import annotations

import pytest

from eschool_core.commands.feeds import MOST_FEEDS, OpenFeed, RevokeFeed
from eschool_core.domain.enums import Verdict
from eschool_core.domain.feeds import CalendarFeed
from tests.school import SmallSchool


def opened(number: int, pupil_id: int = 0) -> OpenFeed:
    return OpenFeed(secret_hash=f"{number:064x}", pupil_id=pupil_id)


def test_a_feed_keeps_the_hash_and_its_owner(school: SmallSchool) -> None:
    school.must(opened(1), "maths")
    feed = school.one(CalendarFeed)
    assert (feed.person_id, feed.pupil_id) == (school.staff["maths"], 0)
    assert feed.secret_hash == bytes(31) + b"\1"


def test_there_is_a_most_of_open_feeds_and_revoking_makes_room(school: SmallSchool) -> None:
    for number in range(MOST_FEEDS):
        school.must(opened(number), "maths")
    refused = school.do(opened(MOST_FEEDS), "maths")
    assert (refused.key, dict(refused.params)) == ("feed.too_many", {"limit": MOST_FEEDS})
    school.must(RevokeFeed(feed_id=school.all(CalendarFeed)[0].id), "maths")
    school.must(opened(MOST_FEEDS), "maths")


def test_a_secret_opens_one_feed(school: SmallSchool) -> None:
    school.must(opened(1), "maths")
    refused = school.do(opened(1), "russian")
    assert (refused.verdict, refused.key) == (Verdict.REJECTED, "data.field")


@pytest.mark.clause("2.10")
@pytest.mark.asvs("8.2.2")
def test_a_pupil_that_one_does_not_represent_has_no_calendar_for_one(school: SmallSchool) -> None:
    refused = school.do(opened(1, school.pupils["5А"][0]), "maths")
    assert (refused.verdict, refused.clause) == (Verdict.REJECTED, "2.10")


@pytest.mark.asvs("8.2.2")
def test_only_owner_and_system_officer_revoke(school: SmallSchool) -> None:
    feed_id = school.must(opened(1), "maths")
    assert school.do(RevokeFeed(feed_id=feed_id), "russian").verdict is Verdict.REJECTED
    school.must(RevokeFeed(feed_id=feed_id), "officer")
    assert school.one(CalendarFeed).revoked_at > 0

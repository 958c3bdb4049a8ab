"""1.4 by sync: a read logged offline reaches the officer and nobody else; it cannot be unsaid."""

from __future__ import annotations

import pytest

from eschool_core.domain.privacy import PersonalRead
from eschool_core.queries.personal_reads import personal_reads, reading_of_class
from tests.school import MONDAY
from tests.sync.harness import World

pytestmark = pytest.mark.clause("1.4")


@pytest.mark.scenario("1.4:1")
def test_a_denied_attempt_made_offline_reaches_the_officer_and_no_other(world: World) -> None:
    [teacher] = world.synced("russian")
    class_id = world.school.classes["5Б"]
    wish = reading_of_class(teacher.replica.store, teacher.replica.person_id, class_id, MONDAY)
    assert not wish.allowed
    assert wish.note is not None
    teacher.do(wish.note)
    again = reading_of_class(teacher.replica.store, teacher.replica.person_id, class_id, MONDAY)
    assert again.note is None, "one entry a day, known before the server has spoken"
    world.settle()
    officer, deputy, other = world.synced("officer", "deputy", "maths")
    [seen] = personal_reads(officer.replica.store)
    assert (seen.reader_id, seen.school_class, seen.denied) == (
        teacher.replica.person_id,
        "5Б",
        True,
    )
    assert deputy.replica.store.select(PersonalRead) == []
    assert other.replica.store.select(PersonalRead) == []
    world.check()

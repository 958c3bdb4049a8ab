"""Reports give the same answer on a replica as on the server, or say what is missing (4.4.3)."""

from __future__ import annotations

import pytest

from eschool_core.commands.people import MovePupil, WithdrawPupil
from eschool_core.errors import RightsError
from eschool_core.reports.catalogue import Section, make_report, report
from eschool_core.reports.frame import Asked
from eschool_core.reports.period import free_period
from eschool_core.reports.table import Table
from eschool_core.store.store import Store
from eschool_sync.server.usage import last_seen
from tests.core.commands.acts import absent
from tests.school import MONDAY
from tests.sync.harness import Member, World, lesson, pupils

DAY = 24 * 3_600


def made(
    store: Store, world: World, name: str, viewer: int, class_name: str, section: Section
) -> Table:
    asked = Asked(
        free_period(store, MONDAY, MONDAY + 1),
        MONDAY + 2,
        class_id=world.school.classes[class_name] if class_name else 0,
    )
    return make_report(store, report(name, section), asked, viewer)


def both(
    world: World, member: Member, name: str, class_name: str = "", section: Section = "report"
) -> tuple[Table, Table]:
    """Return a report as the member's replica makes it, and as the server does."""
    here = made(member.replica.store, world, name, member.person, class_name, section)
    return here, made(world.server.store, world, name, 0, class_name, section)


@pytest.mark.clause("4.4.3/1")
@pytest.mark.clause("4.4.3/9")
def test_the_class_teachers_replica_answers_as_the_server_also_of_who_has_left(
    world: World,
) -> None:
    maths, russian = world.synced("maths", "russian")
    gone, stays = pupils(world)[:2]
    for pupil_id in (gone, stays):
        maths.do(absent(lesson(world), pupil_id))
    world.settle()
    world.act(WithdrawPupil(pupil_id=gone, last_day=MONDAY, order="9-о"))
    world.settle(1)
    world.clock.advance(2 * DAY)
    world.settle(1)
    for name in ("particulars", "attendance", "attendance_days"):
        here, there = both(world, russian, name, "5А")
        if name == "particulars":
            # Health groups are for the class teacher, not for what the server makes by itself.
            there = made(world.server.store, world, name, russian.person, "5А", "report")
        assert here == there
        assert here.complete
    assert here.rows[-1].kind.value == "left"


@pytest.mark.clause("4.4.3/9")
def test_what_the_replica_lacks_is_said(world: World) -> None:
    maths, russian = world.synced("maths", "russian")
    moved = pupils(world)[0]
    maths.do(absent(lesson(world), moved))
    world.settle()
    fifth = world.school.classes["5Б"]
    world.act(MovePupil(pupil_id=moved, class_id=fifth, first_day=MONDAY + 1, order="7-п"))
    world.clock.advance(2 * DAY)
    world.settle(1)
    here, there = both(world, russian, "attendance", "5А")
    assert here.rows == there.rows
    assert there.complete
    assert here.missing == ("нет причин пропусков тех, кто теперь в другом классе",)


@pytest.mark.clause("4.4.3/2")
@pytest.mark.clause("4.4.3/6")
def test_the_deputys_replica_answers_as_the_server(world: World) -> None:
    maths, deputy = world.synced("maths", "deputy")
    maths.do(absent(lesson(world), pupils(world)[0]))
    world.settle()
    for name in ("movement", "class_sizes", "hours", "filling"):
        here, there = both(world, deputy, name)
        assert here == there
        # When somebody was last heard of only the server's page knows.
        assert here.complete is (name != "filling")


@pytest.mark.clause("4.4.3/9")
def test_the_deputys_replica_knows_that_nobody_has_given_a_reason_yet(world: World) -> None:
    maths, deputy = world.synced("maths", "deputy")
    maths.do(absent(lesson(world), pupils(world)[0]))
    world.settle()
    for name in ("attendance", "attendance_days"):
        here, there = both(world, deputy, name, "5А")
        assert here == there
        assert here.complete


def test_a_teacher_gets_no_report_of_the_school_from_the_own_replica(world: World) -> None:
    [maths] = world.synced("maths")
    with pytest.raises(RightsError):
        both(world, maths, "movement")


@pytest.mark.scenario("4.7.3:1")
@pytest.mark.clause("4.4.4/1")
@pytest.mark.clause("4.7.3")
def test_the_server_knows_when_somebody_was_last_heard_of(world: World) -> None:
    maths, russian = world.synced("maths", "russian")
    before = last_seen(world.server.store)
    world.clock.advance(3_600)
    maths.sync()
    seen = last_seen(world.server.store)
    assert seen[maths.person] == before[maths.person] + 3_600
    assert seen[russian.person] == before[russian.person]

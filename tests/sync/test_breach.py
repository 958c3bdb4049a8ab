"""A leak and a lost secret as replicas and server live through them (6.3, 4.6.8; rows 47, 48)."""

from __future__ import annotations

import shutil

import pytest

from eschool_core.commands.breach import AcknowledgeDuties, ReportBreach
from eschool_core.commands.credentials import BlockAccess
from eschool_core.domain.access import Acknowledgement, BreachReport
from eschool_core.domain.access_enums import BreachKind
from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Mark
from eschool_core.domain.office import Device, Slip
from eschool_core.errors import AccessError, EschoolError
from eschool_core.queries.devices import devices
from eschool_sync.security.codes import code_hash
from tests.core.commands.acts import mark
from tests.core.commands.test_access import slip
from tests.school import MONDAY
from tests.sync.harness import Member, World, lesson, pupils

OWN_LEAK = ReportBreach(breach_kind=BreachKind.DEVICE, learned_day=MONDAY)


@pytest.mark.clause("6.3")
@pytest.mark.asvs("row 47")
@pytest.mark.asvs("row 94")
@pytest.mark.threat("T15")
def test_what_was_not_sent_before_a_leak_goes_to_review_and_is_not_lost(world: World) -> None:
    """Nobody knows any more who typed it; a person looks, and the report itself stands."""
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.do(OWN_LEAK)
    maths.do(mark(lesson(world), pupils(world)[1], 4))
    with pytest.raises(AccessError):
        maths.sync()
    log = world.server.database.fetch("SELECT kind, verdict FROM log ORDER BY seq DESC LIMIT 3")
    assert [(kind, Verdict(verdict)) for kind, verdict in reversed(log)] == [
        ("record_mark", Verdict.HELD),
        ("report_breach", Verdict.ACCEPTED),
        ("record_mark", Verdict.HELD),
    ]
    store = world.server.store
    assert store.select(Mark) == []
    assert store.select(BreachReport)[0].person_id == maths.person
    [device] = store.select(Device, person_id=maths.person)
    assert device.revoked_at


@pytest.mark.clause("6.3")
def test_a_report_on_somebody_else_holds_nothing_up(world: World) -> None:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    maths.do(OWN_LEAK.model_copy(update={"person_id": world.person("english")}))
    assert maths.sync().held == 0
    world.check("maths")


@pytest.mark.scenario("4.6.8:1")
@pytest.mark.clause("4.6.8")
@pytest.mark.clause("3.1/2")
def test_a_class_teacher_offline_shuts_a_lost_slip_at_the_next_sync(world: World) -> None:
    [russian] = world.synced("russian")
    child = pupils(world)[2]
    russian.do(slip(child, 7, world.clock.wall() + 3_600))
    russian.sync()
    assert world.server.store.first(Slip, person_id=child, revoked_at=0) is not None
    russian.do(BlockAccess(person_id=child, note="потерян"))
    assert russian.replica.store.first(Slip, person_id=child, revoked_at=0) is None
    assert world.server.store.first(Slip, person_id=child, revoked_at=0) is not None
    russian.sync()
    assert world.server.store.first(Slip, person_id=child, revoked_at=0) is None
    world.check("russian")


@pytest.mark.scenario("3.2:1")
@pytest.mark.clause("3.2")
@pytest.mark.clause("6.1")
def test_an_acknowledgement_made_before_the_first_sync_arrives(world: World) -> None:
    physics = world.member("physics")
    physics.do(AcknowledgeDuties())
    physics.sync()
    [taken] = world.server.store.select(Acknowledgement)
    assert taken.person_id == physics.person
    [officer] = world.synced("officer")
    assert officer.replica.store.first(Acknowledgement) is not None


@pytest.mark.clause("4.6.8")
@pytest.mark.asvs("7.5.2")
def test_everybody_sees_own_devices_and_the_officer_all(world: World) -> None:
    maths, officer = world.synced("maths", "officer")
    own = devices(maths.replica.store)
    assert [one.device for one in own] == [maths.replica.device]
    everybodys = devices(officer.replica.store)
    assert {one.person_id for one in everybodys} >= {maths.person, officer.person}
    assert world.server.contacts.devices.last()[maths.replica.device] == world.clock.wall()


def fails(member: Member) -> str:
    with pytest.raises(EschoolError) as caught:
        member.sync()
    return caught.value.key


@pytest.mark.asvs("row 48")
@pytest.mark.threat("T17")
def test_a_cloned_replica_is_found_when_both_have_written(world: World) -> None:
    [maths] = world.synced("maths")
    maths.replica.close()
    twin = world.folder / "twin"
    shutil.copytree(maths.folder, twin)
    maths.open()
    clone = Member("twin", maths.person, twin, maths.key, maths.clock, world.wire(), 99)
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    clone.do(mark(lesson(world), pupils(world)[0], 2))
    maths.sync()
    clone.sync()
    [found] = world.server.database.fetch("SELECT actor_id FROM log WHERE kind = 'branch_device'")
    assert found == (0,)
    assert clone.replica.device != maths.replica.device
    values = world.server.database.fetch("SELECT count(*) FROM log WHERE kind = 'record_mark'")
    assert values == [(2,)]
    clone.replica.close()


@pytest.mark.asvs("6.5.1")
@pytest.mark.asvs("6.5.2")
def test_a_code_is_long_random_and_kept_as_a_hash(world: World) -> None:
    codes = {world.server.issue_code(world.person("hr")) for _ in range(5)}
    assert len(codes) == 5
    assert all(len(code.replace("-", "")) * 4 >= 64 for code in codes)
    rows = world.server.store.select(Slip, person_id=world.person("hr"))
    assert {row.secret_hash.hex() for row in rows} == {code_hash(code) for code in codes}
    assert len([row for row in rows if not row.revoked_at]) == 1

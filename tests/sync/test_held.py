"""Commands that wait for the deputy head: kept, listed, applied or declined."""

from __future__ import annotations

import json

import pytest

from eschool_core.commands.access import RevokeDevice
from eschool_core.commands.held import ApplyHeld, DeclineHeld
from eschool_core.domain.enums import NoticeKind, Verdict
from eschool_core.domain.journal import CellHistory, Mark, Topic
from eschool_core.domain.office import Notice
from eschool_core.domain.review import HeldCommand, HeldState
from eschool_core.errors import AccessError, RegulationError
from eschool_core.ids import make_id
from eschool_core.queries.held import held_commands
from eschool_sync.history.verify import Verifier
from tests.core.commands.acts import mark, topic
from tests.school import MONDAY
from tests.sync.harness import Member, World, lesson, pupils, substitute

REASON = "Акт № 3"
DAY = 24 * 3600


def held_mark(world: World, value: int = 4) -> tuple[Member, int]:
    """Return the substitute with a mark that may have been given after the substitution."""
    substitute(world, last_day=MONDAY)
    [second] = world.synced("substitute")
    number = second.do(mark(lesson(world), pupils(world)[0], value)).number
    world.advance(DAY)
    second.sync()
    return second, number


def decide(world: World, model: type[ApplyHeld | DeclineHeld]) -> Verdict | None:
    """Let the deputy head decide on the only command that waits, at her replica."""
    [deputy] = world.synced("deputy")
    [waiting] = held_commands(deputy.replica.store)
    receipt = deputy.do(model(held_id=waiting.held_id, reason=REASON))
    deputy.sync()
    return None if receipt.outcome is None else receipt.outcome.verdict


def sound(world: World) -> bool:
    server = world.server
    key = bytes.fromhex(server.state.digest_key)
    done = Verifier(server.database, world.number, server.public_key, key).verify()
    assert done.is_sound, done.problems
    return True


def test_the_deputy_head_sees_it_with_its_evidence(any_world: World) -> None:
    second, number = held_mark(any_world)
    [deputy] = any_world.synced("deputy")
    [waiting] = held_commands(deputy.replica.store)
    assert (waiting.kind, waiting.number, waiting.device) == (
        "record_mark",
        number,
        second.replica.device,
    )
    assert waiting.values["value"] == 4
    assert waiting.actor_id == any_world.person("substitute")
    assert waiting.state is HeldState.OPEN
    assert waiting.earliest is not None
    assert waiting.latest is not None
    assert waiting.latest > waiting.earliest
    json.dumps(waiting.as_json())


@pytest.mark.parametrize("name", ["maths", "officer", "guardian", "substitute"])
@pytest.mark.asvs("8.2.2")
def test_nobody_else_sees_it(world: World, name: str) -> None:
    held_mark(world)
    [member] = world.synced(name)
    assert held_commands(member.replica.store) == ()


def test_applied_it_stands_as_its_author_gave_it(any_world: World) -> None:
    second, number = held_mark(any_world)
    assert decide(any_world, ApplyHeld) is Verdict.ACCEPTED
    [row] = any_world.server.store.select(Mark)
    assert row.id == make_id(second.replica.device, number)
    assert (row.author_id, row.device) == (any_world.person("substitute"), second.replica.device)
    assert row.made_at < any_world.clock.wall() - DAY + 3600
    second.sync()
    assert second.replica.refused() == []
    assert second.replica.status().held == 0
    told = second.replica.store.select(Notice, kind=NoticeKind.HELD_APPLIED)
    assert [notice.object_id for notice in told] == [number]
    any_world.settle()
    any_world.check()
    assert sound(any_world)


def test_declined_it_falls_and_its_author_is_told(world: World) -> None:
    second, number = held_mark(world)
    assert decide(world, DeclineHeld) is Verdict.ACCEPTED
    second.sync()
    assert world.server.store.select(Mark) == []
    [refused] = second.replica.refused()
    assert (refused.number, refused.key) == (number, "command.declined")
    [row] = world.server.store.select(HeldCommand)
    assert (row.state, row.reason) == (HeldState.DECLINED, REASON)
    assert sound(world)


def test_it_is_decided_once(world: World) -> None:
    held_mark(world)
    decide(world, DeclineHeld)
    [row] = world.server.store.select(HeldCommand)
    for model in (ApplyHeld, DeclineHeld):
        outcome = world.server.act(model(held_id=row.id, reason=REASON), world.person("deputy"))
        assert outcome.key == "control.held_closed"


def test_a_newer_value_is_not_lost_to_it(world: World) -> None:
    """What others wrote meanwhile goes to the history, and both authors are told."""
    held_mark(world)
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0], 3))
    maths.sync()
    decide(world, ApplyHeld)
    [row] = world.server.store.select(Mark)
    [earlier] = world.server.store.select(CellHistory)
    assert (row.value, json.loads(earlier.content)["value"]) == (4, 3)
    assert len(world.server.store.select(Notice, kind=NoticeKind.OVERWRITTEN)) == 2


def test_a_resend_that_was_accepted_takes_its_place(world: World) -> None:
    """Both have the same row ids: one of them at most may stand."""
    second, number = held_mark(world)
    substitute(world)
    second.sync()
    second.replica.do(mark(lesson(world), pupils(world)[0], 5), replaces=number)
    second.sync()
    [row] = world.server.store.select(HeldCommand)
    assert row.state == HeldState.REPLACED
    outcome = world.server.act(ApplyHeld(held_id=row.id, reason=REASON), world.person("deputy"))
    assert outcome.key == "control.held_closed"
    assert [entry.value for entry in world.server.store.select(Mark)] == [5]
    assert sound(world)


def test_what_was_applied_is_not_replaced_any_more(world: World) -> None:
    """The resend was made before the author heard of the decision."""
    second, number = held_mark(world)
    substitute(world)
    decide(world, ApplyHeld)
    again = second.replica.do(mark(lesson(world), pupils(world)[0], 5), replaces=number)
    second.sync()
    [row] = world.server.store.select(Mark)
    assert row.value == 4
    assert [entry.number for entry in second.replica.refused()] == [again.number]
    assert sound(world)


def test_a_group_is_decided_as_a_whole(world: World) -> None:
    substitute(world, last_day=MONDAY)
    [second] = world.synced("substitute")
    second.replica.do_all(
        [topic(lesson(world)), *(mark(lesson(world), pupil) for pupil in pupils(world)[:2])]
    )
    world.advance(DAY)
    second.sync()
    [deputy] = world.synced("deputy")
    waiting = held_commands(deputy.replica.store)
    assert len(waiting) == 3
    deputy.do(ApplyHeld(held_id=waiting[1].held_id, reason=REASON))
    deputy.sync()
    assert len(world.server.store.select(Mark)) == 2
    assert len(world.server.store.select(Topic)) == 1
    assert {row.state for row in world.server.store.select(HeldCommand)} == {HeldState.APPLIED}
    assert sound(world)


@pytest.mark.threat("T15")
@pytest.mark.asvs("row 47")
def test_what_a_revoked_device_sends_waits_for_review(world: World) -> None:
    """Fifty entries: none takes effect, none is lost, and the honest ones can be let in."""
    [maths] = world.synced("maths")
    for number in range(50):
        maths.do(topic(lesson(world), f"Тема {number}"))
    world.act(RevokeDevice(device=maths.replica.device), "officer")
    before = world.server.store.select(Topic)
    with pytest.raises(AccessError):
        maths.sync()
    assert world.server.store.select(Topic) == before
    waiting = held_commands(world.server.store)
    assert len(waiting) == 50
    assert {entry.key for entry in waiting} == {"command.device_revoked"}
    act = ApplyHeld(held_id=waiting[-1].held_id, reason=REASON)
    assert not world.server.act(act, world.person("deputy")).key
    [written] = world.server.store.select(Topic)
    assert written.text == "Тема 49"
    assert sound(world)


def test_what_the_author_had_no_right_to_stays_refused(world: World) -> None:
    """A revoked device sends something on a foreign page: the decision does not make it lawful."""
    [maths] = world.synced("maths")
    maths.do(topic(world.school.lesson("5А", "Русский язык")))
    world.act(RevokeDevice(device=maths.replica.device), "officer")
    with pytest.raises(AccessError):
        maths.sync()
    [waiting] = held_commands(world.server.store)
    act = ApplyHeld(held_id=waiting.held_id, reason=REASON)
    assert world.server.act(act, world.person("deputy")).key == "4.5.1/page"
    assert held_commands(world.server.store) == (waiting,)
    with pytest.raises(RegulationError):
        world.member("russian").do(act)

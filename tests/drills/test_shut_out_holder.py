"""A device that is shut out still hands in what it holds, also after a restore (§5.7, T15)."""

from __future__ import annotations

import pytest

from eschool_core.domain.enums import Verdict
from eschool_core.domain.journal import Mark, Topic
from eschool_core.errors import AccessError
from eschool_sync.replica import outbox
from eschool_sync.server.state import Phase
from tests.core.commands.acts import mark, topic
from tests.drills.kept import Kept
from tests.drills.restored_server import told
from tests.drills.test_copied_replica import copied
from tests.sync.harness import Member, lesson, pupils

VERDICTS = "SELECT n, verdict FROM log WHERE device = ? ORDER BY n"


def verdicts(kept: Kept, member: Member) -> dict[int, int]:
    """Return what the server says of the commands that it has from a device."""
    rows = kept.world.server.database.fetch(VERDICTS, (member.replica.device,))
    return {int(number): int(verdict) for number, verdict in rows}


@pytest.mark.threat("T15")
@pytest.mark.threat("T16")
def test_what_a_restored_server_has_forgotten_comes_back_from_a_device_shut_out_since(
    kept: Kept,
) -> None:
    """It cannot hear that another incarnation goes on, which would make it offer that."""
    world, maths = kept.world, kept.world.member("maths")
    maths.do(topic(lesson(world), "Принято и забыто"))
    assert told(maths) == ""
    maths.do(mark(lesson(world), pupils(world)[0], 5))
    kept.put_back()
    kept.go_on()
    assert kept.phase == Phase.OPEN
    kept.revoke(maths)
    assert verdicts(kept, maths) == {}
    assert told(maths) == "access.revoked"
    assert verdicts(kept, maths) == {1: Verdict.ACCEPTED, 2: Verdict.HELD}
    assert [row.text for row in world.server.store.select(Topic)] == ["Принято и забыто"]
    assert world.server.store.select(Mark) == []
    assert told(maths) == "access.revoked"
    assert len(verdicts(kept, maths)) == 2


@pytest.mark.threat("T15")
def test_all_pushes_of_a_device_shut_out_are_handed_in_by_one_sync(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer ends each of them, and none says that one was taken."""
    world, maths = kept.world, kept.world.member("maths")
    for number in range(5):
        maths.do(topic(lesson(world), f"Тема {number}"))
    kept.revoke(maths)
    monkeypatch.setattr(outbox, "MAX_COMMANDS", 2)
    assert told(maths) == "access.revoked"
    assert verdicts(kept, maths) == dict.fromkeys(range(1, 6), Verdict.HELD)


@pytest.mark.threat("T15")
@pytest.mark.threat("T16")
def test_a_device_that_has_to_be_let_in_again_first_hands_in_by_the_same_sync(kept: Kept) -> None:
    """The database was put back to before it was enrolled; the state file knows it as shut out."""
    physics = kept.world.member("physics")
    physics.do(topic(lesson(kept.world), "Не отправлено"))
    kept.revoke(physics)
    kept.put_back(killed=True)
    kept.go_on()
    assert told(physics) == "access.revoked"
    assert list(verdicts(kept, physics)) == [1]


@pytest.mark.threat("T15")
@pytest.mark.threat("T17")
def test_a_copy_that_was_overtaken_hears_that_it_is_shut_out(kept: Kept) -> None:
    """What it holds cannot follow what the other copy has sent; a fork is not what ends it."""
    world, maths = kept.world, kept.world.member("maths")
    twin = copied(world, maths, "twin")
    for member, text in ((maths, "Здесь"), (twin, "Там")):
        member.do(topic(lesson(world), text))
    maths.sync()
    twin.do(topic(lesson(world), "И дальше"))
    kept.revoke(maths)
    assert told(twin) == "access.revoked"
    kept.put_back()
    kept.go_on()
    assert told(maths) == "access.revoked"
    assert told(twin) == "access.revoked"
    twin.replica.close()


@pytest.mark.threat("T15")
@pytest.mark.parametrize("said", [{}, {"known": "1"}, {"known": 9}])
def test_a_server_that_does_not_say_what_it_has_is_sent_nothing_more(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, said: dict[str, str | int]
) -> None:
    maths = kept.world.member("maths")
    maths.do(topic(lesson(kept.world), "Тема"))
    posted: list[str] = []

    def post(route: str, body: bytes, progress: object = None) -> bytes:
        posted.append(route)
        raise AccessError("access.revoked", **said)

    monkeypatch.setattr(maths.replica._exchange._transport, "post", post)
    assert told(maths) == "access.revoked"
    assert posted == ["sync"]


@pytest.mark.threat("T15")
def test_a_server_that_takes_nothing_ends_it(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says each time that it has nothing."""
    maths = kept.world.member("maths")
    maths.do(topic(lesson(kept.world), "Тема"))
    posted: list[str] = []

    def post(route: str, body: bytes, progress: object = None) -> bytes:
        posted.append(route)
        raise AccessError("access.revoked", known=0)

    monkeypatch.setattr(maths.replica._exchange._transport, "post", post)
    assert told(maths) == "access.revoked"
    assert posted == ["sync", "sync"]

"""Own commands are kept whole as long as a backup of the server may be older, and no longer."""

from __future__ import annotations

import pytest

from eschool_core.commands.lessons import RecordTopic
from eschool_sync.replica.outbox import KEEP_SECONDS
from tests.sync.harness import Member, World, lesson

CANARY = "Канарейкина тема"
DAY = 24 * 3600


def holds(member: Member, text: str) -> bool:
    rows = member.database.fetch("SELECT payload FROM outbox")
    return any(text.encode() in bytes(payload) for (payload,) in rows)


@pytest.mark.threat("T16")
def test_what_the_server_took_long_ago_is_blanked_and_the_rest_is_not(world: World) -> None:
    [teacher] = world.synced("maths")
    teacher.do(RecordTopic(lesson_id=lesson(world), text=CANARY))
    teacher.sync()
    world.advance(KEEP_SECONDS - DAY)
    teacher.sync()
    assert holds(teacher, CANARY)
    later = RecordTopic(lesson_id=lesson(world), text="Новая тема")
    teacher.do(later)
    world.advance(2 * DAY)
    teacher.sync()
    assert not holds(teacher, CANARY)
    assert holds(teacher, "Новая тема")
    [(salts,)] = teacher.database.fetch("SELECT count(*) FROM salt_run")
    assert salts == 2, "that of the later command, and the open one"


def test_the_chain_goes_on_over_what_is_blank(world: World) -> None:
    [teacher] = world.synced("maths")
    teacher.do(RecordTopic(lesson_id=lesson(world), text=CANARY))
    teacher.sync()
    world.advance(KEEP_SECONDS + DAY)
    teacher.sync()
    assert not holds(teacher, CANARY)
    teacher.reopen()
    teacher.do(RecordTopic(lesson_id=lesson(world), text="Ещё одна"))
    report = teacher.sync()
    assert report.accepted + report.with_findings == 1
    world.check("maths")


def test_what_is_not_sent_yet_stays_however_old_it_is(world: World) -> None:
    [teacher] = world.synced("maths")
    teacher.do(RecordTopic(lesson_id=lesson(world), text=CANARY))
    world.advance(KEEP_SECONDS + DAY)
    with teacher.replica._opened.writing():
        teacher.replica._opened.outbox.forget_old(world.clock.wall())
    assert holds(teacher, CANARY)

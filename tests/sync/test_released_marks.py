"""Term marks reach families with their release and not before: by scope, not by pages (2.9, T3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eschool_core.commands.releases import ReleaseMarks
from eschool_core.domain.partition import TO_RESULT, PartitionKind, kind_of
from eschool_core.domain.results import ReleasedMark, TermMark
from eschool_core.store import steps
from eschool_sync.history.verify import Verifier
from eschool_sync.protocol.messages import parts_hash
from eschool_sync.server.migrating import migrate
from tests.sync.harness import Member, World, all_rows, pupils
from tests.sync.older_places import to_version_1
from tests.sync.test_schema_steps import server_key, sums
from tests.sync.test_scope import bare, decrypted
from tests.sync.test_term_barrier import DAY, one_term, term_mark

PLANTED = "Причина-канарейка-7391"
FAMILY = ("guardian", "pupil")


@pytest.fixture
def marked(world: World) -> World:
    """A term mark of the guardian's child that nobody has released; everybody has synced."""
    return with_a_mark(world)


@pytest.fixture
def any_marked(any_world: World) -> World:
    """The same on either database."""
    return with_a_mark(any_world)


def with_a_mark(world: World) -> World:
    one_term(world)
    maths, *_ = world.synced("maths", "deputy", *FAMILY)
    maths.do(term_mark(world, pupils(world)[0], 3, PLANTED))
    world.settle()
    return world


def release(world: World) -> None:
    """Release the quarter's marks of 5А on the day after it."""
    world.advance(2 * DAY)
    term_id = one_term_id(world)
    world.act(ReleaseMarks(class_id=world.school.classes["5А"], term_id=term_id), "deputy")
    world.settle()


def one_term_id(world: World) -> int:
    [mark] = world.server.store.select(TermMark)
    return mark.term_id


def held(member: Member) -> list[int]:
    return [int(row[0]) for row in member.database.fetch("SELECT part FROM part_state")]


def shown(member: Member) -> list[int]:
    return [row.value for row in member.replica.store.select(ReleasedMark)]


@pytest.mark.clause("2.9")
@pytest.mark.threat("T3")
def test_before_the_release_no_family_holds_mark_or_reason(marked: World) -> None:
    for name in FAMILY:
        member = marked.members[name]
        assert (member.replica.store.select(TermMark), shown(member)) == ([], [])
        assert not bare(member, PLANTED.encode())
        assert PartitionKind.RESULT not in {kind_of(part) for part in held(member)}
        member.replica.close()
        assert PLANTED.encode() not in decrypted(member)


@pytest.mark.clause("2.9")
def test_with_the_release_the_value_comes_and_nothing_else_of_it(marked: World) -> None:
    release(marked)
    for name in FAMILY:
        member = marked.members[name]
        assert (member.replica.store.select(TermMark), shown(member)) == ([], [3])
        assert not bare(member, PLANTED.encode())
        member.replica.close()
        assert PLANTED.encode() not in decrypted(member)
        member.open()
    assert [mark.value for mark in marked.members["maths"].replica.store.select(TermMark)] == [3]
    marked.check()


@pytest.mark.clause("2.9")
def test_a_released_mark_follows_its_changes_whoever_reopens_what(marked: World) -> None:
    """What was made known stays known: there is no way back from a release."""
    release(marked)
    maths = marked.members["maths"]
    maths.do(term_mark(marked, pupils(marked)[0], 4, "Пересмотрено"))
    marked.settle()
    assert [shown(marked.members[name]) for name in FAMILY] == [[4], [4]]
    marked.check()


@pytest.mark.clause("2.9")
@pytest.mark.threat("T3")
def test_a_forged_pull_that_claims_the_results_gets_none(marked: World) -> None:
    """A family's device says that it holds the partition; the server takes it away again."""
    guardian = marked.members["guardian"]
    lines = [part for part in held(guardian) if kind_of(part) is PartitionKind.LINE]
    claimed = sorted([*held(guardian), *(part + TO_RESULT for part in lines)])
    with guardian.replica._opened.writing() as position:
        replace(position, cursor=1, scope=parts_hash(claimed)).save(guardian.database)
        guardian.database.execute_many(
            "INSERT INTO part_state (part, rows, digest, seq) VALUES (?, 0, ?, 0)",
            [(part + TO_RESULT, bytes(16)) for part in lines],
        )
    guardian.sync()
    assert guardian.replica.store.select(TermMark) == []
    assert not {part + TO_RESULT for part in lines} & set(held(guardian))
    marked.check("guardian")


@pytest.mark.clause("2.9")
@pytest.mark.parametrize("is_released", [False, True])
def test_a_school_of_version_1_has_what_a_new_one_would_have(
    any_marked: World, *, is_released: bool
) -> None:
    if is_released:
        release(any_marked)
    server, key = any_marked.server, server_key(any_marked)
    rows, before = all_rows(server.database), sums(server.database)
    to_version_1(server.database)
    assert migrate(server.database, key) == (1, steps.newest())
    assert (all_rows(server.database), sums(server.database)) == (rows, before)
    verified = Verifier(server.database, any_marked.number, server.public_key, key).verify()
    assert verified.problems == ()


@pytest.mark.clause("2.9")
@pytest.mark.threat("T19")
@pytest.mark.parametrize("name", ["maths", "deputy", "guardian", "pupil"])
def test_a_replica_of_version_1_keeps_what_it_may(marked: World, name: str) -> None:
    release(marked)
    member = marked.members[name]
    rows, parts = member.rows(), held(member)
    older_replica(marked, member)
    member.open()
    assert (member.rows(), set(parts)) == (rows, set(held(member)))
    member.sync()
    marked.check(name)


@pytest.mark.clause("2.9")
@pytest.mark.threat("T3")
def test_a_familys_replica_of_version_1_loses_what_is_not_released(marked: World) -> None:
    guardian = marked.members["guardian"]
    older_replica(marked, guardian)
    guardian.open()
    assert guardian.replica.store.select(TermMark) == []
    guardian.sync()
    marked.check("guardian")
    guardian.replica.close()
    assert PLANTED.encode() not in decrypted(guardian)


def older_replica(world: World, member: Member) -> None:
    """Turn a replica into what version 1 had: families held every term mark of their lines."""
    [mark] = [row.values() for row in world.server.store.select(TermMark)]
    database = member.database
    if member.name in FAMILY:
        places = ", ".join("?" for _ in mark)
        database.execute(f"INSERT INTO term_mark VALUES ({places})", mark)
    to_version_1(database)
    with member.replica._opened.writing() as position:
        replace(position, scope=parts_hash(held(member))).save(database)
    member.replica.close()

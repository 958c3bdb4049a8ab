"""Every replica is a witness of the history: it demands that each new head adds to the last."""

from __future__ import annotations

import pytest

from eschool_core.errors import BusyError, DamageError, InputError
from eschool_core.store.database import transaction
from eschool_sync.history.head import TreeHead
from eschool_sync.history.merkle import is_included
from eschool_sync.history.tree import LEAVES, Tree, leaf_of_row
from eschool_sync.replica.confirmed import ConfirmedRows
from eschool_sync.replica.position import Identity, Position
from eschool_sync.server.heads import READ, WRITE
from eschool_sync.server.memory import Memory
from eschool_sync.server.state import Phase
from tests.core.commands.acts import mark, topic
from tests.sync.harness import Member, World, lesson, pupils


def held(member: Member) -> TreeHead:
    """Return the head that a replica keeps, after checking the signature."""
    key = Identity.load(member.database).school_key
    return TreeHead.read(Position.load(member.database).tree_head, key)


def test_a_sync_leaves_the_signed_head_behind(any_world: World) -> None:
    [maths] = any_world.synced("maths")
    head = any_world.server.head()
    kept = held(maths)
    assert (kept.size, kept.root) == (head.seq, head.root)
    assert kept.root == Tree(any_world.server.database).root(head.seq)
    assert kept.time == any_world.clock.wall()


def test_the_head_covers_every_entry(any_world: World) -> None:
    [maths] = any_world.synced("maths")
    for pupil in pupils(any_world):
        maths.do(mark(lesson(any_world), pupil))
    maths.sync()
    kept, database = held(maths), any_world.server.database
    tree = Tree(database)
    rows = database.fetch(LEAVES, (0, kept.size))
    assert len(rows) == kept.size
    for seq, row in enumerate(rows, 1):
        path = tree.inclusion(seq, kept.size)
        assert is_included(leaf_of_row(row), seq - 1, kept.size, path, kept.root)


REWRITTEN = [
    "UPDATE log SET received_at = received_at + 1 WHERE seq = 5",
    "UPDATE log SET outcome = (SELECT outcome FROM log WHERE verdict = 3 LIMIT 1) WHERE seq = 9",
    "UPDATE log SET header = (SELECT header FROM log WHERE seq = 8) WHERE seq = 9",
]


@pytest.mark.parametrize("change", REWRITTEN)
@pytest.mark.threat("T7")
def test_a_rewritten_history_is_refused_and_nothing_is_lost(
    world: World, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The school's own key signs it, so only a witness can tell."""
    maths, russian = world.synced("maths", "russian")
    maths.do(topic(world.school.lesson("5А", "Русский язык")))
    maths.sync()
    rows = maths.rows()
    rewrite(world, change, monkeypatch)
    waiting = maths.do(mark(lesson(world), pupils(world)[0]))
    for member in (maths, russian):
        with pytest.raises(DamageError) as caught:
            member.sync()
        assert caught.value.key == "damage.history"
        assert member.replica.status().alarm
    assert maths.replica.status().pending == 1
    assert {row[0] for row in rows["mark"]} <= {row[0] for row in maths.rows()["mark"]}
    assert waiting.number in {1, 2, 3}


@pytest.mark.parametrize("change", REWRITTEN)
@pytest.mark.threat("T7")
def test_a_server_sees_by_itself_that_its_history_was_rewritten(
    world: World, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it remembers outside of its database is not in the new history."""
    maths, _ = world.synced("maths", "russian")
    maths.do(topic(world.school.lesson("5А", "Русский язык")))
    maths.sync()
    world.restart()
    with monkeypatch.context() as patched:
        rewrite(world, change, patched)
    world.restart()
    assert world.server.state.phase == Phase.SUSPENDED
    with pytest.raises(BusyError) as caught:
        maths.sync()
    assert caught.value.key == "busy.restored"


@pytest.mark.threat("T8")
def test_a_true_answer_that_comes_late_is_no_alarm(world: World) -> None:
    """A proxy, or a stick with old files, gives the answer to an earlier request once more."""
    [maths] = world.synced("maths")
    maths.do(topic(lesson(world)))
    maths.sync()
    earlier = maths.wire.answers[-1]
    maths.do(mark(lesson(world), pupils(world)[0]))
    maths.sync()
    maths.do(mark(lesson(world), pupils(world)[1]))
    maths.wire.faults = [lambda wire, route, body: earlier]
    with pytest.raises(InputError) as caught:
        maths.sync()
    assert caught.value.key == "protocol.malformed"
    assert not maths.replica.status().alarm
    assert maths.sync().accepted == 1
    world.check("maths")


@pytest.mark.threat("T12")
def test_a_damaged_file_is_no_alarm_of_history(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    maths, russian = world.synced("maths", "russian")
    maths.do(topic(lesson(world)))
    maths.sync()

    def damaged(*_: object) -> None:
        raise DamageError("damage.replica")

    with monkeypatch.context() as patched:
        patched.setattr(ConfirmedRows, "apply", damaged)
        with pytest.raises(DamageError):
            russian.sync()
    assert not russian.replica.status().alarm
    world.settle()
    world.check("russian")


@pytest.mark.threat("T7")
def test_a_cut_tail_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    [maths] = world.synced("maths")
    maths.do(mark(lesson(world), pupils(world)[0]))
    maths.sync()
    size = world.server.head().seq
    world.server.database.execute("DELETE FROM log WHERE seq > ?", (size - 1,))
    rewrite(world, "SELECT 1", monkeypatch)
    with pytest.raises(DamageError):
        maths.sync()


def rewrite(world: World, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change the log and sign the whole tree anew, as only the server's owner can."""
    database, server = world.server.database, world.server
    with transaction(database):
        database.execute(change)
        rows = database.fetch(LEAVES, (0, 1 << 40))
        database.execute("DELETE FROM tree_node")
        database.execute(WRITE, (0, 0, b"", b"", b""))
        empty = server.head()
        leaves = [leaf_of_row(row) for row in rows]
        server.heads.advance(empty, len(rows), leaves, world.clock.wall())
    assert database.fetch(READ)[0][0] == len(rows)
    # An honest server would notice by itself; this one has reasons not to.
    monkeypatch.setattr("eschool_sync.server.restoring.require_not_behind", lambda *_: None)
    monkeypatch.setattr(Memory, "compare", lambda *_: None)
    world.restart()

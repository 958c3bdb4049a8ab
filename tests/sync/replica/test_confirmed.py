from __future__ import annotations

from eschool_core.domain.journal import Topic
from eschool_core.domain.row import Value
from eschool_core.store import digest, statements
from eschool_core.store.schema import create_domain_tables, typed
from eschool_sync.protocol.frames import Frame, Tombstone
from eschool_sync.replica.confirmed import ConfirmedRows, Total
from eschool_sync.replica.tables import TABLES, prepare_connection
from tests.school import memory

KEY = b"k" * 32
PART = 4
ROW_HASH = digest.row_hasher(KEY)


def confirmed() -> ConfirmedRows:
    database = memory()
    create_domain_tables(database)
    for statement in TABLES:
        database.execute(typed(database, statement))
    prepare_connection(database)
    return ConfirmedRows(database, KEY)


def topic_row(row_id: int, text: str, seq: int = 1) -> tuple[Value, ...]:
    row = Topic(
        id=row_id, part=PART, seq=seq, author_id=1, device=2, made_at=3, lesson_id=9, text=text
    )
    return row.values()


def total(*rows: tuple[Value, ...]) -> Total:
    summed = sum(ROW_HASH(Topic.number, row) for row in rows)
    return Total(len(rows), digest.to_bytes(summed))


def stored(rows: ConfirmedRows) -> list[tuple[Value, ...]]:
    return [tuple(row) for row in rows._database.fetch(statements.select(Topic, ()))]


def test_rows_are_put_changed_and_deleted_with_their_sums() -> None:
    rows = confirmed()
    first, second = topic_row(1, "Дроби"), topic_row(2, "Степени")
    assert rows.apply([Frame(Topic, [first, second])], [], {PART}) == 2
    assert rows.total() == total(first, second)
    changed = topic_row(1, "Десятичные дроби", 5)
    assert rows.apply([Frame(Topic, [changed])], [Tombstone(PART, Topic, 2)], set()) == 2
    assert rows.total() == total(changed)
    assert stored(rows) == [changed]


def test_a_row_that_was_deleted_and_made_again_is_there() -> None:
    rows = confirmed()
    rows.apply([Frame(Topic, [topic_row(1, "Дроби")])], [], {PART})
    again = topic_row(1, "Снова дроби", 7)
    rows.apply([Frame(Topic, [again])], [Tombstone(PART, Topic, 1)], set())
    assert stored(rows) == [again]
    assert rows.total() == total(again)


def test_a_deletion_of_what_never_came_changes_nothing() -> None:
    rows = confirmed()
    kept = topic_row(1, "Дроби")
    rows.apply([Frame(Topic, [kept])], [], {PART})
    rows.apply([], [Tombstone(PART, Topic, 99)], set())
    assert rows.total() == total(kept)


def test_a_partition_without_rows_is_held_all_the_same() -> None:
    rows = confirmed()
    rows.apply([], [], {PART, 20})
    assert rows.held() == [PART, 20]
    assert rows.total() == total()


def test_a_purge_takes_rows_and_sums_of_its_partitions_alone() -> None:
    rows = confirmed()
    rows.apply([Frame(Topic, [topic_row(1, "Дроби")])], [], {PART, 20})
    rows.purge({PART})
    assert rows.held() == [20]
    assert stored(rows) == []
    rows.purge(set())
    assert rows.held() == [20]
